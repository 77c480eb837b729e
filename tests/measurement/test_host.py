"""The machine as it is here, and control groups as files of other machines would show them."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from measurement.cgroup import ControlGroups, MemoryGroup, whole_cpus
from measurement.gpus import Gpu, choose
from measurement.host import CpuMeter, ProcessMeter, machine, process_usage, resident_bytes, usage

ROOT = Path(__file__).parents[2]
GIB = 2**30


def groups(folder: Path, membership: str, files: dict[str, str]) -> ControlGroups:
    """Lay out a ``/proc/self/cgroup`` and a tree of control groups."""
    (folder / "proc" / "self").mkdir(parents=True)
    (folder / "proc" / "self" / "cgroup").write_text(membership)
    for name, text in files.items():
        path = folder / "mount" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n")
    return ControlGroups(folder / "proc", folder / "mount")


def test_version_2_the_tightest_group_above_us_counts(tmp_path: Path):
    files = {
        "user.slice/memory.max": str(4 * GIB),
        "user.slice/memory.current": str(3 * GIB),
        "user.slice/memory.stat": f"anon 5\ninactive_file {GIB}",
        "user.slice/cpu.max": "150000 100000",
        "user.slice/app.scope/memory.max": "max",
        "user.slice/app.scope/cpu.max": "max 100000",
    }
    found = groups(tmp_path, "0::/user.slice/app.scope\n", files)
    assert found.memory() == MemoryGroup(4 * GIB, 2 * GIB)
    assert found.cpu_quota() == 1.5


def test_version_1_inside_a_container_whose_path_is_the_hosts(tmp_path: Path):
    files = {
        "memory/memory.limit_in_bytes": str(2 * GIB),
        "memory/memory.usage_in_bytes": str(GIB),
        "memory/memory.stat": f"total_inactive_file {GIB // 2}",
        "cpu,cpuacct/cpu.cfs_quota_us": "250000",
        "cpu,cpuacct/cpu.cfs_period_us": "100000",
    }
    found = groups(tmp_path, "5:memory:/docker/0123\n3:cpu,cpuacct:/docker/0123\n1:name=systemd:/docker/0123\n", files)
    assert found.memory() == MemoryGroup(2 * GIB, GIB // 2)
    assert found.cpu_quota() == 2.5


@pytest.mark.parametrize(
    ("membership", "files"),
    [
        ("0::/\n", {}),
        ("0::/\n", {"memory.max": "max", "cpu.max": "max 100000"}),
        ("4:memory:/\n2:cpu:/\n", {"memory/memory.limit_in_bytes": str(2**63 - 4096), "cpu/cpu.cfs_quota_us": "-1"}),
    ],
)
def test_no_limit_is_none(tmp_path: Path, membership: str, files: dict[str, str]):
    found = groups(tmp_path, membership, files)
    assert found.memory() is None
    assert found.cpu_quota() is None
    assert ControlGroups(tmp_path / "absent", tmp_path / "absent").memory() is None


@pytest.mark.parametrize(("available", "quota", "expected"), [(8, None, 8), (8, 2.5, 2), (2, 4.0, 2), (4, 0.5, 1)])
def test_threads_worth_starting(available: int, quota: float | None, expected: int):
    assert whole_cpus(available, quota) == expected


def test_this_machine_is_described():
    here = machine()
    assert here.cpu_name
    assert here.os
    assert here.python.startswith("3.")
    assert 1 <= here.cpu_count <= len(os.sched_getaffinity(0))
    assert here.memory_bytes > 2**28
    assert bool(here.gpus) == (here.gpu_reason is None)


def test_affinity_limits_the_cpu_count():
    code = "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}); from measurement.host import machine; print(machine().cpu_count)"
    assert (
        subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
        == "1\n"
    )


def test_hiding_all_gpus_gives_a_reason():
    here = machine(visible_gpus="")
    assert here.gpus == ()
    assert here.gpu_reason


def test_gpus_are_chosen_as_cuda_chooses_them():
    first, second = Gpu("A", 0, 8 * GIB, "GPU-aa11"), Gpu("B", 1, 8 * GIB, "GPU-bb22")
    assert choose([first, second], "1,0") == [second, first]
    assert choose([first, second], "GPU-bb") == [second]
    assert choose([first, second], "0,7,1") == [first], "what follows one that does not exist is not seen"
    assert choose([first, second], "GPU-") == [] == choose([first, second], "-1") == choose([first, second], "")
    assert choose([first, second], None) == [first, second]


def test_usage_is_unknown_at_first_and_a_share_later():
    meter = CpuMeter()
    assert meter.percent() is None
    time.sleep(0.15)
    answers: list[float | None] = []
    thread = threading.Thread(target=lambda: answers.append(meter.percent()))
    thread.start()
    thread.join()
    assert answers[0] is not None, "whichever thread asks"
    assert 0 <= answers[0] <= 100
    assert meter.percent() == answers[0], "too soon for a new answer"
    now = usage()
    assert now.memory_used_bytes > 0
    assert 0 < now.memory_available_bytes <= machine().memory_bytes
    assert (now.gpus is None) == (now.gpu_reason is not None)


def test_a_busy_process_is_seen_and_an_ended_one_left_out():
    meter = ProcessMeter()
    with subprocess.Popen(
        [sys.executable, "-c", "print('up', flush=True)\nwhile True: pass"], stdout=subprocess.PIPE
    ) as child:
        assert child.stdout
        assert child.stdout.readline()
        first = meter.read(child.pid)
        assert first
        assert first.cpu_percent is None
        assert first.rss_bytes > 2**20
        time.sleep(0.5)
        later = meter.read(child.pid)
        assert later
        assert later.cpu_percent
        assert later.cpu_percent > 0
        assert later.started_at == first.started_at
        assert resident_bytes([child.pid, child.pid]) >= 2 * resident_bytes([child.pid], shared_once=True) > 0
        child.kill()
    assert meter.read(child.pid) is None
    assert process_usage([child.pid]) == []
    assert resident_bytes([child.pid]) == 0
