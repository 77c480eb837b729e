"""What control charts keep: it comes back as it was, and a month of probes stays small with the last days in full."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from measurement.errors import NotFound
from measurement.requests import Request
from measurement.store import ChartIncident, RecordedBaseline, Retention, Store, Telemetry

SOON_S = 30.0
DAY_S = 86_400.0
NOW = 100 * DAY_S
MONTH_LIMIT_BYTES = 200e6


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "lodger.db") as opened:
        yield opened


def a_probe(taken_at: float, **more: Any) -> Telemetry:
    return Telemetry(taken_at, "here", "probe", "llama_cpp", "SmolLM2-135M-Instruct-Q4_1", **more)


def full_probe(chance: random.Random, taken_at: float) -> Telemetry:
    numbers = ("latency_s", "time_to_first_token_s", "inter_token_s", "tokens_per_second", "prefill_s", "decode_s",
               "completion_tokens", "cpu_percent", "memory_bytes")  # fmt: skip
    measured = {name: chance.lognormvariate(-2, 0.3) for name in numbers}
    others = {f"gw_lattice.{name}": round(chance.random(), 6) for name in ("energy", "correlation", "dimension")}
    return a_probe(taken_at, others=others, **measured)


def test_telemetry_comes_back_by_time_and_source(store: Store) -> None:
    store.add_telemetry([a_probe(2.0, latency_s=0.5, others={"heat.energy": 3.0}), a_probe(1.0, outcome="error: gone")])
    store.add_telemetry([Telemetry(3.0, "elsewhere", "outside", "vllm", "m", latency_s=9.0)]).result(SOON_S)

    assert [row.taken_at for row in store.telemetry(0.0)] == [1.0, 2.0, 3.0]
    assert [row.latency_s for row in store.telemetry(1.5, only={"purpose": "probe"})] == [0.5]
    assert store.telemetry_points("heat.energy", 0.0, only={"source": "here"}) == (
        [1.0, 2.0],
        [None, 3.0],
        ["error: gone", "ok"],
    )
    assert len(store.telemetry_sources(0.0)) == 2


def test_of_more_points_than_a_chart_takes_the_newest_are_given(store: Store) -> None:
    store.add_telemetry([a_probe(float(at), latency_s=at / 10) for at in range(100)]).result(SOON_S)
    assert store.telemetry_points("latency_s", 20.0, most=3) == ([97.0, 98.0, 99.0], [9.7, 9.8, 9.9], ["ok"] * 3)
    assert store.telemetry_points("latency_s", 20.0, until=50.0, most=2)[0] == [49.0, 50.0]
    assert len(store.telemetry_points("latency_s", 0.0)[0]) == 100


def test_an_incident_lives_from_the_alarm_to_a_persons_note(store: Store) -> None:
    incident = ChartIncident("i1", 5.0, "latency_s", "here", "probe", "llama_cpp", "m", "cusum", 3.0, snapshot={"cpu_percent": 98.5})  # fmt: skip
    store.add_incident(incident).result(SOON_S)
    store.update_incident("i1", status="acknowledged", note="a backup ran", rules=[1, 5], acknowledged_at=6.0)
    assert store.update_incident("i1", ended_at=7.0, size_sigma=4.0).result(SOON_S) == 1

    kept = store.incident("i1")
    assert (kept.status, kept.note, kept.rules, kept.ended_at, kept.snapshot["cpu_percent"]) == (
        "acknowledged", "a backup ran", [1, 5], 7.0, 98.5)  # fmt: skip
    assert store.incidents(since=8.0) == []
    assert [each.id for each in store.incidents(since=6.0, status="acknowledged")] == ["i1"]
    with pytest.raises(NotFound, match="i2"):
        store.incident("i2")


def test_baselines_are_acts_on_record(store: Store) -> None:
    for number in (1, 2):
        store.add_baseline(
            RecordedBaseline(
                f"b{number}",
                float(number),
                "latency_s",
                "here",
                "probe",
                "llama_cpp",
                "m",
                0.0,
                1.0,
                300,
                -2.0,
                0.1,
                "log",
                "ada",
            )
        ).result(SOON_S)
    assert [each.id for each in store.baselines(only={"metric": "latency_s", "model": "m"})] == ["b2", "b1"]
    assert store.baselines(only={"metric": "decode_s"}) == []


def test_old_telemetry_becomes_minutes_with_extremes_and_what_people_did_stays(store: Store) -> None:
    old = NOW - 8 * DAY_S
    store.add_telemetry([a_probe(old + 2 * k, latency_s=float(k)) for k in range(30)])
    store.add_telemetry([a_probe(old + 1, outcome="error: gone"), a_probe(NOW - DAY_S, latency_s=7.0)])
    store.add_request(Request("q1", old, "probe", "e", "m"))
    store.add_request(Request("q2", old, "chat", "e", "m")).result(SOON_S)

    assert store.thin(NOW) == 31 - 2 + 1
    assert store.thin(NOW) == 0  # nothing is thinned twice
    failed, mean, recent = store.telemetry(0.0)
    assert (mean.count, mean.latency_s, (mean.extremes or {})["latency_s"]) == (30, 14.5, [0, 29])
    assert (failed.count, failed.outcome, failed.latency_s, recent.latency_s) == (1, "error: gone", None, 7.0)
    assert [request.id for request in store.requests()] == ["q2"]


def test_a_month_of_probes_every_two_seconds_stays_below_200_megabytes(tmp_path: Path) -> None:
    """A real file with one 30th of a month: an hour stands for a day, so the file times 24 is a month's."""
    chance, hour_s = random.Random(1), 3600.0
    shortened = Retention(full_days=7 / 24, all_days=400)
    path = tmp_path / "month.db"
    with Store(path) as store:
        for hour in range(30):
            at = NOW + hour * hour_s
            times = [at + 2 * k for k in range(1800)]
            store.add_telemetry([full_probe(chance, taken_at) for taken_at in times])
            for taken_at in times:
                store.add_request(
                    Request(
                        f"req-{chance.getrandbits(48):012x}",
                        taken_at,
                        "probe",
                        "llama_cpp",
                        "SmolLM2-135M-Instruct-Q4_1",
                        prompt_hash="0123456789abcdef",
                        prompt_tokens=24,
                        completion_tokens=8,
                        cached_tokens=23,
                        time_to_first_token_s=chance.random(),
                        prefill_s=chance.random(),
                        decode_s=chance.random(),
                        duration_s=chance.random(),
                    )
                )
            store.flush(60)
            store.thin(at + hour_s, shortened)
        end = NOW + 30 * hour_s
        assert len(store.telemetry(end - 7 * hour_s)) == 7 * 1800
        assert len(store.requests(limit=10**6, purpose="probe")) == 7 * 1800
        assert len(store.telemetry(0.0)) == 7 * 1800 + 23 * 60
    month_bytes = path.stat().st_size * 24
    assert month_bytes < MONTH_LIMIT_BYTES, f"{month_bytes / 1e6:.0f} MB"
    print(f"a month: {month_bytes / 1e6:.0f} MB")
