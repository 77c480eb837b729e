"""Estimates: somebody else's energy per token, for machines that can measure nothing. Never a measurement.

The coefficients lie in ``coefficients.toml``, each with its hardware, engine, batch, date and source. A figure that already holds
the prefill is never added to another one for the input. An estimate has no bound: how far another machine is from this one is
not known, and ``fit`` says in words what differs.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from measurement.errors import NotFound
from measurement.power.base import PowerSettings, Probe, Snapshot

TABLE = Path(__file__).with_name("coefficients.toml")
NO_BOUND = "an estimate from another machine has no bound"


@dataclass(frozen=True, slots=True)
class Coefficient:
    """Energy per token as a source states it.

    ``input_included`` says that ``output_j_per_token`` is the whole request's energy over its output tokens; then there is no
    input part. ``batch`` is how many requests ran together.
    """

    name: str
    model: str
    parameters_b: float
    hardware: str
    engine: str
    batch: int
    output_j_per_token: float
    input_included: bool
    covers: str
    figure: str
    source: str
    url: str
    published: str
    review: str
    input_j_per_token: float | None = None

    def __post_init__(self) -> None:
        if self.input_included and self.input_j_per_token is not None:
            raise ValueError(f"{self.name}: the input is in the output's figure already and may not be added again")


@dataclass(frozen=True, slots=True)
class Estimate:
    """Joules by a coefficient. A part that the source does not tell apart is None, and ``split_reason`` says so."""

    coefficient: Coefficient
    total_j: float | None
    prefill_j: float | None
    decode_j: float | None
    fit: str
    reason: str | None = None
    split_reason: str | None = None
    bound_reason: str = NO_BOUND


@cache
def coefficients() -> tuple[Coefficient, ...]:
    """Read the table."""
    rows: list[dict[str, Any]] = tomllib.loads(TABLE.read_text("utf-8"))["coefficient"]
    return tuple(Coefficient(**row) for row in rows)


def coefficient(name: str) -> Coefficient:
    """Give the coefficient of that name. Raises: NotFound."""
    known = {one.name: one for one in coefficients()}
    if name not in known:
        raise NotFound(f"There is no coefficient '{name}'; known are {', '.join(known)}.", suggestions=list(known))
    return known[name]


def nearest(model: str, parameters_b: float | None = None) -> Coefficient | None:
    """Find the coefficient of this model or, by its size in billions of parameters, the nearest one at batch 1; None without either."""
    same = [one for one in coefficients() if _plain(one.model) in _plain(model) or _plain(model) in _plain(one.model)]
    if same:
        return min(same, key=lambda one: one.batch)
    size_b = parameters_b if parameters_b is not None else _size_in_name_b(model)
    alone = [one for one in coefficients() if one.batch == 1]
    return min(alone, key=lambda one: _apart(one.parameters_b, size_b)) if size_b else None


def estimate(by: Coefficient, model: str, output_tokens: int | None, input_tokens: int | None = None) -> Estimate:
    """Reckon a request's energy by a coefficient; tokens that were not counted make it None."""
    fit = _fit(by, model)
    if output_tokens is None:
        return Estimate(by, None, None, None, fit, reason="the output tokens were not counted")
    output_j = output_tokens * by.output_j_per_token
    if by.input_included:
        return Estimate(by, output_j, None, None, fit, split_reason="the source does not tell prefill and decode apart")
    if by.input_j_per_token is None or input_tokens is None:
        return Estimate(by, None, None, output_j, fit, reason="the energy of the input is not known")
    input_j = input_tokens * by.input_j_per_token
    return Estimate(by, input_j + output_j, input_j, output_j, fit)


class Source:
    """What is left when nothing can be measured. It has no counters: it is asked for tokens, with ``estimate``."""

    name = "estimate"

    def __init__(self, settings: PowerSettings) -> None:
        del settings  # an estimate depends on nothing of this machine, which is what is wrong with it

    def probe(self) -> Probe:
        listed = tuple(f"{one.name}: {one.figure}, {one.hardware}, batch {one.batch}" for one in coefficients())
        return Probe(True, None, (), listed)

    def read(self, only: Collection[str] | None = None) -> Snapshot:
        del only
        return {}

    def close(self) -> None:
        """Nothing is open."""


def _fit(by: Coefficient, model: str) -> str:
    same = _plain(by.model) in _plain(model) or _plain(model) in _plain(by.model)
    which = "the same model" if same else f"another model ({by.model})"
    return f"{which} on {by.hardware} with {by.engine} at batch {by.batch}; covers {by.covers}; not this machine"


def _plain(model: str) -> str:
    return re.sub(r"[^a-z0-9]", "", model.lower())


def _size_in_name_b(model: str) -> float | None:
    """``SmolLM2-135M`` -> 0.135, ``Llama-3.1-8B`` -> 8."""
    found = re.search(r"(?<![\d.])(\d+(?:\.\d+)?)\s?([bm])(?![a-z])", model.lower())
    return None if found is None else float(found[1]) * (1.0 if found[2] == "b" else 1e-3)


def _apart(size_b: float, other_b: float) -> float:
    return max(size_b, other_b) / min(size_b, other_b)
