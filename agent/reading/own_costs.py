"""Questions about the house itself: the power that it draws, the energy that its answers used.

Simulations have energies and powers too. So a word for either is not enough: the sentence must also speak of the machine, of the one
who answers, or of answers; where it names a metric of the run, it must say "you", "your", or name the machine.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from agent.reading.clause import Clause
from agent.reading.message import Reading

_ENERGY = re.compile(
    r"(?<![\w-])(?:energy|watt[- ]?hours?|k?wh|joules?|carbon|co2|co₂|emissions?|energie|strom|énergie|energía)(?![\w-])",
    re.I,
)
_POWER = re.compile(
    r"(?<![\w-])(?:power|watts?|wattage|electricity|leistung|strom|puissance|potencia)(?![\w-])(?! of \d)", re.I
)
_ANSWERS = re.compile(
    r"(?<![\w-])(?:answers?|answering|repl(?:y|ies)|responses?|chat|conversation|messages?|questions?|tokens?"
    r"|antworten?|réponses?|respuestas?)(?![\w-])",
    re.I,
)
_HOUSE = re.compile(
    r"(?<![\w-])(?:you|your|yours|yourself|(?:this|the) (?:machine|computer|host|pc|laptop|workstation|server|hardware|box|rig|node|desktop|tower|gpu|card|cpu|system|thing|llm|language model|model)|lodger"
    r"|du|dein\w*|maschine|rechner|tu|ton|tes|vous|votre|vos|tus?|máquina|ordinateur)(?![\w-])",
    re.I,
)
_SPENDING = re.compile(
    r"(?<![\w-])(?:us(?:e|ed|es|ing)|draw(?:s|ing|n)?|pull(?:s|ing)?|consum\w+|cost|spent|spend|need(?:ed|s)?|tak(?:e|es|ing)|burn\w*"
    r"|how (?:much|many)|verbrauch\w*|ziehst|wie ?viel|combien|consom\w+|cuánt\w+)(?![\w-])",
    re.I,
)
_CURRENT = re.compile(r"(?<![\w-])(?:electricity|strom|électricité|electricidad|power)(?![\w-])", re.I)
_SO_FAR = re.compile(
    r"(?<![\w-])(?:so far|have|has|did|burn(?:t|ed)|used|consumed|spent|since|today|in total|answering)(?![\w-])", re.I
)
_SINGLE = re.compile(r"(?<![\w-])(?:last|previous|that|your) (?:answer|reply|response)(?![\w-])", re.I)
_COUNT = re.compile(r"\b(\d{1,3})\b")
_NUMERALS = {word: n for n, word in enumerate("two three four five six seven eight nine ten".split(), 2)}  # noqa: SIM905
_NUMERAL = re.compile(rf"\b(?:last|past|previous|latest) ({'|'.join(_NUMERALS)})\b", re.I)
_NAMED = re.compile(  # what is asked for by its name needs no verb of spending
    r"(?<![\w-])(?:(?P<power>wattage|power (?:draw|consumption|usage|use|report)|stromverbrauch|leistungsaufnahme)"
    r"|(?:carbon|co2|co₂|energy|environmental) footprint|energy (?:report|receipt|bill|consumption|usage|footprint)|energieverbrauch|energiebericht|consommation d'énergie|consumo de energía)(?![\w-])",
    re.I,
)
DEFAULT_COUNT = 5

Entry = tuple[str, dict[str, Any]]


def asked(clause: Clause) -> list[Entry]:
    """The tools that a clause asks about the house, each with the shapes of its arguments."""
    return list(_asked(clause))


def calls(reading: Reading) -> list[dict[str, Any]]:
    """The calls that a message asks for about the house, where no simulation is there to confuse them with."""
    found = [(tool, shapes) for clause in reading.clauses for tool, shapes in asked(clause)]
    return [{"tool": tool, **{name: shape["enum"][0] for name, shape in shapes.items()}} for tool, shapes in found]


def _asked(clause: Clause) -> Iterator[Entry]:
    text = clause.text
    house = bool(_HOUSE.search(text))
    if not clause.has_order and (named := _NAMED.search(text)) and not _names_more(clause, named):
        yield ("get_power", {}) if named.group("power") else ("get_energy_report", {"last_n": {"enum": [_count(text)]}})
        return
    if clause.has_order or (clause.mentions and not house) or not _SPENDING.search(text):
        return
    answers = bool(_ANSWERS.search(text))
    spent = _POWER.search(text) and (answers or _SO_FAR.search(text))  # "how much electricity have your answers used?"
    if (_ENERGY.search(text) and (house or answers)) or (spent and house and _CURRENT.search(text)):
        yield "get_energy_report", {"last_n": {"enum": [_count(text)]}}
    elif _POWER.search(text) and house:
        yield "get_power", {}


def _names_more(clause: Clause, named: re.Match[str]) -> bool:
    """Whether the words are the name of something in the run, such as a metric ``power_draw``."""
    return any(m.how == "exact" and m.start <= named.start() and m.end >= named.end() for m in clause.mentions)


def _count(text: str) -> int:
    counts = [int(count) for count in _COUNT.findall(text) if 0 < int(count) <= 200]
    if not counts and (said := _NUMERAL.search(text)):
        return _NUMERALS[said.group(1).lower()]
    return counts[0] if counts else 1 if _SINGLE.search(text) else DEFAULT_COUNT
