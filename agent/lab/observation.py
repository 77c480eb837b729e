"""One run as it was observed: kept as it is, so that a result can be reckoned from it again with another benchmark."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from measurement.requests import Request

Tokens = dict[str, int | None]


@dataclass(frozen=True, slots=True)
class Observation:
    """A request with its answer, and its tokens by origin (``tokens``; what could not be counted is None, see ``reasons``).

    ``metered`` says that counters were there to measure it, whether or not they could.
    """

    number: int
    request: Request
    text: str = ""
    thinking: str = ""
    finish_reason: str | None = None
    size: int | None = None
    tokens: Tokens = field(default_factory=dict[str, int | None])
    reasons: dict[str, str] = field(default_factory=dict[str, str])
    metered: bool = False

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def observation_of(kept: dict[str, Any]) -> Observation:
    """Make the observation again from its JSON."""
    return Observation(**{**kept, "request": Request(**kept["request"])})
