"""What the Reports tab does: orders reports, lists them, shows their pages, and sets two of them side by side."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import gradio as gr

from measurement.errors import LodgerError
from ui.fragments import pill, table, text
from whitepapers.book import Evidence
from whitepapers.comparing import Difference, differences
from whitepapers.compilers import ADVICE, chosen
from whitepapers.desk import Report, Reports
from whitepapers.pages import count
from whitepapers.paper import Wish
from whitepapers.shown import shown
from whitepapers.web import number

if TYPE_CHECKING:
    from ui.house import House

PRESENT = "the present run"
AUTOMATIC = "the first metric"
ANOTHER = "choose a report"
MOST_RUNS, MOST_DIFFERENCES = 40, 200
STATES = {"waiting": "starting", "building": "running", "done": "finished", "failed": "failed"}
COLUMNS = {"one column": 1, "two columns": 2}


class ReportDesk:
    """The handlers of the tab; it holds nothing between two calls."""

    def __init__(self, house: House) -> None:
        self._house = house

    @property
    def desk(self) -> Reports | None:
        """Who writes the reports, if this launch has somebody."""
        return self._house.find(Reports)

    def runs(self) -> list[tuple[str, str]]:
        """What can be written about, newest first."""
        found = self._house.store.runs(limit=MOST_RUNS)
        listed = [(f"{run.workload} · {_when(run.started_at)} · {run.state}", run.id) for run in found]
        return [(PRESENT, ""), *listed]

    def metrics(self, run: str | None) -> Any:
        """The metrics of that run to choose a focus from."""
        snapshots = [workload.snapshot() for workload in self._house.workloads]
        ids = [run] if run else [one.run for one in snapshots[:1] if one.run]
        names = [name for id in ids for name in self._house.store.metrics(id)]
        return gr.update(choices=[(AUTOMATIC, ""), *[(name.replace("_", " "), name) for name in names]])

    def write(self, run: str | None, focus: str | None, title: str | None, columns: str) -> tuple[str, Any]:
        """Have a report written; says so, and turns the page to it."""
        desk = self.desk
        if desk is None:
            return "No reports are written in this launch.", gr.skip()
        self._house.store.flush()
        try:
            report = desk.order(
                Wish(
                    run or None,
                    (title or "").strip() or None,
                    focus or None,
                    COLUMNS.get(columns, 1),
                    "a person on the page",
                )
            )
        except LodgerError as error:
            return text(error.message), gr.skip()
        return f"**{report.id}** is being written; the simulation goes on meanwhile.", gr.update(
            choices=self.choices(), value=report.id
        )

    def again(self, id: str | None, focus: str | None) -> tuple[str, Any]:
        """The same run once more, with the focus that is chosen above."""
        desk = self.desk
        if desk is None or not id:
            return "Choose a report first.", gr.skip()
        report = desk.get(id)
        columns = next(name for name, count in COLUMNS.items() if count == report.columns)
        return self.write(report.run, focus, report.title if report.title.find(report.run) < 0 else None, columns)

    def choices(self) -> list[tuple[str, str]]:
        """The reports to choose from, newest first."""
        desk = self.desk
        return [(_line(report), report.id) for report in desk.list()] if desk else []

    def refresh(self, chosen: str | None, other: str | None, drawn: Any) -> tuple[Any, ...]:
        """The list, and the chosen report when it has changed."""
        listed = self.choices()
        known = [id for _, id in listed]
        kept = chosen if chosen in known else (known[0] if known else None)
        report = self.desk.get(kept) if self.desk and kept else None
        key = repr((report, listed))
        before, former = drawn or ("", None)
        if key == before:
            return (drawn, *[gr.skip()] * 5)
        others = [(ANOTHER, ""), *(pair for pair in listed if pair[1] != kept)]
        return (
            (key, kept),
            gr.update(choices=listed, value=kept, visible=bool(listed)),
            self._head(report),
            self._pages(report),
            gr.update(choices=others) if kept == former else gr.update(choices=others, value=""),
            self.compare(kept, other) if kept == former else "",
        )

    def compare(self, id: str | None, other: str | None) -> str:
        """The facts that two reports tell differently."""
        desk = self.desk
        if desk is None or not id or not other:
            return ""
        try:
            found = differences(desk.facts(id), desk.facts(other))
        except LodgerError as error:
            return f'<p class="trouble">{text(error.message)}</p>'
        rows = [
            (text(pair.key), _said(pair.first), _said(pair.second), _change(pair)) for pair in found[:MOST_DIFFERENCES]
        ]
        heads = ("fact", *(f"{_when(one.created_at)} · {one.workload}" for one in map(desk.get, (id, other))), "change")
        more = (
            f'<p class="quiet">{len(found) - MOST_DIFFERENCES} more in the facts.json of both.</p>'
            if len(found) > MOST_DIFFERENCES
            else ""
        )
        title = "1 fact differs" if len(found) == 1 else f"{len(found)} facts differ"
        listed = table(heads, rows, "The two reports say the same.", heads[1:3])
        return f'<div class="panel report-differences"><h3>{title}</h3>{listed}{more}</div>'

    def _head(self, report: Report | None) -> str:
        if report is None:
            return _nothing()
        title = text(report.title or f"About {report.workload}")
        state = f"{pill(STATES[report.status])} " if report.status != "done" else ""
        doing = f'<p class="quiet">{text(report.stage or "It waits for its turn.")}</p>' if not report.over else ""
        wrong = f'<p class="trouble">{text(report.error)}</p>' if report.error else ""
        lacking = f'<p class="doc quiet">There is no PDF. {text(report.reason)}</p>' if report.reason else ""
        links = "".join(
            f'<a class="file" href="{text(address)}" target="_blank">{text(form)}</a>'
            for form, address in report.to_json()["links"].items()
        )
        by = (
            f"Parts by the language model: {', '.join(report.by_model)}."
            if report.by_model
            else "All sentences are templates."
        )
        facts = (
            f"{report.facts} facts, written in {report.duration_s:.1f} s for {report.asked_by}. {by}"
            if report.status == "done" and report.duration_s
            else ""
        )
        return f'<div class="report-head"><h3>{state}{title}</h3>{doing}{wrong}{lacking}<p class="files">{links}</p><p class="quiet">{text(facts)}</p></div>'

    def _pages(self, report: Report | None) -> str:
        desk = self.desk
        if desk is None or report is None or report.status != "done":
            return ""
        if not report.pdf:
            page = desk.file(report.id, "html").read_text("utf-8")
            return f'<iframe class="report-page" sandbox="" title="the report" srcdoc="{text(page)}"></iframe>'
        numbers = range(1, count(desk.file(report.id, "pdf")) + 1)
        pictures = "".join(
            f'<a href="/api/reports/{report.id}.pdf#page={number}" target="_blank"><img loading="lazy" alt="page {number}" src="/api/reports/{report.id}/pages/{number}.png"></a>'
            for number in numbers
        )
        return f'<div class="report-pages">{pictures}</div>'


def _line(report: Report) -> str:
    mark = {"done": "", "failed": " · failed"}.get(report.status, f" · {report.stage or report.status}")
    focus = f" · {report.focus.replace('_', ' ')}" if report.focus else ""
    return f"{_when(report.created_at)} · {report.workload}{focus}{mark}"


def _when(wall_s: float) -> str:
    return f"{datetime.fromtimestamp(wall_s):%d %b %H:%M}"


def _said(one: Evidence | None) -> str:
    return '<span class="quiet">–</span>' if one is None else number(shown(one.fact))


def _change(pair: Difference) -> str:
    """From the first report to the second, with its sign."""
    return (
        ""
        if pair.change is None or pair.first is None
        else text(f"{pair.change:+.4g} {pair.first.fact.unit}".replace("-", "−"))
    )


def _nothing() -> str:
    advice = "" if chosen() else f'<p class="doc quiet">{text(ADVICE)}</p>'
    return (
        '<div class="report-head"><h3>No report yet</h3><p class="quiet">Choose a run and press <b>Write report</b>, or ask in the chat: '
        f"“write it up”. Every number in it will lead to the fact behind it.</p>{advice}</div>"
    )
