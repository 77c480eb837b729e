"""A message read for what it asks of the run, before any model sees it.

The reading is evidence, not a decision. It tells which of the words are the person's own, which actions they ask for (and
which they forbid, report, wonder about or make depend on something), which names and values stand there and which belongs
to which. The grammar uses it to offer a small model only what the words admit; the guard uses it to judge every model.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Literal

from agent import alert_requests, conditions, mentions, words
from agent.alert_requests import AlertRequest
from agent.assignments import Assignment, Parts, assign, is_bare, may_be_value
from agent.conditions import Condition
from agent.mentions import Mention, Vocabulary
from agent.quoting import own_words
from tools.quantity import Span, find_spans

Mood = Literal["order", "negated", "question", "reported"]

_SENTENCE_END = re.compile(r"(?<=[;!?\n])|(?<=[^\d\W]\.)(?=\s)|(?<=\d\.)(?=\s+[A-ZÄÖÜÉ])|(?<=[)\]]\.)(?=\s)")
_JOINT = re.compile(
    r"(?:\s*,)?\s+(?:and then|and also|and|then|but|und dann|und|dann|et puis|et|puis|y luego|y|also|plus)\s+|\s*,\s+|\s+&\s+",
    re.I,
)


@dataclass(frozen=True)
class Trace:
    """One action that the words speak of, where, and in which mood."""

    tool: str
    start: int
    mood: Mood


@dataclass(frozen=True)
class Clause:
    """One request within a message. ``text`` is the person's own words, foreign text and condition blanked."""

    text: str
    traces: tuple[Trace, ...]
    mentions: tuple[Mention, ...]
    values: tuple[Span, ...]
    assignments: tuple[Assignment, ...]
    asks: bool
    hypothetical: bool
    strong_set: bool
    doubtful: bool
    condition: Condition | None = None
    alert: AlertRequest | None = None

    def mood(self, tool: str) -> Mood | None:
        """The most cautious mood in which the clause speaks of an action; None if it does not."""
        moods = [trace.mood for trace in self.traces if trace.tool == tool]
        return next((mood for mood in ("negated", "reported", "question", "order") if mood in moods), None)

    def orders(self, tool: str) -> bool:
        return self.mood(tool) == "order"

    @property
    def has_order(self) -> bool:
        return any(self.orders(trace.tool) for trace in self.traces if trace.tool != "set_parameter") or (
            self.orders("set_parameter") and bool(self.assignments)
        )


@dataclass(frozen=True)
class Reading:
    """A whole message, read."""

    text: str
    own: str
    clauses: tuple[Clause, ...]
    vocabulary: Vocabulary

    @cached_property
    def has_order(self) -> bool:
        return any(clause.has_order for clause in self.clauses)

    @cached_property
    def about_run(self) -> bool:
        """Whether the words touch the run at all: a name of it, or a word such as "simulation"."""
        return any(clause.mentions for clause in self.clauses) or bool(
            re.search(r"\b(?:simulations?|run|runs|running|lattice|parameters?|metrics?)\b", self.own, re.I)
        )

    @property
    def is_yes(self) -> bool:
        return bool(words.YES.match(self.own))

    @property
    def is_no(self) -> bool:
        return bool(words.NO.match(self.own))


def read(text: str, vocabulary: Vocabulary, focus: str | None = None) -> Reading:
    """Read a message.

    Args:
        focus: the parameter that the conversation spoke of last; "make it 3" means that one.
    """
    own = own_words(text, lambda inner: vocabulary.knows(inner) or _is_value(inner))
    clauses: list[Clause] = []
    for sentence in _sentences(own):
        clauses.extend(_read_sentence(sentence, vocabulary, focus, clauses[-1] if clauses else None))
    return Reading(text, own, tuple(clauses), vocabulary)


def _is_value(text: str) -> bool:
    spans = find_spans(text)
    return len(spans) == 1 and spans[0].text.strip() == text


def _sentences(own: str) -> Iterator[str]:
    yield from (part for part in _SENTENCE_END.split(own) if part.strip())


