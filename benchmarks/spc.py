"""How fast control charts are, beside their peers in the same run: ``python benchmarks/spc.py``.

Covers all eight Nelson rules over a day of points (43,200, one every 2 s), the whole chart (limits, rules, incidents),
a streamed point, and the calibration of a CUSUM. Peers (pyspc, shewhart, pccpy) take part where they are installed:
``pip install pyspc shewhart pccpy`` into an environment with numpy; and one refresh of the page's chart of a day, from a
database file, against sending all rows.

Every figure is a median with its spread (lowest to highest); only the ratios of one run mean anything.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from measurement import spc
from measurement.spc.run_length import cusum_h

POINTS_A_DAY = 43_200
ALL_EIGHT = tuple(range(1, 9))


@dataclass(frozen=True)
class Timed:
    """Seconds of one call: median, lowest and highest of the repeats."""

    name: str
    median_s: float
    low_s: float
    high_s: float

    def line(self, beside: Timed | None = None) -> str:
        ratio = "" if beside is None else f"{self.median_s / beside.median_s:8.1f} ×"
        return f"  {self.name:<58}{self.median_s * 1e3:9.3f} ms  ({self.low_s * 1e3:.3f} to {self.high_s * 1e3:.3f}){ratio}"


def timed(name: str, call: Callable[[], Any], repeats: int) -> Timed:
    """Call once to warm up, then ``repeats`` times."""
    call()
    durations = []
    for _ in range(repeats):
        begun = time.perf_counter()
        call()
        durations.append(time.perf_counter() - begun)
    return Timed(name, statistics.median(durations), min(durations), max(durations))


def machine() -> str:
    """The processor's name, how many of it there are, and the versions that matter."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
        names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    except OSError:
        names = []
    processor = names[0] if names else platform.processor() or platform.machine()
    return f"{processor}, {os.cpu_count()} CPUs, Python {platform.python_version()}, NumPy {np.__version__}"


def pccpy_rules(values: np.ndarray, center: float, sigma: float) -> Callable[[], Any]:
    from pccpy.rules import apply_tests  # pyright: ignore[reportMissingImports]

    return lambda: apply_tests(values, np.array(center), np.array(sigma), ALL_EIGHT)


def shewhart_chart(values: np.ndarray, center: float, sigma: float) -> Callable[[], Any]:
    import shewhart  # pyright: ignore[reportMissingImports]

    return lambda: shewhart.imr(values, rules="nelson")


def pyspc_rules(values: np.ndarray, center: float, sigma: float) -> Callable[[], Any]:
    from pyspc.rules import rules  # pyright: ignore[reportMissingImports]

    class NoPlot:
        """pyspc marks each violation on an axis; this one draws nothing, so that only the rules are timed."""

        def plot(self, *_: Any, **__: Any) -> None: ...

    book, listed, reach = rules(), values.tolist(), 3 * sigma

    def both() -> None:
        book.RULE_1_BEYOND_3SIGMA(NoPlot(), listed, center, center - reach, center + reach)
        book.RULE_7_ON_ONE_SIDE(NoPlot(), listed, center, center - reach, center + reach)

    return both


PEERS: dict[str, Callable[[np.ndarray, float, float], Callable[[], Any]]] = {
    "pccpy: eight rules": pccpy_rules,
    "shewhart: individuals chart with eight rules": shewhart_chart,
    "pyspc: its two rules (3 sigma, seven on a side)": pyspc_rules,
}


