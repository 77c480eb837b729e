"""A bench for tests: real workloads over a real store, and what they told."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from measurement.store import Store
from workloads.runner import RestartPolicy, Workload

SAMPLES = Path(__file__).with_name("samples")
PATIENCE_S = 40.0
QUICK = RestartPolicy(backoff_s=(0.05, 0.05, 0.05))


class Bench:
    """Makes workloads out of the samples, and remembers what they told."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = Store(folder / "lodger.db")
        self.events: list[tuple[str, dict[str, Any]]] = []
        self._made: list[Workload] = []

    def make(self, sample: str, *args: object, name: str | None = None, **options: Any) -> Workload:
        """A workload that runs ``samples/<sample>.py``; not started."""
        return self.adopt(name or sample, [sys.executable, str(SAMPLES / f"{sample}.py"), *map(str, args)], **options)

    def adopt(self, name: str, argv: list[str], **options: Any) -> Workload:
        """A workload of any command; not started."""
        made = Workload(
            name,
            argv,
            store=self.store,
            run_folder=self.folder / "run",
            log_folder=self.folder / "log",
            **{"restart_policy": QUICK, **options},
        )
        made.subscribe(lambda event: self.events.append((event.kind, event.details)))
        self._made.append(made)
        return made

    def run(self, sample: str, *args: object, **options: Any) -> Workload:
        """The same, started, and past its first step's beginning."""
        made = self.make(sample, *args, **options)
        made.start()
        until(lambda: made.state != "starting", f"{sample} starts")
        return made

    def texts(self, kind: str) -> list[str]:
        """What was told of a kind, in words."""
        return [details.get("text", "") for told, details in self.events if told == kind]

    def close(self) -> None:
        for made in self._made:
            made.stop()
        self.store.close()


def until(condition: Callable[[], object], what: str) -> None:
    """Poll until the condition holds."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, f"not within {PATIENCE_S:g} s: {what}"
        time.sleep(0.01)
