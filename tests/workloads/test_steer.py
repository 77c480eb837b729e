"""The SDK as a simulation's author meets it: alone, and on a bare socket without any of the control plane."""

from __future__ import annotations

import json
import math
import operator
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from workloads import steer

ROOT = Path(__file__).parents[2]
SAMPLES = Path(__file__).with_name("samples")
HEAT = [sys.executable, str(SAMPLES / "heat.py")]


def alone(*argv: str, **env: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("LODGER_")}
    full = {**clean, "PYTHONPATH": str(ROOT), **env}
    return subprocess.run(argv, env=full, capture_output=True, text=True, timeout=60, check=False)


class Wire:
    """A simulation on a bare socket."""

    def __init__(self, *argv: str, **env: str) -> None:
        ours, theirs = socket.socketpair()
        ours.settimeout(60)
        with theirs:
            full = {**os.environ, "PYTHONPATH": str(ROOT), "LODGER_CHANNEL": f"fd:{theirs.fileno()}", **env}
            self.process = subprocess.Popen(
                argv, env=full, pass_fds=(theirs.fileno(),), stderr=subprocess.PIPE, text=True
            )
        self.socket = ours
        self.lines = ours.makefile("rb")
        self.heard: list[dict[str, Any]] = []

    def send(self, **request: Any) -> None:
        self.socket.sendall(json.dumps(request).encode() + b"\n")

    def hear(self, kind: str, **fields: Any) -> dict[str, Any]:
        """The next message of that kind with those fields."""
        for line in self.lines:
            message = json.loads(line, parse_constant=lambda word: pytest.fail(f"{word} is no strict JSON"))
            self.heard.append(message)
            if message["type"] == kind and fields.items() <= message.items():
                return message
        raise AssertionError(f"it ended without {kind} {fields}: {self.heard[-3:]}")

    def close(self) -> None:
        self.socket.close()
        self.lines.close()
        self.process.communicate(timeout=60)


def test_alone_it_runs_as_if_nothing_were_there() -> None:
    ended = alone(*HEAT, "50", "0")
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")


def test_the_file_may_be_copied_anywhere(tmp_path: Path) -> None:
    (tmp_path / "steer.py").write_text(Path(steer.__file__).read_text())
    (tmp_path / "sim.py").write_text("import steer\nsim = steer.attach('x', total_steps=3)\nprint(*sim.steps())\n")
    ended = alone(sys.executable, "-S", "-W", "error", str(tmp_path / "sim.py"), PYTHONPATH="")
    assert (ended.stdout, ended.stderr) == ("0 1 2\n", "")


def test_an_unusable_channel_is_said() -> None:
    ended = alone(*HEAT, "5", LODGER_CHANNEL="fd:no")
    assert ended.returncode == 1
    assert "unset it to run alone" in ended.stderr


def test_hello_comes_first_bye_last_and_every_reading_arrives() -> None:
    wire = Wire(*HEAT, "300", "0")
    bye = wire.hear("bye")
    assert wire.lines.read() == b""
    wire.close()
    assert wire.heard[0]["type"] == "hello"
    assert bye == {"type": "bye", "state": "finished", "step": 300, "error": None}
    declared = {message["name"]: message for message in wire.heard if message["type"] == "parameter"}
    assert declared["rate"] | {"type": ""} == {
        "type": "", "name": "rate", "kind": "float", "value": 0.1, "default": 0.1, "minimum": 0.0, "maximum": 0.5,
        "choices": None, "unit": "1/s", "doc": "cooling rate", "aliases": ["cooling"],
    }  # fmt: skip
    rows = [row for m in wire.heard if m["type"] == "metrics" for row in m["rows"]["temperature"]]
    assert sum(row[3] if len(row) > 3 else 1 for row in rows) == 300
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)


def test_paused_it_still_obeys_and_uses_no_processor() -> None:
    wire = Wire(*HEAT, "0", "0.001")
    wire.send(type="pause", id="p")
    paused = wire.hear("state", id="p")
    assert paused["state"] == "paused"
    wire.send(type="set", id="s", changes={"rate": 0.2, "cells": 4})
    applied = wire.hear("applied", id="s")
    assert applied["step"] == paused["step"]
    assert applied["changes"] == [{"name": "rate", "old": 0.1, "new": 0.2}, {"name": "cells", "old": 8, "new": 4}]
    before_s = _processor_s(wire.process.pid)
    with pytest.raises(subprocess.TimeoutExpired):
        wire.process.wait(0.5)
    assert _processor_s(wire.process.pid) - before_s < 0.1
    wire.send(type="stop", id="x")
    assert wire.hear("bye")["state"] == "stopped"
    wire.close()


def _processor_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"rate": 0.2, "edge": "closed"}, "even number of lids"),
        ({"rate": 0.2, "cells": 13}, "MemoryError: 13 cells do not fit"),
        ({"rate": 0.2, "cells": 4, "edge": "closed"}, "even number of lids"),
        ({"rate": 0.2, "cells": 3.5}, "whole number"),
        ({"rate": 0.2, "colour": 1}, "no parameter 'colour'"),
        ({"rate": 0.7}, "rate = 0.7 1/s is above the maximum; allowed is 0 1/s to 0.5 1/s"),
        ({"rate": True}, "not True"),
        ({"rate": "NaN"}, "not 'NaN'"),
    ],
)
def test_a_refused_change_changes_nothing(changes: dict[str, Any], words: str) -> None:
    wire = Wire(*HEAT, "0", "0.001")
    wire.send(type="set", id="bad", changes=changes)
    assert words in wire.hear("refused", id="bad")["error"]
    wire.send(type="set", id="good", changes={"rate": 0.3, "cells": 5})
    assert [change["old"] for change in wire.hear("applied", id="good")["changes"]] == [0.1, 8]
    rebuilt = [message["text"] for message in wire.heard if message["type"] == "note" and "rebuilt" in message["text"]]
    assert rebuilt.count("rebuilt with 4 cells") == rebuilt.count("rebuilt with 8 cells")  # taken back where it had run
    wire.send(type="stop", id="x")
    wire.hear("bye")
    wire.close()


