"""The probe: one tiny request to the engine, the same each time, so that its latency tells of the engine alone.

Eight tokens of a fixed prompt with a fixed seed, greedy: the server finds the prompt in its cache and the answer has one
length. It goes through the recording transport like every request, with the purpose ``probe``. An answer that fails or
does not come in time is an outcome, never a latency.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

from agent.engines.base import Engine
from agent.engines.recorder import Purpose, purpose, requests_under_way
from agent.models.channel import open_channel, translated
from measurement.errors import EngineError
from measurement.requests import Request
from measurement.store import Telemetry

TOKENS = 8
SEED = 7
TIMEOUT_S = 15.0
METERED_WITHIN_S = 1.0
SKIPPED = "skipped"
HERE = "here"
_MESSAGES = [{"role": "user", "content": "Count: one, two, three, four, five, six, seven, eight, nine, ten, eleven,"}]


class Probe:
    """Asks the engine; not for several threads."""

    def __init__(self, engine: Engine, record: Callable[[Request], object]) -> None:
        self._engine, self._record = engine, record
        self._runner = asyncio.Runner()
        self._channel = open_channel(engine, record)
        self._base_url = engine.base_url

    def ask(self) -> Request | None:
        """Ask once; ``None`` when somebody else's request runs, or came in between, for then the time is not the engine's."""
        if requests_under_way():
            return None
        if self._engine.base_url != self._base_url:  # it came back on another port
            self._channel, self._base_url = open_channel(self._engine, self._record), self._engine.base_url
        request = self._runner.run(self._ask())
        return None if request.outcome == "ok" and requests_under_way() else request

    def close(self) -> None:
        """Close the line."""
        self._runner.run(self._channel.client.close())
        self._runner.close()

    async def _ask(self) -> Request:
        with purpose("probe") as why:
            try:
                with translated(self._engine):
                    await asyncio.wait_for(self._stream(), TIMEOUT_S)
            except TimeoutError:
                return replace(why.requests[-1], outcome=f"error: no answer within {TIMEOUT_S:.0f} s")
            except EngineError as error:
                return replace(why.requests[-1], outcome=f"error: {error.message}")
            return await _metered(why)

    async def _stream(self) -> None:
        stream = await self._channel.client.chat.completions.create(
            model=self._engine.model,
            messages=_MESSAGES,  # type: ignore[arg-type]  # plain dictionaries are what the wire carries
            temperature=0,
            seed=SEED,
            max_tokens=TOKENS,
            stream=True,
            stream_options={"include_usage": True},
        )
        async with stream:
            async for _ in stream:
                pass


async def _metered(why: Purpose) -> Request:
    """The request with its energy, as soon as that is known; a slow counter does not hold up the schedule."""
    try:
        return (await asyncio.wait_for(why.settled(), METERED_WITHIN_S))[-1]
    except TimeoutError:
        return why.requests[-1]


def telemetry_of(request: Request) -> Telemetry:
    """What a request tells of the engine; unknown is None."""
    tokens, first_s, whole_s = request.completion_tokens, request.time_to_first_token_s, request.duration_s
    answered = request.outcome == "ok"
    streamed_s = whole_s - first_s if answered and first_s is not None and whole_s is not None else None
    between_s = streamed_s / (tokens - 1) if streamed_s is not None and tokens is not None and tokens > 1 else None
    pace_s = request.decode_s if request.decode_s else streamed_s
    return Telemetry(
        taken_at=request.taken_at,
        source=HERE,
        purpose=request.purpose,
        provider=request.engine,
        model=request.model,
        outcome=request.outcome,
        latency_s=whole_s,
        time_to_first_token_s=first_s,
        inter_token_s=between_s,
        tokens_per_second=tokens / pace_s if answered and tokens and pace_s else None,
        prefill_s=request.prefill_s if answered else None,
        decode_s=request.decode_s if answered else None,
        wh_per_1000_tokens=_energy(request),
        completion_tokens=tokens,
    )


def spent_wh(request: Request) -> tuple[float | None, str | None]:
    """The measured energy of a request, gross, or why there is none; an estimate from a table is no measurement."""
    energy = request.energy or {}
    if energy.get("method") == "estimated":
        return None, "no energy counter here: only an estimate, which does not follow the engine"
    return energy.get("gross_wh"), energy.get("reason") or "it was not metered"


def _energy(request: Request) -> float | None:
    spent, _ = spent_wh(request)
    return 1000.0 * spent / request.completion_tokens if spent is not None and request.completion_tokens else None
