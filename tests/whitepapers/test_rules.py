"""The rules that keep a number without a fact out of a report, each on its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from measurement.errors import ReportError
from measurement.facts import Fact
from measurement.store import Store
from whitepapers import bibliography, prose, sections
from whitepapers.archive import Archive
from whitepapers.book import Book, Evidence
from whitepapers.comparing import differences
from whitepapers.document import Document, Paragraph, Section, Table
from whitepapers.escape import escape
from whitepapers.latex import MOST_ROWS, Latex
from whitepapers.queries.constant import constants
from whitepapers.shown import shown


@pytest.fixture
def book(tmp_path: Path) -> Book:
    book = Book(Archive(Store(tmp_path / "empty.db"), 1_700_000_000.0), "run-a")
    book.note("energy.gross", 7200.0, "J", source="test", method="estimated")
    book.note("tokens.written", 1000, source="test")
    book.note("gain.mean", 0.5, "strain", source="test")
    book.note("gain.last", None, "strain", source="test", reason="nobody looked")
    return book


def _tex(book: Book, sentence: str) -> str:
    return Latex(book, Document("r", "t", "s", (), [Section("x", "X", [Paragraph(sentence)])])).sentence(sentence)


@pytest.mark.parametrize(
    ("sentence", "complaint"),
    [
        ("It was 3 times as fast.", "without a fact"),
        ("It began in 2024.", "without a fact"),
        ("It is {{fact:energy.net}}.", "close ones are energy.gross"),
        ("It is {{fact:energy.gross [s]}}.", "measure different things"),
        ("It is {{calc:energy.gross + tokens.written [J]}}.", "units do not fit"),
        ("It is {{calc:energy.gross / tokens.written [W]}}.", "units do not fit"),
        ("It is {{calc:tokens.written / (tokens.written - tokens.written)}}.", "cannot be worked out"),
        ("It is {{calc:__import__('os').getpid()}}.", "cannot contain"),
        ("See {{ref:fig:none}}.", "does not have"),
        ("As shown {{cite:nobody}}.", "no file of references"),
        ("It is {{fact:energy.gross}.", "not closed"),
    ],
)
def test_a_sentence_that_breaks_a_rule_stops_the_report(book: Book, sentence: str, complaint: str) -> None:
    with pytest.raises(ReportError, match=complaint):
        _tex(book, sentence)


def test_numbers_are_converted_and_worked_out_by_code(book: Book) -> None:
    assert r"\qty{2}{Wh}" in _tex(book, "{{fact:energy.gross [Wh]}}")
    assert r"\num{2}" in _tex(book, "{{num:energy.gross [Wh]}}")
    assert r"\qty{7.2}{J}" in _tex(book, "{{calc:energy.gross / tokens.written [J]}}")
    made = book["derived.a"]
    assert (made.formula, made.fact.method) == ("energy.gross / tokens.written", "estimated")
    assert "not known" in _tex(book, "{{fact:gain.last}}")
    assert book.worked_out("gain.mean - gain.last", "strain") is None


@pytest.mark.parametrize(
    ("value", "uncertainty", "printed"),
    [
        (0.97131234, 0.00042, "0.97131 +- 0.00042"), (1.2345e-21, 3e-23, "1.235 +- 0.030e-21"), (5e-21, None, "5e-21"),
        (1000, None, "1000"), (12345.6, None, "12346"), (0.000123456, None, "0.0001235"),
    ],
)  # fmt: skip
def test_numbers_are_printed_to_what_they_are_worth(value: float, uncertainty: float | None, printed: str) -> None:
    assert shown(Fact("x", value, uncertainty=uncertainty)).number == printed


def test_words_from_outside_become_no_command() -> None:
    written = escape(r"\input{/etc/passwd} $x^2_&%#~" + "\u202e\x07 😀 漢")
    assert written.startswith(r"\textbackslash{}input\{/etc/passwd\} \$x\textasciicircum{}2\_\&\%\#\textasciitilde{}")
    assert "[grinning face]" in written
    assert "\x07" not in written
    assert escape("b" * 10_000).count(r"\hspace{0pt}") > 1_000


GOOD = (
    "Over the whole of the run the metric had a mean of {{fact:gain.mean}}, and it was read at regular steps from the beginning to the "
    "end. The values that were seen lie close to one another, as the figure shows for the reader of this report."
)


@pytest.mark.parametrize(
    ("draft", "complaint"),
    [
        (GOOD, None),
        (GOOD.replace("{{fact:gain.mean}}", "0.5"), "without a fact"),
        (GOOD.replace("{{fact:gain.mean}}", "one half"), "none of the facts"),
        (GOOD.replace("gain.mean", "gain.median"), "none of the facts"),
        (GOOD + " This proves it.", "claims more"),
        (GOOD + " There is evidence for a trend.", "claims more"),
        (GOOD + " It went up twenty percent.", "number as the word"),
        ("The mean was {{fact:gain.mean}}.", "words"),
        (GOOD[:-1], "breaks off"),
        (
            "die Simulation ergab einen Mittelwert und " * 2
            + "ihre Messungen zeigen ruhige Verläufe ohne Ausreißer " * 3
            + "{{fact:gain.mean}}.",
            "not plain English",
        ),
        (" ".join(["It was the case in this run."] * 8) + " {{fact:gain.mean}} is it.", "repeats"),
        (GOOD + r" {{math:\input{x}}}", "not allowed"),
    ],
)
def test_a_draft_stands_only_when_it_keeps_to_the_facts(draft: str, complaint: str | None) -> None:
    problem = prose.check(draft, ["gain.mean"])
    assert (problem is None) if complaint is None else (complaint in str(problem)), problem


def test_after_two_refused_drafts_the_template_stands(book: Book) -> None:
    asked: list[str] = []

    def draft(request: str) -> str:
        asked.append(request)
        return "It is proven by 42."

    class Paper:  # what a paragraph needs of a paper
        def __init__(self) -> None:
            self.book = book

    writer = prose.Prose(draft)
    paragraph = writer.paragraph(Paper(), "Conclude.", "The template.", ["gain."])  # type: ignore[arg-type]
    assert (paragraph.text, paragraph.by) == ("The template.", "template")
    assert len(asked) == 2
    assert "refused" in asked[1]
    assert len(writer.log) == 2


def test_references_are_well_formed_and_constants_are_there() -> None:
    assert {"nelson1984", "page1954", "flegal2010", "maggiore2008"} <= set(bibliography.shipped())
    with pytest.raises(ReportError, match="never closed"):
        bibliography.entries("@book{a, title = {x", "test.bib")
    with pytest.raises(ReportError, match="lacks"):
        bibliography.entries("@book{a, title = {x}}", "test.bib")
    from whitepapers.methods import gw_lattice

    known = constants("gw_lattice")
    assert [name for name, _ in gw_lattice.CONSTANTS.values() if name not in known] == []
    assert sections.__doc__


def test_a_long_table_goes_on_in_parts_under_one_caption(book: Book) -> None:
    rows = [["{{fact:gain.mean}}", "words"] for _ in range(2 * MOST_ROWS + 1)]
    table = Table("tab:long", "A caption.", "rp", ("Mean", "Words"), rows, wide=True)
    for columns, begin in ((1, r"\begin{placed}{table}"), (2, r"\begin{table*}")):
        written = Latex(book, Document("r", "t", "s", (), [Section("x", "X", [table])], columns)).table(table)
        assert written.count(begin) == written.count(r"\textbf{Mean}") == 3
        assert written.count(r"\caption") == written.count(r"\label") == 1


def test_two_reports_are_compared_in_the_unit_of_the_first() -> None:
    def told(*facts: tuple[str, object, str]) -> dict[str, object]:
        entries = (Evidence(key, Fact(key, value, unit)) for key, value, unit in facts)  # type: ignore[arg-type]
        return {"facts": [one.to_json() for one in entries]}

    first = told(("used", 1.0, "Wh"), ("same", 2, ""), ("who", "a", "words"), ("lost", 1.0, "s"), ("odd", 1.0, "s"))
    second = told(("used", 7200.0, "J"), ("same", 2, ""), ("who", "b", "words"), ("odd", 1.0, "m"), ("new", 3, ""))
    found = {one.key: one for one in differences(first, second)}
    assert list(found) == ["used", "who", "lost", "odd", "new"]
    assert found["used"].change == pytest.approx(1.0)
    assert [found[key].change for key in ("who", "lost", "odd", "new")] == [None] * 4
    assert (found["lost"].second, found["new"].first) == (None, None)
