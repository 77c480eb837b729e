"""The tool that has a report of a run written."""

from __future__ import annotations

from measurement.facts import Fact, format_number
from tools.contract import Outcome, ToolContext
from tools.names import resolve
from tools.target import target
from whitepapers.desk import Report, Reports
from whitepapers.paper import Wish

ACTUATOR = False
PATIENCE_S = 12.0
NO_DESK = "No reports are written in this launch."
ASKED_BY = {
    "model": "a person in the chat",
    "user": "a person on the page",
    "rest": "a program over REST",
    "websocket": "a program over the WebSocket",
    "watch": "a watch",
}


def generate_white_paper(
    context: ToolContext,
    run: str | None = None,
    title: str | None = None,
    focus: str | None = None,
    workload: str | None = None,
) -> Outcome:
    """Write a white paper, a LaTeX report with traced numbers, about a run of the simulation.

    Args:
        run: id of the run, such as run-9f3c1a2b7d04; leave out for the present one.
        title: title of the report; leave out for one that says what it is about.
        focus: name of the metric that the report looks at first, such as correlation.
        workload: name of the simulation; leave out for the current one.
    """
    desk = context.need(Reports, NO_DESK)
    meant, metric, said = _meant(context, run, focus, workload)
    context.store.flush()  # what happened a moment ago belongs in the report
    wish = Wish(meant, title, metric, by=ASKED_BY.get(context.actor.kind, context.actor.kind))
    report = desk.order(wish)
    report = desk.wait(report.id, PATIENCE_S)
    status = {"done": "done", "failed": "failed"}.get(report.status, "done")
    words = f"{said} {_words(report)}".strip()
    return Outcome("failed" if status == "failed" else "done", words, {"report": report.to_json()}, _facts(report))


def _meant(
    context: ToolContext, run: str | None, focus: str | None, workload: str | None
) -> tuple[str, str | None, str]:
    """The run, the metric and what had to be guessed of its name. Raises: NotFound, Ambiguous."""
    if run is not None:
        return run, focus, ""
    source = target(context, workload)
    snapshot = source.snapshot()
    if focus is None:
        return snapshot.run or source.name, None, ""
    match = resolve(focus, dict.fromkeys(snapshot.metric_names, ()), "metric")
    return snapshot.run or source.name, match.name, match.said or ""


def _words(report: Report) -> str:
    base = f"/api/reports/{report.id}"
    about = f"the run {report.run} of **{report.workload}**"
    if report.status == "failed":
        return f"The white paper about {about} could not be written: {report.error}"
    if report.status != "done":
        return f"The white paper **{report.id}** about {about} is being written ({report.stage or 'it waits for its turn'}); it will be in the Reports tab."
    first = f"[PDF]({base}.pdf), " if report.pdf else ""
    lacking = f" There is no PDF: {report.reason}" if report.reason else ""
    return (
        f"The white paper **{report.id}** about {about} is written, with {format_number(report.facts)} traced facts: "
        f"{first}[LaTeX]({base}.tex), [web page]({base}.html), [everything]({base}.zip).{lacking}"
    )


def _facts(report: Report) -> list[Fact]:
    known = {"report": report.id, "run": report.run, "facts in the report": report.facts}
    return [Fact(name, value, source=f"report {report.id}", taken_at=report.created_at, run=report.run)
            for name, value in known.items() if value is not None]  # fmt: skip
