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
_VIOLATION = re.compile(
    r"(?<![\w-])(?:(?:rule|limit|nelson|control)[- ]?violations?|violat\w+ (?:of )?(?:any |the |its |your )?(?:control |nelson )?(?:rules?|limits?)|(?:western electric|nelson) rules?|sigma limits?"
    r"|(?:outside|beyond|within|inside|exceed\w*|cross\w*|off) (?:of )?(?:the |its |their |your )?(?:control )?(?:limits|charts)|special causes?|statistically stable|regelverletzung\w*|eingriffsgrenzen?)(?![\w-])",
    re.I,
)
_ENGINES = re.compile(  # what only the one who answers has
    r"(?<![\w-])(?:latenc(?:y|ies)|latenz(?:en)?|latence|latencia|response times?|answer(?:ing)? times?|antwortzeit(?:en)?|temps de réponse|tiempos? de respuesta|(?:time|zeit) (?:to|bis zum) (?:the |your )?(?:first|ersten) token|ttft|tokens? (?:per|a) second"
    r"|tokens?/s|tok/s|inter-?token(?: time| latency)?|token (?:rate|speed|throughput)|(?:your|the (?:model|llm|assistant)['’]s|the (?:model|llm)) (?:own )?(?:speed|throughput|performance|response))(?![\w-])",
    re.I,
)
_LIVE = re.compile(  # … asked of here and now, not of the world
    r"(?<![\w-])(?:you|your|yours|model(?:['’]s)?|llm(?:['’]s)?|assistant(?:['’]s)?|engine(?:['’]s)?|last|past|today|tonight|recent(?:ly)?|lately|drift\w*|stable|steady|charts?|trend|anomal\w+|outliers?|normal|unusual|spik\w+|jump\w*|now|current(?:ly)?|show|plot|going|been|so far|shift\w*"
    r"|worse|better|slow\w*|zeig\w*|deine?|stabil|montre|stables?|muestra|estables?|tu|ta|tes)(?![\w-])",
    re.I,
)
_CAUSE = re.compile(
    r"(?<![\w-])(?:what (?:caused|happened|triggered|raised|set off|was)|why|reasons? for|explain|cause of|behind|was war|warum|pourquoi|por qué)(?![\w-])[^.;!?]*(?<![\w-])(?:alarms?|alarme?|alarmas?|alarmes?|out[- ]of[- ]control)(?![\w-])",
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
    if _CAUSE.search(text):
        yield "explain_incident", {}
    elif _CHART.search(text) or _VIOLATION.search(text) or _is_of_engine(clause):
        yield "get_control_chart", {"metric": {"enum": [_metric(clause, reading)]}, "hours": {"enum": [hours_in(text)]}}
    elif _INCIDENT.search(text):
        named = _ID.search(text)
        yield "explain_incident", {"id": {"enum": [named[1] or named[2]]}} if named else {}


def _is_of_engine(clause: Clause) -> bool:
    """ "How has your latency been lately?", but not "what is latency?"; and not what the simulation calls so."""
    said = _ENGINES.search(clause.text)
    if not said or any(m.start <= said.start() and said.end() <= m.end for m in clause.mentions):
        return False
    rest = clause.text[: said.start()] + clause.text[said.end() :]
    if not re.search(r"\w", rest):
        return True
    return bool(_LIVE.search(rest) or said.group().lower().startswith(("your", "the ")))


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
