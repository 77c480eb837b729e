"""What is to be there or not, without a value said: "get rid of the jitter", "no signal at all", "install a light", "run without friction".

Of a switch that is off or on, of a choice its ``none`` or ``off``, of a number 0 where its bounds hold it. Said must be just that:
"remove the noise from the plot" and "no temperature changes" are about something else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from agent.reading.mentions import Mention, Vocabulary
from workloads.parameters import ParameterInfo

_ANY = r"(?:\s+(?:all|any|every|each|both|of|the|this|that|those|these|its|our|a|an|my|more))*\s*"
_GONE = re.compile(
    r"\b(?:get(?:ting)? rid of|eliminat(?:e|ing)|remov(?:e|ing)|tak(?:e|ing) (?:out|away)|delet(?:e|ing)|ban(?:ning)?|kill(?:ing)?|disabl(?:e|ing)|deactivat(?:e|ing)|(?:switch|turn|shut)(?:ing)? off|(?:fully |completely )?(?:shut|close)(?: down| up)?|zero(?: out)?|do(?:ing)? away with|scrap|abolish|suppress|leave out|omit|exclude|ignore|neglect|disregard"
    rf"|entferne?|beseitige?|deaktiviere?|supprime[rz]?|enl[eè]ve[rz]?|retire[rz]?|désactive[rz]?|élimine[rz]?|elimina|quita|suprime|desactiva){_ANY}$",
    re.I,
)
_GONE_SWITCH = re.compile(rf"\b(?:drop|lose|skip|disallow|prevent|forbid|stop|cut out|end){_ANY}$", re.I)
_WITHOUT = re.compile(rf"\b(?:no|without|with no|ohne|kein(?:e|en|em|er)?|sans|sin){_ANY}(?:\w+(?:ing|ed)\s+)?$", re.I)
_OFF_AFTER = re.compile(r"\b(?:switch|turn|shut|take|schalte?)\b[^.;!?]*$", re.I)
_THERE = re.compile(
    r"\b(?:install|add|introduce|include|allow|permit|engage|put (?:in|up|on)|hang(?: up)?|mount|attach|bring in|consider|account for|take into account|enable|activate|(?:switch|turn) on|füge|aktiviere?|ajoute[rz]?|active[rz]?|añade|activa)"
    r"(?:\s+(?:the|this|that|a|an|its|our|some))*\s*$",
    re.I,
)
_TAIL = re.compile(
    r"(?:\s*\b(?:at all|completely|entirely|altogether|whatsoever|for now|for (?:the (?:time being|moment|present)|a (?:while|bit))|any ?more|now|then|again|please|pls|thanks|off|out|up|too|as well|from (?:the|our|this) (?:simulation|model|run|system|setup)|hinzu|bitte|s'il (?:te|vous) plaît|por favor)\b)*\s*(?:$|[,.;:!?–—])",
    re.I,
)
_ROUND = re.compile(  # what may stand around "no X" and "without X"
    r"\b(?:ok(?:ay)?|right|well|so|alright|one|all right|please|pls|let's|let us|try|go|run|do|it|this|just|only|now|then|and|but|i|we|i'd|we'd|want|would|like|have|make|with|continue|restart|keep|going|on|the|a|simulation|can|could|you|should|there|be|all|any|at|more|completely|entirely|altogether|whatsoever|for|bitte|mach|weiter)\b",
    re.I,
)
_NOTHING = ("none", "off", "no", "disabled")


def find(text: str, found: Iterable[Mention], vocabulary: Vocabulary) -> list[Mention]:
    """What is to be gone or to be there, as the value of its parameter: ``off``, ``on``, ``none``, ``0``."""
    for mention in found:
        info = vocabulary.parameters.get(mention.name)
        if info and (value := _wanted(text, mention, info)):
            return [Mention(mention.name, *_place(text, mention), "choice", value)]
    return []


def _wanted(text: str, mention: Mention, info: ParameterInfo) -> str | None:
    before, after = text[: mention.start], text[mention.end :]
    if not _TAIL.match(after):
        return None
    if info.kind == "bool" and _THERE.search(before):
        return "on"
    off_after = re.match(r"\s*\boff\b", after) and _OFF_AFTER.search(before)
    gone = _GONE.search(before) or off_after or (info.kind == "bool" and _GONE_SWITCH.search(before))
    if gone or _is_wished_away(before, after):
        return _nothing(info)
    return None


def _is_wished_away(before: str, after: str) -> bool:
    """ "no signal at all please" and "run it without friction", but not "there was no signal" or "no signal?"."""
    without = _WITHOUT.search(before)
    if not without or after.rstrip().endswith("?"):
        return False
    return not re.search(r"[^\W_]", _ROUND.sub(" ", before[: without.start()]))


def _nothing(info: ParameterInfo) -> str | None:
    """How a parameter says that there is none of it."""
    if info.kind == "bool":
        return "off"
    if info.choices:
        named = [str(choice) for choice in info.choices if str(choice).lower() in _NOTHING]
        return named[0] if len(named) == 1 else None
    has_zero = info.minimum is not None and info.minimum <= 0 and (info.maximum is None or info.maximum >= 0)
    return "0" if info.kind in ("int", "float") and has_zero else None


def _place(text: str, mention: Mention) -> tuple[int, int]:
    """Where the words of it stand: from the verb to the name; of "run it without friction" from the first word on."""
    before = text[: mention.start]
    starts = [m.start() for pattern in (_GONE, _GONE_SWITCH, _THERE, _OFF_AFTER) if (m := pattern.search(before))]
    return max(starts, default=0), mention.start
