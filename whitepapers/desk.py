"""The reports of a launch: taken as orders, written one after the other in a thread, kept in folders, found again by id.

An id is looked up among those that are known; it is never made into a path.
"""

from __future__ import annotations

import json
import logging
import queue
import re
import threading
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from measurement.clock import SYSTEM_CLOCK, Clock, local_stamp
from measurement.errors import Conflict, LodgerError, NotFound, Refused
from whitepapers.building import LONGEST_TITLE, Sources, build, run_meant
from whitepapers.paper import Wish

log = logging.getLogger(__name__)
Status = Literal["waiting", "building", "done", "failed"]
FILES = {"tex": "report.tex", "pdf": "report.pdf", "html": "report.html", "bib": "references.bib", "log": "build.log",
         "facts": "facts.json"}  # fmt: skip
MOST_WAITING = 20
_ID = re.compile(r"report_\d{8}_\d{6}(?:_\d+)?")


@dataclass(frozen=True)
class Report:
    """One report. ``stage`` is what is being done; ``reason`` why there is no PDF, ``error`` why there is no report."""

    id: str
    created_at: float
    run: str
    workload: str
    title: str = ""
    focus: str | None = None
    columns: int = 1
    asked_by: str = ""
    status: Status = "waiting"
    stage: str = ""
    pdf: bool = False
    reason: str | None = None
    error: str | None = None
    facts: int | None = None
    by_model: tuple[str, ...] = ()
    duration_s: float | None = None

    @property
    def over(self) -> bool:
        """Whether nothing more will come."""
        return self.status in ("done", "failed")

    def to_json(self) -> dict[str, Any]:
        """The shape that REST answers with, with the addresses of its files."""
        base = f"/api/reports/{self.id}"
        forms = [*(("pdf",) if self.pdf else ()), "tex", "html", "zip"] if self.status == "done" else []
        links = {form: f"{base}.{form}" for form in forms} | ({"facts": f"{base}/facts"} if forms else {})
        return {**asdict(self), "by_model": list(self.by_model), "links": links}


