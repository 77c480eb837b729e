"""Supervised processes, with real ones: what a person meets when a program crashes, hangs, forks, floods or is killed."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from measurement.errors import Conflict, WorkloadError
from workloads.kin import MARK, Family, read_stat
from workloads.process import Exit, RestartPolicy, SupervisedProcess, reap
from workloads.reaper import read_record, record_of, record_path, write_record

ROOT = Path(__file__).parents[2]
PATIENCE_S = 30.0
QUICK = RestartPolicy(backoff_s=(0.05, 0.05, 0.05))

LAUNCHER = """
import json, sys, time
from workloads.process import SupervisedProcess
folder = sys.argv[1]
parent = '''
import subprocess, sys, time
children = [subprocess.Popen(argv) for argv in (["sleep", "300"], ["setsid", "sleep", "300"], ["env", "-i", "sleep", "300"])]
print(*[child.pid for child in children], flush=True)
time.sleep(300)
'''
argvs = {"family": [sys.executable, "-c", parent], "single": ["sleep", "300"]}
processes = [
    SupervisedProcess(name, argv, log_path=f"{folder}/{name}.log", run_folder=f"{folder}/run")
    for name, argv in argvs.items()
]
for process in processes:
    process.start()
while not processes[0].log_tail():
    time.sleep(0.01)
grandchildren = [int(pid) for pid in processes[0].log_tail()[0].split()]
print(json.dumps({"children": [process.pid for process in processes], "grandchildren": grandchildren}), flush=True)
time.sleep(300)
"""


def until(condition: Callable[[], object], what: str) -> None:
    """Poll until the condition holds."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, f"not within {PATIENCE_S:g} s: {what}"
        time.sleep(0.01)


def running(pid: int) -> bool:
    stat = read_stat(pid)
    return stat is not None and not stat.ended


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., SupervisedProcess]]:
    """Make supervised processes that are ended with the test."""
    made: list[SupervisedProcess] = []

    def build(argv: list[str], name: str = "child", **options: object) -> SupervisedProcess:
        places = {"log_path": tmp_path / f"{name}.log", "run_folder": tmp_path / "run"}
        made.append(SupervisedProcess(name, argv, **{**places, **options}))  # type: ignore[arg-type]
        return made[-1]

    yield build
    for process in made:
        process.kill()


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


