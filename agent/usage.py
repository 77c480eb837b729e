"""What one turn took: the person's clock, and the tokens of all its requests as the server counted them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from measurement.clock import SYSTEM_CLOCK, Clock
from measurement.requests import Request


class Stopwatch:
    """Runs from the moment a message arrives."""

    def __init__(self, clock: Clock = SYSTEM_CLOCK) -> None:
        self._clock = clock
        self._start_s = clock.monotonic_s()
        self._first_s: float | None = None

    def first(self) -> None:
        """Note the first word that goes out."""
        if self._first_s is None:
            self._first_s = self._clock.monotonic_s() - self._start_s

    def usage(self, requests: Sequence[Request]) -> dict[str, Any]:
        """Tokens summed over the turn's requests (None if the server told none), seconds to the first word and in all."""
        return {
            "prompt_tokens": _total(request.prompt_tokens for request in requests),
            "completion_tokens": _total(request.completion_tokens for request in requests),
            "cached_tokens": _total(request.cached_tokens for request in requests),
            "requests": len(requests),
            "time_to_first_token_s": self._first_s,
            "duration_s": self._clock.monotonic_s() - self._start_s,
        }


def _total(counts: Any) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if known else None
