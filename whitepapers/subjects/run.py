"""The run itself, the report, the machine and the versions."""

from __future__ import annotations

from whitepapers.book import UNIX_TIME
from whitepapers.paper import Paper

ORDER = 10


def gather(paper: Paper) -> None:
    """Take what identifies the run and how far it is."""
    book, run = paper.book, paper.run
    book.note("run.id", run.id, source="store")
    for field in ("workload", "state", "device"):
        book.ask(f"run.{field}", "run", field=field)
    book.ask("run.started_at", "run", UNIX_TIME, field="started_at")
    book.ask("run.ended_at", "run", UNIX_TIME, field="ended_at", reason="the run goes on, or was killed")
    book.ask("run.duration", "run", "s", field="duration_s")
    book.ask("run.last_words", "run", field="last_words", reason="it said nothing at its end")
    book.ask("run.steps", "last_step", name="completed steps")
    book.ask("run.total_steps", "run", field="total_steps", reason="the run has no end of its own")
    if "run.steps" in book:
        book.derive("run.pace", "run.steps / run.duration", "1/s", "steps a second, pauses counted")
    if "run.steps" in book and "run.total_steps" in book:
        book.derive("run.progress", "run.steps / run.total_steps", "%")
    for what in ("changes", "alerts", "incidents", "metrics", "parameters"):
        book.ask(f"count.{what}", "count", what=what)
    if paper.snapshot and paper.snapshot.doc:
        book.note("run.doc", paper.snapshot.doc.rstrip("."), source=f"workload {run.workload}, its own words")
    _report(paper)
    _machine(paper)
    for name, (constant, unit) in getattr(paper.method, "CONSTANTS", {}).items():
        book.ask(f"constant.{name}", "constant", unit, workload=run.workload, constant=constant)


def _report(paper: Paper) -> None:
    book = paper.book
    book.note("report.id", paper.id, source="Lodger")
    book.note("report.made_at", book.archive.until, UNIX_TIME, source="the machine's clock")
    book.note("report.title", paper.wish.title, source="whoever asked for the report", reason="no title was given")
    book.note("report.asked_by", paper.wish.by, source="Lodger")
    book.note("report.version", paper.version, source="Lodger")
    book.note("report.focus", paper.focus, source="whoever asked for the report", reason="the run has told no metric")


def _machine(paper: Paper) -> None:
    book, machine = paper.book, paper.machine
    book.note("machine.cpu", machine.cpu_name, source="operating system")
    book.note("machine.cpus", machine.cpu_count, source="operating system")
    book.note("machine.memory", machine.memory_bytes / 2**30, "GiB", source="operating system")
    gpus = ", ".join(gpu.name for gpu in machine.gpus) or None
    book.note("machine.gpus", gpus, source="NVML", reason=machine.gpu_reason or "there is none")
    book.note("machine.os", machine.os, source="operating system")
    book.note("machine.python", machine.python, source="interpreter")
