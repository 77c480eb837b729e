"""What may not occur in training: every name and alias of the built-in workloads and of those that the suites run.

They are read from the sources, so a workload that is added later is held out from the next training on.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
SOURCES = ("workloads/*.py", "tests/agent/*_suite/*.py")
# workloads that are planned and judged on; the names that their subject makes certain
PLANNED = ("holographic_resonance", "gft_condensate", "mera", "bond_dimension", "condensate", "resonance")


@cache
def forms() -> frozenset[str]:
    """Every held-out name and alias, normalised."""
    found = {plain(word) for word in PLANNED}
    for pattern in SOURCES:
        for path in ROOT.glob(pattern):
            if declared := [*_declared(path)]:
                found |= {plain(path.stem), *(plain(word) for word in declared)}
    return frozenset(found)


def plain(name: str) -> str:
    """A name without case, blanks, hyphens and underscores."""
    return re.sub(r"[\s_-]+", " ", name.strip().lower())


def _declared(path: Path) -> Iterator[str]:
    """The names and aliases that a program declares with ``sim.parameter``, and the metrics it reports."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        if node.func.attr == "parameter":
            yield from (
                arg.value for arg in node.args[:1] if isinstance(arg, ast.Constant) and isinstance(arg.value, str)
            )
            for keyword in node.keywords:
                if keyword.arg in ("aliases", "choices") and isinstance(keyword.value, ast.List):
                    yield from (str(e.value) for e in keyword.value.elts if isinstance(e, ast.Constant))
        elif node.func.attr == "report":
            yield from (keyword.arg for keyword in node.keywords if keyword.arg)
