"""Checks a finished report against the store: that its facts still say the same, and that its text says nothing else.

Covers ``report.tex`` and the ``facts.json`` beside it. What the PDF shows is what the .tex says; compile it again if in doubt.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from measurement.errors import LodgerError, NotFound, ReportError
from measurement.facts import Value
from measurement.store import Store
from whitepapers import queries
from whitepapers.archive import Archive
from whitepapers.bibliography import closing
from whitepapers.book import Evidence, evidence_of
from whitepapers.escape import escape
from whitepapers.evaluations import FOLDER
from whitepapers.latex import written_unit
from whitepapers.quantity import converted, evaluate, is_number, names_in
from whitepapers.shown import shown

_NUMBER = re.compile(r"\\(?:num\{([^{}]*)\}|qty\{([^{}]*)\}\{(.*)\})$", re.S)
_DECIMAL = re.compile(r"^(-?\d+(?:\.(\d+))?)(?: \+- [\d.]+)? ?(?:e([-+]?\d+))?$")
_NO_PROSE = re.compile(
    r"\\begin\{equation\}.*?\\end\{equation\}|(?<!\\)\$.*?(?<!\\)\$|\\(?:label|ref|citep|bibliography|bibliographystyle)\{[^}]*\}"
    r"|\\includegraphics\[[^]]*\]\{[^}]*\}|\\hspace\{0pt\}",
    re.S,
)


@dataclass
class Verdict:
    """What was found. ``problems`` are sentences; none means that the report stands."""

    report: str
    facts: int = 0
    asked_again: int = 0
    faded: int = 0
    numbers: int = 0
    problems: list[str] = field(default_factory=list)

    @property
    def words(self) -> str:
        """The verdict, in lines."""
        thinned = f", {self.faded} of telemetry that has been thinned since" if self.faded else ""
        counts = f"{self.facts} facts ({self.asked_again} asked again of the store{thinned}), {self.numbers} places in the text"
        if not self.problems:
            return f"{self.report} stands: {counts} agree."
        listed = "\n".join(f"  - {problem}" for problem in self.problems)
        return f"{self.report} does not stand: {counts}; {len(self.problems)} problems:\n{listed}"


def check(tex: Path, store: Store) -> Verdict:
    """Check a report; the folder of the evaluations is looked for in the data folder that the report lies in.

    Raises: NotFound when a file is missing, ReportError when it cannot be read.
    """
    facts = tex.with_name("facts.json")
    for path in (tex, facts):
        if not path.is_file():
            raise NotFound(f"There is no file {path}; a report is checked together with the facts.json beside it.")
    try:
        told = json.loads(facts.read_text("utf-8"))
        known = {one["key"]: (evidence_of(one), one["digest"]) for one in told["facts"]}
        verdict = Verdict(str(told["report"]), len(known))
    except (ValueError, KeyError, TypeError) as error:
        raise ReportError(f"{facts} is not the facts.json of a report: {error}.") from error
    verdict.problems += _facts_problems(
        {key: one for key, (one, _) in known.items()}, store, tex.resolve().parent.parent.parent / FOLDER, verdict
    )
    verdict.problems += [
        f"{key}: its digest does not fit what it says." for key, (one, digest) in known.items() if one.digest != digest
    ]
    verdict.problems += _text_problems(tex.read_text("utf-8"), [one for one, _ in known.values()], verdict)
    return verdict


def _facts_problems(known: dict[str, Evidence], store: Store, evaluations: Path, verdict: Verdict) -> Iterator[str]:
    archives: dict[float, Archive] = {}
    for key, one in known.items():
        kept = store.fact(one.fact.id)
        if kept is None:
            yield f"{key}: the store has no fact {one.fact.id}."
            continue
        if not same(kept.value, one.fact.value) or kept.unit != one.fact.unit:
            yield f"{key}: the store says {kept.value} {kept.unit}, the report {one.fact.value} {one.fact.unit}."
        try:
            at = one.fact.taken_at
            again = _again(one, known, archives.setdefault(at, Archive(store, at, evaluations)))
        except LodgerError as error:
            yield f"{key}: it cannot be had again: {error.message}"
            continue
        verdict.asked_again += one.query is not None
        if (
            one.query
            and not same(again, one.fact.value)
            and queries.faded(archives[one.fact.taken_at], one.query, one.args)
        ):
            verdict.faded += 1
        elif (one.query or one.formula) and not same(again, one.fact.value):
            yield f"{key}: had again it is {again}, the report says {one.fact.value}."


def _again(one: Evidence, known: dict[str, Evidence], archive: Archive) -> Value:
    if one.query is not None:
        return queries.answer(archive, one.query, one.args)
    if one.formula is None:
        return None
    facts = {name: known[name].fact for name in names_in(one.formula) if name in known}
    if len(facts) < len(names_in(one.formula)):
        raise ReportError(f"its formula {one.formula!r} names facts that the report does not have.")
    if not all(is_number(fact.value) for fact in facts.values()):
        return None
    return evaluate(one.formula, one.fact.unit, lambda name: (float(facts[name].value or 0), facts[name].unit))


def same(first: Value, second: Value) -> bool:
    """Whether two values are the same, but for the last bit of a sum."""
    if isinstance(first, float | int) and isinstance(second, float | int):
        return math.isclose(first, second, rel_tol=1e-9) or (math.isnan(first) and math.isnan(second))
    return first == second


def _text_problems(text: str, known: list[Evidence], verdict: Verdict) -> Iterator[str]:
    facts = {one.fact.id: one for one in known}
    _, _, body = text.partition("\\begin{document}")
    prose, _, rows = body.partition("\\begin{facttable}")
    rest = prose
    for id, said, whole in _macros(prose, "\\fact", 2):
        verdict.numbers += 1
        rest = rest.replace(whole, " ", 1)
        yield from _said_problem(id, said[0], facts, exact=False)
    for id, said, _ in _macros(rows, "\\factrow", 5):
        yield from _said_problem(id, said[1], facts, exact=True)
    for stray in re.finditer(r"\S*\d\S*", _NO_PROSE.sub(" ", rest)):
        yield f"The text says {stray[0]!r}, which is no fact."


def _macros(text: str, name: str, count: int) -> Iterator[tuple[str, list[str], str]]:
    """Every use of a macro: its first argument, the others, and its whole text."""
    for start in re.finditer(re.escape(name) + r"(?=\{)", text):
        arguments, at = [], start.end()
        for _ in range(count):
            end = closing(text, at, "report.tex")
            arguments.append(text[at + 1 : end])
            at = end + 1
        yield arguments[0], arguments[1:], text[start.start() : at]


def _said_problem(id: str, said: str, facts: dict[str, Evidence], exact: bool) -> Iterator[str]:
    if id not in facts:
        yield f"The text names the fact {id}, which facts.json does not have."
    elif not _agrees(said, facts[id], exact):
        yield f"{facts[id].key}: the text says {said!r}, the fact is {facts[id].fact.value} {facts[id].fact.unit}."


def _agrees(said: str, one: Evidence, exact: bool) -> bool:
    fact, number = one.fact, _NUMBER.fullmatch(said)
    if number is None:
        missing = f"\\emph{{{escape(fact.reason or '')}}}"
        return said == (missing if exact and fact.value is None else escape(shown(fact).words))
    decimal = _DECIMAL.fullmatch(number[1] or number[2])
    if decimal is None or not is_number(fact.value):
        return False
    unit = (
        fact.unit
        if number[1]
        else next((u for u in (fact.unit, _plain(number[3])) if written_unit(u) == number[3]), None)
    )
    if unit is None:
        return False
    power = 10.0 ** int(decimal[3] or 0)
    value = converted(float(fact.value or 0), fact.unit, unit)
    rounding = 0.5 * 10.0 ** -len(decimal[2] or "") * power
    exactly = 1e-12 * abs(value) if exact else rounding * 1.0001 + 5e-4 * abs(value) * (decimal[2] is None)
    return abs(float(decimal[1]) * power - value) <= exactly


def _plain(unit: str) -> str:
    return unit.replace("\\ensuremath{\\mu}", "µ").replace("\\", "")
