"""Asking for a report in the chat, with the real small model."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from agent.session import Conversations
from measurement.host import machine
from measurement.store import Store
from whitepapers.building import Sources
from whitepapers.desk import Reports
from workloads.runner import Workloads


@pytest.mark.model
@pytest.mark.timeout(900)
async def test_a_sentence_has_a_report_ordered_with_its_focus(
    conversations: Conversations, store: Store, workloads: Workloads, tmp_path: Path
) -> None:
    await _first_step(workloads)
    with Reports(tmp_path / "whitepapers", Sources(store, workloads, machine(), "9.9.9")) as desk:
        conversations.services = (desk,)
        for sentence, focus in {
            "write it up": None,
            "generate a white paper about the correlation": "correlation",
        }.items():
            events: list[dict[str, Any]] = [dict(event) async for event in conversations.send(sentence)]
            called = next(event for event in events if event["type"] == "tool_call")
            assert called["tool"] == "generate_white_paper"
            report = desk.list()[0]
            assert report.focus == focus
            assert report.id in events[-1]["response"]
        conversations.services = ()


async def _first_step(workloads: Workloads) -> None:
    while not workloads.get("gw_lattice").snapshot().metrics:
        await asyncio.sleep(0.1)
