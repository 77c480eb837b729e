"""Where a test can go, and how it waits there."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
from recorded import RecordedTalk

from ui.house import House
from workloads.runner import Workload

PATIENCE_S = 30.0


@dataclass(frozen=True)
class Place:
    """Where a test can go: the house, its address, and a client that speaks to it."""

    house: House
    talk: RecordedTalk
    url: str
    client: httpx.Client

    @property
    def ws_url(self) -> str:
        return self.url.replace("http", "ws", 1) + "/ws"

    @property
    def workload(self) -> Workload:
        return self.house.workloads.get("ticking")


def until(true: Callable[[], Any], what: str) -> Any:
    """Poll until ``true()`` holds; fails with ``what`` when it does not within the patience of a slow machine."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        found = true()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError(f"not within {PATIENCE_S:.0f} s: {what}")
