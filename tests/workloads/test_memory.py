"""The memory plan, the ledger, and the watchdog on processes that really hold memory."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from measurement.errors import Conflict, NotFound, OutOfMemory, Refused, SettingsError
from measurement.host import Gpu, Machine
from workloads.memory import LLM, Breach, Ledger, Watchdog, llm_need_bytes, plan, readable, shed
from workloads.process import SupervisedProcess

GIB, MIB = 2**30, 2**20
LAPTOP = Machine("Some CPU", 8, 16 * GIB, (), "no NVIDIA GPU was found", "Linux", "3.11")
SERVER = Machine("Some CPU", 16, 128 * GIB, (Gpu("Some GPU", 0, 80 * GIB, "GPU-1"),), None, "Linux", "3.11")
APU = Machine("Some CPU", 20, 120 * GIB, (Gpu("Some chip", 0, None, "GPU-2"),), None, "Linux", "3.11")


def test_without_a_gpu_the_ram_is_divided_and_it_says_why():
    made = plan(LAPTOP, 0.25, 0.5, ["heat", "gw_lattice"])
    assert [(row.owner, row.share, row.bytes) for row in made.rows] == [
        (LLM, 0.25, 4 * GIB),
        ("heat", 0.25, 4 * GIB),
        ("gw_lattice", 0.25, 4 * GIB),
    ]
    assert made.reserve_bytes == 4 * GIB
    assert made.kind == "cpu"
    assert "no NVIDIA GPU was found" in made.table()
    assert "watchdog" in made.rows[0].enforced_by
    assert "RLIMIT_DATA" in made.rows[1].enforced_by
    assert json.loads(json.dumps(made.to_json()))["rows"][1]["bytes"] == made.bytes_of("heat") == 4 * GIB
    assert made.bytes_of("nobody") is None


def test_with_a_gpu_its_memory_is_divided():
    made = plan(SERVER, workloads=["gw_lattice"])
    assert (made.device, made.kind, made.total_bytes) == ("Some GPU", "cuda", 80 * GIB)
    assert "--kv-cache-memory-bytes" in made.table()
    assert "PYTORCH_ALLOC_CONF" in made.table()
    assert plan(APU).total_bytes == 120 * GIB
    assert "shares the machine's RAM" in plan(APU).device
    assert plan(SERVER, llm_cap="in its own words").rows[0].enforced_by == "in its own words"


def test_the_table_fits_its_columns():
    table = plan(SERVER, workloads=["x" * 60, "gw_lattice"]).table()
    assert max(map(len, table.splitlines())) <= 100
    assert "  40.0 %   32.0 GiB  " in table
    assert "(left free)" in table


@pytest.mark.parametrize(
    ("llm", "sim", "word"),
    [
        (0.5, 0.6, "sum to 1.1"),
        (-0.1, 0.5, "--llm-memory is -0.1"),
        (0.1, 15, "--sim-memory is 15"),
        (float("nan"), 0, "nan"),
    ],
)
def test_impossible_shares_are_refused(llm: float, sim: float, word: str):
    with pytest.raises(SettingsError, match=word):
        plan(LAPTOP, llm, sim, ["heat"])


def test_shares_may_use_everything_and_nothing():
    assert plan(LAPTOP, 0.15, 0.85, ["a", "b", "c"]).reserve_bytes >= 0
    assert plan(LAPTOP, 0.0, 0.8, ["a"]).bytes_of(LLM) is None
    assert plan(LAPTOP, 0.15, 0.8).reserve_bytes > 13 * GIB, "without a workload its part stays free"


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.integers(1, 600), st.booleans()), max_size=30))
def test_reservations_never_pass_the_device(steps: list[tuple[str, int, bool]]):
    ledger = Ledger(1000)
    for owner, size, release in steps:
        before = ledger.reservations
        if release:
            ledger.release(owner)
            continue
        fits = sum(held for name, held in before.items() if name != owner) + size <= 1000
        try:
            ledger.reserve(owner, size)
            assert fits
            assert ledger.reservations[owner] == size
        except OutOfMemory:
            assert not fits
            assert ledger.reservations == before
        assert sum(ledger.reservations.values()) + ledger.free_bytes == 1000
        assert ledger.free_bytes >= 0


def test_what_does_not_fit_is_refused_with_who_holds_what():
    ledger = plan(LAPTOP).ledger()
    ledger.reserve(LLM, 2 * GIB)
    with pytest.raises(OutOfMemory, match=r"heat asks for 15\.0 GiB .* 14\.0 GiB are left \(llm 2\.0 GiB\)"):
        ledger.reserve("heat", 15 * GIB)
    with pytest.raises(Refused, match="positive"):
        ledger.reserve("heat", 0)
    with pytest.raises(NotFound, match="reserve before"):
        ledger.caps("heat")


def test_a_gpu_share_is_told_to_every_library():
    ledger = plan(SERVER).ledger()
    ledger.reserve("heat", 40 * GIB)
    caps = ledger.caps("heat")
    assert caps.memory_limit_bytes is None, "the CUDA driver maps more than it uses"
    assert caps.gpu_fraction == pytest.approx(39.5 / 80), "its context is outside of what the allocator counts"
    assert caps.environment["PYTORCH_ALLOC_CONF"] == "per_process_memory_fraction:0.4938"
    assert (
        caps.environment["LODGER_GPU_MEMORY_FRACTION"] == caps.environment["XLA_PYTHON_CLIENT_MEM_FRACTION"] == "0.4938"
    )
    assert caps.environment["CUPY_GPU_MEMORY_LIMIT"] == str(int(39.5 * GIB))


def test_torch_runs_under_the_cap_of_a_tiny_share_and_a_runaway_does_not(tmp_path: Path):
    ledger = Ledger(16 * GIB)
    ledger.reserve("heat", 64 * MIB)
    cap = ledger.caps("heat").memory_limit_bytes
    assert ledger.caps("heat").resident_limit_bytes == 64 * MIB
    code = "import torch; print(torch.ones(300, 300).matmul(torch.ones(300, 300)).sum().item()); torch.ones(2**31)"
    argv = [sys.executable, "-c", code]
    with SupervisedProcess(
        "heat", argv, log_path=tmp_path / "log", run_folder=tmp_path, memory_limit_bytes=cap
    ) as child:
        assert child.wait(120) == 1
        assert child.log_tail()[0] == "27000000.0"
        assert "allocate memory" in child.log_tail()[-1]


def test_the_need_of_a_model():
    need = llm_need_bytes(weights_bytes=145_000_000, context_tokens=4096, layers=30, kv_width=3 * 64, parallel=2)
    assert need == 145_000_000 + 2 * (2 * 2 * 30 * 192 * 4096) + 64 * MIB
    assert readable(need) == "382 MiB"
    assert readable(3 * GIB // 2) == "1.5 GiB"
    assert readable(12) == "12 B"


@contextmanager
def holding(size_bytes: int, forks: int = 0) -> Iterator[Callable[[], list[int]]]:
    """A process that holds so much, with forked copies that share it; gives what tells their pids."""
    code = (
        f"import os, sys; block = bytearray(b'x') * {size_bytes}; pids = [os.getpid()]\n"
        f"for _ in range({forks}):\n    pid = os.fork()\n    if not pid: sys.stdin.read(); os._exit(0)\n    pids.append(pid)\n"
        "print(*pids, flush=True); sys.stdin.read()"
    )
    argv = [sys.executable, "-c", code]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        pids = [int(word) for word in process.stdout.readline().split()]
        yield lambda: pids
        process.communicate()


def test_who_holds_too_much_gives_way_once(caplog: pytest.LogCaptureFixture):
    told: list[Breach] = []
    dog = Watchdog(told.append, available_bytes=lambda: GIB)
    with holding(200 * MIB) as pids:
        dog.watch("heat", pids, limit_bytes=100 * MIB)
        dog.watch("modest", pids, limit_bytes=GIB)
        assert [(breach.owner, breach.victim) for breach in dog.check()] == [("heat", "heat")]
        assert told[0].held_bytes > 200 * MIB
        assert dog.check() == [], "said once"
        dog.watch("heat", pids, limit_bytes=GIB)
        assert dog.check() == []
        assert dog.held["heat"] > 200 * MIB
        dog.watch("heat", pids, limit_bytes=100 * MIB)
        assert len(dog.check()) == 1, "said again when it happens again"
    assert "more than its 100 MiB" in caplog.text
    dog.unwatch("heat")
    assert "heat" not in dog.held
    assert dog.check() == []


def test_forked_helpers_that_share_memory_are_not_counted_twice():
    dog = Watchdog(lambda breach: None, available_bytes=lambda: GIB)
    with holding(150 * MIB, forks=3) as pids:
        dog.watch("heat", pids, limit_bytes=300 * MIB)
        assert dog.check() == []
        assert 150 * MIB < dog.held["heat"] < 300 * MIB


def test_the_model_never_gives_way():
    with holding(100 * MIB) as pids:
        dog = Watchdog(lambda breach: None, available_bytes=lambda: GIB)
        dog.watch(LLM, pids, limit_bytes=50 * MIB, protected=True)
        (breach,) = dog.check()
        assert breach.owner == LLM
        assert breach.victim is None
        assert "not stopped" in breach.sentence


def test_when_the_machine_runs_short_the_newest_workloads_go_one_after_the_other():
    victims: list[str | None] = []
    available = [100 * MIB]

    def give_way(breach: Breach) -> None:
        victims.append(breach.victim)
        if breach.victim:
            dog.unwatch(breach.victim)

    dog = Watchdog(give_way, available_bytes=lambda: available[0])
    dog.watch("old", lambda: [])
    dog.watch("new", lambda: [])
    dog.watch(LLM, lambda: [], protected=True)
    for _ in range(4):
        dog.check()
    assert victims == ["new", "old", None], "the model, though watched last, stays"
    available[0] = GIB
    assert dog.check() == []


def test_the_watching_thread_survives_a_listener_and_a_source_that_raise():
    def broken(_: Breach) -> None:
        calls.append(1)
        raise RuntimeError("the listener is broken")

    calls: list[int] = []
    answers = iter([100, "rubbish", GIB, 100, GIB, GIB])
    dog = Watchdog(broken, interval_s=0.01, available_bytes=lambda: next(answers, GIB))  # type: ignore[arg-type,return-value]
    dog.watch("heat", lambda: [])
    dog.start()
    deadline = time.monotonic() + 30
    while len(calls) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    dog.stop()
    assert len(calls) == 2


def test_giving_way_means_pause_checkpoint_and_stop_whatever_fails():
    class Stubborn:
        name = "heat"
        stopped = False

        def pause(self) -> None: ...

        def checkpoint(self) -> None:
            raise Conflict("it has no checkpoint.")

        def stop(self) -> None:
            self.stopped = True

    workload = Stubborn()
    said = shed(workload)
    assert said == ["heat was paused.", "heat could not be checkpointed: it has no checkpoint.", "heat was stopped."]
    assert workload.stopped