def test_a_checkpoint_is_whole_and_a_run_starts_from_it(tmp_path: Path) -> None:
    path = tmp_path / "rod.checkpoint"
    wire = Wire(*HEAT, "0", "0.001")
    wire.send(type="set", id="s", changes={"cells": 5})
    wire.send(type="checkpoint", id="c", path=str(path))
    saved = wire.hear("checkpointed", id="c")
    wire.send(type="checkpoint", id="d", path=str(tmp_path / "missing" / "rod"))
    assert "No such file" in wire.hear("refused", id="d")["error"]
    wire.send(type="set", id="t", changes={"cells": 6})
    wire.send(type="restore", id="r", path=str(path))
    back = wire.hear("applied", id="r")
    assert back["step"] == saved["step"]
    assert {"name": "cells", "old": 6, "new": 5} in back["changes"]
    wire.send(type="stop", id="x")
    wire.hear("bye")
    wire.close()
    assert [file.name for file in tmp_path.iterdir()] == ["rod.checkpoint"]

    again = Wire(*HEAT, "0", "0.001", LODGER_RESTORE=str(path), LODGER_PARAMETERS='{"cells": 7, "rate": 0.4}')
    assert again.hear("parameter", name="rate")["value"] == 0.1
    assert (
        again.hear("parameter", name="cells")["value"] == 5
    )  # the checkpoint's, as the state that is restored needs it
    assert again.hear("state")["step"] == saved["step"]
    again.send(type="stop", id="x")
    again.hear("bye")
    again.close()


def test_an_error_of_the_simulation_is_its_last_words() -> None:
    wire = Wire(sys.executable, str(SAMPLES / "fails.py"))
    assert wire.hear("bye") == {
        "type": "bye",
        "state": "failed",
        "step": 5,
        "error": "ArithmeticError: the lattice came apart",
    }
    wire.close()
    assert wire.process.returncode == 1


def test_it_ends_when_the_control_plane_is_gone() -> None:
    wire = Wire(*HEAT, "0", "0.001")
    wire.hear("step")
    wire.lines.close()
    wire.socket.close()
    _, said = wire.process.communicate(timeout=60)
    assert wire.process.returncode == 1
    assert "control plane is gone" in said


def test_nobody_reading_does_not_hold_the_simulation_up(tmp_path: Path) -> None:
    sim = tmp_path / "fast.py"
    sim.write_text(
        "from workloads import steer\nsim = steer.attach('fast', total_steps=60_000)\n"
        "for step in sim.steps():\n    sim.report(**{f'm{i}': step for i in range(8)})\n    sim.note('x' * 1000)\n"
        f"open({str(tmp_path / 'done')!r}, 'w').close()\n"
    )
    wire = Wire(sys.executable, str(sim))
    wire.process.wait(60)  # nothing was read until here
    assert (tmp_path / "done").exists()
    wire.close()


def test_readings_that_are_merged_keep_number_mean_and_extremes() -> None:
    rows: list[tuple[Any, ...]] = [(step, math.nan if step == 3 else float(step), 0.0) for step in range(6)]
    first, second, third = steer._merge_neighbours(rows)
    assert first == (1, 0.5, 0.0, 2, 0.0, 1.0)
    assert math.isnan(second[1])
    assert second[3:] == (2, 2.0, 2.0)
    assert third[1] == 4.5


def test_a_parameter_computes_like_its_number() -> None:
    sim = steer.attach("alone")
    x, n = sim.parameter("x", 2.5), sim.parameter("n", 3)
    array: Any = np.arange(1.0, 4.0)
    tensor: Any = torch.arange(1.0, 4.0)
    for operate in (
        operator.add,
        operator.sub,
        operator.mul,
        operator.truediv,
        operator.pow,
        operator.mod,
        operator.floordiv,
    ):
        assert operate(x, 2) == operate(2.5, 2)
        assert operate(2, x) == operate(2, 2.5)
        np.testing.assert_array_equal(operate(array, x), operate(array, 2.5))
        np.testing.assert_array_equal(operate(x, array), operate(2.5, array))
        assert torch.equal(operate(tensor, x), operate(tensor, 2.5))
    assert torch.equal(x * tensor, 2.5 * tensor)
    assert (math.sqrt(x), np.sin(x), -x, abs(x), f"{x:.1f}", str(n)) == (
        math.sqrt(2.5),
        np.sin(2.5),
        -2.5,
        2.5,
        "2.5",
        "3",
    )
    assert (x > 2, x == 2.5, x > n, list(range(n)), np.zeros(int(n)).size) == (True, True, False, [0, 1, 2], 3)
    with pytest.raises(TypeError):
        range(x)


@pytest.mark.parametrize("make", [np.array, torch.tensor, list], ids=["numpy", "torch", "lists"])
def test_a_picture_is_thinned_and_says_its_extremes(make: Any) -> None:
    field = make([[float(row * column) for column in range(300)] for row in range(200)])
    thinned = steer._thin(field)
    shown = steer._quantise({"name": "field", "rows": thinned})
    assert (shown["rows"], shown["columns"]) == (100, 100)
    assert (shown["minimum"], shown["maximum"], shown["not_finite"]) == (0.0, 198.0 * 297.0, 0)
