"""What a report tells of energy and of evaluations: as it was measured, checked again, or said to be missing and why."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from measurement.carbon import grid
from measurement.host import machine
from measurement.power import source
from measurement.power.base import PowerSettings
from measurement.powerhouse import PowerHouse
from measurement.store import Store
from whitepapers import evaluations, sections, subjects
from whitepapers.archive import Archive
from whitepapers.book import Book
from whitepapers.building import Sources
from whitepapers.checking import check
from whitepapers.desk import Report, Reports
from whitepapers.document import Document
from whitepapers.latex import Latex
from whitepapers.paper import Paper, Wish
from workloads.run_energy import RunEnergy
from workloads.runner import Workloads

from .conftest import WATTS, evaluated

pytestmark = pytest.mark.timeout(1500)  # the first of these has the runs made and real LaTeX at work


def test_the_run_has_an_energy_of_its_own(desk: Reports, written: Report) -> None:
    told = {fact["key"]: fact for fact in desk.facts(written.id)["facts"]}
    used = told["energy.run"]
    truth_wh = WATTS * told["energy.run_duration"]["value"] / 3600.0
    assert (used["unit"], used["method"], used["query"]) == ("Wh", "measured", "run_energy")
    assert abs(used["value"] - truth_wh) <= max(used["uncertainty"], 0.05 * truth_wh)
    assert used["uncertainty"] == told["energy.run_bound"]["value"]
    assert told["domain.a.name"]["value"] == "package-0"
    assert told["energy.run_duration"]["value"] <= told["run.duration"]["value"] * 1.5 + 5.0
    assert 0 < told["energy.run_own"]["value"] <= used["value"]
    assert told["energy.run_own"]["method"] == "derived"
    assert told["energy.run_net"]["value"] is not None or told["energy.run_net"]["reason"]


def test_the_evaluation_of_the_runs_model_is_told_from_its_file(desk: Reports, written: Report, place: Path) -> None:
    told = {fact["key"]: fact["value"] for fact in desk.facts(written.id)["facts"]}
    shares = json.loads((place / "evaluations" / "steering-a.json").read_text("utf-8"))["shares"]
    (whole,) = [key.rpartition(".")[0] for key, value in told.items() if key.startswith("share.") and value == "all"]
    assert (told[f"{whole}.right"], told[f"{whole}.count"], told["evaluation.unsafe"]) == (16, 20, 1)
    assert told[f"{whole}.part"] == pytest.approx(80.0)
    assert told[f"{whole}.low"] == pytest.approx(100 * shares["all"]["low"])
    text = desk.file(written.id, "tex").read_text("utf-8")
    assert "was evaluated on its own" in text
    assert r"typo \& co\_" in text


def test_an_evaluation_that_was_changed_does_not_stand(
    desk: Reports, written: Report, sources: Sources, place: Path, tmp_path: Path
) -> None:
    copied = tmp_path / "whitepapers" / written.id
    shutil.copytree(desk.folder(written.id), copied)
    shutil.copytree(place / "evaluations", tmp_path / "evaluations")
    assert check(copied / "report.tex", sources.store).problems == []
    file = tmp_path / "evaluations" / "steering-a.json"
    file.write_text(file.read_text("utf-8").replace('"right": 16', '"right": 20'), "utf-8")
    assert any("its digest has changed" in problem for problem in check(copied / "report.tex", sources.store).problems)
    shutil.rmtree(tmp_path / "evaluations")
    assert any("There is no evaluation" in problem for problem in check(copied / "report.tex", sources.store).problems)


def test_the_newest_evaluation_of_the_model_is_found_and_one_of_another_is_second_best(tmp_path: Path) -> None:
    evaluated(tmp_path, "a.json", "test", "small", "2026-01-01T10:00:00+00:00")
    evaluated(tmp_path, "b.json", "test", "small", "2026-01-02T10:00:00+00:00")
    evaluated(tmp_path, "c.json", "test", "big", "2026-01-03T10:00:00+00:00")
    (tmp_path / "d.json").write_text("{", "utf-8")
    late = 2_000_000_000.0

    def found(until: float, served: tuple[str, str] | None) -> str | None:
        one = evaluations.newest(tmp_path, until, served)
        return one and one.file

    assert found(late, ("test", "small")) == "b.json"
    assert found(late, ("test", "another")) == "c.json"
    assert found(late, None) == "c.json"
    assert found(1_767_268_800.0, ("test", "small")) == "a.json"  # noon of the first of January
    assert found(0.0, None) is None


def test_what_is_missing_is_said_with_its_reason(tmp_path: Path) -> None:
    with Store(tmp_path / "lodger.db") as store:
        run = store.begin_run("alone", None, {}, "cpu")
        settings = PowerSettings(powercap_root=tmp_path / "no-counters")
        with (
            PowerHouse(settings, grid("WORLD"), sources=[source("rapl", settings)]) as power,
            RunEnergy(power, Workloads(), store) as meter,
        ):
            why = meter.note(run)
        assert why is not None
        assert "rapl" in why
        evaluated(tmp_path / "evaluations", "a.json", "test", "big", "2026-01-01T10:00:00+00:00")
        without, of_another = (_said(store, run, folder, why) for folder in (None, tmp_path / "evaluations"))
    assert re.search(r"Not measured: \\fact\{[^}]*\}\{no energy counter can be read on this machine", without)
    assert "launcher.py evaluate" in without
    assert "No request to a language model is on record" in of_another


def _said(store: Store, run: str, folder: Path | None, why: str) -> str:
    """The sections of a report on that run as LaTeX."""
    row = next(one for one in store.runs() if one.id == run)
    book = Book(Archive(store, row.started_at + 60.0, folder), run)
    paper = Paper("report_a", Wish(), row, book, None, {}, machine(), "9.9.9", why)
    subjects.gather(paper)
    return Latex(book, Document("report_a", "t", "s", (), sections.written(paper))).whole()
