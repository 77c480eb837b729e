"""The workload gw_lattice: what it reads back, and how it behaves in a real child process that is steered."""

from __future__ import annotations

import json
import math
import os
import socket
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import torch

from workloads import steer
from workloads.gw_lattice import JITTER_M, GwLattice, Reading, observe, pearson
from workloads.helical_lattice import golden_spiral, turned
from workloads.interference import square_screen, superpose, wavenumber_per_m

ROOT = Path(__file__).parents[2]
SAMPLES = 400


def noise_per_metre(nodes: torch.Tensor, screen: torch.Tensor) -> float:
    """Standard deviation of the response for unit jitter, by linearity: each coordinate moved by itself."""
    responses = []
    for index in range(nodes.numel()):
        moved = torch.zeros(nodes.numel(), dtype=torch.float64)
        moved[index] = 1.0
        responses.append(observe(nodes, screen, 0.0, moved.reshape(-1, 3)).response)
    return math.hypot(*responses)


@pytest.mark.parametrize("amplitude", [1e-24, 1e-21, 1e-18])
def test_without_jitter_the_strain_is_read_back_exactly(amplitude: float):
    nodes, screen = turned(golden_spiral(20), 0.3), square_screen(16, 0.6)
    still = torch.zeros(20, 3, dtype=torch.float64)
    strain = [amplitude * math.sin(0.1 * n) for n in range(64)]
    response = [observe(nodes, screen, h, still).response for h in strain]
    assert response == pytest.approx(strain, rel=1e-12)
    assert pearson(strain, response) == pytest.approx(1.0, abs=1e-12)


@pytest.mark.parametrize("temperature", [0.1, 1.0, 10.0])
def test_correlation_falls_with_temperature_as_it_must(temperature: float):
    """A signal in independent noise: r = 1/√(1 + σ²/⟨h²⟩), with a standard error of (1 − r²)/√n (Fisher 1915)."""
    nodes, screen = golden_spiral(20), square_screen(16, 0.6)
    spread = JITTER_M * math.sqrt(temperature)
    generator = torch.Generator().manual_seed(5)
    strain = [1e-21 * math.sin(2.0 * math.pi * n / 50) for n in range(SAMPLES)]  # whole periods: ⟨h²⟩ = A²/2
    draws = spread * torch.randn(SAMPLES, 20, 3, dtype=torch.float64, generator=generator)
    response = [observe(nodes, screen, h, draw).response for h, draw in zip(strain, draws, strict=True)]
    expected = 1.0 / math.sqrt(1.0 + (spread * noise_per_metre(nodes, screen)) ** 2 / 0.5e-42)
    r = pearson(strain, response)
    assert r is not None
    assert 0.02 < expected < 0.98
    assert r == pytest.approx(expected, abs=3.0 * (1.0 - expected**2) / math.sqrt(SAMPLES))