def whole_series(values: np.ndarray, repeats: int) -> None:
    """Time all eight rules and the whole chart, then every peer that is there."""
    limits = spc.individuals(values)
    assert limits.center is not None
    assert limits.sigma is not None
    ours = timed("ours: eight rules", lambda: spc.violations(values, limits.center, limits.sigma), repeats)
    print(f"Over {values.size:,} points:")
    print(ours.line())
    print(timed("ours: limits, eight rules, incidents", lambda: spc.analyze(values), repeats).line(ours))
    for name, make in PEERS.items():
        try:
            call = make(values, limits.center, limits.sigma)
        except ImportError as missing:
            print(f"  {name:<58}not installed ({missing.name})")
            continue
        print(timed(name, call, max(3, repeats // 4)).line(ours))


def same_answer(values: np.ndarray) -> None:
    """Say whether pccpy, which follows Minitab, reports the same points rule by rule."""
    try:
        theirs = pccpy_rules(values, 0.0, 1.0)()
    except ImportError:
        return
    ours = spc.violations(values, 0.0, 1.0, conventions=spc.PRESETS["minitab"])
    differing = [rule for rule in ALL_EIGHT if not np.array_equal(ours[rule], theirs[rule])]
    print(
        f"  pccpy and our Minitab preset report the same points of every rule: {'no, not ' + str(differing) if differing else 'yes'}"
    )


def streamed(values: np.ndarray, repeats: int) -> None:
    """Time a point at a time: the eight rules, and the CUSUM that raises alarms."""
    listed = values.tolist()

    def rules() -> None:
        push = spc.RuleStream(spc.individuals(values)).push_bits
        for value in listed:
            push(value)

    def alarm() -> None:
        push = spc.CusumStream(0.0, 1.0).push
        for value in listed:
            push(value)

    print("A streamed point:")
    for name, call in (("ours: eight rules", rules), ("ours: CUSUM", alarm)):
        found = timed(name, call, repeats)
        low, middle, high = (s / len(listed) * 1e6 for s in (found.low_s, found.median_s, found.high_s))
        print(f"  {name:<58}{middle:9.3f} µs  ({low:.3f} to {high:.3f})")


def calibration(repeats: int) -> None:
    """Time how long it takes to find h from a wanted false-alarm rate."""

    def calibrate() -> None:
        cusum_h.cache_clear()
        cusum_h(float(POINTS_A_DAY))

    print("Calibration:")
    print(timed("ours: h of a CUSUM for one false alarm a day", calibrate, repeats).line())


def refresh(points: int, repeats: int) -> None:
    """Time and weigh one refresh of the chart of a day: what the page gets, beside all rows as JSON."""
    import json
    import tempfile

    from measurement.control import Courses, control_chart
    from measurement.store import Store, Telemetry
    from ui.api.stats import chart_json
    from ui.control_figure import control_figure
    from ui.replies import strict_json

    hours, now = points * 2 / 3600, time.time()
    latencies = np.exp(np.random.default_rng(7).normal(-2.0, 0.1, points)).tolist()
    rows = [Telemetry(now - 2 * (points - k), "here", "probe", "e", "m", latency_s=x) for k, x in enumerate(latencies)]
    with tempfile.TemporaryDirectory() as folder, Store(Path(folder) / "lodger.db") as store:
        store.add_telemetry(rows).result(120)
        courses = Courses(store)

        def page() -> str:
            chart = control_chart(store, "latency_s", hours, now, courses=courses)
            return json.dumps(control_figure(chart, now - hours * 3600, now).to_json())

        def everything() -> str:
            return strict_json(chart_json(control_chart(store, "latency_s", hours, now)))

        print("One refresh of the chart of a day, from the database:")
        ours = timed("ours: what the page gets", page, repeats)
        print(ours.line())
        print(timed("all rows as JSON", everything, max(3, repeats // 4)).line(ours))
        sent, whole = len(page().encode()), len(everything().encode())
        print(f"  {sent:,} bytes against {whole:,}: {whole / sent:.0f} × less to send")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--points", type=int, default=POINTS_A_DAY)
    parser.add_argument("--repeats", type=int, default=41)
    wish = parser.parse_args()
    values = np.random.default_rng(1984).standard_normal(wish.points)
    print(machine())
    whole_series(values, wish.repeats)
    same_answer(values)
    streamed(values, max(5, wish.repeats // 4))
    calibration(max(5, wish.repeats // 4))
    refresh(wish.points, max(5, wish.repeats // 4))


if __name__ == "__main__":
    main()
