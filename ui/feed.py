"""What Lodger says by itself: the status of the house, once a second when it changed, and every alert at once.

Workloads speak from their own threads; the sockets live on the event loop. ``Feed`` is the bridge. ``Mailbox`` holds
what one socket has yet to send: a slow reader misses statuses (only the newest is kept), never an alert, and costs no
memory without bound: one that lets a thousand alerts pile up is hung up on.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from measurement.clock import SYSTEM_CLOCK
from ui.house import House
from ui.replies import strict_json
from workloads.runner import WorkloadEvent

LOG = logging.getLogger("lodger.page")
STATUS_PERIOD_S = 1.0
ALERTS_WAITING = 1000
WORDS_WAITING = 256


class OverrunError(Exception):
    """A socket whose reader has fallen too far behind."""


class Mailbox:
    """What waits to be sent to one socket. Lives on the event loop; not for other threads."""

    def __init__(self) -> None:
        self._alerts: deque[str] = deque()
        self._words: deque[str] = deque()
        self._status: str | None = None
        self._mail = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()

    def put_alert(self, alert: str) -> None:
        """Add an alert, ahead of everything else."""
        if len(self._alerts) <= ALERTS_WAITING:  # one too many is the sign of an overrun; more would only cost memory
            self._alerts.append(alert)
        self._mail.set()

    def put_status(self, status: str) -> None:
        """Replace the status that was not sent yet."""
        self._status = status
        self._mail.set()

    async def put_words(self, words: str) -> None:
        """Add a piece of an answer; waits while the reader is behind, which slows the turn and not the house."""
        await self._room.wait()
        self.put_last_words(words)

    def put_last_words(self, words: str) -> None:
        """Add the end of an answer without waiting: one for a turn, so the queue stays bounded."""
        self._words.append(words)
        self._mail.set()
        if len(self._words) >= WORDS_WAITING:
            self._room.clear()

    async def take(self) -> str:
        """The next message: alerts, then answers, then the status. Raises ``OverrunError`` when alerts pile up unread."""
        await self._mail.wait()
        if len(self._alerts) > ALERTS_WAITING:
            raise OverrunError
        taken = self._next()
        if not self._alerts and not self._words and self._status is None:
            self._mail.clear()
        return taken

    def _next(self) -> str:
        if self._alerts:
            return self._alerts.popleft()
        if self._words:
            self._room.set()
            return self._words.popleft()
        status, self._status = self._status, None
        return status or ""


class Feed:
    """Tells every open socket what goes on in the house. Entered with the application, left with it."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._open: set[Mailbox] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ticker: asyncio.Task[None] | None = None
        self._last_status = ""
        self._leave: list[Callable[[], None]] = []

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        self._ticker = asyncio.create_task(self._tick(), name="status feed")
        self._leave = [one.subscribe(self._from_thread) for one in self._house.speakers()]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop = None
        for leave in self._leave:
            leave()
        if self._ticker is not None:
            self._ticker.cancel()
            await asyncio.gather(self._ticker, return_exceptions=True)

    async def join(self) -> Mailbox:
        """Open a mailbox; the present status is already in it."""
        mailbox = Mailbox()
        mailbox.put_status(await asyncio.to_thread(self._status))
        self._open.add(mailbox)
        return mailbox

    def leave(self, mailbox: Mailbox) -> None:
        """Close a mailbox."""
        self._open.discard(mailbox)

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(STATUS_PERIOD_S)
            try:
                if self._open:
                    self._spread(await asyncio.to_thread(self._status))
            except Exception:  # the feed outlives one bad reading
                LOG.exception("the status of the house could not be read")

    def _spread(self, status: str) -> None:
        if status == self._last_status:
            return
        self._last_status = status
        for mailbox in self._open:
            mailbox.put_status(status)

    def _status(self) -> str:
        house = self._house
        engine = house.engine
        return strict_json(
            {
                "type": "status",
                "workloads": {workload.name: workload.snapshot().to_json() for workload in house.workloads},
                "engine": engine and {"state": engine.state, "model": engine.model, "reason": engine.reason},
            }
        )

    def _from_thread(self, event: WorkloadEvent) -> None:
        """Carry an alert from the workload's thread to the loop; never blocks it, never raises into it."""
        loop = self._loop
        if event.kind == "alert" and loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop closed between the two lines: nobody listens any more
                loop.call_soon_threadsafe(self._alert, _alert_message(event))

    def _alert(self, message: dict[str, Any]) -> None:
        text = strict_json(message)
        for mailbox in self._open:
            mailbox.put_alert(text)


def _alert_message(event: WorkloadEvent) -> dict[str, Any]:
    return {
        "type": "alert",
        "workload": event.workload,
        "text": str(event.details.get("text") or event.details.get("error") or ""),
        "details": dict(event.details),
        "taken_at": SYSTEM_CLOCK.wall_s(),
    }
