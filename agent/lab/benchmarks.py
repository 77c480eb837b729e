"""Named benchmarks: energies per token that an estimate may use, each with where it comes from.

Shipped ones are the published coefficients; calibrated ones were measured on this machine; custom ones were given by a person, who
answers for them. The latter two, and which one was chosen, are kept in a file of the data folder.
"""

from __future__ import annotations

import json
import math
import os
import threading
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from measurement.energy import in_wh
from measurement.errors import Conflict, NotFound, Refused, StoreError
from measurement.power.estimate import coefficients, nearest

Origin = Literal["shipped", "calibrated", "custom"]
MOST_WH_PER_1000 = 1000.0  # a thousand tokens for a kilowatt-hour: beyond that it is a slip of the unit
NO_SPLIT = "the benchmark does not tell prefill and decode apart"


@dataclass(frozen=True, slots=True)
class Benchmark:
    """Watt-hours per 1,000 tokens.

    ``input_included`` says that the output figure is the whole request's energy over its output tokens; then there is no input
    part. ``batch`` is how many requests ran together. ``statistics`` is what a calibration scattered by.
    """

    name: str
    origin: Origin
    wh_per_1000_output_tokens: float
    wh_per_1000_input_tokens: float | None = None
    input_included: bool = False
    model: str = ""
    hardware: str = ""
    engine: str = ""
    batch: int | None = 1
    date: str = ""
    source: str = ""
    covers: str = ""
    description: str = ""
    statistics: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Estimated:
    """Watt-hours by a benchmark; a part that it does not tell apart is None."""

    total_wh: float | None = None
    prefill_wh: float | None = None
    decode_wh: float | None = None
    reason: str | None = None
    split_reason: str | None = None


def estimated(by: Benchmark | None, input_tokens: int | None, output_tokens: int | None) -> Estimated:
    """Reckon a request's energy from its tokens; input and output are never added twice."""
    if by is None:
        return Estimated(reason="no benchmark fits this model; choose one, or add your own")
    if output_tokens is None:
        return Estimated(reason="the server did not count the output tokens")
    decode_wh = output_tokens / 1000.0 * by.wh_per_1000_output_tokens
    if by.input_included:
        return Estimated(decode_wh, split_reason=NO_SPLIT)
    if by.wh_per_1000_input_tokens is None or input_tokens is None:
        return Estimated(decode_wh=decode_wh, reason="the energy of the input is not known")
    prefill_wh = input_tokens / 1000.0 * by.wh_per_1000_input_tokens
    return Estimated(prefill_wh + decode_wh, prefill_wh, decode_wh)


class Benchmarks:
    """Every benchmark of this machine. Safe for several threads.

    Args:
        path: the file that keeps calibrated and custom ones, and the choice.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._lock = path, threading.Lock()
        self._shipped = {one.name: one for one in _shipped()}
        self._own, chosen = _read(path)
        self._chosen = chosen if chosen in {**self._shipped, **self._own} else None

    def all(self) -> tuple[Benchmark, ...]:
        """Shipped ones first, then one's own."""
        return (*self._shipped.values(), *self._own.values())

    def get(self, name: str) -> Benchmark:
        """Give the benchmark of that name. Raises: NotFound."""
        known = {**self._shipped, **self._own}
        if name not in known:
            raise NotFound(f"There is no benchmark '{name}'; known are {', '.join(known)}.", suggestions=list(known))
        return known[name]

    def keep(self, benchmark: Benchmark) -> Benchmark:
        """Keep a benchmark of one's own, in the place of an older one of its name.

        Raises:
            Conflict: the name is a shipped one's.
            Refused: a figure that cannot be.
            StoreError: the file cannot be written.
        """
        if benchmark.name in self._shipped:
            raise Conflict(f"'{benchmark.name}' comes with Lodger and its source; give yours another name.")
        for figure in (benchmark.wh_per_1000_output_tokens, benchmark.wh_per_1000_input_tokens):
            if figure is not None and not (math.isfinite(figure) and 0.0 < figure <= MOST_WH_PER_1000):
                raise Refused(f"{figure:g} Wh per 1,000 tokens cannot be; give more than 0 and at most 1000.")
        with self._lock:
            own = {**self._own, benchmark.name: benchmark}
            _write(self._path, own, self._chosen)
            self._own = own
        return benchmark

    @property
    def chosen(self) -> Benchmark | None:
        """The one that a person put in force; None until somebody does."""
        return self.get(self._chosen) if self._chosen is not None else None

    def choose(self, name: str) -> Benchmark:
        """Put one in force, for the next launches too. Raises: NotFound, StoreError when the file cannot be written."""
        benchmark = self.get(name)
        with self._lock:
            _write(self._path, self._own, name)
            self._chosen = name
        return benchmark

    def best_for(self, model: str, parameters_b: float | None = None) -> Benchmark | None:
        """The one that comes nearest to this model: calibrated here before published elsewhere; None where nothing fits."""
        here = [one for one in self._own.values() if one.origin == "calibrated" and one.model == model]
        if here:
            return max(here, key=lambda one: one.date)
        published = nearest(model, parameters_b)
        return self._shipped[published.name] if published else None


def _shipped() -> list[Benchmark]:
    return [
        Benchmark(
            one.name,
            "shipped",
            1000.0 * one.output_j_per_token / 3600.0,
            None if one.input_j_per_token is None else in_wh(1000.0 * one.input_j_per_token),
            one.input_included,
            one.model,
            one.hardware,
            one.engine,
            one.batch,
            one.published,
            f"{one.source}, {one.url} ({one.review})",
            one.covers,
            one.figure,
        )
        for one in coefficients()
    ]


def _read(path: Path) -> tuple[dict[str, Benchmark], str | None]:
    """One's own benchmarks and the choice; a file of the first version is a list without a choice."""
    try:
        kept = json.loads(path.read_text("utf-8"))
        rows, chosen = (kept, None) if isinstance(kept, list) else (kept["benchmarks"], kept["chosen"])
        return {row["name"]: Benchmark(**row) for row in rows}, chosen
    except FileNotFoundError:
        return {}, None
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise StoreError(
            f"The benchmarks in {path} cannot be read ({error}); correct the file or move it away."
        ) from error


def _write(path: Path, own: dict[str, Benchmark], chosen: str | None) -> None:
    """Replace the file as a whole, so that a kill leaves the old or the new one."""
    draft = path.with_suffix(".new")
    kept = {"chosen": chosen, "benchmarks": [one.to_json() for one in own.values()]}
    try:
        draft.write_text(json.dumps(kept, indent=1), "utf-8")
        os.replace(draft, path)
    except OSError as error:
        raise StoreError(
            f"The benchmark cannot be kept in {path} ({error.strerror}); free space, or see its rights."
        ) from error
