"""A day on the control chart: every violating point drawn, under 60 kB, in every view; what was read before is not read again."""

from __future__ import annotations

import json
from collections.abc import Iterator

import numpy as np
import pytest

from measurement.control import VIEWS, Courses, Process, control_chart, freeze, to_record
from measurement.errors import NotFound
from measurement.spc import LONE_RULE_ARL, simulated_arl
from measurement.store import Store, Telemetry
from ui.control_figure import control_figure, unix

POINTS, NOW = 43_200, 1_800_000_000.0
PROBE = Process("here", "probe", "e", "m")


def rows(first: int, count: int, outage: range = range(0)) -> list[Telemetry]:
    values = np.exp(np.random.default_rng(first).normal(-2.0, 0.1, count)).tolist()
    return [
        Telemetry(NOW - 2 * (POINTS - first - k), "here", "probe", "e", "m", "error: gone" if first + k in outage else "ok",
                  latency_s=None if first + k in outage else value)
        for k, value in enumerate(values)
    ]  # fmt: skip


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store(tmp_path_factory.mktemp("day") / "lodger.db") as store:
        known = rows(0, POINTS - 10, outage=range(30_000, 30_030))
        store.add_telemetry(known).result(240)
        frozen = freeze([row.taken_at for row in known[:300]], [row.latency_s for row in known[:300]], "log")
        assert frozen is not None
        store.add_baseline(to_record(frozen, "latency_s", PROBE.filters(), known[299].taken_at)).result(60)
        yield store


def test_every_violating_point_is_drawn_below_60_kb_and_only_what_is_new_is_read(day: Store) -> None:
    courses = Courses(day)
    before = control_chart(day, "latency_s", 24.0, NOW - 20, courses=courses)
    day.add_telemetry(rows(POINTS - 10, 10)).result(60)
    chart = control_chart(day, "latency_s", 24.0, NOW, courses=courses)
    assert chart.times.size >= before.times.size
    np.testing.assert_array_equal(chart.times, control_chart(day, "latency_s", 24.0, NOW).times)
    figure = control_figure(chart, NOW - 86_400, NOW)
    assert len(json.dumps(figure.to_json())) < 60_000
    course, *violating = [np.asarray(trace["x"]) for trace in figure.data]  # type: ignore[index]
    drawn = sum(times.size for times in violating)
    assert drawn == chart.violating.size > 300
    assert [note.text for note in figure.layout.annotations].count("no answer") == 1  # one outage, not thirty
    close = control_figure(chart, NOW - 86_400, NOW, zoom=(NOW - 2000, NOW - 1000))
    assert np.asarray(close.data[0]["x"]).size > course.size + 400  # type: ignore[index]


def test_views_answer_or_say_why(day: Store) -> None:
    for name in VIEWS:
        chart = control_chart(day, "latency_s", 24.0, NOW, view=name)
        assert chart.limits is not None, name
        lower, upper = chart.limits.at(-3.0), chart.limits.at(3.0)
        assert lower is not None
        assert upper is not None
        assert lower < upper
        short = control_chart(day, "latency_s", 0.01, NOW, view=name)
        assert short.limits is not None or short.reason, name
    with pytest.raises(NotFound, match="minute_means"):
        control_chart(day, "latency_s", 24.0, NOW, view="upside down")


def test_the_false_alarms_beside_each_switch_are_those_of_a_simulation() -> None:
    for rule in (1, 2, 5, 6):
        found = simulated_arl((rule,), runs=4000)
        assert abs(found.points - LONE_RULE_ARL[rule]) < 4 * found.standard_error


def test_a_date_of_the_axis_is_a_time() -> None:
    assert unix("2027-01-15 08:00:01.5") - unix("2027-01-15 08:00:00") == pytest.approx(1.5)
