"""Speaks the channel without the SDK, never reads it, and with the argument ``deaf`` does not heed SIGTERM either."""

import json
import os
import signal
import socket
import sys
import time

if "deaf" in sys.argv:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
channel = socket.socket(fileno=int(os.environ["LODGER_CHANNEL"].removeprefix("fd:")))


def say(**message: object) -> None:
    channel.sendall(json.dumps(message).encode() + b"\n")


say(type="hello", protocol=1, name="stubborn", total_steps=None, pid=os.getpid(), device="cpu", doc="")
say(type="parameter", name="mood", value="grim", kind="str")
say(type="state", state="running", step=0)
for step in range(1_000_000):
    say(type="step", step=step, time=time.time())
    time.sleep(0.02)
