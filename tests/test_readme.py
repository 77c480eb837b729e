"""The README's commands and examples do what it says."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.browser.conftest import Launch, launch  # noqa: F401  # the same kind of launch, one of its own

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"```(\w*)\n(.*?)```", README, re.S)


def commands(start: str) -> list[str]:
    lines = (line for language, block in BLOCKS if language == "sh" for line in block.splitlines())
    return [line.partition("   #")[0].strip() for line in lines if line.startswith(start)]


@pytest.mark.parametrize("command", commands("make "))
def test_the_two_commands_are_targets(command: str) -> None:
    done = subprocess.run([*shlex.split(command), "--dry-run"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.model
@pytest.mark.timeout(300)
def test_the_curl_commands_answer(launch: Launch) -> None:  # noqa: F811
    found = commands("curl ")
    assert len(found) >= 6
    for command in found:
        done = subprocess.run(
            shlex.split(command.replace("http://127.0.0.1:7860", launch.url)),
            capture_output=True,
            text=True,
            timeout=120,
        )
        answer = json.loads(done.stdout)
        assert done.returncode == 0
        assert "error" not in answer, f"{command}: {answer}"


def test_the_example_simulation_runs_alone(tmp_path: Path) -> None:
    (code,) = [block for language, block in BLOCKS if language == "python"]
    assert len([line for line in code.splitlines() if "steer" in line or "sim." in line]) <= 6
    (tmp_path / "my_sim.py").write_text(code)
    done = subprocess.run(
        [sys.executable, "my_sim.py"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_every_file_that_it_names_is_there() -> None:
    named = re.findall(r"\]\(([\w./-]+)\)", README) + re.findall(
        r"`((?:agent|tools|workloads|tests|docs|measurement)/[\w./]+)`", README
    )
    assert not [name for name in named if not (ROOT / name).exists()]


def test_its_flags_exist() -> None:
    done = subprocess.run(
        [sys.executable, "launcher.py", "--help"], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    flags = set(re.findall(r"`?(--[a-z][a-z-]+)", README)) - {"--dry-run"}
    assert not [flag for flag in flags if flag not in done.stdout]
