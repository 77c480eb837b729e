"""How the engine did on its control chart while the run lasted."""

from __future__ import annotations

from whitepapers.paper import Paper
from whitepapers.queries.control import UNITS, charted

ORDER = 60
METRIC = "latency_s"
NOTHING = "the monitor measured nothing while the run lasted"
FEW = "there are too few points, or they vary too little, for limits"


def gather(paper: Paper) -> None:
    """Take points, limits and violations of the probe's latency; the chart itself is drawn from the same points."""
    chart = charted(paper.archive, paper.run.id, METRIC)
    reason = NOTHING if chart is None else FEW
    for what, unit in UNITS.items():
        paper.book.ask(f"control.{what}", "control", unit, method="derived", metric=METRIC, what=what, reason=reason)
    if chart is None or not chart.times:
        return
    paper.book.note("control.process", chart.who, source="store, telemetry")
    incidents = [one.started_at for one in paper.archive.incidents(paper.run.id)]
    begin = paper.run.started_at
    paper.draw("control", "control", seconds=[at - begin for at in chart.times], values=chart.values, unit="s",
               center=chart.center, lower=chart.lower, upper=chart.upper, broken=chart.broken, title="probe latency",
               incidents=[at - begin for at in incidents if at >= begin])  # fmt: skip
