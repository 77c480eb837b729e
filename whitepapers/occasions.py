"""Reports that nobody asks for: when a run is over, or when it raises an alert."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from measurement.clock import SYSTEM_CLOCK, Clock
from measurement.errors import LodgerError
from whitepapers.building import Sources
from whitepapers.desk import Reports
from whitepapers.paper import Wish
from workloads.snapshot import OVER, WorkloadEvent

log = logging.getLogger(__name__)
When = Literal["never", "completion", "alert", "both"]
BETWEEN_ALERTS_S = 600.0


@dataclass(frozen=True)
class Occasions:
    """When a report is written by itself."""

    when: When = "never"

    @property
    def completion(self) -> bool:
        return self.when in ("completion", "both")

    @property
    def alert(self) -> bool:
        return self.when in ("alert", "both")


class Reporting(Reports):
    """The desk, which also listens to the runs. Of an alert's run there is one report in ten minutes at most."""

    def __init__(self, folder: Path, sources: Sources, occasions: Occasions, clock: Clock = SYSTEM_CLOCK) -> None:
        super().__init__(folder, sources, clock)
        self._occasions = occasions
        self._alerted: dict[str, float] = {}
        self._leave: Callable[[], None] = lambda: None

    def __enter__(self) -> Self:
        super().__enter__()
        if self._occasions.when != "never":
            self._leave = self._sources.workloads.subscribe(self._hear)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with ExitStack() as leaving:
            leaving.callback(super().__exit__, kind, error, trace)
            self._leave()

    def _hear(self, event: WorkloadEvent) -> None:
        """Called in the simulation's own thread, which must not wait: the order is placed by another."""
        ended = event.kind == "state" and event.details.get("after") in OVER and self._occasions.completion
        alarmed = event.kind == "alert" and self._occasions.alert and self._due(event.workload)
        if ended or alarmed:
            by = "the end of the run" if ended else "an alert of the run"
            threading.Thread(target=self._order, args=(event.workload, by), name="report order", daemon=True).start()

    def _due(self, workload: str) -> bool:
        now = self._clock.monotonic_s()
        if now - self._alerted.get(workload, -BETWEEN_ALERTS_S) < BETWEEN_ALERTS_S:
            return False
        self._alerted[workload] = now
        return True

    def _order(self, workload: str, by: str) -> None:
        self._sources.store.flush()  # the event that brought us here belongs in the report
        try:
            self.order(Wish(workload, by=by))
        except LodgerError as error:
            log.warning("no report was ordered for %s: %s", workload, error.message)
