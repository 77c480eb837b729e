"""Tables to take away: the incidents and the telemetry, as CSV or JSON."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from fastapi.responses import Response

from measurement.clock import SYSTEM_CLOCK, iso_utc
from measurement.store import ChartIncident, Telemetry
from ui.house import House
from ui.replies import StrictJSON

HOUR_S = 3600.0
HOURS = Annotated[float, Query(gt=0, le=366 * 24)]
FORMAT = Annotated[Literal["csv", "json"], Query(description="a table, or everything with points and snapshots")]
_NESTED = {"points", "snapshot", "others", "extremes"}
_TIMES = {"taken_at", "started_at", "ended_at", "acknowledged_at", "resolved_at"}
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


def router(house: House) -> APIRouter:
    """The routes under ``/api/export``."""
    routes = APIRouter(prefix="/export")

    @routes.get("/violations", response_class=Response, summary="The incidents as CSV or JSON")
    def violations(hours: HOURS = 24.0 * 31, format: FORMAT = "csv") -> Response:
        since = SYSTEM_CLOCK.wall_s() - hours * HOUR_S
        return _table(format, "violations", ChartIncident, house.store.incidents(since))

    @routes.get("/stats", response_class=Response, summary="The telemetry as CSV or JSON")
    def stats(hours: HOURS = 24.0, format: FORMAT = "csv") -> Response:
        since = SYSTEM_CLOCK.wall_s() - hours * HOUR_S
        return _table(format, "telemetry", Telemetry, house.store.telemetry(since))

    return routes


def _table(format: str, name: str, kind: Any, rows: Sequence[Any]) -> Response:
    if format == "csv":
        return _csv(name, _columns(kind), map(asdict, rows))
    answer = StrictJSON({name: rows})
    answer.headers["Content-Disposition"] = f'attachment; filename="lodger-{name}.json"'
    return answer


def _columns(kind: Any) -> list[str]:
    return [each.name for each in fields(kind) if each.name not in _NESTED]


def _csv(name: str, columns: Sequence[str], rows: Iterable[dict[str, Any]]) -> Response:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(column, row[column]) for column in columns])
    headers = {"Content-Disposition": f'attachment; filename="lodger-{name}.csv"'}
    return Response(text.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def _cell(column: str, value: Any) -> Any:
    """Times as ISO 8601 in UTC; words that a spreadsheet would take for a formula begin with an apostrophe."""
    if value is not None and column in _TIMES:
        return iso_utc(value)
    if isinstance(value, list):
        return " ".join(str(item) for item in value)
    return "'" + value if isinstance(value, str) and value.startswith(FORMULA_SIGNS) else value
