"""Where prefill passes decode as prompts grow: what a sweep is for.

By energy where the runs tell the two apart; else by the engine's own times, and it says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from statistics import fmean
from typing import Any

from agent.lab.result import Result

BY_ENERGY = ("prefill_wh", "decode_wh", "Wh")
BY_TIME = ("prefill_s", "decode_s", "s")
NO_SPLIT = "energy is not told apart here, so this is by the engine's own times"


@dataclass(frozen=True, slots=True)
class Point:
    """The means of the runs of one prompt size; ``tokens`` as the server counted them."""

    tokens: float
    prefill: float
    decode: float


@dataclass(frozen=True, slots=True)
class Crossover:
    """``at_tokens`` is where the straight lines between the points cross; None with the reason."""

    unit: str
    method: str
    points: tuple[Point, ...]
    at_tokens: float | None
    reason: str | None
    note: str | None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def crossover_of(results: Sequence[Result]) -> Crossover | None:
    """Find the crossover among the runs of a sweep; None for what is no sweep."""
    sweep = [one for one in results if one["size"] is not None and one["outcome"] == "ok"]
    if not sweep:
        return None
    energies = _points(sweep, *BY_ENERGY[:2])
    method = str(sweep[0]["method"])
    if len(energies) >= 2 or (energies and len(energies) == len({one["size"] for one in sweep})):
        return _found(energies, BY_ENERGY[2], method, None)
    return _found(_points(sweep, *BY_TIME[:2]), BY_TIME[2], "measured", NO_SPLIT)


def _points(sweep: Sequence[Result], prefill: str, decode: str) -> list[Point]:
    points: list[Point] = []
    for size in sorted({one["size"] for one in sweep}):
        known = [
            one for one in sweep if one["size"] == size and None not in (one[prefill], one[decode], one["input_tokens"])
        ]
        if known:
            points.append(Point(*(fmean(one[name] for one in known) for name in ("input_tokens", prefill, decode))))
    return points


def _found(points: list[Point], unit: str, method: str, note: str | None) -> Crossover:
    at, reason = _crossing(points)
    return Crossover(unit, method, tuple(points), at, reason, note)


def _crossing(points: Sequence[Point]) -> tuple[float | None, str | None]:
    if len(points) < 2:
        return None, "a sweep needs two sizes at least that were answered"
    for first, second in pairwise(points):
        before, after = first.prefill - first.decode, second.prefill - second.decode
        if before < 0 <= after:
            return first.tokens + (second.tokens - first.tokens) * -before / (after - before), None
    if points[0].prefill >= points[0].decode:
        return None, f"prefill is the larger part already at {points[0].tokens:.0f} tokens"
    return None, f"prefill is still the smaller part at {points[-1].tokens:.0f} tokens"
