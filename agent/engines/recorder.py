"""One seam through which every request to an engine goes, and is recorded.

It is an HTTP transport, so pydantic-ai, the grammar decoder and the warm-up are measured alike and none of them knows.
Time to first token is from the request's first byte to the first content delta; prefill and decode durations are the
server's own where it reports them (llama.cpp's ``timings``), else None. An error is an outcome, never a latency.

Where the house has a power house, each request is metered: the window is open before it is sent, split at the first token, closed at
the end, and its energy is in the record (``energy_record.py``). A request is handed to ``record`` once its energy is known, which
takes milliseconds with RAPL and up to two seconds with Scaphandre; ``Purpose.settled`` waits for that.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import httpx2

from agent.engines.gauging import Gauged
from measurement.clock import SYSTEM_CLOCK, Clock
from measurement.facts import new_id
from measurement.metering import Metering
from measurement.powerhouse import PowerHouse
from measurement.requests import Purpose as Why
from measurement.requests import Request

SETTLED_WITHIN_S = 5.0


@dataclass
class Asked:
    """What a request said, for counting its tokens by origin: the body as it was sent, and the thinking that came back."""

    body: dict[str, Any]
    thinking: str = ""


@dataclass
class Purpose:
    """Why requests are made just now, and the ones made so far under it (a chat turn sums them).

    ``asked`` holds what each of ``requests`` said, in the same order; ``turn`` is the metering that they are a part of.
    """

    purpose: Why
    conversation: str | None = None
    requests: list[Request] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    turn: Metering | None = None
    settling: list[Future[Any]] = field(default_factory=list)

    async def settled(self) -> list[Request]:
        """Wait until the energy of every request is known, and give them; after five seconds, as they are then."""
        waiting = [asyncio.wrap_future(future) for future in self.settling]
        if waiting:
            await asyncio.wait(waiting, timeout=SETTLED_WITHIN_S)
        return list(self.requests)


_purpose: ContextVar[Purpose | None] = ContextVar("purpose", default=None)


@contextmanager
def purpose(name: Why, conversation: str | None = None, turn: Metering | None = None):
    """Mark the requests made inside as ``name``; nested marks hand their requests to the outer one as well."""
    outer = _purpose.get()
    inner = replace(outer, purpose=name) if outer else Purpose(name)
    inner.conversation, inner.turn = conversation or inner.conversation, turn or inner.turn
    token = _purpose.set(inner)
    try:
        yield inner
    finally:
        _purpose.reset(token)


_UNDER_WAY_AT_MOST_S = 600.0  # what nobody closed in that time is not running any more
_under_way: dict[int, tuple[Why, float]] = {}


def requests_under_way(clock: Clock = SYSTEM_CLOCK) -> int:
    """How many requests to engines run now, probes left out."""
    since_s = clock.monotonic_s() - _UNDER_WAY_AT_MOST_S
    return sum(why != "probe" and started_s > since_s for why, started_s in list(_under_way.values()))


class RecordingTransport(httpx2.AsyncBaseTransport):
    """Passes every byte through unchanged and tells ``record`` about each chat completion; ``gauge`` meters them."""

    def __init__(
        self,
        engine: str,
        record: Callable[[Request], object],
        clock: Clock = SYSTEM_CLOCK,
        gauge: Callable[[], PowerHouse | None] = lambda: None,
    ) -> None:
        self._inner = httpx2.AsyncHTTPTransport()
        self._engine, self._record, self._clock, self._gauge = engine, record, clock, gauge

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if not request.url.path.endswith("/chat/completions"):
            return await self._inner.handle_async_request(request)
        body, why = await request.aread(), _purpose.get() or Purpose("chat")
        meter = Gauged(self._gauge(), why)
        try:
            await meter.opened()
            watch = _Watch(self._engine, body, why, self._record, self._clock, meter=meter)
        except BaseException:
            meter.abandon()
            raise
        try:
            response = await self._inner.handle_async_request(request)
        except BaseException as error:
            watch.finish(_outcome(error))
            raise
        watch.status = response.status_code
        response.stream = _Tee(response.stream, watch)
        return response

    async def aclose(self) -> None:
        await self._inner.aclose()


def _outcome(error: BaseException) -> str:
    cancelled = type(error).__name__ in ("CancelledError", "GeneratorExit", "Cancelled")
    return "cancelled" if cancelled else f"error: {type(error).__name__}: {error}"


class _Tee(httpx2.AsyncByteStream):
    """The response's own stream, watched."""

    def __init__(self, inner: Any, watch: _Watch) -> None:
        self._inner, self._watch = inner, watch

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in self._inner:
                self._watch.see(chunk)
                yield chunk
        except BaseException as error:
            self._watch.finish(_outcome(error))
            raise
        self._watch.finish(None)

    async def aclose(self) -> None:
        self._watch.finish("cancelled")  # no effect when the stream ended by itself
        await self._inner.aclose()