class Reports:
    """The desk. Enter it to start writing, leave it to stop: a report that is being written is then given up."""

    def __init__(self, folder: Path, sources: Sources, clock: Clock = SYSTEM_CLOCK) -> None:
        self._folder, self._sources, self._clock = folder, sources, clock
        self._lock = threading.Condition()
        self._orders: queue.SimpleQueue[tuple[str, Wish] | None] = queue.SimpleQueue()
        self._leaving = threading.Event()
        self._known = {report.id: report for report in _found(folder)}
        self._thread = threading.Thread(target=self._work, name="reports", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leaving.set()
        self._orders.put(None)
        self._thread.join(10.0)

    def order(self, wish: Wish) -> Report:
        """Have a report written; returns at once.

        Raises: NotFound for a run that is not there; Refused for a title that is too long; Conflict when too many wait.
        """
        if wish.title and len(wish.title) > LONGEST_TITLE:
            raise Refused(f"A title has at most {LONGEST_TITLE} characters; this one has {len(wish.title)}.")
        if wish.columns not in (1, 2):
            raise Refused(f"A report has 1 or 2 columns, not {wish.columns}.")
        now = self._clock.wall_s()
        run = run_meant(wish, self._sources.store, self._sources.workloads, now)
        with self._lock:
            if sum(not report.over for report in self._known.values()) >= MOST_WAITING:
                raise Conflict(
                    f"{MOST_WAITING} reports are waiting to be written; ask again when some of them are done."
                )
            report = Report(
                self._free_id(now), now, run.id, run.workload, wish.title or "", wish.focus, wish.columns, wish.by
            )
            (self._folder / report.id).mkdir(parents=True)
            self._known[report.id] = report
        self._write_down(report)
        self._orders.put((report.id, replace(wish, run=run.id)))
        return report

    def list(self) -> list[Report]:
        """All reports, newest first."""
        with self._lock:
            return sorted(self._known.values(), key=lambda report: (report.created_at, report.id), reverse=True)

    def get(self, id: str) -> Report:
        """The report of that id. Raises: NotFound."""
        with self._lock:
            if id not in self._known:
                raise NotFound(f"There is no report {id[:60]!r}; GET /api/reports lists those there are.")
            return self._known[id]

    def wait(self, id: str, timeout_s: float) -> Report:
        """The report once it is over, or as it is when the time is up. Raises: NotFound."""
        self.get(id)
        with self._lock:
            self._lock.wait_for(lambda: self._known[id].over, timeout_s)
            return self._known[id]

    def folder(self, id: str) -> Path:
        """Where a finished report's files are. Raises: NotFound; Conflict while it is being written, or when it failed."""
        report = self.get(id)
        if not report.over:
            raise Conflict(f"The report {id} is still being written ({report.stage or 'it waits for its turn'}).")
        if report.status == "failed":
            raise Conflict(f"The report {id} could not be written: {report.error}")
        return self._folder / report.id

    def file(self, id: str, form: str) -> Path:
        """One of a report's files, ``form`` being a name of ``FILES``. Raises: NotFound, Conflict."""
        path = self.folder(id) / FILES[form]
        if not path.is_file():
            report = self.get(id)
            raise NotFound(f"The report {id} has no {form}: {report.reason or 'it was not made'}")
        return path

    def facts(self, id: str) -> dict[str, Any]:
        """What ``facts.json`` says. Raises: NotFound, Conflict."""
        return json.loads(self.file(id, "facts").read_text("utf-8"))

    def _free_id(self, now: float) -> str:
        stem = f"report_{local_stamp(now)}"
        taken = (
            name for place in range(1, 10_000) if (name := stem if place == 1 else f"{stem}_{place}") not in self._known
        )
        return next(name for name in taken if not (self._folder / name).exists())

    def _work(self) -> None:
        while (order := self._orders.get()) is not None and not self._leaving.is_set():
            self._write(*order)

    def _write(self, id: str, wish: Wish) -> None:
        began = self._clock.monotonic_s()
        self._change(id, status="building", stage="beginning")
        try:
            built = build(
                id, self._folder / id, wish, self._sources, self._clock,
                lambda stage: self._change(id, stage=stage), self._leaving.is_set,
            )  # fmt: skip
        except LodgerError as error:
            self._change(id, status="failed", stage="", error=error.message)
        except Exception:  # the thread's border: the next report must still be written
            log.exception("the report %s could not be written", id)
            self._change(id, status="failed", stage="", error="It failed unexpectedly; the log has the details.")
        else:
            self._change(
                id, status="done", stage="", title=built.title, pdf=built.pdf, reason=built.reason, facts=built.facts,
                by_model=built.by_model, duration_s=self._clock.monotonic_s() - began,
            )  # fmt: skip

    def _change(self, id: str, **fields: Any) -> None:
        with self._lock:
            report = self._known[id] = replace(self._known[id], **fields)
            self._lock.notify_all()
        self._write_down(report)

    def _write_down(self, report: Report) -> None:
        try:
            (self._folder / report.id / "state.json").write_text(json.dumps(asdict(report)), "utf-8")
        except OSError:
            log.warning("the state of %s could not be written", report.id, exc_info=True)


def _found(folder: Path) -> list[Report]:
    """The reports of earlier launches; one that was being written then has failed."""
    states = [path for path in sorted(folder.glob("report_*/state.json")) if _ID.fullmatch(path.parent.name)]
    return [report for path in states if (report := _read(path)) is not None]


def _read(path: Path) -> Report | None:
    try:
        told = json.loads(path.read_text("utf-8"))
        report = Report(**{**told, "id": path.parent.name, "by_model": tuple(told.get("by_model", ()))})
    except (OSError, ValueError, TypeError):
        log.warning("%s cannot be read; its report is left out", path, exc_info=True)
        return None
    return (
        report
        if report.over
        else replace(report, status="failed", stage="", error="Lodger was stopped while it was written.")
    )
