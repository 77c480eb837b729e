"""The real launcher beside a counter that another process advances: what the chat says an answer used is what it used."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.advancing import advancing_tree
from tests.launches import Launch

WATTS = 90.0


@pytest.mark.model
@pytest.mark.timeout(600)
def test_an_answer_of_the_embedded_model_is_measured_end_to_end(tmp_path: Path) -> None:
    with advancing_tree(tmp_path / "powercap", WATTS) as root:
        flags = ("--llm-only", "--monitor-interval", "0")
        with Launch(tmp_path, *flags, env={"POWERCAP_ROOT": str(root)}) as launch:
            launch.shows(r"energy .*measured by rapl: package-0")
            answer = launch.ask("/api/chat", "POST", json={"message": "Hello! Who are you?"}).raise_for_status().json()
            energy = answer["usage"]["receipt"]["energy"]
            truth_wh = WATTS * energy["duration_s"] / 3600.0
            assert energy["method"] == "measured"
            assert abs(energy["gross_wh"] - truth_wh) <= max(0.02 * truth_wh, energy["bound_wh"])
            assert energy["duration_s"] == pytest.approx(answer["usage"]["duration_s"], rel=0.2, abs=0.5)
            assert launch.json("/api/power")["measured"]
            scraped = launch.ask("/metrics").text
            assert 'lodger_energy_joules_total{counted="true",domain="package-0"' in scraped
            assert 'lodger_requests_total{model_name="smollm2-135m",outcome="ok",purpose="chat"} 1.0' in scraped
