"""How often each tool was called since the start, and how it went: for those who scrape, not for the audit."""

from __future__ import annotations

from collections import Counter
from threading import Lock

_calls = Counter[tuple[str, str]]()
_lock = Lock()


def count(tool: str, status: str) -> None:
    """Note one call."""
    with _lock:
        _calls[tool, status] += 1


def counted() -> dict[tuple[str, str], int]:
    """The calls so far, by tool and status."""
    with _lock:
        return dict(_calls)
