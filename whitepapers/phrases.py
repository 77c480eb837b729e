"""Small sentences with tokens that several sections use."""

from __future__ import annotations

from collections.abc import Sequence

from whitepapers.paper import Paper

_STATES = {"finished": "has finished", "failed": "has failed", "stopped": "was stopped", "paused": "is paused"}


def fact(key: str, unit: str | None = None) -> str:
    """The token of a fact."""
    return f"{{{{fact:{key}}}}}" if unit is None else f"{{{{fact:{key} [{unit}]}}}}"


def known(paper: Paper, key: str, otherwise: str = "–") -> str:
    """The token of a fact that is known, else a word."""
    return fact(key) if key in paper.book else otherwise


def bare(paper: Paper, key: str) -> str:
    """The token of a known number without its unit, which the table says elsewhere."""
    return f"{{{{num:{key}}}}}" if key in paper.book else "–"


def state(paper: Paper) -> str:
    """Where the run was when the report was written; a run that goes on is said to."""
    return "was still running" if paper.going_on and paper.run.state in ("running", "starting") else _STATES.get(paper.run.state, "was there")  # fmt: skip


def steps(paper: Paper) -> str:
    """How far the run was: ``30 of 40 steps``, ``30 steps``, ``no step``."""
    if "run.steps" not in paper.book:
        return "no step"
    of = f" of {fact('run.total_steps')}" if "run.total_steps" in paper.book else ""
    return f"{fact('run.steps')}{of} steps"


def plural(paper: Paper, key: str, one: str, many: str) -> str:
    """``no change``, ``{{fact}} change``, ``{{fact}} changes``."""
    count = paper.book.value(key)
    return f"no {many}" if not count else f"{fact(key)} {one if count == 1 else many}"


def listed(words: Sequence[str]) -> str:
    """``a, b and c``."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def groups(paper: Paper, prefix: str) -> list[str]:
    """The beginnings of like facts: ``change.a``, ``change.b`` …"""
    keys = paper.book.keys(f"{prefix}.")
    return list(dict.fromkeys(".".join(key.split(".")[:2]) for key in keys))
