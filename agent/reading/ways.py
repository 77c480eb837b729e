"""A value with its way: "lower it by 0.5" says "down by 0.5", "times five" a factor, "drop it 20 K" leaves it open."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from agent.reading.bareness import without
from agent.reading.glossary import languages_of
from agent.reading.mentions import Mention
from tools.quantity import Span
from workloads.parameters import ParameterInfo

_BY = re.compile(r"\b(?:by|um|de|en|par|por|durch)\s+(?:another\s+)?(a factor of\s+|(?:einen )?faktor\s+)?$", re.I)
_DIRECTIONS = [
    (
        "up",
        re.compile(
            r"\b(?:increase|raise|bump|boost|crank|grow|up|enlarge|lengthen|stretch|widen|extend|strengthen|deepen|brighten|expand|heat|warm|speed|erhöh(?:en?)?|steigern?|steigere|vergrößern?|augmente[rz]?|monte[rz]?|sub[ea]|subir|aumenta[r]?|aumente|incrementa[r]?)\b",
            re.I,
        ),
    ),
    (
        "down",
        re.compile(
            r"\b(?:decrease|reduce|lower|drop|cut|shrink|shorten|narrow|weaken|dim|down|cool|slow|senk(?:en?)?|verringer[en]?|verringern|reduzieren?|verkleiner[en]?|verkleinern|baisse[rz]?|diminue[rz]?|réduis|réduisez|réduire|baj[ae]|bajar|reduce|reducir|reduzca|disminuye|disminuir)\b",
            re.I,
        ),
    ),
    (
        "up by a factor of",
        re.compile(r"\b(?:multiply|scale|multiplizieren?|multiplie[rz]?|multiplica[r]?|multiplique)\b", re.I),
    ),
    ("down by a factor of", re.compile(r"\b(?:divide|dividieren?|teilen?|divise[rz]?|dividir|divida)\b", re.I)),
]
_CHANGES = re.compile(r"\b(?:more|less|higher|lower|up|down)\b", re.I)  # it says itself where to
_ANOTHER = re.compile(r"\banother\s*$", re.I)
_TAKE = re.compile(r"\b(?:take|knock|cut|shave)\b", re.I)
_NOUN_MORE = re.compile(
    r"\s+(?!(?:and|or|to|of|is|as|with|for|no|not|then)\b)(?:[^\W\d_]+\s+)?(more|extra|fewer|less|higher|lower|up|down)\b(?! than\b| or\b)",
    re.I,
)  # "one turbine more"
_AWAY = re.compile(r"^[^,.;]{0,40}\b(?:away|off)\b", re.I)
_ADD = re.compile(r"\b(?:add|addiere?|ajoute[rz]?|añade)\s*$", re.I)
_SUBTRACT = re.compile(
    r"\b(?:subtract|take away|take off|deduct|remove|delete|take out|subtrahiere?|retire[rz]?|resta)\s*$", re.I
)
_PLUS = re.compile(r"(?<!\bto )\bplus\s*$", re.I)  # "plus 15 %", where "to plus 15" is a place
_TIMES = re.compile(r"(?:\btimes|(?<=\s)[×*])\s*$", re.I)
_RECKONS = re.compile(r"(?:([-+*/])=|(?<!\d)\s([/÷]))\s*$")  # "pump += 5", "pump / 2"
_RECKONED = {
    "+": "{} more",
    "-": "{} less",
    "*": "up by a factor of {}",
    "/": "down by a factor of {}",
    "÷": "down by a factor of {}",
}
_WAY = re.compile(r"\b(up|down)\s+$", re.I)  # "temperature up 0.5"
_SET_UP = re.compile(r"\b(?:set|start)\s+up\s+$", re.I)
_TO_ONE = re.compile(r"\b(?:à|a|auf|sur|en)\s+(?:une?|una|einen?|einer|einem)\s+[^,.;]*\b(?:de|von)\s*$", re.I)
_BY_ALONE = re.compile(r"\b(?:by|um)\s+$", re.I)
_TO = re.compile(r"\b(?:to|auf|à|au|aux|al|hasta)\s+$", re.I)  # "reduce it to 20 %" is a place, not a way
SHARE = re.compile(r"(?:%|per ?cent|prozent|pour cent|por ciento)\s*$", re.I)
_PLACED = re.compile(r"(?:[:=]|\b(?:to|at|be|is|auf|à|au|a|al|en))\s*$", re.I)
_NUMERATORS = {
    word: n
    for n, words in enumerate(("a an one", "two", "three", "four", "five", "six", "seven"), 1)
    for word in words.split()
}
_DENOMINATORS = {word: n for n, word in enumerate("third quarter fifth sixth seventh eighth ninth tenth".split(), 3)}  # noqa: SIM905
_FRACTIONS = re.compile(  # "half" alone stays open: of what?
    rf"({'|'.join(_NUMERATORS)})[ -]({'|'.join(_DENOMINATORS)})s?|(one)[ -](half)", re.I
)
_MOVING = re.compile(
    r"\b(?:increase|raise|bump|boost|decrease|reduce|lower|drop|cut|shrink|erhöhe?|senke?|augmente[rz]?|baisse[rz]?|sube|baja)\b",
    re.I,
)


def in_full(text: str, span: Span, names: Iterable[Mention]) -> str:
    """A value in full: "lower it by 0.5" says "down by 0.5"; a name ("speed limit") says no direction."""
    text = without(text, ((name.start, name.end) for name in names))
    before, after = text[: span.start], text[span.end :]
    if _CHANGES.search(span.text):
        return span.text
    if (more := _NOUN_MORE.match(after)) and re.fullmatch(r"[\w.,-]+", span.text):
        return f"{span.text} {'more' if more.group(1).lower() in ('more', 'extra', 'higher', 'up') else 'less'}"
    if _AWAY.search(after) and _TAKE.search(before):
        return f"{span.text} less"
    if _ANOTHER.search(before) or _ADD.search(before):
        return f"{span.text} more"
    if _SUBTRACT.search(before):
        return f"{span.text} less"
    if _PLUS.search(before) and SHARE.search(span.text):
        return f"{span.text} more"
    if _TIMES.search(before):
        return f"up by a factor of {span.text}"
    if (way := _WAY.search(before)) and not _SET_UP.search(before):
        return f"{way.group(1).lower()} by {span.text}"
    if reckons := _RECKONS.search(before):
        return _RECKONED[reckons.group(1) or reckons.group(2)].format(span.text)
    by = _BY.search(before)
    direction = next((word for word, verbs in _DIRECTIONS if verbs.search(before)), "")
    if by and not direction:  # "um 3 erhöhen"; "change it by 3" leaves the way open
        direction = next((word for word, verbs in _DIRECTIONS if verbs.search(after)), "")
        if not direction and _BY_ALONE.search(before):
            return f"by {span.text}"
    if re.match(r"orders? of magnitude", after.strip(), re.I) and direction:
        return f"{direction} by {span.text} {after.strip().split(' magnitude')[0]} magnitude"
    if (
        _TO.search(before)
        or _TO_ONE.search(before)
        or not direction
        or not (by or span.text.rstrip().endswith(("%", "percent", "per cent", "Prozent", "pour cent", "por ciento")))
    ):
        return span.text
    if "factor" in direction:
        return f"{direction} {span.text}"
    factor = "a factor of " if by and by.group(1) else ""
    return f"{direction} by {factor}{span.text}"


def as_share(text: str, span: Span, said: str, info: ParameterInfo, named: bool) -> str:
    """ "Set the humidity to three quarters" means 3 in 4 where the parameter counts shares, and no verb speaks of a change.

    ``named``: the parameter's name stands right before the value.
    """
    part = _FRACTIONS.fullmatch(span.text.strip())
    before = text[: span.start]
    placed = _PLACED.search(before) or named
    share = info.unit in ("%", "percent") or (
        not info.unit and info.minimum is not None and info.minimum >= 0 and info.maximum == 1
    )
    if not part or said != span.text or not share or not placed or _MOVING.search(before):
        return said
    counts, of = (part.group(1) or part.group(3)).lower(), (part.group(2) or part.group(4)).lower()
    return f"{_NUMERATORS[counts]} parts in {_DENOMINATORS.get(of, 2)}"


def thousands_or_not(text: str, said: str) -> tuple[str, str] | None:
    """The two readings of "1.100 mm" in a German, French or Spanish sentence, where the dot parts thousands as well."""
    number = re.match(r"(\d{1,3})\.(\d{3})(?![\d.,])", said)
    if number is None or not languages_of(text)[1]:
        return None
    return f"{number[1]}{number[2]}{said[number.end() :]}", said


def by_or_to(text: str, value: Span, found: Sequence[Mention]) -> bool:
    """ "drop the temperature 20 K": by as much, or to that? Where a name and a value stand side by side after such a verb."""
    before = text[: value.start]
    if SHARE.search(value.text) or _CHANGES.search(value.text) or not re.match(r"[\d.]", value.text):
        return False
    if _TO.search(before):
        return False  # "augmente la température à 1,5"
    beside = any(not text[name.end : value.start].strip() for name in found)
    before = without(before, ((name.start, name.end) for name in found if name.end <= value.start))  # a "lower pool"
    return beside and bool(_MOVING.search(before))


def both_ways(text: str, value: Span, said: str) -> tuple[str, str]:
    """The two readings of what ``by_or_to`` leaves open."""
    down = _DIRECTIONS[1][1].search(text[: value.start])
    return f"{'down' if down else 'up'} by {said}", said
