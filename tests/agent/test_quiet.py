"""What asks for nothing, read without a model: no certain act may come of any message of the quiet suite."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from agent.evaluation import suites
from agent.reading import menu
from agent.reading.message import read
from measurement.errors import LodgerError
from tests.agent.test_glossary import vocabulary
from tools.quantity import read_quantity
from tools.registry import tools

SUITE = suites.load(Path(__file__).parent / "quiet_suite")
ALONE = [(part.workload, case.say) for part in SUITE.parts for case in part.cases if not case.before]
ENDS = {"stop_simulation", "restart_simulation"}  # asked once more before they are done


@pytest.mark.parametrize(("workload", "said"), ALONE)
def test_nothing_is_done(workload: str, said: str) -> None:
    reading = read(said, vocabulary(workload))
    calls = [call for clause in reading.clauses if (call := menu.only(clause, reading))]
    acts = [call for call in calls if tools()[call["tool"]].actuator and call["tool"] not in ENDS]
    assert [call for call in acts if _could_be_done(call, workload)] == []


def _could_be_done(call: dict[str, Any], workload: str) -> bool:
    """Whether a value can be read at all: "64 or 96" is asked about."""
    info = vocabulary(workload).parameters.get(str(call.get("name")))
    try:
        return info is None or info.kind not in ("int", "float") or bool(read_quantity(str(call["value"]), info))
    except LodgerError:
        return False
