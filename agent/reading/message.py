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
from agent.reading.assignments import Parts, assign, may_be_value
from agent.reading.bareness import corrects, is_bare
from agent.reading.clause import Clause, Trace
from agent.reading.conditions import Condition
from agent.reading.contradictions import contradicted
from agent.reading.corrections import applied
from agent.reading.dependence import only_metric, split_condition
from agent.reading.mentions import Vocabulary
from agent.reading.parting import SENTENCE_END, parts_of
from agent.reading.quoting import own_words
from agent.reading.reference import resolved
from agent.reading.traces import traces_of, with_presence
from agent.reading.trial_requests import TRIALS
from tools.quantity import find_spans

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
    for place, part in enumerate(parts_of(body, vocabulary)):
        meant = _last_set(before) if words.PRONOUN.search(part) else None  # "… and then double it"
        its = (
            condition.denied(f"not {condition.text}")
            if condition and place and dependence.is_otherwise(part)
            else condition
        )
        clause = replace(_read_clause(part, vocabulary, meant or focus, hypothetical, its), wonders=wonders)
        goes_on = before and before.orders("set_parameter") and not words.OF_OTHERS.search(part)
        if not clause.traces and clause.assignments and goes_on:
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


def _read_clause(
    text: str, vocabulary: Vocabulary, focus: str | None, hypothetical: bool, condition: Condition | None
) -> Clause:
    found = tuple(mentions.find(text, vocabulary))
    traces = tuple(traces_of(text, hypothetical, found, vocabulary))
    found = tuple(mention for mention in found if not idioms.is_no_name(mention, text))
    verbs = {trace.start for trace in traces if trace.tool in TRIALS}
    found = tuple(mention for mention in found if mention.start not in verbs)  # "sweep" is no part of "sweep_rate" here
    chosen = mentions.find_switches(text, found, vocabulary, focus) or mentions.find_choices(text, vocabulary)
    there = presence.find(text, found, vocabulary)
    if there and not any(trace.tool == "set_parameter" and trace.start != there[0].start for trace in traces):
        traces = with_presence(text, traces, there[0], hypothetical)
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
    plainly = is_bare(text, parts.places) or (all(a.how == "context" for a in assignments) and corrects(text))
    if assignments and plainly and not any(trace.tool == "set_parameter" for trace in traces):
        traces += (Trace("set_parameter", 0, "question" if hypothetical else "order"),)
    if words.WISH_TO_SEE.search(text) and any(m.name in vocabulary.metrics for m in found):
        traces, assignments = (
            tuple(t for t in traces if t.tool != "set_parameter"),
            [],
        )  # "I'd like to see the last 80 samples of it"
    asks = bool(words.QUESTION.search(text) or words.WISH_TO_SEE.search(text)) or text.rstrip().endswith("?")
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
