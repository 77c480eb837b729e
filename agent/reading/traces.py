"""Which actions the words of a clause speak of, and in which mood: as an order, forbidden, wondered about, reported."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agent.reading import idioms, words
from agent.reading.clause import Mood, Trace
from agent.reading.mentions import Mention, Vocabulary
from agent.reading.trial_requests import TRIALS


def with_presence(text: str, traces: tuple[Trace, ...], said: Mention, hypothetical: bool) -> tuple[Trace, ...]:
    """ "Get rid of the jitter" orders a change, and "kill the friction" does not end the run."""
    others = tuple(trace for trace in traces if trace.start != said.start)
    return (*others, Trace("set_parameter", said.start, _mood(text, said.start, said.end, hypothetical)))


def traces_of(text: str, hypothetical: bool, found: tuple[Mention, ...], vocabulary: Vocabulary) -> Iterator[Trace]:
    plain = _without_symbols(text, found)
    for tool, pattern in words.ACTIONS.items():
        for match in pattern.finditer(text):
            if any(
                idioms.is_part_of_name(m, match)
                for m in found
                if tool in TRIALS or m.end - m.start > len(match.group())
            ):
                continue  # a parameter of that name: "the sweep rate", "a top speed"
            if idioms.is_no_verb(tool, text, match.start()):
                continue
            switched = any(
                _switches(text[match.end() : m.start], m, vocabulary) for m in found if m.start >= match.end()
            )
            yield Trace(
                "set_parameter"
                if switched or (tool == "stop_simulation" and _ends(text[match.end() :], found, match.end()))
                else tool,
                match.start(),
                idioms.mood_of(tool, text, match.span(), _mood(plain, *match.span(), hypothetical), found),
            )
    for match in re.finditer(r"[^\W\d_]{4,}", text):
        if tool := words.misspelt_action(match.group()):
            yield Trace(tool, match.start(), _mood(text, match.start(), match.end(), hypothetical))


def _ends(after: str, found: tuple[Mention, ...], at: int) -> bool:
    """ "kill the electric field" is about the field, not about the run."""
    first = min((m.start for m in found if m.start >= at), default=None)
    return first is not None and not re.sub(r"\b(?:the|that|this|any)\b", "", after[: first - at]).strip()


def _switches(between: str, mention: Mention, vocabulary: Vocabulary) -> bool:
    """ "stop stirring" is about the stirrer, not about the run."""
    info = vocabulary.parameters.get(mention.name)
    return bool(
        info
        and info.kind == "bool"
        and re.fullmatch(r"\s+(?:(?:the|die|der|das|den|la|le|les|el|los)\s+|l['’])?", between)
    )


def _without_symbols(text: str, found: tuple[Mention, ...]) -> str:
    """Mask names that look like little words: the density ``ne`` is no French "not"."""
    for name in (mention for mention in found if mention.how == "exact" and mention.end - mention.start <= 2):
        text = text[: name.start] + "X" * (name.end - name.start) + text[name.end :]
    return text


# "a capacity of 20 Ah would change nothing", "that could lower it": what a thing does, not what is to be done
_OF_THIRD = re.compile(
    r"(?<!\byou)(?<!\bwe)(?<!\bu)\s+(?:would|might|may|could|will|can|does|did)\W+(?:(?:\w+ly|not|also|even|still|then)\W+)*$",
    re.I,
)
_WISHES = re.compile(r"want|need|take|.* be .*", re.I)


def _mood(text: str, start: int, end: int, hypothetical: bool) -> Mood:
    before, polite = text[:start], bool(words.POLITE.search(text))
    if not polite and _OF_THIRD.search(before) and not _WISHES.fullmatch(text[start:end]):
        return "reported"
    if (
        words.INSTEAD.search(before)
        or (words.NEGATION.search(before) and not polite)
        or words.NEGATION_AFTER.search(text[end:])
    ):
        return "negated"
    if words.SAYING.search(before):
        return "reported"
    fact = words.IS_TO_BE.fullmatch(text[start:end])
    if fact and (words.GUESSING.search(text) or words.SAYING.search(text)):
        return "question"
    wishes = (
        words.WISH.search(before)
        or fact
        or (
            words.WISHING.fullmatch(text[start:end])
            and re.search(r"\b(?:i|we)\W*(?:would|'d|really|also|just|now|do)?\W*$", before, re.I)
        )
    )
    if not polite and not wishes and words.REPORTED.search(before):
        return "reported"
    if not polite and (hypothetical or words.QUESTION.search(text) or words.DOUBTS.search(text)):
        return "question"
    return "order"
