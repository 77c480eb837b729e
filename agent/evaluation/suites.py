"""The requests of a suite as they lie in files: ``suite.toml`` names the parts, a part is a JSON line a request.

A request: ``category``, ``say``, ``before`` (earlier turns of the same conversation) and what is expected::

    nothing    true, where one wants to say that nothing may change
    set        parameters that differ from their defaults afterwards; "x2" is twice the default
    state      the run's state afterwards, running when left out
    restarted  whether a new run has begun
    reads      a tool, or several of which one is enough, that must have been called
    metric     the metric whose history was shown
    reply      done, asks, refuses: which of them are right; with done and another, nothing done but asked is right too
"""

from __future__ import annotations

import json
import sys
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from measurement.errors import NotFound, SettingsError

MANIFEST = "suite.toml"
EXPECTED = {"nothing", "set", "state", "restarted", "reads", "metric", "reply"}


@dataclass(frozen=True)
class Case:
    """One request with what it should do."""

    category: str
    say: str
    before: tuple[str, ...] = ()
    set: Mapping[str, Any] = field(default_factory=dict)
    state: str = "running"
    restarted: bool = False
    reads: tuple[str, ...] = ()
    metric: str | None = None
    reply: tuple[str, ...] = ()

    @property
    def acts(self) -> bool:
        """Whether something is to be done or shown; else nothing may happen."""
        return bool(self.set or self.state != "running" or self.restarted or self.reads or self.before)


@dataclass(frozen=True)
class Part:
    """The requests that go to one simulation, and the program that it is."""

    workload: str
    argv: Sequence[str]
    parameters: Mapping[str, Any]
    cases: Sequence[Case]


@dataclass(frozen=True)
class Suite:
    """What one evaluation asks."""

    name: str
    parts: Sequence[Part]

    @property
    def size(self) -> int:
        """How many requests."""
        return sum(len(part.cases) for part in self.parts)


def find(name: str, folder: Path) -> Path:
    """The folder of the suite ``name``, ``<name>_suite`` below ``folder``, or a path of one's own.

    Raises:
        NotFound: there is none; with those that there are.
    """
    for place in (folder / f"{name}_suite", Path(name)):
        if (place / MANIFEST).is_file():
            return place
    known = sorted(path.parent.name.removesuffix("_suite") for path in folder.glob(f"*_suite/{MANIFEST}"))
    there = f"there is {', '.join(known)}" if known else "none comes with this installation; use a checkout"
    raise NotFound(f"There is no suite '{name}': {there}, or give a folder with a {MANIFEST}.")


def load(folder: Path) -> Suite:
    """Read a suite.

    Raises:
        SettingsError: a file is missing, or a line of it cannot be used.
    """
    try:
        manifest = tomllib.loads((folder / MANIFEST).read_text("utf-8"))
        parts = [_part(folder, row) for row in manifest["part"]]
    except (OSError, KeyError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"The suite {folder} cannot be read: {error!r}. See tests/agent/steering_suite.") from error
    return Suite(folder.resolve().name.removesuffix("_suite"), parts)


def read_cases(path: Path) -> list[Case]:
    """The requests of one file. Raises: SettingsError, with the line."""
    lines = path.read_text("utf-8").splitlines()
    return [_case(f"{path.name}, line {number}", line) for number, line in enumerate(lines, 1) if line.strip()]


def _part(folder: Path, row: Mapping[str, Any]) -> Part:
    program = [str(folder.resolve() / word) if word.endswith(".py") else word for word in row["program"]]
    argv = [sys.executable, *program]
    return Part(row["workload"], argv, row.get("parameters", {}), read_cases(folder / row["requests"]))


def _case(where: str, line: str) -> Case:
    try:
        row = json.loads(line)
        category, say, expect = row["category"], row["say"], dict(row["expect"])
    except (ValueError, KeyError, TypeError) as error:
        raise SettingsError(f"{where} is no request with category, say and expect: {error!r}.") from error
    if unknown := expect.keys() - EXPECTED:
        raise SettingsError(f"{where} expects {', '.join(sorted(unknown))}; known are {', '.join(sorted(EXPECTED))}.")
    expect.pop("nothing", None)
    reads = expect.pop("reads", ())
    expect["reads"] = (reads,) if isinstance(reads, str) else tuple(reads)
    expect["reply"] = tuple(expect.get("reply", ()))
    before = (row["first"],) if "first" in row else tuple(row.get("before", ()))
    return Case(category, say, before, **expect)


def sample(cases: Sequence[Case], categories: Sequence[str] | None = None, every: int = 1) -> list[Case]:
    """Every ``every``-th request of each category (of all, or of those named), in the suite's order."""
    counts = Counter[str]()
    chosen = []
    for case in cases:
        if categories is None or case.category in categories:
            if counts[case.category] % every == 0:
                chosen.append(case)
            counts[case.category] += 1
    return chosen
