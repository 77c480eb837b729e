"""Follow-ups that name only what is new: "same for the seed", "and the albedo too", "now the same for ice_fraction", "and emissions?".

What was done before stands behind them: a value that was set is set again elsewhere, a history that was shown is shown of another
metric. The follow-up is read as if it had been said in full; it must hold nothing but the names and such words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from agent.reading import mentions
from agent.reading.bareness import without
from agent.reading.mentions import Mention, Vocabulary
from tools.quantity import find_spans

Done = Sequence[tuple[str, dict[str, Any]]]
_SAME = re.compile(
    r"\b(?:same|likewise|ditto|too|as well|also|similarly|equally|ebenso|auch|dasselbe|das gleiche|genauso|gleichfalls|aussi|(?:la |de )?même(?: chose)?|pareil|también|lo mismo|igual)\b",
    re.I,
)
_LINKS = re.compile(
    r"\b(?:and|now|then|ok|okay|please|pls|the|a|an|for|to|with|of|do|did|set|make|change|put|apply|use|give|show|plot|draw|me|it|that|what|how|about|thing|value|number|amount|figure|setting|level|go|goes|can|could|you|let's|next|us|see|same|likewise|ditto|too|as|well|also"
    r"|similarly|equally|both|und|jetzt|nun|bitte|der|die|das|den|dem|für|mit|von|bei|mach|mache|setz|setze|zeig|zeige|mir|ebenso|auch|dasselbe|gleiche|genauso|gleichfalls|was|wie|ist|et|maintenant|le|la|les|pour|de|du|des|montre|fais|mets|aussi"
    r"|même|chose|pareil|avec|y|ahora|el|los|las|para|con|del|haz|pon|muestra|también|lo|mismo|igual|qué|tal|est|es|by|history|curve|graph|trend|chart)\b",
    re.I,
)
_BEGINS = re.compile(
    r"^\W*(?:(?:ok|okay|now)\W+)?(?:and|now|then|what about|how about|und|jetzt|et|maintenant|y|ahora)\b", re.I
)
_HISTORY = "get_metrics_history"


def completed(text: str, vocabulary: Vocabulary, done: Done) -> str:
    """Say a follow-up in full, by what was done before it; the text itself if it is none.

    Args:
        done: the tool calls that the message before led to, with their arguments.
    """
    if not done:
        return text
    if find_spans(text):
        return _of_that_value(text, vocabulary, *done[-1])
    found = mentions.find(text, vocabulary)
    if not found or not _is_only(text, found) or not (_SAME.search(text) or _BEGINS.search(text)):
        return text
    tool, args = done[-1]
    names = list(dict.fromkeys(mention.name for mention in found))
    if tool == "set_parameter" and _SAME.search(text) and "value" in args:
        return _set_also([name for name in names if name in vocabulary.parameters], names, args) or text
    metrics = [name for name in names if name in vocabulary.metrics]
    if tool == _HISTORY and len(metrics) == len(names) == 1:
        return f"Show the last {args.get('last_n', 50)} values of {metrics[0]}."
    return text


def _of_that_value(text: str, vocabulary: Vocabulary, tool: str, args: dict[str, Any]) -> str:
    """ "… and the spread to a tenth of that": of the value that another parameter was just set to."""
    named = {mention.name for mention in mentions.find(text, vocabulary)}
    value = str(args.get("value", ""))
    if (
        tool != "set_parameter"
        or not named
        or args.get("name") in named
        or not re.fullmatch(r"[\d.,]+(?:\s*\S+)?", value)
    ):
        return text
    return re.sub(r"\bof (?:that|this)\b", f"of {value}", text, flags=re.I)


def _set_also(parameters: Sequence[str], names: Sequence[str], args: dict[str, Any]) -> str | None:
    """The same value for other parameters; None where something named is none, or is the one that was set."""
    if len(parameters) != len(names) or str(args.get("name")) in parameters:
        return None
    return "; ".join(f"set {name} to {args['value']}" for name in parameters)


def _is_only(text: str, found: Sequence[Mention]) -> bool:
    """Whether a text holds nothing but names and the words of a follow-up."""
    rest = without(text, ((mention.start, mention.end) for mention in found))
    return not re.search(r"[^\W_]", _LINKS.sub(" ", rest))
