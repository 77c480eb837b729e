"""The energy of one request on its way through the recorder: metered where the house has a power house, else unknown."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import replace
from typing import TYPE_CHECKING

from measurement.metering import Metered
from measurement.powerhouse import PowerHouse
from measurement.requests import Request

if TYPE_CHECKING:
    from agent.engines.recorder import Purpose

log = logging.getLogger(__name__)


class Gauged:
    """Opens before the request is sent; ``close`` hands the finished request on, once its energy is known."""

    def __init__(self, house: PowerHouse | None, why: Purpose) -> None:
        self._house, self._why = house, why
        name = f"{why.purpose} {why.conversation}" if why.conversation else why.purpose
        self._metering = house.request(name, why.turn) if house else None

    async def opened(self) -> None:
        """Wait until the first edge is taken: three ticks of a quick counter."""
        if self._metering is not None:
            await asyncio.wait([asyncio.wrap_future(self._metering.opened)])

    def split(self) -> None:
        """The first token is there."""
        if self._metering is not None:
            self._metering.split()

    def abandon(self) -> None:
        """The request is never sent."""
        if self._metering is not None:
            self._metering.close()

    def close(self, request: Request, record: Callable[[Request], object], gaps_s: Sequence[float]) -> None:
        """The request is over; its answer came in pieces, ``gaps_s`` apart."""
        house = self._house
        if self._metering is None or house is None:
            record(request)
            return
        place = len(self._why.requests) - 1
        settled: Future[None] = Future()
        self._why.settling.append(settled)

        def told(closed: Future[Metered]) -> None:
            try:
                self._hand_on(closed, request, place, record)
                house.tell(self._why.requests[place], gaps_s)
            except Exception:  # the border of the thread that reckons
                log.exception("a request could not be recorded")
            finally:
                settled.set_result(None)

        self._metering.close().add_done_callback(told)

    def _hand_on(
        self, closed: Future[Metered], request: Request, place: int, record: Callable[[Request], object]
    ) -> None:
        """Record the request with its energy; when that failed, without."""
        assert self._house
        whole = request
        if (failure := closed.exception()) is None:
            whole = replace(request, energy=self._house.record(closed.result(), request))
        else:
            log.warning("the energy of a request is not known: %s", failure)
        self._why.requests[place] = whole
        record(whole)
