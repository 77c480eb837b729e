"""Two simulations at once: the one that is meant is the one that is steered, by the real small model too."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.engines.base import Engine
from agent.reading.addressing import addressed
from agent.reading.portions import portions
from agent.session import Conversations
from measurement.store import Store
from tests.agent.test_watch import until
from workloads.parameters import ParameterInfo
from workloads.runner import Snapshot, Workload, Workloads

PROGRAM = """
import sys, time
from workloads import steer
name, parameter = sys.argv[1:3]
sim = steer.attach(name)
value = sim.parameter(parameter, 1.0, minimum=0.0, maximum=10.0)
for step in sim.steps():
    sim.report(energy=float(value))
    time.sleep(0.01)
"""


def _snapshot(name: str, parameter: str) -> Snapshot:
    return Snapshot(
        name, "running", parameters={parameter: ParameterInfo(parameter, 1.0, "float")}, metrics={"energy": 1.0}
    )


TWO = [_snapshot("gw_lattice", "amplitude"), _snapshot("gft_condensate", "trap_frequency")]


@pytest.mark.parametrize(
    ("said", "before", "meant"),
    [
        ("pause the condensate", None, "gft_condensate"),
        ("pause gft condensate", None, "gft_condensate"),
        ("How is the lattice?", "gft_condensate", "gw_lattice"),
        ("set the trap frequency to 2", None, "gft_condensate"),
        ("what is the energy?", "gft_condensate", "gft_condensate"),
        ("pause it", "gft_condensate", "gft_condensate"),
        ("pause it", None, "gw_lattice"),
        ("pause the lattice and the condensate", "gft_condensate", "gft_condensate"),
    ],
)
def test_the_one_that_is_meant(said: str, before: str | None, meant: str) -> None:
    found = addressed(said, TWO, before)
    assert found
    assert found.name == meant


def test_a_branch_is_not_its_original() -> None:
    family = [_snapshot("heat", "rate"), _snapshot("heat-branch-1", "rate")]
    assert [addressed(said, family, None) for said in ("stop heat-branch-1", "stop heat")] == [family[1], family[0]]
    assert addressed("pause", [], None) is None


@pytest.mark.parametrize(
    ("said", "parts"),
    [
        (
            "Pause gw_lattice and resume the condensate",
            [("Pause gw_lattice", "gw_lattice"), ("resume the condensate", "gft_condensate")],
        ),
        (
            "pause the lattice and the condensate, please",
            [("pause the lattice", "gw_lattice"), ("pause the condensate, please", "gft_condensate")],
        ),
        (
            "set the amplitude to 2. Set the trap frequency to 3 and pause it",
            [("set the amplitude to 2.", "gw_lattice"), ("Set the trap frequency to 3, pause it", "gft_condensate")],
        ),
        ("don't stop the lattice, pause the condensate", [("pause the condensate", "gft_condensate")]),
        ("pause the lattice and show me a poem", [("pause the lattice and show me a poem", "gw_lattice")]),
    ],
)
def test_each_has_its_own_words_in_order(said: str, parts: list[tuple[str, str]]) -> None:
    found = [(part.text, part.snapshot.name) for part in portions(said, TWO, None) if part.snapshot]
    assert found == parts


@pytest.mark.parametrize(
    "said",
    [
        "if the condensate is slow, pause the lattice",
        "pause the lattice once the condensate is paused",
        "my boss said pause the lattice and resume the condensate",
        '"pause the lattice and resume the condensate" is what I was told',
        "what if we pause the lattice and resume the condensate?",
        "the lattice and the condensate are nice",
    ],
)
def test_what_is_not_plain_is_not_taken_apart(said: str) -> None:
    assert [part.text for part in portions(said, TWO, None)] == [said]


@pytest.fixture
def two(tmp_path: Path, store: Store) -> Iterator[Workloads]:
    house = Workloads()
    for name, parameter in (("gw_lattice", "amplitude"), ("gft_condensate", "trap_frequency")):
        argv = [sys.executable, "-c", PROGRAM, name, parameter]
        house.add(Workload(name, argv, store=store, run_folder=tmp_path / "run", log_folder=tmp_path))
        house.get(name).start()
    until(lambda: all(workload.snapshot().metrics for workload in house), "both report")
    yield house
    house.stop_all()


def test_the_small_model_steers_the_one_that_is_meant(two: Workloads, store: Store, engine: Engine) -> None:
    conversations = Conversations(store, two, engine)

    async def talk() -> list[list[str]]:
        id, states = conversations.start(), []
        for words in (
            "pause the condensate",
            "set the trap frequency to 2",
            "resume it",
            "pause the lattice",
            "Resume gw_lattice and pause the condensate",
            "pause the lattice and resume the condensate",
        ):
            async for _ in conversations.send(words, id):
                pass
            states.append([workload.state for workload in two])
        return states

    running, paused = "running", "paused"
    assert asyncio.run(talk()) == [
        [running, paused],
        [running, paused],
        [running, running],
        [paused, running],
        [running, paused],
        [paused, running],
    ]
    until(
        lambda: two.get("gft_condensate").snapshot().parameters["trap_frequency"].value == 2.0, "the change is in force"
    )
