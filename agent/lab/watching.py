"""The power during a run: each domain's watts by the time since it began, from the sampler's polls."""

from __future__ import annotations

from typing import Any

from measurement.live_power import power_history
from measurement.powerhouse import PowerHouse

MOST_POINTS = 300


def watched_power(power: PowerHouse, began_s: float) -> dict[str, Any]:
    """Give ``{"domains": {name: {"at_s": […], "power_w": […]}}}`` since ``began_s`` (the meter's monotonic time)."""
    lasted_s = power.clock.monotonic_s() - began_s
    domains: dict[str, Any] = {}
    for name, (ago_s, watts) in power_history(power.meter, lasted_s).items():
        kept = [(at + lasted_s, value) for at, value in zip(ago_s, watts, strict=True) if at + lasted_s >= 0.0]
        kept = kept[:: max(1, len(kept) // MOST_POINTS)]
        if kept:
            domains[name] = {"at_s": [at for at, _ in kept], "power_w": [value for _, value in kept]}
    return {"duration_s": lasted_s, "domains": domains}
