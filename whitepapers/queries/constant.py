"""A constant of a workload's program, read from its source without running it."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import workloads
from measurement.errors import NotFound
from measurement.facts import Value
from whitepapers.archive import Archive


def answer(archive: Archive, workload: str, constant: str) -> Value:
    """The number that ``constant`` stands for in the built-in ``workload``."""
    known = constants(workload)
    if constant not in known:
        raise NotFound(f"The workload {workload} has no constant {constant}.")
    return known[constant]


@cache
def constants(workload: str) -> dict[str, float | int]:
    """Every number that is given a name at the top of a built-in's file; none for a file that is not there."""
    path = Path(workloads.__file__ or "").with_name(f"{workload}.py")
    if not workload.isidentifier() or not path.is_file():
        return {}
    pairs = [pair for node in ast.parse(path.read_text("utf-8")).body for pair in _assigned(node)]
    return {name.id: value.value for name, value in pairs
            if isinstance(name, ast.Name) and isinstance(value, ast.Constant) and isinstance(value.value, int | float)}  # fmt: skip


def _assigned(node: ast.stmt) -> list[tuple[ast.expr, ast.expr]]:
    if not isinstance(node, ast.Assign):
        return []
    target, value = node.targets[0], node.value
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        return list(zip(target.elts, value.elts, strict=True))
    return [(target, value)]
