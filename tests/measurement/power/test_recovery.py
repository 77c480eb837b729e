"""The meter recovers a plant's truth within the bound that it states, in every case of the table."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pytest

from measurement.energy import Energy, WindowResult
from tests.measurement.power.conftest import Bench
from tests.measurement.power.plant import AMD_RANGE_UJ, INTEL_RANGE_UJ, Plant, PlantZone

PREFILL_S, DECODE_S = 0.12, 0.9


@dataclass(frozen=True)
class Case:
    """A plant, the keys whose energies make its total, and what happens while the window is open."""

    name: str
    zones: Callable[[], list[PlantZone]]
    counted: tuple[str, ...]
    meanwhile: Callable[[Plant], None] = lambda plant: None


def package(socket: int, place: int, **more: object) -> PlantZone:
    return PlantZone(f"intel-rapl:{place}", f"package-{socket}", start_j=500.0 + 9000 * place, **more)  # pyright: ignore[reportArgumentType]


def socket_of(socket: int, place: int, **more: object) -> list[PlantZone]:
    """A package with its core and DRAM, as a server has them."""
    return [
        package(socket, place, **more),
        PlantZone(f"intel-rapl:{place}:0", "core", phase_s=0.0007),
        PlantZone(f"intel-rapl:{place}:1", "dram", phase_s=0.0001),
    ]


CASES = [
    Case("one socket", lambda: [package(0, 0)], ("intel-rapl:0",)),
    Case("core is in package, DRAM beside it", lambda: socket_of(0, 0), ("intel-rapl:0", "intel-rapl:0:1")),
    Case(
        "two sockets",
        lambda: socket_of(0, 0) + socket_of(1, 1),
        ("intel-rapl:0", "intel-rapl:0:1", "intel-rapl:1", "intel-rapl:1:1"),
    ),
    Case(
        "the platform contains packages and DRAM",
        lambda: [*socket_of(0, 0), PlantZone("intel-rapl:1", "psys", start_j=70_000.0, phase_s=0.0005)],
        ("intel-rapl:1",),
    ),
    Case(
        "a platform counter that is not wired",
        lambda: [*socket_of(0, 0), PlantZone("intel-rapl:1", "psys", wired=False)],
        ("intel-rapl:0", "intel-rapl:0:1"),
    ),
    Case(
        "AMD wraps at 65.5 kJ inside the window",
        lambda: [PlantZone("intel-rapl:0", "package-0", AMD_RANGE_UJ, start_j=AMD_RANGE_UJ / 1e6 - 30.0)],
        ("intel-rapl:0",),
    ),
    Case(
        "Intel wraps at 262 kJ inside the window",
        lambda: [PlantZone("intel-rapl:0", "package-0", INTEL_RANGE_UJ, start_j=INTEL_RANGE_UJ / 1e6 - 12.0)],
        ("intel-rapl:0",),
    ),
    Case(
        "dies that mirror the package's counter",
        lambda: [
            PlantZone("intel-rapl:0", "package-0-die-0", start_j=81_000.0),
            PlantZone("intel-rapl:1", "package-0-die-1", start_j=81_000.0),
        ],
        ("intel-rapl:0",),
    ),
    Case(
        "dies with counters of their own",
        lambda: [
            PlantZone("intel-rapl:0", "package-0-die-0", start_j=81_000.0),
            PlantZone("intel-rapl:1", "package-0-die-1", start_j=44_000.0),
        ],
        ("intel-rapl:0", "intel-rapl:1"),
    ),
    Case(
        "the memory-mapped view of the same package",
        lambda: [package(0, 0), PlantZone("intel-rapl-mmio:0", "package-0", start_j=3.0, phase_s=0.0009)],
        ("intel-rapl:0",),
    ),
    Case("a tick of 5 ms", lambda: [package(0, 0, tick_s=0.005)], ("intel-rapl:0",)),
    Case("a tick of 100 ms", lambda: [package(0, 0, tick_s=0.1)], ("intel-rapl:0",)),
    Case("coarse steps", lambda: [package(0, 0, unit_j=0.05)], ("intel-rapl:0",)),
    Case(
        "DRAM that is listed and dead",
        lambda: [package(0, 0), PlantZone("intel-rapl:0:0", "dram", wired=False)],
        ("intel-rapl:0",),
    ),
    Case(
        "a read that fails in the middle of a phase",
        lambda: [package(0, 0)],
        ("intel-rapl:0",),
        lambda plant: fail_for_a_moment(plant, "intel-rapl:0"),
    ),
]


def fail_for_a_moment(plant: Plant, key: str) -> None:
    plant.fail(key)
    plant.run(0.02)
    plant.fail(key, False)


@dataclass(frozen=True)
class Run:
    """A window over a plant, and when its events really were."""

    plant: Plant
    result: WindowResult
    start_s: float
    split_s: float
    end_s: float

    def truth_j(self, keys: Iterable[str], start_s: float, end_s: float) -> float:
        return sum(self.plant.energy_j(key, start_s, end_s) for key in keys)


def answer(bench: Bench, case: Case, prefill_s: float = PREFILL_S, decode_s: float = DECODE_S) -> Run:
    """Idle, a prefill at high power, a step down at the first token, a decode."""
    plant, meter = bench(case.zones())
    draw = {zone.label.split("-")[0] for zone in plant.zones.values()}
    meter.measure_baseline(1.0)
    with meter.window("chat") as window:
        start_s = plant.now_s
        plant.draw(**{label: {"package": 160.0, "psys": 260.0}.get(label, 35.0) for label in draw})
        plant.run(prefill_s / 2)
        case.meanwhile(plant)
        plant.run(start_s + prefill_s - plant.now_s)
        split_s = plant.now_s
        plant.draw(**{label: {"package": 70.0, "psys": 130.0}.get(label, 20.0) for label in draw})
        window.split("first_token")
        for _poll in range(9):
            plant.run(decode_s / 9)
            meter.poll()
        end_s = plant.now_s
    return Run(plant, window.result(), start_s, split_s, end_s)


def within_bound(energy: Energy | None, truth_j: float) -> bool:
    assert energy is not None
    assert energy.gross_j is not None, energy.reason
    assert energy.bound_j is not None
    return abs(energy.gross_j - truth_j) <= energy.bound_j


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_total_is_recovered_within_its_bound(bench: Bench, case: Case) -> None:
    run = answer(bench, case)
    truth_j = run.truth_j(case.counted, run.start_s, run.end_s)
    assert within_bound(run.result.total, truth_j)
    assert run.result.total.bound_j < 0.15 * truth_j  # pyright: ignore[reportOptionalOperand]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_prefill_and_decode_are_recovered_or_withheld_with_the_reason(bench: Bench, case: Case) -> None:
    run = answer(bench, case)
    if "100 ms" in case.name:
        assert run.result.prefill.gross_j is None  # pyright: ignore[reportOptionalMemberAccess]
        assert "split would be a guess" in (run.result.split_reason or "")
        return
    assert within_bound(run.result.prefill, run.truth_j(case.counted, run.start_s, run.split_s))
    assert within_bound(run.result.decode, run.truth_j(case.counted, run.split_s, run.end_s))
    assert run.result.agreement is not None
    assert run.result.agreement.holds


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_net_is_what_the_work_added_to_idle(bench: Bench, case: Case) -> None:
    run = answer(bench, case)
    total = run.result.total
    idle_j = len(case.counted) * 10.0 * (run.end_s - run.start_s)
    truth_j = run.truth_j(case.counted, run.start_s, run.end_s) - idle_j
    assert total.net_j is not None, total.net_reason
    assert total.net_bound_j is not None
    assert abs(total.net_j - truth_j) <= total.net_bound_j


@pytest.mark.parametrize("phase_s", [0.0, 0.00021, 0.00047, 0.00099])
def test_a_prefill_of_thirty_milliseconds_is_known_to_a_few_percent(bench: Bench, phase_s: float) -> None:
    case = Case("short prefill", lambda: [package(0, 0, phase_s=phase_s)], ("intel-rapl:0",))
    run = answer(bench, case, prefill_s=0.03)
    truth_j = run.truth_j(case.counted, run.start_s, run.split_s)
    assert within_bound(run.result.prefill, truth_j)
    assert run.result.prefill.bound_j <= 0.06 * truth_j  # pyright: ignore[reportOptionalMemberAccess, reportOptionalOperand]
