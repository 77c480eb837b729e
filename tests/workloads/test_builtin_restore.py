"""Every built-in goes on bit for bit from a checkpoint, in the same process and in a new one, after changes in flight."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from steered_child import steered

STEPS = 12
CASES: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "gft_condensate": (
        # so large that each step is told by itself: faster ones are merged into means
        {"dimensions": 2, "grid_points": 96, "mode": "real", "noise_temperature": 0.05, "dt": 0.01},
        {"grid_points": 108, "quench_interaction": 12.0},
        "108 × 108 points",
    ),
    "holographic_resonance": (
        {"grid_resolution": 32, "num_sources": 50, "frequency_spread": 30.0},
        {"num_sources": 60, "vortex_charge": 2},
        "60 sources",
    ),
    "mera": ({"num_sites": 8, "bond_dimension": 2}, {"bond_dimension": 3, "learning_rate": 0.02}, "bond dimension 3"),
    "gw_lattice": (
        {"num_lattice_nodes": 10, "noise_amplitude": 1e-22},
        {"chirp_mass": 20.0, "sampling_rate": 8192.0},
        "new signal",
    ),
}


@pytest.mark.parametrize("workload", CASES)
def test_a_restored_run_goes_on_bit_for_bit(workload: str, tmp_path: Path):
    begin, changes, noted = CASES[workload]
    saved = tmp_path / "state"
    with steered(workload, LODGER_PARAMETERS=json.dumps(begin)) as run:
        run.reported(0, 3)
        applied = run.ask("set", changes=changes)
        assert applied["type"] == "applied", applied
        run.reported(applied["step"], applied["step"] + 5)  # a checkpoint in the middle of what is computed ahead
        step = run.ask("checkpoint", path=str(saved))["step"]
        went_on = run.reported(step, step + STEPS)
        assert any(noted in note for note in run.notes), run.notes
        run.ask("restore", path=str(saved))
        run.metrics.clear()
        assert run.reported(step, step + STEPS) == went_on
    with steered(workload, LODGER_RESTORE=str(saved)) as again:
        assert again.reported(step, step + STEPS) == went_on
    assert went_on[0] != went_on[-1]
