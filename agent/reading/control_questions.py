"""Questions about statistical control: is a metric in control, its chart, the incidents.

Read from the words alone, for they name what a simulation may have too: "control" is a knob as well, so it takes "in control",
"out of control" or "control chart" to mean this. A metric that is not named is the latency.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from agent.reading.clause import Clause
from agent.reading.message import Reading
from measurement.control import METRICS

_CHART = re.compile(
    r"(?<![\w-])(?:control[- ]?charts?|(?:in|out of|under) (?:statistical )?control|control limits|statistical control"
    r"|nelson|shewhart|regelkarten?|unter kontrolle|außer kontrolle|carte de contrôle|gráfico de control)(?![\w-])",
    re.I,
)
_INCIDENT = re.compile(r"(?<![\w-])(?:incidents?|outages?|störung(?:en)?|vorfälle?|incidentes?|pannes?)(?![\w-])", re.I)
_ID = re.compile(r"(?<![\w-])(inc-[0-9a-f]{4,})|(?:incidents?|number|no\.?|nr\.?|#)\s*#?(\d{1,5})\b", re.I)
_TIME = re.compile(
    r"(?:(?<![\w.])(\d+(?:\.\d+)?|an?|one|two|three|six|twelve)?[ -]?)(minutes?|min|hours?|h|stunden?|heures?|horas?|days?|d|tage?|jours?|días?|weeks?|woche|semaine|semana)(?![\w-])",
    re.I,
)
_COUNTS = {"a": 1.0, "an": 1.0, "one": 1.0, "two": 2.0, "three": 3.0, "six": 6.0, "twelve": 12.0}
_HOURS = {"m": 1 / 60, "h": 1.0, "s": 1.0, "d": 24.0, "t": 24.0, "j": 24.0, "w": 168.0}  # by the unit's first letter
_WEEKS = ("sema", "woch")
DEFAULT_HOURS, LONGEST_HOURS = 1.0, 24.0 * 31
USUAL = "latency_s"

Entry = tuple[str, dict[str, Any]]


def asked(clause: Clause, reading: Reading) -> list[Entry]:
    """The tools that a clause asks about control, each with the shapes of its arguments."""
    return list(_asked(clause, reading))


def calls(reading: Reading) -> list[dict[str, Any]]:
    """The calls that a message asks for about control, where no simulation is there to confuse them with."""
    found = [(tool, shapes) for clause in reading.clauses for tool, shapes in asked(clause, reading)]
    return [{"tool": tool, **{name: shape["enum"][0] for name, shape in shapes.items()}} for tool, shapes in found]


def _asked(clause: Clause, reading: Reading) -> Iterator[Entry]:
    text = clause.text
    if clause.has_order:
        return
    if _CHART.search(text):
        yield "get_control_chart", {"metric": {"enum": [_metric(clause, reading)]}, "hours": {"enum": [hours_in(text)]}}
    elif _INCIDENT.search(text):
        named = _ID.search(text)
        yield "explain_incident", {"id": {"enum": [named[1] or named[2]]}} if named else {}


def _metric(clause: Clause, reading: Reading) -> str:
    """The metric that is named: the engine's and the machine's by their titles and aliases, else the simulation's."""
    text = clause.text.lower()
    words = [(name, word) for name, metric in METRICS.items() for word in (name, metric.title, *metric.aliases)]
    found = [
        (len(word), name) for name, word in words if re.search(rf"(?<![\w-]){re.escape(word.lower())}(?![\w-])", text)
    ]
    if found:
        return max(found)[1]
    return next((one.name for one in clause.mentions if one.name in reading.vocabulary.metrics), USUAL)


def hours_in(text: str) -> float:
    """``the last 6 hours`` -> 6, ``30 minutes`` -> 0.5, ``the last week`` -> 168; without a time one hour."""
    found = _TIME.search(text)
    if found is None:
        return DEFAULT_HOURS
    count, unit = (found[1] or "1").lower(), found[2].lower()
    each = 168.0 if unit.startswith(_WEEKS) else _HOURS[unit[0]]
    hours = (_COUNTS[count] if count in _COUNTS else float(count)) * each
    return min(hours, LONGEST_HOURS) if hours > 0 else DEFAULT_HOURS