class _Watch:
    """What is learnt about one request while its answer passes by."""

    def __init__(
        self,
        engine: str,
        body: bytes,
        why: Purpose,
        record: Callable[[Request], object],
        clock: Clock,
        *,
        meter: Gauged,
    ) -> None:
        self._engine, self._why, self._record, self._clock, self._meter = engine, why, record, clock, meter
        self._body, self._pending, self._done = body, b"", False
        self._start_s, self._taken_at = clock.monotonic_s(), clock.wall_s()
        self._first_s: float | None = None
        self._usage: dict[str, Any] = {}
        self._timings: dict[str, Any] = {}
        self._ended = False
        self._thinking: list[str] = []
        self._spoke_s: list[float] = []
        self.status = 0
        _under_way[id(self)] = (why.purpose, self._start_s)

    def see(self, chunk: bytes) -> None:
        *lines, self._pending = (self._pending + chunk).split(b"\n")
        for line in lines:
            self._line(line)

    def _line(self, line: bytes) -> None:
        if line.strip() == b"data: [DONE]":
            self._ended = True
        try:
            answer = json.loads(line.removeprefix(b"data: "))
        except ValueError:
            return
        if not isinstance(answer, dict):
            return
        self._usage = answer.get("usage") or self._usage
        self._timings = answer.get("timings") or self._timings
        if not any(_speaks(choice) for choice in answer.get("choices") or []):
            return
        self._spoke_s.append(self._clock.monotonic_s())
        if self._first_s is None:
            self._first_s = self._spoke_s[0]
            if line.startswith(b"data: "):
                self._meter.split()
        self._thinking += [said for choice in answer.get("choices") or [] if (said := _thought(choice))]

    def finish(self, outcome: str | None) -> None:
        if self._done:
            return
        self._done = True
        _under_way.pop(id(self), None)
        self._line(self._pending)
        if self._ended:
            outcome = None  # the reader hung up after the last word: that is the normal end of a stream
        if outcome is None and self.status >= 400:
            outcome = f"error: HTTP {self.status}"
        asked = _parsed(self._body)
        request = self._request(outcome or "ok", asked)
        self._why.asked.append(Asked(asked, "".join(self._thinking)))
        self._why.requests.append(request)
        self._meter.close(request, self._record, [after - before for before, after in pairwise(self._spoke_s)])

    def _request(self, outcome: str, asked: dict[str, Any]) -> Request:
        now_s = self._clock.monotonic_s()
        details = self._usage.get("prompt_tokens_details") or {}
        thinking = (self._usage.get("completion_tokens_details") or {}).get("reasoning_tokens")
        ok = outcome == "ok"
        return Request(
            id=new_id("req"),
            taken_at=self._taken_at,
            purpose=self._why.purpose,
            engine=self._engine,
            model=str(asked.get("model", "")),
            conversation=self._why.conversation,
            prompt_hash=hashlib.sha256(json.dumps(asked.get("messages"), sort_keys=True).encode()).hexdigest()[:16],
            prompt_tokens=self._usage.get("prompt_tokens"),
            completion_tokens=self._usage.get("completion_tokens"),
            thinking_tokens=thinking,
            cached_tokens=details.get("cached_tokens"),
            time_to_first_token_s=self._first_s - self._start_s
            if ok and self._first_s is not None and asked.get("stream")
            else None,
            prefill_s=_seconds(self._timings, "prompt_ms"),
            decode_s=_seconds(self._timings, "predicted_ms"),
            duration_s=now_s - self._start_s if ok else None,
            outcome=outcome,
            energy=None,
        )


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        asked = json.loads(body)
    except ValueError:
        return {}
    return asked if isinstance(asked, dict) else {}


def _thought(choice: Any) -> str:
    said = choice.get("delta") or choice.get("message") or {} if isinstance(choice, dict) else {}
    return str(said.get("reasoning_content") or "")


def _speaks(choice: Any) -> bool:
    if not isinstance(choice, dict):
        return False
    said = choice.get("delta") or choice.get("message") or {}
    return bool(said.get("content") or said.get("tool_calls") or said.get("reasoning_content"))


def _seconds(timings: dict[str, Any], key: str) -> float | None:
    value = timings.get(key)
    return value / 1000 if isinstance(value, int | float) else None
