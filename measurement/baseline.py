"""What the machine draws when nobody asks anything: the idle baseline, with its variance.

It is taken over the same domains as the windows, with the model loaded, over several seconds; what a window is told to be net
of.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import sqrt
from statistics import stdev
from typing import Any

from measurement.energy import Energy


@dataclass(frozen=True, slots=True)
class Idle:
    """The idle power of one domain: its mean, its spread over the slices (one standard deviation), and a bound on the mean."""

    power_w: float
    sd_w: float
    bound_w: float


@dataclass(frozen=True)
class Baseline:
    """Idle power by domain key; a domain that is missing has its reason. ``quiet`` is False when somebody worked meanwhile."""

    taken_wall_s: float
    duration_s: float
    slices: int
    idle: Mapping[str, Idle]
    reasons: Mapping[str, str] = field(default_factory=dict)
    quiet: bool = True

    def to_json(self) -> dict[str, Any]:
        return {
            "taken_at": self.taken_wall_s,
            "duration_s": self.duration_s,
            "slices": self.slices,
            "domains": {
                key: {"power_w": idle.power_w, "sd_w": idle.sd_w, "bound_w": idle.bound_w}
                for key, idle in self.idle.items()
            },
            "reasons": dict(self.reasons),
            "quiet": self.quiet,
        }


def idle_of(whole: Energy, slices: Sequence[Energy]) -> Idle | str:
    """Reckon one domain's idle power from the whole stretch and its slices; a sentence when that cannot be done.

    The bound is that of the counter over the whole stretch and two standard errors of the mean.
    """
    if whole.gross_j is None:
        return whole.reason or "it was not measured"
    powers = [part.gross_j / part.duration_s for part in slices if part.gross_j is not None and part.duration_s > 0]
    if len(powers) < 2:
        return "too few slices of the idle stretch could be read"
    sd_w = stdev(powers)
    bound_w = (whole.bound_j or 0.0) / whole.duration_s + 2.0 * sd_w / sqrt(len(powers))
    return Idle(whole.gross_j / whole.duration_s, sd_w, bound_w)
