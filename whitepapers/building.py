"""From a wish to a folder: facts, words, pictures, LaTeX, HTML, PDF. A report that breaks a rule is not built."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from measurement.clock import Clock
from measurement.errors import NotFound, ReportError
from measurement.host import Machine
from measurement.store import Run, Store
from whitepapers import bibliography, compilers, compiling, sections, subjects
from whitepapers.archive import Archive
from whitepapers.book import Book
from whitepapers.document import Document, Paragraph
from whitepapers.latex import Latex
from whitepapers.paper import Paper, Wish
from whitepapers.phrases import fact, plural, state, steps
from whitepapers.pictures import Pictures
from whitepapers.prose import Prose
from whitepapers.web import Web
from workloads.runner import Workloads

LONGEST_TITLE = 300
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Sources:
    """Where a report's facts come from.

    ``draft`` is a model that writes prose, if one is good enough; ``evaluations`` the folder of the models' evaluations;
    ``metered`` has what a run used so far written down, and says why it cannot.
    """

    store: Store
    workloads: Workloads
    machine: Machine
    version: str
    draft: Callable[[str], str] | None = None
    evaluations: Path | None = None
    metered: Callable[[str], str | None] = lambda _run: "this launch meters no runs"


@dataclass(frozen=True)
class Built:
    """What came of it. ``reason`` says why there is no PDF."""

    title: str
    pdf: bool
    reason: str | None
    facts: int
    by_model: tuple[str, ...]


def run_meant(wish: Wish, store: Store, workloads: Workloads, until: float) -> Run:
    """The run of that id, else the newest of that workload, else of the first workload.

    Raises: NotFound.
    """
    archive = Archive(store, until)
    runs = archive.runs()
    if wish.run is None:
        names = workloads.names()
        found = next((run for run in runs if not names or run.workload == names[0]), None)
    else:
        found = next((run for run in runs if wish.run in (run.id, run.workload)), None)
    if found is None:
        asked = f"no run {wish.run!r}, and no run of a simulation of that name yet," if wish.run else "no run yet"
        raise NotFound(
            f"There is {asked} to write about.", suggestions=list(dict.fromkeys(run.workload for run in runs))
        )
    return found


def build(  # noqa: PLR0917  # what, where, about what, from what, by which clock; and who is told
    id: str, folder: Path, wish: Wish, sources: Sources, clock: Clock, progress: Progress, stopping: Callable[[], bool]
) -> Built:
    """Write the report into ``folder``, which exists and is empty.

    Raises: ReportError, NotFound, StoreError. A missing or failing LaTeX is no error: the rest is there.
    """
    prose = Prose(sources.draft)
    # a model takes its time over prose, and a process should not wait for it with its pencil in hand
    with Pictures(folder, stopping, early=sources.draft is None) as pictures:
        progress("collecting facts")
        unmetered = sources.metered(wish.run or "")
        paper = _paper(id, wish, sources, clock.wall_s(), prose)
        paper.unmetered = unmetered
        subjects.gather(paper)
        progress("writing")
        document = _document(paper)
        latex = Latex(paper.book, document)
        text = latex.whole()
        pictures.order(paper.plots)
        _keep(folder, paper, document, text, latex.cited)
        if not sources.store.add_facts(paper.book.facts()) or not sources.store.flush():
            raise ReportError(
                f"The report's facts could not be kept: {sources.store.problem or 'the store takes too long'}"
            )
        progress("drawing")
        pictures.wait_for_latex()
        log, reason = _compiled(folder, progress, stopping)
        pictures.wait()
    (folder / "report.html").write_text(Web(paper.book, document, folder).whole(), "utf-8")
    (folder / "build.log").write_text("\n".join([*prose.log, log]), "utf-8")
    shutil.rmtree(folder / "tmp", ignore_errors=True)
    by_model = tuple(section.name for section in document.sections if section.by_model)
    title = str(paper.book.value("report.title") or f"{paper.run.workload}, {paper.run.id}")
    return Built(title, reason is None, reason, len(paper.book.facts()), by_model)


def _paper(id: str, wish: Wish, sources: Sources, until: float, prose: Prose) -> Paper:
    run = run_meant(wish, sources.store, sources.workloads, until)
    live = next((one for one in sources.workloads if one.name == run.workload), None)
    snapshot = live.snapshot() if live else None
    pictures = live.pictures() if live and snapshot and snapshot.run == run.id else {}
    archive = Archive(sources.store, until, sources.evaluations)
    title = None if wish.title is None else " ".join(wish.title.split())[:LONGEST_TITLE] or None
    return Paper(
        id, replace(wish, title=title), run, Book(archive, run.id), snapshot, pictures, sources.machine, sources.version,
        focus=_focus(wish, archive, run), write_prose=prose.paragraph,
    )  # fmt: skip


def _focus(wish: Wish, archive: Archive, run: Run) -> str | None:
    """The metric that was asked for, else the first. Raises: NotFound for one that the run does not have."""
    metrics = list(archive.metrics(run.id))
    if wish.focus is None:
        return metrics[0] if metrics else None
    if wish.focus not in metrics:
        raise NotFound(
            f"The run {run.id} has no metric {wish.focus!r}; it has {', '.join(metrics) or 'none'}.",
            suggestions=metrics,
        )
    return wish.focus


def _document(paper: Paper) -> Document:
    body = sections.written(paper)
    title = fact("report.title") if "report.title" in paper.book else f"A run of {fact('run.workload')}"
    if "report.title" not in paper.book and paper.focus:
        title += f", with a look at {fact('report.focus')}"
    subtitle = (
        f"{fact('report.id')} by Lodger {fact('report.version')} on the run {fact('run.id')}, {fact('report.made_at')}"
    )
    by_model = [section.title for section in body if section.by_model]
    wrote = (
        f" The language model drafted parts of: {', '.join(by_model)}; they are marked LM."
        if by_model
        else " All sentences are templates; no language model wrote any."
    )
    abstract = [_abstract(paper), Paragraph(f"Every number links to the fact behind it.{wrote}")]
    return Document(paper.id, title, subtitle, abstract, body, paper.wish.columns)


def _abstract(paper: Paper) -> Paragraph:
    doc = f", {fact('run.doc')}," if "run.doc" in paper.book else ""
    focus = f" In focus is {fact('report.focus')}." if paper.focus else ""
    return Paragraph(
        f"The simulation {fact('run.workload')}{doc} {state(paper)} after {steps(paper)}. "
        f"There {'was' if paper.book.value('count.changes') == 1 else 'were'} {plural(paper, 'count.changes', 'parameter change', 'parameter changes')}, "
        f"{plural(paper, 'count.alerts', 'alert', 'alerts')} and {plural(paper, 'count.incidents', 'incident', 'incidents')} of the control charts.{focus}"
    )


def _keep(folder: Path, paper: Paper, document: Document, text: str, cited: list[str]) -> None:
    """Everything but pictures and PDF, with the facts once more as JSON."""
    (folder / "report.tex").write_text(text, "utf-8")
    if cited:
        (folder / "references.bib").write_text(bibliography.cited(cited), "utf-8")
    told: dict[str, Any] = {
        "report": paper.id,
        "run": paper.run.id,
        "made_at": paper.archive.until,
        "sections_by_model": [section.name for section in document.sections if section.by_model],
        "facts": [evidence.to_json() for evidence in paper.book],
    }
    (folder / "facts.json").write_text(json.dumps(told, indent=1, ensure_ascii=False, default=str), "utf-8")


def _compiled(folder: Path, progress: Progress, stopping: Callable[[], bool]) -> tuple[str, str | None]:
    """What the compiler said, and why there is no PDF (None when there is one)."""
    compiler = compilers.chosen()
    if compiler is None:
        return compilers.ADVICE, compilers.ADVICE
    progress(f"compiling with {compiler.name}")
    try:
        return compiling.compile_report(folder, compiler, stopping), None
    except ReportError as error:
        return f"{error.message}\n\n{error.details.get('output', '')}", error.message