def _read_sentence(sentence: str, vocabulary: Vocabulary, focus: str | None, before: Clause | None) -> Iterator[Clause]:
    if alert := alert_requests.find(sentence, lambda said: _only_metric(said, vocabulary)):
        trace = Trace("set_alert", alert.start, "order")
        found = tuple(mentions.find(sentence, vocabulary))
        yield Clause(sentence, (trace,), found, (), (), False, False, False, False, alert=alert)
        return
    body, condition = _split_condition(sentence, vocabulary)
    hypothetical = bool(words.HYPOTHETICAL.search(body) and not words.POLITE.search(body)) or bool(
        words.PAST.search(body)
    )
    focus = condition.quantity if condition and condition.quantity else focus  # "if the stirrer is on, switch it off"
    told = False
    for part in _parts(body, vocabulary):
        clause = _read_clause(part, vocabulary, focus, hypothetical, condition)
        if not clause.traces and clause.assignments and before and before.orders("set_parameter"):
            clause = replace(clause, traces=(Trace("set_parameter", 0, "order"),))  # "… and the frequency to 300 Hz"
        if told and all(trace.start == 0 for trace in clause.traces):
            clause = replace(clause, traces=tuple(replace(trace, mood="reported") for trace in clause.traces))
        told = (
            told or clause.mood("set_parameter") == "reported" or bool(words.NARRATIVE.search(part))
        )  # "they use 1000 nodes and a strain of 1e-22"
        yield from _each(clause)
        before = clause


def _each(clause: Clause) -> Iterator[Clause]:
    """One request a clause: "set amplitude and frequency to 5e-21 and 300 Hz" are two."""
    if clause.doubtful or len(clause.assignments) < 2:
        yield clause
        return
    yield from (replace(clause, assignments=(given,)) for given in clause.assignments)


def _split_condition(sentence: str, vocabulary: Vocabulary) -> tuple[str, Condition | None]:
    """Blank the condition of a sentence and give it apart."""
    match = None if words.POLITE_IF.search(sentence) else conditions.STARTS.search(sentence)
    if match and not words.HYPOTHETICAL.search(sentence):
        end = _condition_end(sentence, match.start())
        text = sentence[match.start() : end]
        return sentence[: match.start()] + " " * len(text) + sentence[end:], conditions.parse(
            text, partial(_only_name, vocabulary), partial(_only_state, vocabulary), vocabulary.described
        )
    if waiting := words.WAITING.search(sentence):
        return sentence, Condition(sentence[waiting.start() :].strip(" .!"))
    return sentence, None


def _condition_end(sentence: str, start: int) -> int:
    stop = re.compile(r",|\bthen\b|\bdann\b|\balors\b|\bentonces\b", re.I).search(sentence, start)
    if stop:
        return stop.end()
    later = [match.start() for pattern in words.ACTIONS.values() for match in pattern.finditer(sentence, start + 3)]
    return min(later, default=len(sentence)) if not sentence[:start].strip() else len(sentence)


def _only_name(vocabulary: Vocabulary, text: str) -> str | None:
    names = {mention.name for mention in mentions.find(text, vocabulary)}
    return names.pop() if len(names) == 1 else None


def _only_metric(text: str, vocabulary: Vocabulary) -> str | None:
    names = {mention.name for mention in mentions.find(text, vocabulary)} & set(vocabulary.metrics)
    return names.pop() if len(names) == 1 else None


def _only_state(vocabulary: Vocabulary, text: str) -> tuple[str, str | bool] | None:
    """The choice, or the on or off, that a condition speaks of."""
    found = mentions.find(text, vocabulary)
    switched = mentions.find_switches(text, found, vocabulary)
    named = switched or mentions.find_choices(text, vocabulary)
    if len(named) != 1:
        return None
    return named[0].name, (named[0].value == "on" if switched else str(named[0].value))


def _parts(body: str, vocabulary: Vocabulary) -> Iterator[str]:
    """Split a sentence at its joints, wherever what follows is a request of its own."""
    start = 0
    for joint in _JOINT.finditer(body):
        rest = body[joint.end() :]
        upto = _JOINT.search(rest)
        left, right = body[start : joint.start()], rest[: upto.start()] if upto else rest
        joined = _waits_for_value(left, right, vocabulary) or _contradicts(left, right, vocabulary)
        if left.strip() and _stands_alone(right, vocabulary) and not joined:
            yield left
            start = joint.end()
    yield body[start:]


