"""The report of a finished run: its numbers, its LaTeX, its PDF, and what becomes of it when somebody edits it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from whitepapers.building import Sources
from whitepapers.checking import check
from whitepapers.desk import Report, Reports
from whitepapers.paper import Wish

from .conftest import PATIENCE_S

pytestmark = pytest.mark.timeout(1500)  # real LaTeX, on a machine that may be full
DATE = re.compile(r"\d{1,2} [A-Z][a-z]+ \d{4}, \d{2}:\d{2}:\d{2} UTC")
NUMBER = re.compile(r"(?<![\w.−-])(−?\d[\d,]*(?:\.\d+)?)(?:\s*±\s*([\d.]+))?\)?(?:\s*×\s*10\s?(−?\d+))?")


def test_it_tells_what_happened_and_who_did_it(desk: Reports, written: Report, sources: Sources) -> None:
    text = desk.file(written.id, "tex").read_text("utf-8")
    told = {fact["key"]: fact for fact in desk.facts(written.id)["facts"]}
    assert told["change.a.name"]["value"] == "temperature"
    assert (told["change.a.old"]["value"], told["change.a.new"]["value"]) == (0.1, 0.9)
    assert told["change.a.author"]["value"] == "a person on the page"
    assert told["incident.a.size"]["value"] == 4.25
    assert told["alert.a.text"]["value"] == "correlation & 50% of {it} are_low"
    assert told["metric.correlation.mean"]["uncertainty"] is not None or told["metric.correlation.count"]["value"] < 16
    (asked,) = sources.store.requests(1)
    assert asked.energy is not None
    gross = told["energy.assistant_gross"]
    assert (gross["value"], gross["unit"], gross["method"]) == (
        asked.energy["gross_wh"], "Wh", "estimated"
    )  # fmt: skip
    assert told["energy.assistant_net"]["value"] is None
    assert "estimated, not measured" in text
    assert r"correlation \& 50\% of \{it\} are\_low" in text


def test_the_facts_stand_in_the_store_and_can_be_asked_again(desk: Reports, written: Report, sources: Sources) -> None:
    verdict = check(desk.file(written.id, "tex"), sources.store)
    assert verdict.problems == []
    assert verdict.asked_again > 60
    assert verdict.numbers > 60


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        (r"\num{0.9}", r"\num{0.8}", "the text says"),
        ("A single run, steered", "In 3 of 4 cases a single run, steered", "no fact"),
        ("begin{facttable}", "section{42}\\begin{facttable}", "no fact"),
    ],
)
def test_an_edited_report_does_not_stand(  # noqa: PLR0917  # fixtures
    desk: Reports, written: Report, sources: Sources, tmp_path: Path, old: str, new: str, complaint: str
) -> None:
    shutil.copy(desk.file(written.id, "facts"), tmp_path)
    text = desk.file(written.id, "tex").read_text("utf-8")
    assert old in text
    (tmp_path / "report.tex").write_text(text.replace(old, new, 1), "utf-8")
    assert any(complaint in problem for problem in check(tmp_path / "report.tex", sources.store).problems)


def test_edited_facts_do_not_stand(desk: Reports, written: Report, sources: Sources, tmp_path: Path) -> None:
    shutil.copy(desk.file(written.id, "tex"), tmp_path)
    told = desk.facts(written.id)
    next(fact for fact in told["facts"] if fact["key"] == "change.a.new")["value"] = 0.2
    (tmp_path / "facts.json").write_text(json.dumps(told), "utf-8")
    problems = check(tmp_path / "report.tex", sources.store).problems
    assert any("the store says 0.9" in problem for problem in problems)
    assert any("digest" in problem for problem in problems)


def test_the_html_view_is_whole_and_asks_nobody(desk: Reports, written: Report) -> None:
    page = desk.file(written.id, "html").read_text("utf-8")
    assert page.count("data:image/png;base64,") >= 3
    assert not re.search(r'(?:src|href)="(?!#|data:)', page)


@pytest.mark.tex
@pytest.mark.usefixtures("tex")
class TestWithLatex:
    def test_every_number_of_the_pdf_is_a_fact(self, desk: Reports, written: Report, tmp_path: Path) -> None:
        assert written.pdf, written.reason
        text = _text(_without_axes(desk.folder(written.id), tmp_path))
        prose = text[: text.rindex(" References ")]
        for equation in re.findall(r"\((?:1|2|3|4)\)", prose):
            prose = prose.replace(equation, " ")
        known, words = _known(desk, written)
        strays = [found[0] for found in NUMBER.finditer(DATE.sub(" ", prose)) if not _is_known(found, known, words)]
        assert strays == []

    def test_it_is_well_made(self, desk: Reports, written: Report) -> None:
        folder = desk.folder(written.id)
        log = (folder / "report.log").read_text("utf-8", "replace")
        assert "undefined" not in log
        assert [wide for wide in re.findall(r"Overfull \\hbox \(([\d.]+)pt", log) if float(wide) > 5] == []
        linted = subprocess.run(
            ["chktex", "-q", "report.tex"], cwd=folder, capture_output=True, text=True, timeout=PATIENCE_S
        )
        assert linted.stdout == ""

    @pytest.mark.parametrize("columns", [1, 2])
    def test_hostile_words_are_printed_and_do_nothing(self, desk: Reports, columns: int) -> None:
        title = r"\input{/etc/passwd} \write18{touch pwned} $ 😀 {} % " + "x" * 200
        report = desk.wait(desk.order(Wish("hostile", title, columns=columns)).id, PATIENCE_S)
        assert report.pdf, report.reason or report.error
        text = _text(desk.file(report.id, "pdf"))
        assert r"\input{/etc/passwd}" in text
        assert "root:" not in text
        assert "[grinning face]" in text
        assert not list(desk.folder(report.id).rglob("pwned"))
        assert check(desk.file(report.id, "tex"), desk._sources.store).problems == []


def _text(pdf: Path) -> str:
    """The words of a PDF in one line."""
    done = subprocess.run(["pdftotext", str(pdf), "-"], capture_output=True, timeout=PATIENCE_S)
    return " ".join(done.stdout.decode("utf-8", "replace").split())


def _without_axes(folder: Path, target: Path) -> Path:
    """The same report set once more with frames for pictures: the numbers along an axis are a scale, not results."""
    made = shutil.copytree(folder, target / "draft")
    text = (made / "report.tex").read_text("utf-8").replace(r"\usepackage{graphicx}", r"\usepackage[draft]{graphicx}")
    (made / "report.tex").write_text(text, "utf-8")
    subprocess.run(["pdflatex", "-interaction=batchmode", "report.tex"], cwd=made, check=True, timeout=PATIENCE_S)
    return made / "report.pdf"


def _known(desk: Reports, report: Report) -> tuple[list[float], str]:
    """Every value of facts.json (uncertainties too), and every word of its facts."""
    facts = desk.facts(report.id)["facts"]
    plain = [one for fact in facts for one in (fact["value"], fact["uncertainty"]) if isinstance(one, int | float)]
    return [float(one) for one in plain], " ".join(
        str(fact["value"]) for fact in facts if isinstance(fact["value"], str)
    )


def _is_known(found: re.Match[str], known: list[float], words: str) -> bool:
    """A number that rounds to a fact, stands in the words of one, or numbers a page, heading, picture, citation or formula."""
    text, power = found[1].replace("−", "-").replace(",", ""), int((found[3] or "0").replace("−", "-"))
    value, places = float(text) * 10.0**power, len(text.partition(".")[2])
    rounding = 0.5 * 10.0 ** (power - places) * 1.01
    near = any(abs(value - one) <= rounding + 5e-4 * abs(one) * (places == 0) for one in known)
    return (
        near
        or text in words
        or (float(text).is_integer() and 0 <= float(text) <= 20)
        or re.fullmatch(r"\d\.\d{1,2}", text) is not None
    )
