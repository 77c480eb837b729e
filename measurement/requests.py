"""One request to an LLM server, as it was measured.

Covers the record alone; who sends a request and who holds the stopwatch is the agent's affair. What the server did not
say is ``None``. An error is an outcome, never a latency.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Purpose = Literal["probe", "warmup", "chat", "decide", "compare", "evaluation", "report"]


@dataclass(frozen=True, slots=True)
class Request:
    """What went to an engine, what came back, how long it took.

    ``taken_at`` is Unix time at the start; durations come from the monotonic clock; tokens are as the server counts
    them. ``outcome`` is ``ok``, ``cancelled`` or ``error: …``; ``energy`` is the window of the power meter as JSON.
    """

    id: str
    taken_at: float
    purpose: Purpose
    engine: str
    model: str
    conversation: str | None = None
    prompt_hash: str | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    thinking_tokens: int | None = None
    cached_tokens: int | None = None
    time_to_first_token_s: float | None = None
    prefill_s: float | None = None
    decode_s: float | None = None
    duration_s: float | None = None
    outcome: str = "ok"
    energy: dict[str, Any] | None = None
