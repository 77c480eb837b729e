"""The control chart of the engine's probe while a run lasted: its points, the limits then in force, and what broke them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from measurement.control import freeze, from_record, metric_named
from measurement.facts import Value
from measurement.spc import violations
from whitepapers.archive import PROBE, Archive

UNITS = {
    "points": "",
    "median": "s",
    "center": "s",
    "lower": "s",
    "upper": "s",
    "broken": "",
    "unanswered": "",
    "provisional": "",
}


FEWEST_POINTS = 20  # for limits out of a run's own points


@dataclass(frozen=True)
class Charted:
    """Times (Unix), values (None: not measured), limits in the metric's unit, and the indices that break a rule."""

    who: str
    times: list[float]
    values: list[float | None]
    center: float | None
    lower: float | None
    upper: float | None
    broken: list[int]
    unanswered: int
    provisional: bool


def answer(archive: Archive, run: str, metric: str, what: str) -> Value:
    """``what`` is a name of ``UNITS``."""
    chart = charted(archive, run, metric)
    if chart is None:
        return None
    known = [value for value in chart.values if value is not None]
    counted = {"points": len(known), "broken": len(chart.broken), "median": float(np.median(known)) if known else None}
    return counted[what] if what in counted else getattr(chart, what)


def faded(archive: Archive, run: str, metric: str, what: str) -> bool:
    """Whether the telemetry has been thinned since: then the same question has another answer."""
    until = archive.ended_at(run) or archive.until
    rows = archive.store.telemetry(archive.run(run).started_at, until, only=PROBE)
    return not rows or any(row.extremes is not None for row in rows)


def charted(archive: Archive, run: str, metric: str) -> Charted | None:
    """The chart of the probe of this machine; None when nothing was measured while the run lasted."""
    row, wanted = archive.run(run), metric_named(metric)
    until = archive.ended_at(run) or archive.until
    times, listed, outcomes = archive.store.telemetry_points(metric, row.started_at, until, PROBE)
    if not times:
        return None
    values = [None if value is None else float(value) for value in listed]
    records = [one for one in archive.store.baselines(only={"metric": metric, **PROBE}) if one.taken_at <= until]
    enough = sum(value is not None for value in values) >= FEWEST_POINTS
    own = freeze(times, values, wanted.transform) if enough else None
    limits = from_record(records[0]) if records else own
    last = archive.store.telemetry(times[-1], times[-1], only=PROBE)[-1]
    broken: list[int] = []
    if limits is not None:
        series = np.array([np.nan if value is None else value for value in values], dtype=np.float64)
        with np.errstate(invalid="ignore", divide="ignore"):
            judged = np.log(series) if wanted.transform == "log" else series
        found = violations(judged, limits.center, limits.sigma).values()
        judged_from = float(limits.last_at) if records else -np.inf  # a baseline's own points are not judged by it
        broken = sorted({int(index) for indices in found for index in indices if times[index] > judged_from})
    return Charted(
        f"{last.model} on {last.provider}", times, values, limits and limits.at(0), limits and limits.at(-3),
        limits and limits.at(3), broken, sum(outcome not in ("ok", "skipped") for outcome in outcomes), not records,
    )  # fmt: skip
