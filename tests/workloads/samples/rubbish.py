"""Floods the channel with everything that is no message, then behaves: what is sensible in between must arrive."""

import json
import os
import socket
import time

channel = socket.socket(fileno=int(os.environ["LODGER_CHANNEL"].removeprefix("fd:")))


def say(**message: object) -> None:
    channel.sendall(json.dumps(message).encode() + b"\n")


RUBBISH = [
    b"Segmentation fault (not really)\n",
    b"\xff\xfe\x00\x01 binary \x80\n",
    b"\n\n   \n",
    b"[" * 100_000 + b"\n",
    b'{"type": "step"\n',
    b"[1, 2, 3]\nnull\n42\n",
    b"9" * 5000 + b"\n",
    b'{"type": ["step"]}\n{"type": "dance"}\n{"no": "type"}\n',
    b'{"type": "step", "step": -1}\n{"type": "step", "step": 1e99}\n{"type": "step", "step": ' + b"9" * 40 + b"}\n",
    b'{"type": "metrics", "rows": {"energy": [[1, null, 0, 1, 0, 0]]}}\n',
    b'{"type": "metrics", "rows": {"energy": [[1, 1.0, 1e300, 1, 0, 0]]}}\n{"type": "metrics", "rows": 7}\n',
    b'{"type": "parameter", "name": "x", "value": {"a": 1}, "kind": "float"}\n',
    b'{"type": "parameter", "name": "x", "value": 1, "kind": "tensor"}\n{"type": "parameter"}\n',
    b'{"type": "applied", "id": {}, "step": 0, "changes": [1]}\n{"type": "applied", "id": "r1", "changes": null}\n',
    b'{"type": "picture", "name": "p", "rows": 9, "columns": 9, "values": "AAAA", "minimum": 0, "maximum": 1, "step": 1}\n',
    b'{"type": "note", "text": "\\ud800 half a character"}\n{"type": "note", "text": 5}\n',
    b'{"type": "state", "state": "ecstatic", "step": 1}\n{"type": "hello", "protocol": "one"}\n',
    b"x" * 3_000_000 + b"\n",
]
say(type="hello", protocol=1, name="rubbish", total_steps=None, pid=os.getpid(), device="cpu", doc="")
say(type="parameter", name="tune", value=1.0, kind="float", minimum=0, maximum=2)
say(type="state", state="running", step=0)
for line in RUBBISH:
    channel.sendall(line)
for _ in range(2000):
    channel.sendall(b"flood\n")
say(type="metrics", step=7, rows={"energy": [[7, 2.5, time.time(), 1, 2.5, 2.5]]})
say(type="step", step=7, time=time.time())
for line in channel.makefile("rb"):
    request = json.loads(line)
    if request["type"] == "set":
        changes = [{"name": name, "old": 1.0, "new": value} for name, value in request["changes"].items()]
        say(type="applied", id=request["id"], step=8, changes=changes)
    if request["type"] == "stop":
        say(type="state", state="stopped", step=9, id=request["id"])
        break
