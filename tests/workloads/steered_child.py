"""A built-in in a real child process, steered over its channel; and what it told."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PATIENCE_S = 240.0


class SteeredChild:
    """A run that is asked and listened to."""

    def __init__(self, channel: socket.socket) -> None:
        self.channel, self.lines = channel, channel.makefile("r")
        self.metrics: dict[int, dict[str, float]] = defaultdict(dict)
        self.notes: list[str] = []

    def ask(self, kind: str, **fields: Any) -> dict[str, Any]:
        """Send a request and wait for its answer."""
        self.channel.sendall(json.dumps({"type": kind, "id": kind, **fields}).encode() + b"\n")
        return self.until(lambda message: message.get("id") == kind)

    def until(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Take messages in until one is wanted."""
        for line in self.lines:
            message = json.loads(line)
            for name, rows in message.get("rows", {}).items() if message["type"] == "metrics" else ():
                for step, value, *_ in rows:
                    self.metrics[step][name] = value
            if message["type"] == "note":
                self.notes.append(message["text"])
            if wanted(message):
                return message
        raise AssertionError("The workload hung up.")

    def reported(self, first: int, last: int) -> list[dict[str, float]]:
        """Wait for these steps; what was reported, without the one metric that is about the machine."""
        while not all("steps_per_second" in self.metrics.get(step, {}) for step in range(first, last)):
            self.until(lambda message: message["type"] == "metrics")
        return [{k: v for k, v in self.metrics[n].items() if k != "steps_per_second"} for n in range(first, last)]


@contextmanager
def steered(workload: str, total_steps: int | None = None, **environment: str) -> Iterator[SteeredChild]:
    """Start ``python -m workloads.<workload>`` as the runner does; with so many steps when they are told."""
    ours, theirs = socket.socketpair()
    ours.settimeout(PATIENCE_S)
    env = {**os.environ, "LODGER_CHANNEL": f"fd:{theirs.fileno()}", "CUDA_VISIBLE_DEVICES": "", **environment}
    longer = ["-c", f"from workloads.{workload} import main; main({total_steps})"]
    command = [sys.executable, *(longer if total_steps else ["-m", f"workloads.{workload}"])]
    child = subprocess.Popen(command, cwd=ROOT, env=env, pass_fds=[theirs.fileno()], stdout=subprocess.DEVNULL)
    theirs.close()
    try:
        yield SteeredChild(ours)
    finally:
        child.kill()
        child.wait()
        ours.close()
