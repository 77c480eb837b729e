"""One energy run over the WebSocket: its words as they come, and at the end what it cost.

In: the pieces of the prompt (:class:`ui.energy_wishes.SocketWish`). Out: ``{"token", "thinking"}`` for each piece of the answer, then
``{"token": "[DONE]", "done": true, "basic_metrics": {…}, "live_power_metrics": {…}}``, with ``cancelled`` or ``error`` where it did
not come to its end.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

from agent.lab.job import EventKind, Job
from agent.lab.laboratory import Laboratory
from ui.energy_wishes import SocketWish, laboratory
from ui.feed import Mailbox
from ui.house import House
from ui.replies import strict_json

BASIC = (
    "method", "how", "benchmark", "source", "fit", "model", "engine", "total_wh", "prefill_wh", "decode_wh", "bound_wh",
    "wh_per_1000_output_tokens", "carbon_g", "grid", "tokens", "input_tokens", "output_tokens", "time_to_first_token_s",
    "tokens_per_second", "prefill_s", "decode_s", "duration_s", "finish_reason", "reasons", "notes",
)  # fmt: skip
LIVE = (
    "domains", "total_wh", "net_wh", "prefill_wh", "decode_wh", "bound_wh", "net_bound_wh", "baseline_power_w",
    "prefill_wh_per_1000_input_tokens", "decode_wh_per_1000_output_tokens", "e_llm_wh_per_1000_output_tokens",
    "m_eff_wh_per_1000_output_tokens", "m_eff_deviation",
)  # fmt: skip
NOT_MEASURED = "no energy counter can be read on this machine; the figures are an estimate"
NOT_ASKED = "enable_live_power_monitoring is false"


class EnergyLine:
    """The run of one socket, at most one at a time."""

    def __init__(self, house: House, mailbox: Mailbox) -> None:
        self._house, self._mailbox = house, mailbox
        self._job: Job | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def running(self) -> bool:
        """Whether a run has not told its end yet."""
        return self._task is not None and not self._task.done()

    async def begin(self, wish: SocketWish) -> None:
        """Queue the run. Raises Unavailable, NotFound, Refused, Conflict."""
        lab, loop = laboratory(self._house), asyncio.get_running_loop()
        heard: asyncio.Queue[tuple[EventKind, dict[str, Any]]] = asyncio.Queue()

        def listen(kind: EventKind, event: dict[str, Any]) -> None:
            with contextlib.suppress(RuntimeError):  # the loop closed: nobody listens any more
                loop.call_soon_threadsafe(heard.put_nowait, (kind, event))

        room = await asyncio.to_thread(lambda: lab.models.current().max_tokens)
        self._job = await asyncio.to_thread(lab.submit, wish.plan(room), listen)
        self._task = asyncio.create_task(self._relay(lab, self._job, heard, wish), name="energy run")

    async def cancel(self) -> bool:
        """End the run; the relay then tells so. False when nothing runs."""
        if not self.running or self._job is None:
            return False
        await asyncio.to_thread(laboratory(self._house).stop, self._job.id)
        return True

    async def hang_up(self) -> None:
        """Nobody listens any more: end the run and the relay."""
        await self.cancel()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _relay(
        self, lab: Laboratory, job: Job, heard: asyncio.Queue[tuple[EventKind, dict[str, Any]]], wish: SocketWish
    ) -> None:
        result: dict[str, Any] | None = None
        while True:
            kind, event = await heard.get()
            if kind == "token" and (wish.include_thinking or not event["thinking"]):
                await self._mailbox.put_words(strict_json(event))
            elif kind == "run":
                result = event
            elif kind == "end":
                end = _ending(lab, job, result, wish, event)
                self._mailbox.put_last_words(strict_json(end))
                return


def _ending(
    lab: Laboratory, job: Job, result: dict[str, Any] | None, wish: SocketWish, event: dict[str, Any]
) -> dict[str, Any]:
    """The last message of a run."""
    told: dict[str, Any] = {"token": "[DONE]", "done": True, "id": job.id}
    failed = result is not None and result["outcome"] != "ok"
    if event["state"] == "stopped":
        told["cancelled"] = True
    elif event["error"] or failed:
        told["error"] = event["error"] or (result or {}).get("finish_reason") or "The engine did not answer."
    told["basic_metrics"] = result and {name: result[name] for name in BASIC}
    told["live_power_metrics"] = _live(lab, job, result, wish)
    return told


def _live(lab: Laboratory, job: Job, result: dict[str, Any] | None, wish: SocketWish) -> dict[str, Any]:
    """What the counters measured, with the watts by domain; unknown, with the reason, where they did not."""
    watched = bool(result) and lab.measured and wish.enable_live_power_monitoring
    reason = None if watched else (NOT_ASKED if lab.measured and result else NOT_MEASURED)
    if lab.measured and not result:
        reason = "the run did not come to its end"
    figures = {name: result[name] if watched and result else None for name in LIVE}
    return {"available": watched, "reason": reason, **figures, "power": job.power[0] if watched and job.power else None}