def _waits_for_value(left: str, right: str, vocabulary: Vocabulary) -> bool:
    """ "set amplitude and temperature to 2": the first name has no value of its own yet."""
    wants = words.STRONG_SET.search(left) and mentions.find(left, vocabulary) and not find_spans(left)
    return bool(wants) and not mentions.find_choices(left, vocabulary) and not words.STRONG_SET.search(right)


def _contradicts(left: str, right: str, vocabulary: Vocabulary) -> bool:
    """ "set it to dry and snow": two choices of one parameter, and nobody said which."""
    first, second = ({c.name for c in mentions.find_choices(text, vocabulary)} for text in (left, right))
    return bool(first & second) and not words.STRONG_SET.search(right)


def _stands_alone(text: str, vocabulary: Vocabulary) -> bool:
    others = (pattern.search(text) for name, pattern in words.ACTIONS.items() if name != "set_parameter")
    if any(others) or words.STRONG_SET.search(text) or words.QUESTION.search(text) or words.SHOW.match(text):
        return True
    found = mentions.find(text, vocabulary)
    return bool(
        (found and find_spans(text))
        or mentions.find_choices(text, vocabulary)
        or mentions.find_switches(text, found, vocabulary)
    )


def _read_clause(
    text: str, vocabulary: Vocabulary, focus: str | None, hypothetical: bool, condition: Condition | None
) -> Clause:
    found = tuple(mentions.find(text, vocabulary))
    chosen = mentions.find_switches(text, found, vocabulary, focus) or mentions.find_choices(text, vocabulary)
    choices = tuple(c for c in chosen if not any(m.start <= c.start < m.end for m in found))
    values = tuple(span for span in find_spans(text) if may_be_value(text, span, found))
    parts = Parts(found, choices, values)
    assignments, doubtful = assign(text, parts, vocabulary, focus)
    traces = tuple(_traces(text, hypothetical, found, vocabulary))
    if assignments and not any(trace.tool == "set_parameter" for trace in traces) and is_bare(text, parts.places):
        traces += (Trace("set_parameter", 0, "question" if hypothetical else "order"),)
    asks = bool(words.QUESTION.search(text)) or text.rstrip().endswith("?")
    return Clause(
        text,
        traces,
        found,
        values,
        tuple(assignments),
        asks,
        hypothetical,
        bool(words.STRONG_SET.search(text)),
        doubtful,
        condition,
    )


def _traces(text: str, hypothetical: bool, found: tuple[Mention, ...], vocabulary: Vocabulary) -> Iterator[Trace]:
    for tool, pattern in words.ACTIONS.items():
        for match in pattern.finditer(text):
            switched = any(
                _switches(text[match.end() : m.start], m, vocabulary) for m in found if m.start >= match.end()
            )
            yield Trace(
                "set_parameter" if switched else tool,
                match.start(),
                _mood(text, match.start(), match.end(), hypothetical),
            )
    for match in re.finditer(r"[^\W\d_]{4,}", text):
        if tool := words.misspelt_action(match.group()):
            yield Trace(tool, match.start(), _mood(text, match.start(), match.end(), hypothetical))


def _switches(between: str, mention: Mention, vocabulary: Vocabulary) -> bool:
    """ "stop stirring" is about the stirrer, not about the run."""
    info = vocabulary.parameters.get(mention.name)
    return bool(info and info.kind == "bool" and re.fullmatch(r"\s+(?:the\s+)?", between))


def _mood(text: str, start: int, end: int, hypothetical: bool) -> Mood:
    before, polite = text[:start], bool(words.POLITE.search(text))
    if (words.NEGATION.search(before) and not polite) or words.NEGATION_AFTER.search(text[end:]):
        return "negated"
    if words.SAYING.search(before):
        return "reported"
    wishes = words.WISH.search(before) or (
        words.WISHING.fullmatch(text[start:end]) and re.search(r"\b(?:i|we)\W*$", before, re.I)
    )
    if not polite and not wishes and words.REPORTED.search(before):
        return "reported"
    if not polite and (hypothetical or words.QUESTION.search(text)):
        return "question"
    return "order"