def test_noise_alone_stays_within_two_standard_errors():
    """Uncorrelated series: |r| < 2/√n at 95 % (Bartlett 1946); the seed is fixed."""
    nodes, screen = golden_spiral(20), square_screen(16, 0.6)
    draws = JITTER_M * torch.randn(SAMPLES, 20, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    noise = [observe(nodes, screen, 0.0, draw).response for draw in draws]
    r = pearson([math.sin(0.3 * n) for n in range(SAMPLES)], noise)
    assert r is not None
    assert abs(r) < 2.0 / math.sqrt(SAMPLES)


def test_pearson_knows_where_it_is_not_defined():
    assert pearson([1e-24, -1e-24, 2e-24], [-3.0, 3.0, -6.0]) == pytest.approx(-1.0)
    assert pearson([1e-21] * 5, [1.0, 2.0, 3.0, 4.0, 5.0]) is None
    assert pearson([], []) is None


def test_energy_of_one_node_lies_between_that_of_two_discs():
    """1 W one metre above the screen: ∫ I dA over a disc of radius a is (P/4) ln(1 + a²); the square lies between its
    inscribed and its circumscribed disc."""
    node = torch.tensor([[0.0, 0.0, 1.0]], dtype=torch.float64)
    intensity = superpose(node, square_screen(96, 0.6), wavenumber_per_m(0.1)).abs() ** 2 / (4.0 * math.pi)
    energy_j = Reading(0.0, 0.0, intensity.reshape(96, 96)).energy_j
    inside, outside = (0.1 / 299_792_458.0 * 0.25 * math.log(1.0 + a**2) for a in (0.6, 0.6 * math.sqrt(2.0)))
    assert inside < energy_j < outside


def test_everything_is_declared_with_bounds_unit_and_meaning():
    sim = steer.attach("gw_lattice", total_steps=1)
    GwLattice(sim, "cpu")
    bounds = {name: (p.spec["minimum"], p.spec["maximum"], p.spec["unit"]) for name, p in sim.parameters.items()}
    assert bounds["num_lattice_nodes"] == (10, 20000, "")
    assert bounds["gw_amplitude"] == (1e-24, 1e-18, "strain")
    assert bounds["gw_frequency"] == (1.0, 5000.0, "Hz")
    assert bounds["temperature"] == (0.0, 10.0, "")
    assert set(sim.parameters["perturbation_type"].spec["choices"]) == {
        "none", "inspiral", "ringdown", "stochastic", "burst",
    }  # fmt: skip
    aliases = [alias for p in sim.parameters.values() for alias in (p.name, *p.spec["aliases"])]
    assert all(p.spec["doc"] for p in sim.parameters.values())
    assert len(aliases) == len(set(aliases))


class Run:
    """A real run in a child process, steered over its channel."""

    def __init__(self, child: subprocess.Popen[str], channel: socket.socket) -> None:
        self.child, self.channel = child, channel
        self.lines = channel.makefile("r")
        self.metrics: dict[int, dict[str, float]] = defaultdict(dict)
        self.notes: list[str] = []

    def ask(self, kind: str, **fields: Any) -> dict[str, Any]:
        """Send a request and wait for its answer."""
        self.channel.sendall(json.dumps({"type": kind, "id": kind, **fields}).encode() + b"\n")
        return self.until(lambda message: message.get("id") == kind)

    def until(self, wanted: Any) -> dict[str, Any]:
        """Take messages in until one is wanted."""
        for line in self.lines:
            message = json.loads(line)
            for name, rows in message.get("rows", {}).items() if message["type"] == "metrics" else ():
                for step, value, *_ in rows:
                    self.metrics[step][name] = value
            if message["type"] == "note":
                self.notes.append(message["text"])
            if wanted(message):
                return message
        raise AssertionError("The workload hung up.")

    def reach(self, step: int) -> None:
        self.until(lambda message: message["type"] == "metrics" and message["step"] >= step)


@contextmanager
def running(**environment: str) -> Iterator[Run]:
    """Start ``python -m workloads.gw_lattice`` as the runner does."""
    ours, theirs = socket.socketpair()
    ours.settimeout(60.0)
    env = {**os.environ, "LODGER_CHANNEL": f"fd:{theirs.fileno()}", "CUDA_VISIBLE_DEVICES": "", **environment}
    command = [sys.executable, "-m", "workloads.gw_lattice"]
    child = subprocess.Popen(
        command, cwd=ROOT, env=env, pass_fds=[theirs.fileno()], stdout=subprocess.DEVNULL, text=True
    )
    theirs.close()
    try:
        yield Run(child, ours)
    finally:
        child.kill()
        child.wait()
        ours.close()


def start(**values: Any) -> str:
    return json.dumps({"num_lattice_nodes": 10, **values})


def settled(run: Run, first: int, last: int) -> list[dict[str, float]]:
    """What was reported for these steps, without the one metric that is about the machine."""
    return [{k: v for k, v in run.metrics[step].items() if k != "steps_per_second"} for step in range(first, last)]


def test_changes_in_flight_are_applied_said_and_bounded():
    with running(LODGER_PARAMETERS=start()) as run:
        run.reach(40)
        wild = run.ask("set", changes={"gw_amplitude": 5e-21, "num_lattice_nodes": 10_000_000})
        assert wild["type"] == "refused"
        assert "20000" in wild["error"]
        done = run.ask("set", changes={"gw_amplitude": 5e-21, "gw_frequency": 1200.0, "num_lattice_nodes": 37})
        assert {change["name"]: (change["old"], change["new"]) for change in done["changes"]} == {
            "gw_amplitude": (1e-21, 5e-21), "gw_frequency": (100.0, 1200.0), "num_lattice_nodes": (10, 37),
        }  # fmt: skip
        run.reach(done["step"] + 60)
        assert any("37 nodes" in note for note in run.notes)
        assert any("1200 Hz" in note for note in run.notes)
        assert "correlation" not in run.metrics[done["step"] + 3]  # a new signal: too few samples yet
        assert run.metrics[done["step"] + 50]["correlation"] > 0.9
        quiet = run.ask("set", changes={"perturbation_type": "NONE", "temperature": 2})
        run.reach(quiet["step"] + 40)
        later = run.metrics[quiet["step"] + 35]
        assert later["strain"] == 0.0
        assert later["response"] != 0.0
        assert "correlation" not in later
        assert sum("not defined" in note for note in run.notes) == 1
        assert run.ask("stop")["type"] == "state"
        run.until(lambda message: message["type"] == "bye" and message["state"] == "stopped")


def test_a_restored_run_goes_on_bit_for_bit(tmp_path: Path):
    saved = tmp_path / "state"
    with running(LODGER_PARAMETERS=start(perturbation_type="stochastic", temperature=1.0, seed=7)) as run:
        run.reach(40)
        run.ask("set", changes={"gw_frequency": 300.0, "num_lattice_nodes": 25})
        step = run.ask("checkpoint", path=str(saved))["step"]
        run.reach(step + 60)
        went_on = settled(run, step, step + 60)
        run.ask("restore", path=str(saved))  # back in the same process
        run.metrics.clear()  # what it had reported before
        run.until(lambda _: step in run.metrics and step + 59 in run.metrics)
        assert settled(run, step, step + 60) == went_on
    with running(LODGER_RESTORE=str(saved)) as again:
        again.reach(step + 60)
        assert min(again.metrics) == step
        assert settled(again, step, step + 60) == went_on
        assert went_on[-1].keys() >= {"correlation", "fractal_dimension", "energy", "strain", "response"}
        assert went_on[0]["strain"] != 0.0


def test_it_runs_alone_and_finishes_with_the_same_numbers_every_time():
    program = "from workloads.gw_lattice import main; main(100)"
    env = {name: value for name, value in os.environ.items() if not name.startswith("LODGER_")}
    env["LODGER_PARAMETERS"] = start()
    first, second = (
        subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=env, capture_output=True, text=True, timeout=120)
        for _ in range(2)
    )
    assert first.returncode == 0, first.stderr
    assert first.stdout.startswith("gw_lattice: step 100 of 100, correlation 0.")
    assert first.stdout == second.stdout
