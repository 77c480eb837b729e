"""The simulation over REST: what a program reads, changes, and is refused."""

from __future__ import annotations

import json
from typing import Any, NoReturn

import pytest
from places import Place, until

WORKLOAD = "/api/workloads/ticking"
PROMISED = {"name", "state", "step", "total_steps", "metrics", "parameters", "pid", "device"}
PARAMETER = {"value", "type", "unit", "minimum", "maximum", "choices", "doc", "aliases"}


@pytest.fixture(autouse=True)
def running(place: Place) -> None:
    """Every test begins with a running simulation, whatever the one before left."""
    if place.workload.state == "paused":
        place.client.post(f"{WORKLOAD}/resume")
    elif place.workload.state != "running":
        place.client.post(f"{WORKLOAD}/restart", json={"reset": True})
    until(lambda: place.workload.state == "running", "running again")


def shown(place: Place) -> dict[str, Any]:
    return strict(place.client.get(WORKLOAD).text)


def strict(text: str) -> Any:
    """Parse as a strict reader does: NaN and Infinity are no JSON."""

    def no(word: str) -> NoReturn:
        raise AssertionError(f"{word} is not JSON")

    return json.loads(text, parse_constant=no)


def test_a_workload_shows_all_that_is_promised_and_nan_as_a_word(place: Place) -> None:
    found = until(lambda: "broken" in shown(place)["metrics"] and shown(place), "the metrics arrive")
    assert found.keys() >= PROMISED
    assert found["parameters"]["rate"].keys() >= PARAMETER
    assert found["metrics"]["broken"] == "NaN"
    assert [one["name"] for one in place.client.get("/api/workloads").json()["workloads"]] == ["ticking"]


def test_a_change_with_a_unit_takes_effect_and_is_audited_as_rest(place: Place) -> None:
    before = shown(place)["parameters"]["rate"]["value"]
    answer = place.client.patch(f"{WORKLOAD}/parameters", json={"rate": "0.1 kHz", "gain": 5})
    assert answer.status_code == 200, answer.text
    changes = {change["name"]: change for change in answer.json()["changes"]}
    assert (changes["rate"]["old"], changes["rate"]["new"], changes["rate"]["unit"]) == (before, 100.0, "Hz")
    assert isinstance(changes["gain"]["step"], int)
    assert shown(place)["parameters"]["rate"]["value"] == 100.0
    entries = place.client.get("/api/audit", params={"limit": 5}).json()["audit"]
    mine = next(entry for entry in entries if entry["id"] == changes["rate"]["audit_id"])
    assert (mine["actor_kind"], mine["status"]) == ("rest", "done")


def test_one_bad_value_changes_nothing_and_names_the_bounds(place: Place) -> None:
    before = shown(place)["parameters"]
    answer = place.client.patch(f"{WORKLOAD}/parameters", json={"gain": 7, "rate": 1e9})
    assert answer.status_code == 422
    assert "2000" in answer.json()["error"]
    after = shown(place)["parameters"]
    assert (after["gain"]["value"], after["rate"]["value"]) == (before["gain"]["value"], before["rate"]["value"])


def test_undo_takes_the_change_back(place: Place) -> None:
    before = shown(place)["parameters"]["gain"]["value"]
    audit_id = place.client.patch(f"{WORKLOAD}/parameters", json={"gain": 9}).json()["changes"][0]["audit_id"]
    answer = place.client.post(f"{WORKLOAD}/undo", json={"audit_id": audit_id})
    assert answer.status_code == 200, answer.text
    assert shown(place)["parameters"]["gain"]["value"] == before


def test_pausing_what_is_paused_is_fine_and_says_so(place: Place) -> None:
    assert place.client.post(f"{WORKLOAD}/pause").status_code == 200
    assert shown(place)["state"] == "paused"
    again = place.client.post(f"{WORKLOAD}/pause")
    assert again.status_code == 200
    assert "already" in again.json()["summary"]
    assert place.client.post(f"{WORKLOAD}/resume").status_code == 200


def test_a_change_while_stopped_is_kept_for_the_restart_and_reset_forgets_it(place: Place) -> None:
    assert place.client.post(f"{WORKLOAD}/stop").status_code == 200
    until(lambda: shown(place)["state"] == "stopped", "stopped")
    kept = place.client.patch(f"{WORKLOAD}/parameters", json={"gain": 4}).json()["changes"][0]
    assert (kept["new"], kept["step"]) == (4, None)
    assert place.client.post(f"{WORKLOAD}/restart").status_code == 200
    until(lambda: shown(place)["state"] == "running", "running again")
    assert shown(place)["parameters"]["gain"]["value"] == 4
    assert place.client.post(f"{WORKLOAD}/restart", json={"reset": True}).status_code == 200
    until(lambda: shown(place)["state"] == "running" and shown(place)["parameters"]["gain"]["value"] == 2, "defaults")


def test_a_metrics_history_has_three_lists_of_one_length(place: Place) -> None:
    until(lambda: (place.workload.snapshot().step or 0) > 5, "a few steps")
    found = strict(place.client.get(f"{WORKLOAD}/metrics/broken", params={"last_n": 3}).text)
    assert found["metric"] == "broken"
    assert len(found["steps"]) == len(found["values"]) == len(found["taken_at"]) > 0
    assert set(found["values"]) == {"NaN"}


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "said"),
    [
        ("GET", "/api/workloads/tickin", None, 404, "ticking"),
        ("GET", f"{WORKLOAD}/metrics/entropy", None, 404, "level"),
        ("GET", f"{WORKLOAD}/metrics/level?last_n=0", None, 422, "last_n"),
        ("PATCH", f"{WORKLOAD}/parameters", b"{", 422, "JSON"),
        ("PATCH", f"{WORKLOAD}/parameters", b"[1]", 422, "dictionary"),
        ("PATCH", f"{WORKLOAD}/parameters", b"{}", 422, "nothing to change"),
        ("PATCH", f"{WORKLOAD}/parameters", b'{"gain": NaN}', 422, "gain"),
        ("PATCH", f"{WORKLOAD}/parameters", b'{"rate": 1e999}', 422, "rate"),
        ("PATCH", f"{WORKLOAD}/parameters", b'{"gain": "\\ud800"}', 422, "gain"),
        ("PATCH", f"{WORKLOAD}/parameters", b'{"\\ud800": 1}', 404, "rate, gain"),
        ("PATCH", f"{WORKLOAD}/parameters", b"[" * 100_000, 400, "body"),
        ("PATCH", f"{WORKLOAD}/parameters", b"\xff\xfe", 422, "JSON"),
        ("PATCH", f"{WORKLOAD}/parameters", b"", 422, "required"),
        ("PATCH", f"{WORKLOAD}/parameters", b'{"shape": "sin"}', 422, "square"),
        ("PATCH", f"{WORKLOAD}/parameters", b'{"gain": "' + b"9" * (1 << 20) + b'"}', 413, "1 MiB"),
        ("POST", f"{WORKLOAD}/restart", b'{"reset": "yes"}', 422, "reset"),
        ("POST", f"{WORKLOAD}/restart", b'{"rest": true}', 422, "rest"),
        ("GET", "/api/nowhere", None, 404, "/docs"),
        ("GET", f"{WORKLOAD}/pause", None, 405, "POST"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(  # noqa: PLR0917
    place: Place, method: str, path: str, body: bytes | None, status: int, said: str
) -> None:
    headers = {"Content-Type": "application/json"} if body is not None else {}
    answer = place.client.request(method, path, content=body, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/json"), answer.text
    assert said in answer.json()["error"]
    assert "Traceback" not in answer.text
