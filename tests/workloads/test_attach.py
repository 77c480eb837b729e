"""Programs that were started elsewhere: attached to, left, attached to again, and not disturbed by any of it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from workload_bench import SAMPLES, Bench, until

from measurement.errors import Conflict, NotFound, SettingsError, WorkloadError
from workloads.catalogue import command_for, name_for

ROOT = Path(__file__).parents[2]
TOKEN = "a-token-for-tests"


@contextmanager
def listening(address: str) -> Iterator[subprocess.Popen[str]]:
    """The sample, started by us as anybody would start it."""
    env = {**os.environ, "PYTHONPATH": str(ROOT), "LODGER_CHANNEL_TOKEN": TOKEN}
    process = subprocess.Popen(
        [sys.executable, str(SAMPLES / "listens.py"), address], env=env, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout
        assert process.stdout.readline() == "listening\n"
        yield process
    finally:
        process.kill()
        process.communicate()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


@pytest.mark.parametrize("scheme", ["unix", "tcp"])
def test_attach_steer_leave_and_attach_again(bench: Bench, tmp_path: Path, scheme: str) -> None:
    address = f"unix:{tmp_path / 'rod.sock'}" if scheme == "unix" else f"tcp:127.0.0.1:{free_port()}"
    with listening(address) as process:
        rod = bench.adopt("rod", [address], channel_token=TOKEN)
        rod.start()
        until(lambda: rod.snapshot().metrics, "metrics arrive")
        assert rod.snapshot().pid == process.pid
        assert rod.set({"rate": 0.2}, timeout_s=30).changes[0].new == 0.2
        run, step = rod.snapshot().run, rod.snapshot().step
        assert rod.leave().after_state == "detached"
        assert process.poll() is None
        rod.start()
        until(lambda: rod.state == "running", "it is attached again")
        until(lambda: rod.snapshot().step > step + 5, "it went on meanwhile")
        assert rod.snapshot().run == run
        assert rod.snapshot().parameters["rate"].value == 0.2
        with pytest.raises(Conflict, match="started elsewhere"):
            rod.restart()
        assert rod.stop().after_state == "stopped"
        assert process.wait(40) == 0


def test_a_lost_connection_is_told_and_the_program_goes_on(bench: Bench, tmp_path: Path) -> None:
    address = f"unix:{tmp_path / 'rod.sock'}"
    with listening(address) as first:
        rod = bench.adopt("rod", [address], channel_token=TOKEN)
        rod.start()
        until(lambda: rod.snapshot().metrics, "metrics arrive")
        run = rod.snapshot().run
        first.kill()
        until(lambda: rod.state == "detached", "the loss is noticed")
        assert "attach again" in (rod.snapshot().last_words or "")
    with listening(address):  # the dead one's socket file is replaced
        rod.start()
        until(lambda: rod.state == "running" and rod.snapshot().metrics, "another program answers")
        assert rod.snapshot().run != run


def test_who_does_not_know_the_token_is_not_let_in(bench: Bench, tmp_path: Path) -> None:
    path = tmp_path / "rod.sock"
    with listening(f"unix:{path}") as process:
        assert path.stat().st_mode & 0o777 == 0o600
        stranger = bench.adopt("rod", [f"unix:{path}"], channel_token="wrong")
        with pytest.raises(WorkloadError, match="token is wrong"):
            stranger.start()
        assert stranger.state == "failed"
        friend = bench.adopt("rod", [f"unix:{path}"], channel_token=TOKEN)
        friend.start()
        second = bench.adopt("rod", [f"unix:{path}"], channel_token=TOKEN)
        with pytest.raises(WorkloadError, match="attached already"):
            second.start()
        with socket.socket(socket.AF_UNIX) as rude:
            rude.connect(str(path))
            rude.sendall(b"rubbish\n")
            assert rude.recv(100) == b""
        assert process.poll() is None
        friend.leave()


def test_nobody_there_is_said(bench: Bench, tmp_path: Path) -> None:
    rod = bench.adopt("rod", [f"unix:{tmp_path / 'none.sock'}"])
    with pytest.raises(WorkloadError, match="nobody answers"):
        rod.start()


def test_a_port_without_a_token_is_refused() -> None:
    code = "from workloads import steer; steer.attach('x', listen='tcp:127.0.0.1:0')"
    env = {name: value for name, value in os.environ.items() if not name.startswith("LODGER_")}
    ended = subprocess.run(
        [sys.executable, "-c", code], env={**env, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False
    )
    assert "needs a token" in ended.stderr


def test_what_can_be_given_as_a_workload(tmp_path: Path) -> None:
    file = tmp_path / "my_sim.py"
    file.write_text("def main(): ...\n")
    assert command_for(f"{file}:main")[1:] == ["-m", "workloads.call_function", str(file), "main"]
    assert command_for("unix:/run/heat.sock") == ["unix:/run/heat.sock"]
    assert command_for(f"rod={sys.executable} -u {file}") == [str(Path(sys.executable).resolve()), "-u", str(file)]
    assert [name_for(spec) for spec in (f"{file}:main", "unix:/run/heat.sock", "tcp:h:50", f"python3 {file} 3")] == [
        "my_sim",
        "heat",
        "port-50",
        "my_sim",
    ]
    assert name_for("rod=./heat --fast") == "rod"
    with pytest.raises(NotFound):
        command_for("./no/such/program --fast")
    with pytest.raises(SettingsError, match="no address"):
        command_for("tcp:nowhere")


def test_a_function_of_a_file_is_a_workload(bench: Bench, tmp_path: Path) -> None:
    file = tmp_path / "my_sim.py"
    file.write_text(
        "from workloads import steer\n\ndef go():\n    sim = steer.attach('x', total_steps=3)\n"
        "    for step in sim.steps():\n        sim.report(square=step**2)\n"
    )
    made = bench.adopt("my_sim", command_for(f"{file}:go"))
    made.start()
    until(lambda: made.state == "finished", "it finishes")
    assert made.snapshot().metrics == {"square": 4.0}
    missing = bench.adopt("missing", command_for(f"{file}:stay"))
    missing.start()
    until(lambda: missing.state == "failed", "it fails")
    assert "has no function stay()" in (missing.snapshot().last_words or "")


def test_the_introduction_is_strict_json(tmp_path: Path) -> None:
    with listening(f"unix:{tmp_path / 'rod.sock'}"), socket.socket(socket.AF_UNIX) as line:
        line.connect(str(tmp_path / "rod.sock"))
        line.sendall(json.dumps({"type": "attach", "token": TOKEN}).encode() + b"\n")
        kinds: list[str] = []
        for said in line.makefile("rb"):
            kinds += [kind for kind in (json.loads(said)["type"],) if kind != "step"]  # which may come any time
            if kinds[-1:] == ["state"]:
                break
    assert kinds == ["hello", "parameter", "metric", "state"]
