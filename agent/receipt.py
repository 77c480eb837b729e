"""The receipt of a turn: tokens by origin, energy with its method and bound, and what the agent's own ways added to it.

The turn is metered as a whole, its requests within it. So the energy of the tool calls (and of the house's own work) is what is left
of the turn when its requests are taken out, and the rounds that only chose or digested tools are told apart from the one that
answered. Where nothing can be measured, the requests' estimates are summed and called an estimate; the rest is unknown.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import Future
from typing import Any

from agent.engines.base import Engine
from agent.engines.recorder import Purpose
from agent.lab.tokens import Tokenizer
from agent.origins import tokens_of
from measurement.energy_record import Record
from measurement.metering import Metered
from measurement.requests import Request

ORDER = ("measured", "derived", "estimated")
NOT_ASKED = "the model was not asked"
NO_POWER_HOUSE = "this launch meters nothing"
OF_TOOLS = "the energy of tool calls is told only where the whole turn is measured"


class Account:
    """Keeps account of one turn: ``open`` before its first request, ``receipt`` when its last word is said."""

    def __init__(self, engine: Engine | None, tokenizer: Tokenizer | None, conversation: str) -> None:
        self._tokenizer = tokenizer
        self._house = engine.gauge if engine else None
        self.metering = self._house.turn(conversation) if self._house else None

    async def open(self) -> None:
        """Wait until the first edge is taken."""
        if self.metering:
            await asyncio.wait([asyncio.wrap_future(self.metering.opened)])

    async def receipt(self, why: Purpose, tool_calls: int) -> dict[str, Any]:
        """Close the account. Waits until slow counters have moved once more."""
        closed = self.metering.close() if self.metering else None
        requests = await why.settled()
        whole = await self._whole(closed) if closed else None
        simulations = whole.pop("simulations") if whole else {}
        tokens, reasons = await tokens_of(self._tokenizer, requests, why.asked) if self._tokenizer else ({}, {})
        return {
            "tokens": tokens,
            "token_reasons": reasons,
            "tokens_per_second": tokens_per_second(requests),
            "energy": turn_energy(whole, requests),
            "overhead": overhead(whole, requests, tool_calls),
            "simulations": simulations,
            "rounds": [_round(request) for request in requests],
        }

    async def _whole(self, closed: Future[Metered]) -> Record | None:
        """The turn's record; None when the power house was shut meanwhile."""
        assert self._house
        future = asyncio.wrap_future(closed)
        await asyncio.wait([future])
        return None if future.exception() else self._house.turn_record(future.result())


def tokens_per_second(requests: Sequence[Request]) -> float | None:
    """Output tokens over decode time, both as the server counts them; None where it does not."""
    known = [(one.completion_tokens, one.decode_s) for one in requests if one.completion_tokens and one.decode_s]
    spent_s = sum(spent for _tokens, spent in known)
    return sum(tokens for tokens, _spent in known) / spent_s if known and len(known) == len(requests) else None


def turn_energy(whole: Record | None, requests: Sequence[Request]) -> Record:
    """The energy of the turn: as it was measured, or the sum of its requests' estimates, or unknown with the reason."""
    if whole is None:
        return {"gross_wh": None, "method": None, "reason": NO_POWER_HOUSE}
    if whole["gross_wh"] is None and not any(_estimated(request) for request in requests):
        return whole if requests else {**whole, "reason": f"{NOT_ASKED}, and {whole['reason']}"}
    if whole["gross_wh"] is not None:
        return {**whole, **{f"{name}_wh": _parts(requests, name) for name in ("prefill", "decode")}}
    records = [request.energy or {} for request in requests]
    first = records[0]
    said = {
        name: first.get(name)
        for name in ("method", "source", "fit", "grid", "bound_reason", "net_reason", "split_reason")
    }
    return {
        **whole,
        **said,
        "gross_wh": _sum([one.get("gross_wh") for one in records]),
        "carbon_g": _sum([one.get("carbon_g") for one in records]),
        "reason": next((one["reason"] for one in records if one.get("reason")), None),
    }


def overhead(whole: Record | None, requests: Sequence[Request], tool_calls: int) -> Record:
    """What the tools cost: the rounds in which the model chose or digested them, and the calls themselves."""
    extra = [request for request in requests if request is not _answering(requests)]
    rounds_wh = _sum([_wh(request) for request in extra])
    spent_wh, turn_wh = _sum([_wh(request) for request in requests]), (whole or {}).get("gross_wh")
    tools_wh = None
    if turn_wh is not None and (spent_wh is not None or not requests):
        tools_wh = turn_wh - (spent_wh or 0.0)
    tokens = _sum([_tokens(request) for request in extra])
    return {
        "tool_calls": tool_calls,
        "extra_rounds": len(extra),
        "extra_tokens": int(tokens) if tokens is not None else (None if extra else 0),
        "rounds_wh": rounds_wh,
        "tools_wh": tools_wh,
        "method": _method([*(_how(request) for request in extra), "derived" if tools_wh is not None else None]),
        "reason": None if tools_wh is not None else OF_TOOLS,
    }


def _answering(requests: Sequence[Request]) -> Request | None:
    """The round whose words the person read: the last one, unless that only chose a tool."""
    return requests[-1] if requests and requests[-1].purpose == "chat" else None


def _round(request: Request) -> dict[str, Any]:
    energy = request.energy or {}
    return {
        "purpose": request.purpose,
        "prompt_tokens": request.prompt_tokens,
        "completion_tokens": request.completion_tokens,
        "duration_s": request.duration_s,
        "outcome": request.outcome,
        "gross_wh": energy.get("gross_wh"),
        "bound_wh": energy.get("bound_wh"),
        "method": energy.get("method"),
    }


def _parts(requests: Sequence[Request], name: str) -> float | None:
    return _sum([((request.energy or {}).get(name) or {}).get("gross_wh") for request in requests])


def _sum(values: Sequence[float | None]) -> float | None:
    """The sum; None where one is not known, or there is nothing to add."""
    known = [value for value in values if value is not None]
    return sum(known) if known and len(known) == len(values) else None


def _wh(request: Request) -> float | None:
    return (request.energy or {}).get("gross_wh")


def _how(request: Request) -> str | None:
    return (request.energy or {}).get("method")


def _estimated(request: Request) -> bool:
    return _how(request) == "estimated"


def _tokens(request: Request) -> int | None:
    known = request.prompt_tokens is not None and request.completion_tokens is not None
    return (request.prompt_tokens or 0) + (request.completion_tokens or 0) if known else None


def _method(methods: Sequence[str | None]) -> str | None:
    known = [ORDER.index(method) for method in methods if method in ORDER]
    return ORDER[max(known)] if known else None
