"""What the control-chart tools say, from a real store that holds a real monitor's findings."""

from __future__ import annotations

import time

import numpy as np

from agent.monitoring.monitor import Monitor
from measurement.store import Telemetry
from tests.tools.pendulum import Bench


def test_the_chart_and_the_newest_incident_are_told_from_facts(bench: Bench) -> None:
    store, workloads = bench.store, bench.workloads
    assert "Nothing was measured" in bench.call("get_control_chart").summary
    assert "no incident" in bench.call("explain_incident").summary
    latencies = np.exp(np.random.default_rng(2).normal(-1.0, 0.1, 330))
    with Monitor(store, workloads, None, interval_s=0.0) as monitor:
        for k, latency_s in enumerate(latencies.tolist()):
            slow = 3.0 if k >= 310 else 1.0
            monitor.take(
                Telemetry(
                    time.time() - 700 + 2 * k, "here", "probe", "e", "m", latency_s=slow * latency_s, cpu_percent=50.0
                )
            )
        store.flush()
        chart = bench.call("get_control_chart", metric="response time", hours=1)
        assert chart.status == "done"
        assert "out of control" in chart.summary
        assert chart.series is not None
        assert len(chart.series.y) == 330
        told = bench.call("explain_incident")
    assert told.result["incident"]["metric"] == "latency_s"
    assert "50 %" in told.summary
    assert "step" in told.summary
    assert told.series is not None
    assert "1 incidents so far, 1 not resolved" in told.summary
    assert bench.call("explain_incident", id="1").result["incident"] == told.result["incident"]
    missing = bench.call("explain_incident", id="2")
    assert (missing.status, "numbered 1 to 1" in missing.summary) == ("refused", True)
    odd = bench.call("get_control_chart", metric="colour")
    assert (odd.status, "There is no metric" in odd.summary) == ("refused", True)
