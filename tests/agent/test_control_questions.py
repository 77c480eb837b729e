"""Questions about statistical control: which words mean which chart, and the small model gets there."""

from __future__ import annotations

import time
from typing import Any

import pytest

from agent.reading.control_questions import calls
from agent.reading.mentions import Vocabulary
from agent.reading.message import read
from agent.session import Conversations
from measurement.store import Store, Telemetry
from tools.contract import Actor

VOCABULARY = Vocabulary({}, ("brightness", "pressure"))


@pytest.mark.parametrize(
    ("text", "call"),
    [
        ("is latency in control?", ("get_control_chart", {"metric": "latency_s", "hours": 1.0})),
        ("is the model in control?", ("get_control_chart", {"metric": "latency_s", "hours": 1.0})),
        (
            "show me the control chart of latency for the last 6 hours",
            ("get_control_chart", {"metric": "latency_s", "hours": 6.0}),
        ),
        ("control chart of the cpu over the last day", ("get_control_chart", {"metric": "cpu_percent", "hours": 24.0})),
        (
            "was the time to first token out of control in the last 30 minutes?",
            ("get_control_chart", {"metric": "time_to_first_token_s", "hours": 0.5}),
        ),
        ("is brightness in control", ("get_control_chart", {"metric": "brightness", "hours": 1.0})),
        ("control chart of memory this week", ("get_control_chart", {"metric": "memory_bytes", "hours": 168.0})),
        ("explain incident 3", ("explain_incident", {"id": "3"})),
        ("what was incident inc-9f3c1a2b7d04 about?", ("explain_incident", {"id": "inc-9f3c1a2b7d04"})),
        ("any incidents?", ("explain_incident", {})),
        ("were there outages last night?", ("explain_incident", {})),
    ],
)
def test_words_about_control(text: str, call: tuple[str, dict[str, Any]]) -> None:
    (found,) = calls(read(text, VOCABULARY))
    assert found == {"tool": call[0], **call[1]}


@pytest.mark.parametrize("text", ["what can I control?", "control the pressure", "how is the run?", "I am in charge"])
def test_other_words(text: str) -> None:
    assert calls(read(text, VOCABULARY)) == []


@pytest.mark.model
@pytest.mark.parametrize(
    ("text", "tool", "says"),
    [
        ("is latency in control?", "get_control_chart", "latency"),
        ("show me the control chart of latency for the last 6 hours", "get_control_chart", "6 h"),
        ("explain incident 3", "explain_incident", "incident"),
        ("any incidents?", "explain_incident", "incident"),
    ],
)
async def test_the_small_model_gets_there(
    conversations: Conversations, store: Store, text: str, tool: str, says: str
) -> None:
    now = time.time()
    rows = [Telemetry(now - 2 * k, "here", "probe", "e", "m", latency_s=0.1 + 0.01 * (k % 3)) for k in range(20, 0, -1)]
    store.add_telemetry(rows).result(30)
    ending: dict[str, Any] = {}
    async for event in conversations.send(text, conversations.start(), Actor("user", "test")):
        ending = event
    assert [call["tool"] for call in ending.get("tool_calls", [])] == [tool], ending
    assert says in ending["response"]
