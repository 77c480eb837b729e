"""Chat, health, system and conversations over REST."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest
from places import Place, until

from measurement.store import Message


def test_one_turn_comes_back_whole(place: Place) -> None:
    answer = place.client.post("/api/chat", json={"message": "status?", "conversation": None})
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert found.keys() == {"conversation", "response", "tool_calls", "facts", "usage"}
    assert (found["response"], found["conversation"]) == ("You said: status?", "c-recorded")
    assert found["tool_calls"][0]["result"] == {"level": "NaN"}
    assert (place.talk.actors[-1].kind, place.talk.actors[-1].words) == ("rest", "status?")


def test_a_caller_that_hangs_up_cancels_its_turn(place: Place) -> None:
    with pytest.raises(httpx.ReadTimeout):
        place.client.post("/api/chat", json={"message": "wait"}, timeout=0.5)
    until(lambda: "wait" in place.talk.closed, "the turn is closed")


def test_what_nobody_foresaw_is_a_sentence_with_a_mark_and_no_traceback(place: Place) -> None:
    answer = place.client.post("/api/chat", json={"message": "break"})
    assert answer.status_code == 500
    assert "see the log" in answer.json()["error"]
    assert "ZeroDivision" not in answer.text


def test_without_a_model_the_chat_says_so_and_health_is_still_ok(open_house: Callable[..., Place]) -> None:
    place = open_house(conversations=None)
    answer = place.client.post("/api/chat", json={"message": "hello"})
    assert answer.status_code == 503
    assert "--sim-only" in answer.json()["error"]
    health = place.client.get("/api/health").json()
    assert (health["engine"], health["websocket"], health["models"]) == (False, True, {"current": None})
    assert health["status"] == "ok", health


def test_a_launch_that_asked_for_an_engine_and_has_none_is_degraded(open_house: Callable[..., Place]) -> None:
    place = open_house(launched={"engine": True, "workloads": ["ticking"]})
    health = place.client.get("/api/health").json()
    assert health["status"] == "degraded"
    assert health["problems"]


def test_the_system_says_why_there_is_no_gpu_and_who_runs(place: Place) -> None:
    found = place.client.get("/api/system").json()
    assert found["gpus"] or found["gpu_reason"]
    pids = {process["pid"]: process["role"] for process in found["processes"]}
    assert pids[place.workload.snapshot().pid] == "workload ticking"
    assert "control plane" in pids.values()


def test_kept_conversations_can_be_read_exported_and_deleted(place: Place) -> None:
    store = place.house.store
    store.ensure_conversation("c-kept", title="Kept")
    store.add_message(Message("m-1", "c-kept", 1.0, "user", "hello", [], [], {}))
    read = place.client.get("/api/conversations/c-kept").json()
    assert [message["content"] for message in read["messages"]] == ["hello"]
    assert "c-kept" in {one["id"] for one in place.client.get("/api/conversations").json()["conversations"]}
    exported = place.client.get("/api/conversations/c-kept/export", params={"form": "json"})
    assert (exported.text, exported.headers["content-type"]) == ("c-kept as json", "application/json")
    assert place.client.put("/api/conversations/c-kept/system_prompt", json={"text": "Be brief."}).status_code == 200
    assert place.talk.prompts == {"c-kept": "Be brief."}
    assert place.client.delete("/api/conversations/c-kept").status_code == 204
    assert place.talk.deleted == ["c-kept"]
    store.delete_conversation("c-kept")  # as the conversations would have done
    gone = place.client.get("/api/conversations/c-kept")
    assert (gone.status_code, "c-kept" in gone.json()["error"]) == (404, True)


def test_the_documentation_lists_the_routes_and_loads_from_nowhere_else(place: Place) -> None:
    listed = place.client.get("/openapi.json").json()["paths"]
    assert {"/api/chat", "/api/workloads/{name}/parameters", "/api/health", "/api/audit"} <= listed.keys()
    page = place.client.get("/docs").text
    assert "://" not in page
    assert place.client.get("/docs-assets/swagger-ui-bundle.js").status_code == 200
