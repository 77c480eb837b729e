"""What the chat shows of a turn: cards, words, plots, sources; and that nothing told by others becomes markup there."""

from __future__ import annotations

import json
from typing import Any

import gradio as gr

from measurement.facts import Fact
from measurement.store import Audit, Message
from ui.bench import audit_row
from ui.greeting import welcome
from ui.transcript import Answer, stored_messages

CALL = {"type": "tool_call", "id": "t1", "tool": "set_parameter", "args": {"name": "gw_amplitude", "value": "5e-21"}}
RESULT = {
    "type": "tool_result",
    "id": "t1",
    "tool": "set_parameter",
    "status": "done",
    "result": {"changes": []},
    "summary": "",
}


def shown(*events: dict[str, Any]) -> list[gr.ChatMessage]:
    answer = Answer()
    for event in events:
        answer.take(event)
    return answer.messages()


def words(message: gr.ChatMessage) -> str:
    return str(message.content)


def test_words_grow_and_the_final_response_stands() -> None:
    begun = shown({"type": "token", "text": "The run "}, {"type": "token", "text": "is"})
    assert [words(message) for message in begun] == ["The run is"]
    ended = shown(
        {"type": "token", "text": "The"},
        {"type": "response", "response": "The run is paused.", "facts": [], "usage": {}},
    )
    assert [words(message) for message in ended] == ["The run is paused."]


def test_an_engine_that_died_begins_anew() -> None:
    again = shown({"type": "token", "text": "half an ans"}, {"type": "reset"}, {"type": "token", "text": "Whole."})
    assert [words(message) for message in again] == ["Whole."]


def test_a_tool_is_a_card_that_turns_until_its_result_is_there() -> None:
    (waiting, *_) = shown(CALL)
    assert waiting.metadata.get("status") == "pending"
    (card, *_) = shown(CALL, RESULT)
    assert card.metadata.get("status") == "done"
    assert "set_parameter(name = gw_amplitude, value = 5e-21)" in str(card.metadata.get("title"))
    assert '"value": "5e-21"' in words(card)


def test_a_fence_in_an_argument_cannot_leave_its_block() -> None:
    evil = {**CALL, "args": {"name": "x\n````\n<img src=x onerror=alert(1)>\n````"}}
    (card, *_) = shown(evil, RESULT)
    inside = words(card).split("````json\n")[1].split("\n````")[0]
    assert "alert(1)" in inside


def test_every_number_says_where_it_came_from() -> None:
    fact = Fact("energy | <b>", 1.5, "J", source="workload heat, step 3", taken_at=1_763_721_600.0).to_json()
    unknown = Fact("eta", None, reason="no step was finished yet").to_json()
    *_, sources = shown({"type": "response", "response": "x", "facts": [fact, unknown], "usage": {"duration_s": 1.25}})
    assert sources.metadata.get("title") == "Where these numbers come from"
    row = next(line for line in words(sources).splitlines() if "energy" in line)
    assert "1.5 J" in row
    assert "workload heat, step 3" in row
    assert "<b>" not in row
    assert "\\|" in row
    assert "unknown: no step was finished yet" in words(sources)


def test_a_stored_history_is_drawn_again_with_its_plot() -> None:
    result = {"metric": "energy", "unit": "J", "steps": [1, 2, 3], "values": [1.0, "NaN", 3.0], "taken_at": [0, 0, 0]}
    call = {"id": "t", "tool": "get_metrics_history", "args": {"metric": "energy"}, "status": "done", "result": result}
    stored = [
        Message("m1", "c", 0.0, "user", "plot it"),
        Message("m2", "c", 0.0, "assistant", "Here.", [json.loads(json.dumps(call))]),
    ]
    user, card, answer, plot = stored_messages(stored)
    assert (user.role, words(user), words(answer)) == ("user", "plot it", "Here.")
    assert card.metadata.get("log") == "done"
    assert isinstance(plot.content, gr.Plot)


def test_an_error_is_said_in_place_of_an_answer() -> None:
    (message,) = shown({"type": "error", "error": "The engine is down; it restarts by itself."})
    assert "The engine is down; it restarts by itself." in words(message)


def audit(tool: str, status: Any = "done", undo_of: str | None = None, old: Any = 1.0, new: Any = 2.0) -> Audit:
    change = {"name": "dt", "old": old, "new": new, "unit": "s", "step": 3}
    return Audit(
        f"a-{tool}", 0.0, "model", "", None, "<script>x</script>", tool, {}, "heat", status, [change], None, undo_of
    )


def test_words_of_others_are_escaped_in_the_audit_and_the_greeting() -> None:
    assert "<script>" not in "".join(audit_row(audit("set_parameter")))
    assert "no language model" in welcome(None, None)