@pytest.fixture
def launcher(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], list[int], list[int]]]:
    """A launcher of its own process, with two children and three grandchildren: (it, children, grandchildren)."""
    process = subprocess.Popen(
        [sys.executable, "-c", LAUNCHER, str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    with process.stdout:
        pids = json.loads(process.stdout.readline())
    yield process, pids["children"], pids["grandchildren"]
    process.kill()
    process.wait()
    reap(tmp_path / "run")


Launched = tuple[subprocess.Popen[str], list[int], list[int]]


def test_killed_launcher_takes_its_children_and_the_next_start_ends_the_orphans(launcher: Launched, tmp_path: Path):
    process, children, grandchildren = launcher
    assert all(map(running, children + grandchildren))
    process.kill()
    process.wait()
    until(lambda: not any(map(running, children)), "the direct children die with the launcher")
    assert all(map(running, grandchildren)), "a plain grandchild outlives it: that is what reaping is for"
    sentences = reap(tmp_path / "run")
    assert not any(map(running, grandchildren)), "one of them had left the session, one had cleared its environment"
    assert any("family" in sentence and "3 processes" in sentence for sentence in sentences)
    assert list((tmp_path / "run").iterdir()) == []
    assert reap(tmp_path / "run") == []


def test_reaping_leaves_a_launcher_that_still_runs_alone(launcher: Launched, tmp_path: Path):
    _, children, grandchildren = launcher
    sentences = reap(tmp_path / "run")
    assert all("still runs" in sentence for sentence in sentences)
    assert len(sentences) == 2
    assert all(map(running, children + grandchildren))
    assert len(list((tmp_path / "run").iterdir())) == 2


def forge_record(run_folder: Path, pid: int) -> None:
    """Write what a killed launcher would have left if this pid, start time included, had been its child."""
    stat = read_stat(pid)
    assert stat
    record = record_of("forged", ["sleep", "300"], Family(pid, stat.start_time, "0123456789abcdef"))
    write_record(run_folder, replace(record, launcher_start_time=record.launcher_start_time + 1))


def reap_elsewhere(run_folder: Path) -> str:
    """Reap in another process, to which our children are strangers, as they are to the next launcher."""
    code = "import pathlib, sys; from workloads.process import reap; print(*reap(pathlib.Path(sys.argv[1])))"
    argv = [sys.executable, "-c", code, str(run_folder)]
    return subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("mark", [None, "fedcba9876543210"])
def test_a_record_that_names_an_innocent_process_ends_nobody(tmp_path: Path, mark: str | None):
    env = {**os.environ, **({MARK: mark} if mark else {})}
    with subprocess.Popen(["sleep", "300"], env=env, start_new_session=True) as innocent:
        try:
            forge_record(tmp_path, innocent.pid)
            assert "its record was removed" in reap_elsewhere(tmp_path)
            assert innocent.poll() is None
            assert running(innocent.pid)
        finally:
            innocent.kill()


def test_a_torn_record_is_removed_and_said(tmp_path: Path):
    (tmp_path / "engine.json").write_text('{"name": "engine", "pid": 1')
    (tmp_path / "other.json").write_text('["not", "a", "record"]')
    assert [sentence.split()[2] for sentence in reap(tmp_path)] == ["engine.json", "other.json"]
    assert reap(tmp_path / "absent") == []
    assert list(tmp_path.iterdir()) == []


def test_the_record_stands_while_it_runs_and_goes_with_it(make: Callable[..., SupervisedProcess], tmp_path: Path):
    process = make(["sleep", "300"], name="a/b c")
    process.start()
    record = read_record(record_path(tmp_path / "run", "a/b c"))
    assert record
    assert record.pid == record.pgid == process.pid
    assert record.argv == ["sleep", "300"]
    stat = read_stat(record.pid)
    assert stat
    assert stat.session == record.pid
    assert process.state == "running"
    assert process.alive
    with pytest.raises(Conflict):
        process.start()
    process.stop()
    assert list((tmp_path / "run").iterdir()) == []
    assert (process.state, process.pid, process.alive, process.exit_code) == ("stopped", None, False, -signal.SIGTERM)
    process.stop()
    process.start()
    assert process.state == "running", "what was stopped can be started again"


def test_stop_ends_all_that_ignore_the_request(make: Callable[..., SupervisedProcess]):
    deaf = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(300)"
    )
    process = make(python(f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {deaf!r}]); {deaf}"))
    process.start()
    until(lambda: process.log_tail() == ["up", "up"], "both are up")
    pids = process.pids()
    assert len(pids) == 2
    process.stop(timeout_s=0.2)
    assert not any(map(running, pids))
    assert process.exit_code == -signal.SIGKILL
    assert process.state == "stopped"


def test_stop_lets_a_suspended_process_clean_up(make: Callable[..., SupervisedProcess]):
    code = (
        "import signal, sys, time; signal.signal(signal.SIGTERM, lambda *_: (print('saved', flush=True), sys.exit(0)))"
    )
    process = make(python(code + "; print('up', flush=True); time.sleep(300)"))
    process.start()
    until(process.log_tail, "it is up")
    assert process.pid
    os.kill(process.pid, signal.SIGSTOP)
    process.stop(timeout_s=PATIENCE_S)
    assert process.exit_code == 0
    assert process.log_tail() == ["up", "saved"]


def test_a_killed_process_restarts_without_what_it_left_behind(make: Callable[..., SupervisedProcess]):
    exits: list[Exit] = []
    code = "import subprocess, time; print(subprocess.Popen(['sleep', '300']).pid, flush=True); time.sleep(300)"
    process = make(python(code), restart=QUICK, on_exit=exits.append)
    process.start()
    first = process.pid
    until(process.log_tail, "it tells its child")
    orphan = int(process.log_tail()[0])
    assert first
    os.kill(first, signal.SIGKILL)
    until(lambda: process.state == "running" and process.pid not in (None, first), "it runs again")
    assert not running(orphan)
    assert process.restarts == 1
    assert exits[0].restart_in_s == 0.05
    assert "SIGKILL" in exits[0].sentence()


def test_it_gives_up_after_three_restarts_and_says_so(make: Callable[..., SupervisedProcess]):
    exits: list[Exit] = []
    process = make(["sh", "-c", "echo cannot load the model; exit 3"], restart=QUICK, on_exit=exits.append)
    process.start()
    assert process.wait(PATIENCE_S) == 3
    assert (process.state, process.restarts, len(exits)) == ("failed", 3, 4)
    assert exits[-1].gave_up
    assert "cannot load the model" in exits[-1].sentence()
    assert "not started again" in exits[-1].sentence()


def test_a_listener_that_raises_does_not_stop_the_supervision(make: Callable[..., SupervisedProcess]):
    process = make(["false"], restart=QUICK, on_exit=lambda exit: exit.no_such_thing)
    process.start()
    assert process.wait(PATIENCE_S) == 1
    assert process.restarts == 3


def test_an_end_with_code_0_is_no_failure(make: Callable[..., SupervisedProcess]):
    process = make(["true"], restart=QUICK)
    process.start()
    assert process.wait(PATIENCE_S) == 0
    assert (process.state, process.restarts) == ("stopped", 0)


def test_stop_while_it_waits_to_restart(make: Callable[..., SupervisedProcess]):
    process = make(["false"], restart=RestartPolicy(backoff_s=(3600.0,)))
    process.start()
    until(lambda: process.state == "restarting", "it waits")
    process.stop()
    assert process.state == "stopped"
    assert process.pid is None


def test_it_outlives_the_thread_that_started_it(make: Callable[..., SupervisedProcess]):
    process = make(["sleep", "300"])
    thread = threading.Thread(target=process.start)
    thread.start()
    thread.join()
    time.sleep(0.2)  # nothing to poll for: the death signal would come shortly after the thread's end
    assert process.alive


@pytest.mark.parametrize(
    ("argv", "word"), [(["no-such-program"], "no program"), (["/etc/passwd"], "denied"), ([], "empty")]
)
def test_what_cannot_run_is_one_sentence(
    make: Callable[..., SupervisedProcess], tmp_path: Path, argv: list[str], word: str
):
    process = make(argv)
    with pytest.raises(WorkloadError, match=word):
        process.start()
    assert process.state == "failed"
    assert process.pid is None
    assert not list(tmp_path.glob("run/*"))


def test_without_a_record_nothing_is_left_running(make: Callable[..., SupervisedProcess], tmp_path: Path):
    (tmp_path / "file").touch()
    process = make(python("print('up', flush=True); import time; time.sleep(300)"), run_folder=tmp_path / "file")
    with pytest.raises(WorkloadError, match="record"):
        process.start()
    assert process.state == "failed"
    assert process.pids() == []
    assert process.exit_code == -signal.SIGKILL


def test_a_flood_of_output_is_rotated_and_its_end_kept(make: Callable[..., SupervisedProcess], tmp_path: Path):
    code = "import os\nfor n in range(20): os.write(1, (b'%02d' % n + b'x' * 61 + b'\\n') * 16384)\nprint('\\rlast 9 %\\rlast words', end='')"
    process = make(python(code))
    process.start()
    assert process.wait(PATIENCE_S) == 0
    sizes = [path.stat().st_size for path in sorted(tmp_path.glob("child.log*"))]
    assert len(sizes) == 3
    assert all(0 < size <= 5 * 2**20 for size in sizes)
    assert process.log_tail(1) == ["last words"]
    assert process.log_tail(2)[0].startswith("19x")


def test_a_full_disk_costs_the_log_not_the_process(make: Callable[..., SupervisedProcess]):
    process = make(python("for n in range(50000): print('line', n)"), log_path="/dev/full")
    process.start()
    assert process.wait(PATIENCE_S) == 0
    assert process.log_problem
    assert "No space" in process.log_problem
    assert process.log_tail(1) == ["line 49999"]


def test_the_memory_cap_holds_in_the_child_alone(make: Callable[..., SupervisedProcess]):
    code = "import os; print(os.getpriority(os.PRIO_PROCESS, 0)); bytearray(2**30)"
    process = make(python(code), memory_limit_bytes=2**28, nice=5)
    process.start()
    assert process.wait(PATIENCE_S) == 1
    assert process.log_tail(1) == ["MemoryError"]
    assert process.log_tail()[0] == str(os.getpriority(os.PRIO_PROCESS, 0) + 5)
    assert len(bytearray(2**29)) == 2**29


@pytest.mark.skipif(not Path("/proc/self/autogroup").exists(), reason="this kernel does not group sessions")
def test_niceness_counts_against_other_sessions_too(make: Callable[..., SupervisedProcess]):
    process = make(python("print(open('/proc/self/autogroup').read())"), nice=5)
    process.start()
    assert process.wait(PATIENCE_S) == 0
    assert process.log_tail()[0].endswith("nice 5")


def test_descriptors_and_variables_reach_the_program(make: Callable[..., SupervisedProcess]):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        code = f"import os; os.write({theirs.fileno()}, os.environb[b'GREETING'])"
        process = make(python(code), pass_fds=(theirs.fileno(),), env={"GREETING": "hello"})
        process.start()
        ours.settimeout(PATIENCE_S)
        assert ours.recv(64) == b"hello"
        assert process.wait(PATIENCE_S) == 0


def test_a_broken_pipe_ends_a_program_as_usual(make: Callable[..., SupervisedProcess]):
    process = make(["sh", "-c", "yes | head -n 1"])
    process.start()
    assert process.wait(PATIENCE_S) == 0
    assert process.log_tail() == ["y"]
