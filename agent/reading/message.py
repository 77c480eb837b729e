"""A message read for what it asks of the run, before any model sees it.

The reading is evidence, not a decision. It tells which of the words are the person's own, which actions they ask for (and
which they forbid, report, wonder about or make depend on something), which names and values stand there and which belongs
to which. The grammar uses it to offer a small model only what the words admit; the guard uses it to judge every model.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from agent.reading import alert_requests, dependence, idioms, mentions, presence, trial_requests, words
from agent.reading.assignments import Parts, assign, is_about_it_now, is_bare, may_be_value
from agent.reading.clause import Clause, Mood, Trace
from agent.reading.conditions import Condition
from agent.reading.contradictions import contradicted
from agent.reading.corrections import applied
from agent.reading.dependence import only_metric, split_condition
from agent.reading.mentions import Mention, Vocabulary
from agent.reading.quoting import own_words
from agent.reading.reference import resolved
from agent.reading.trial_requests import TRIALS
from tools.quantity import find_spans

SENTENCE_END = re.compile(
    r"(?<=[;!?\n])|(?<=[^\d\W]\.)(?<! al\.)(?<!fig\.)(?<!Fig\.)(?<!eq\.)(?<!Eq\.)(?<!e\.g\.)(?<!i\.e\.)(?<!z\.B\.)(?<!p\.ex\.)(?<!p\.ej\.)(?=\s)|(?<=\d\.)(?=\s+[A-ZÄÖÜÉ])|(?<=[)\]]\.)(?=\s)"
)
JOINT = re.compile(
    r"(?<!anything)(?<!everything)(?<!nothing)(?:\s*,)?\s+(?:and then|and also|and|then|but|und dann|und|dann|et puis|et|puis|y luego|y|also|plus)\s+|\s*,\s+|\s+&\s+",
    re.I,
)


_SAYS_AGAIN = re.compile(
    r"\W*(?:i\.? ?e\b|that is\b|that['’]s\b|namely\b|so \d|d\. ?h\.|c['’]est-à-dire\b|es decir\b)", re.I
)
_OF_IT = re.compile(r"\W*(?:then\s+)?(?:double|halve|triple|quadruple) (?:it|that)\b", re.I)
_WITH = re.compile(r"\b(?:with|using|at|mit|avec|con)\b", re.I)


@dataclass(frozen=True)
class Reading:
    """A whole message, read."""

    text: str
    own: str
    clauses: tuple[Clause, ...]
    vocabulary: Vocabulary
    focus: str | None = None

    @cached_property
    def has_order(self) -> bool:
        return any(clause.has_order for clause in self.clauses)

    @cached_property
    def about_run(self) -> bool:
        """Whether the words touch the run at all: a name of it, or a word such as "simulation"."""
        return any(clause.mentions for clause in self.clauses) or bool(
            re.search(
                r"\b(?:simulations?|simulation(?:en)?|simulaci(?:ó|o)n|run|runs|running|lauf|lattice|parameters?|parametern?|paramètres?|parámetros?|metrics?)\b",
                self.own,
                re.I,
            )
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
    own = applied(own_words(text, lambda inner: vocabulary.knows(inner) or _is_value(inner)))
    clauses: list[Clause] = []
    for sentence in _sentences(own):
        clauses.extend(_read_sentence(sentence, vocabulary, focus, clauses[-1] if clauses else None))
    return Reading(text, own, contradicted(resolved(clauses), own), vocabulary, focus)


def _is_value(text: str) -> bool:
    spans = find_spans(text)
    return len(spans) == 1 and spans[0].text.strip() == text


def _sentences(own: str) -> Iterator[str]:
    yield from (part for part in SENTENCE_END.split(own) if part.strip())


def _read_sentence(sentence: str, vocabulary: Vocabulary, focus: str | None, before: Clause | None) -> Iterator[Clause]:
    if alert := alert_requests.find(sentence, lambda said: only_metric(said, vocabulary), vocabulary.described):
        trace = Trace("set_alert", alert.start, "order")
        found = tuple(mentions.find(sentence, vocabulary))
        yield Clause(sentence, (trace,), found, (), (), False, False, False, False, alert=alert)
        return
    body, condition = split_condition(sentence, vocabulary)
    condition = dependence.resolved(sentence, condition, before, vocabulary)
    hypothetical = bool(words.HYPOTHETICAL.search(body) and not words.POLITE.search(body)) or bool(
        words.PAST.search(body)
    )
    focus = condition.quantity if condition and condition.quantity else focus  # "if the stirrer is on, switch it off"
    told = False
    wonders = bool(words.WHAT_IF.search(body)) and not words.POLITE.search(body)
    for part in _parts(body, vocabulary):
        meant = _last_set(before) if words.PRONOUN.search(part) else None  # "… and then double it"
        clause = replace(_read_clause(part, vocabulary, meant or focus, hypothetical, condition), wonders=wonders)
        if not clause.traces and clause.assignments and before and before.orders("set_parameter"):
            clause = replace(clause, traces=(Trace("set_parameter", 0, "order"),))  # "… and the frequency to 300 Hz"
        if told and all(trace.start == 0 for trace in clause.traces):
            clause = replace(clause, traces=tuple(replace(trace, mood="reported") for trace in clause.traces))
        told = (
            told
            or clause.mood("set_parameter") == "reported"
            or bool(clause.assignments and not clause.traces)  # "the paper: temperature 350 K, density 1.0"
            or bool(words.NARRATIVE.search(part))
        )  # "they use 1000 nodes and a strain of 1e-22"
        yield from _each(clause)
        before = clause


def _last_set(before: Clause | None) -> str | None:
    return before.assignments[-1].parameter if before and before.assignments else None


def _each(clause: Clause) -> Iterator[Clause]:
    """One request a clause: "set amplitude and frequency to 5e-21 and 300 Hz" are two."""
    if clause.orders("restart_simulation") and clause.assignments and _WITH.search(clause.text):
        setting = replace(clause, traces=(Trace("set_parameter", 0, "order"),))  # "restart with 500 nodes"
        yield from _each(setting)
        yield replace(clause, assignments=(), doubtful=False)
        return
    if clause.doubtful or len(clause.assignments) < 2:
        yield clause
        return
    yield from (replace(clause, assignments=(given,)) for given in clause.assignments)


def _parts(body: str, vocabulary: Vocabulary) -> Iterator[str]:
    """Split a sentence at its joints, wherever what follows is a request of its own."""
    start = 0
    values = find_spans(body)
    for joint in JOINT.finditer(body):
        if _SAYS_AGAIN.match(body, joint.end()) or any(
            span.start < joint.start() < joint.end() < span.end for span in values
        ):
            continue  # "one and a half times"
        rest = body[joint.end() :]
        upto = JOINT.search(rest)
        left, right = body[start : joint.start()], rest[: upto.start()] if upto else rest
        joined = _waits_for_value(left, right, vocabulary) or _contradicts(left, right, vocabulary)
        alone = _begins_anew(right) if _tries(left) else _stands_alone(right, vocabulary)
        if left.strip() and alone and not joined:
            yield left
            start = joint.end()
    yield body[start:]


def _waits_for_value(left: str, right: str, vocabulary: Vocabulary) -> bool:
    """ "set amplitude and temperature to 2": the first name has no value of its own yet."""
    named = is_bare(left, [(m.start, m.end) for m in mentions.find(left, vocabulary)])  # "cars and road to 5"
    wants = (named or words.STRONG_SET.search(left)) and mentions.find(left, vocabulary) and not find_spans(left)
    return bool(wants) and not mentions.find_choices(left, vocabulary) and not words.STRONG_SET.search(right)


def _contradicts(left: str, right: str, vocabulary: Vocabulary) -> bool:
    """ "set it to dry and snow": two choices of one parameter, and nobody said which."""
    first, second = ({c.name for c in mentions.find_choices(text, vocabulary)} for text in (left, right))
    return bool(first & second) and not words.STRONG_SET.search(right)


def _tries(text: str) -> bool:
    """ "branch with amplitude 2 and temperature 3": what follows belongs to the trial, unless it begins a request of its own."""
    return any(words.ACTIONS[tool].search(text) for tool in TRIALS)


def _begins_anew(text: str) -> bool:
    others = (pattern.search(text) for name, pattern in words.ACTIONS.items() if name != "set_parameter")
    said = (pattern.search(text) for pattern in (words.STRONG_SET, words.QUESTION, words.COMPARES))
    misspelt = (words.misspelt_action(word) for word in re.findall(r"[^\W\d_]{4,}", text))
    return any(others) or any(said) or bool(words.SHOW.match(text)) or any(misspelt)


def _stands_alone(text: str, vocabulary: Vocabulary) -> bool:
    if _begins_anew(text):
        return True
    if _OF_IT.match(text):
        return True
    found = mentions.find(text, vocabulary)
    return bool(
        (found and find_spans(text))
        or presence.find(text, found, vocabulary)
        or mentions.find_choices(text, vocabulary)
        or mentions.find_switches(text, found, vocabulary)
    )


def _read_clause(
    text: str, vocabulary: Vocabulary, focus: str | None, hypothetical: bool, condition: Condition | None
) -> Clause:
    found = tuple(mentions.find(text, vocabulary))
    traces = tuple(_traces(text, hypothetical, found, vocabulary))
    found = tuple(mention for mention in found if not idioms.is_no_name(mention, text))
    verbs = {trace.start for trace in traces if trace.tool in TRIALS}
    found = tuple(mention for mention in found if mention.start not in verbs)  # "sweep" is no part of "sweep_rate" here
    chosen = mentions.find_switches(text, found, vocabulary, focus) or mentions.find_choices(text, vocabulary)
    there = presence.find(text, found, vocabulary)
    if there and not any(trace.tool == "set_parameter" and trace.start != there[0].start for trace in traces):
        traces = _with_presence(text, traces, there[0], hypothetical)
    chosen = chosen or there
    found = tuple(m for m in found if m.how == "exact" or not any(c.start <= m.start and m.end < c.end for c in chosen))
    choices = tuple(
        c for c in chosen if not any(m.start <= c.start < m.end for m in found) and idioms.is_said(c, found, focus)
    )
    values = tuple(span for span in find_spans(text) if may_be_value(text, span, (*found, *choices)))
    parts = Parts(found, choices, values)
    assignments, doubtful = assign(text, parts, vocabulary, focus)
    if trial := trial_requests.find(text, [trace.tool for trace in traces], assignments):
        traces = tuple(trace for trace in traces if trace.tool != "set_parameter")
        assignments, doubtful = [], False
    plainly = is_bare(text, parts.places) or is_about_it_now(text, assignments)
    if assignments and plainly and not any(trace.tool == "set_parameter" for trace in traces):
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
        trial=trial,
        proposes=bool(words.PROPOSES.search(text)),
    )


def _with_presence(text: str, traces: tuple[Trace, ...], said: Mention, hypothetical: bool) -> tuple[Trace, ...]:
    """ "Get rid of the jitter" orders a change, and "kill the friction" does not end the run."""
    others = tuple(trace for trace in traces if trace.start != said.start)
    return (*others, Trace("set_parameter", said.start, _mood(text, said.start, said.end, hypothetical)))


def _traces(text: str, hypothetical: bool, found: tuple[Mention, ...], vocabulary: Vocabulary) -> Iterator[Trace]:
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


def _mood(text: str, start: int, end: int, hypothetical: bool) -> Mood:
    before, polite = text[:start], bool(words.POLITE.search(text))
    if (
        words.INSTEAD.search(before)
        or (words.NEGATION.search(before) and not polite)
        or words.NEGATION_AFTER.search(text[end:])
    ):
        return "negated"
    if words.SAYING.search(before):
        return "reported"
    fact = words.IS_TO_BE.fullmatch(text[start:end])
    if fact and words.GUESSING.search(text):
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
