"""The examples of docs/attach.md are executed as they stand there."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from workload_bench import Bench, until

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
EXAMPLES = dict(re.findall(r"^```python (\w+)\n(.*?)^```", (DOCS / "attach.md").read_text("utf-8"), re.M | re.S))
ALONE = {name: value for name, value in os.environ.items() if not name.startswith("LODGER_")}


def written(folder: Path, name: str) -> list[str]:
    file = folder / f"{name}.py"
    file.write_text(EXAMPLES[name])
    return [sys.executable, str(file)]


@pytest.mark.parametrize(
    ("name", "metric"), [("loop", "temperature"), ("own", "t"), ("solout", "x"), ("optimize", "value")]
)
def test_each_example_runs_alone_and_managed(bench: Bench, tmp_path: Path, name: str, metric: str) -> None:
    argv = written(tmp_path, name)
    ended = subprocess.run(argv, env={**ALONE, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
    made = bench.adopt(name, argv)
    made.start()
    until(lambda: made.state == "finished", f"{name} finishes: {made.snapshot().last_words}")
    assert metric in made.snapshot().metrics
    assert made.snapshot().step > 5


def test_a_library_s_loop_is_paused_changed_and_stopped(bench: Bench, tmp_path: Path) -> None:
    endless = EXAMPLES["solout"].replace("integrate(5.0)", "integrate(1e9)").replace("nsteps=10_000", "nsteps=10**9")
    file = tmp_path / "endless.py"
    file.write_text(endless)
    made = bench.adopt("endless", [sys.executable, str(file)])
    made.start()
    until(lambda: made.snapshot().metrics, "it integrates")
    assert made.pause(timeout_s=30).after_state == "paused"
    assert made.set({"omega": 3.0}, timeout_s=30).changes[0].new == 3.0
    assert made.resume(timeout_s=30).after_state == "running"
    stopped = made.stop()
    assert (stopped.after_state, stopped.note) == ("stopped", None)


def test_the_program_in_c(bench: Bench, tmp_path: Path) -> None:
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        pytest.skip("there is no C compiler here (apt-get install gcc)")
    rod = tmp_path / "rod"
    subprocess.run([compiler, "-Wall", "-Werror", "-O2", "-o", rod, DOCS / "examples" / "rod.c", "-lm"], check=True)
    assert subprocess.run([rod], env=ALONE, capture_output=True, check=True).stdout == b""
    made = bench.adopt("rod", [str(rod)])
    made.start()
    until(lambda: made.snapshot().metrics, "metrics arrive")
    assert made.snapshot().metric_units == {"temperature": "K"}
    assert made.set({"rate": 0.4}, timeout_s=30).changes[0].new == 0.4
    assert made.pause(timeout_s=30).after_state == "paused"
    step = made.snapshot().step
    assert made.resume(timeout_s=30).after_state == "running"
    until(lambda: made.snapshot().step > step, "it goes on")
    stopped = made.stop()
    assert (stopped.after_state, stopped.note) == ("stopped", None)
    assert "rubbish" not in str(bench.texts("alert"))


def test_many_ranks_do_the_same_at_the_same_step(bench: Bench, tmp_path: Path) -> None:
    if importlib.util.find_spec("mpi4py") is None or shutil.which("mpiexec") is None:
        pytest.skip("mpi4py and mpiexec are not here (pip install mpi4py mpich)")
    socket = tmp_path / "ranks.sock"
    env = {**ALONE, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path]), "LODGER_CHANNEL": f"unix:{socket}"}
    ranks = subprocess.Popen(["mpiexec", "-n", "2", sys.executable, DOCS / "examples" / "ranks.py"], env=env)
    try:
        until(socket.exists, "rank 0 listens")
        made = bench.adopt("ranks", [f"unix:{socket}"])
        until(lambda: _attaches(made), "it can be attached to")
        until(lambda: made.snapshot().metrics, "metrics arrive")
        saved = made.checkpoint(path=str(tmp_path / "ranks.checkpoint"))
        assert made.set({"rate": 2.0}, timeout_s=60).changes[0].new == 2.0
        with pytest.raises(Exception, match="rank 1 cannot do 7"):
            made.set({"rate": 7.0}, timeout_s=60)
        assert made.restore(saved.path).changes[0].new == 1.0
        until(lambda: made.snapshot().step > saved.step + 5, "it goes on")
        made.pause(timeout_s=60)
        totals = {reading.step: reading.value for reading in made.recent("total", 4096)}
        assert totals[saved.step] == 1.0 + 2 * (saved.step + 1)  # two ranks, each 1 a step, from 0 and 1
        assert {reading.value for reading in made.recent("spread", 4096)} == {0.0}
        made.stop()
        assert ranks.wait(60) == 0
    finally:
        ranks.kill()
        ranks.wait()


def _attaches(made: object) -> bool:
    try:
        made.start()  # type: ignore[attr-defined]
    except Exception:
        return False
    return True
