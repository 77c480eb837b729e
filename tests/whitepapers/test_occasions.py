"""Reports that nobody asks for: one at a run's end, one at its alerts, none where none is wanted."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from measurement.host import machine
from measurement.store import Store
from whitepapers.building import Sources
from whitepapers.desk import Report
from whitepapers.occasions import Occasions, Reporting, When
from workloads.runner import Workload, Workloads

from .conftest import PATIENCE_S, ROOT, until

PROGRAM = """
from workloads import steer

sim = steer.attach("odd", total_steps=40)
for step in sim.steps():
    sim.report(level=float("nan") if step % 20 == 5 else 1.0, other=float("inf") if step == 7 else 1.0)
"""


@pytest.mark.timeout(1500)  # real LaTeX, where it is there
@pytest.mark.parametrize(
    ("when", "asked_by"),
    [
        ("both", ["an alert of the run", "the end of the run"]),
        ("completion", ["the end of the run"]),
        ("never", []),
    ],
)
def test_a_report_is_written_when_it_is_wanted(tmp_path: Path, when: When, asked_by: list[str]) -> None:
    with Store(tmp_path / "lodger.db") as store:
        workloads = Workloads()
        workload = Workload(
            "odd", [sys.executable, "-c", PROGRAM], store=store, run_folder=tmp_path / "run", log_folder=tmp_path,
            env={"PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        workloads.add(workload)
        sources = Sources(store, workloads, machine(), "9.9.9")
        with Reporting(tmp_path / "whitepapers", sources, Occasions(when)) as desk:
            workload.start()
            until(lambda: workload.state == "finished", "the run ends")
            until(lambda: len(store.events(kind="alert")) > 1, "two alerts are kept, of which one has a report written")
            until(lambda: len(desk.list()) >= len(asked_by), "the reports are ordered")
            written = [desk.wait(one.id, PATIENCE_S) for one in desk.list()]
    assert sorted(one.asked_by for one in written) == asked_by
    assert [one for one in written if not _is_of(one, workload)] == []


def _is_of(report: Report, workload: Workload) -> bool:
    return report.status == "done" and report.run == workload.snapshot().run
