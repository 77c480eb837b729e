"""Every parameter of every built-in goes to both of its bounds while the run goes on: taken or refused in a sentence."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from steered_child import SteeredChild, steered

from workloads.catalogue import builtins

SMALL: dict[str, dict[str, Any]] = {  # what starts quickly; all else as it comes
    "gft_condensate": {"dimensions": 1, "grid_points": 32},
    "holographic_resonance": {"num_sources": 50, "grid_resolution": 32},
    "mera": {"num_sites": 8, "bond_dimension": 2},
    "gw_lattice": {"num_lattice_nodes": 10},
}
ENDLESS = 10**9  # steps
SHARE_BYTES = 500 << 20  # the largest sizes are refused rather than waited for


def declared(run: SteeredChild) -> list[dict[str, Any]]:
    """What the run lets change, as it stands before its first step."""
    specs: list[dict[str, Any]] = []

    def begins(message: dict[str, Any]) -> bool:
        if message["type"] == "parameter":
            specs.append(message)
        return message["type"] == "state"

    run.until(begins)
    return specs


def ends_of(spec: dict[str, Any]) -> list[Any]:
    """The values at the edges of what a declaration allows, and that of now at the end."""
    edges = spec["choices"] or ([False, True] if spec["kind"] == "bool" else [spec["minimum"], spec["maximum"]])
    return [*(edge for edge in edges if edge is not None), spec["value"]]


@pytest.mark.parametrize("workload", builtins())
def test_every_parameter_goes_to_both_bounds_in_flight(workload: str):
    start = SMALL.get(workload, {})
    environment = {"LODGER_PARAMETERS": json.dumps(start), "LODGER_MEMORY_BYTES": str(SHARE_BYTES)}
    with steered(workload, ENDLESS, **environment) as run:
        specs = declared(run)
        assert start.keys() <= {spec["name"] for spec in specs}
        for spec in specs:
            for value in ends_of(spec):
                answer = run.ask("set", changes={spec["name"]: value})
                if answer["type"] == "applied":
                    until = answer["step"]
                    run.until(lambda told, until=until: told["type"] == "metrics" and told["step"] > until)
                else:
                    assert re.fullmatch(r"A .*: .*\.", answer["error"]), answer  # what does not fit: and what does
        assert run.ask("stop")["state"] in {"stopping", "stopped"}
