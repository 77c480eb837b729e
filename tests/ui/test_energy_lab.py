"""The energy laboratory over REST and the WebSocket, with the real small model; estimated without counters, measured with a tree."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from energy_bench import LONG_S, WATTS, advancing, embedded_engine, finished, lab_house
from places import until
from websockets.sync.client import ClientConnection, connect

from agent.engines.llama_cpp import Server
from agent.lab.laboratory import Laboratory

pytestmark = pytest.mark.model
ASKED = {
    "system_prompt": "Answer in one short sentence.",
    "user_prompt": "What is a wave?",
    "conversation_context": "user: hello",
    "injections": [{"description": "note", "content": "The sea is blue."}],
    "temperature": 0,
    "max_tokens": 8,
}
PIECES = ("user", "system_prompt", "conversation_context", "injections", "template")


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = embedded_engine(tmp_path_factory.mktemp("engine"))
    yield server
    server.stop()


@pytest.fixture(scope="module")
def without_counters(
    tmp_path_factory: pytest.TempPathFactory, engine: Server
) -> Iterator[tuple[Laboratory, httpx.Client]]:
    folder = tmp_path_factory.mktemp("lab")
    with (
        lab_house(folder, engine, folder / "nowhere") as (lab, url),
        httpx.Client(base_url=url, timeout=LONG_S) as client,
    ):
        yield lab, client


@pytest.fixture
def client(without_counters: tuple[Laboratory, httpx.Client]) -> httpx.Client:
    return without_counters[1]


def submit(client: httpx.Client, **changes: Any) -> str:
    answer = client.post("/api/energy/runs", json={**ASKED, **changes})
    assert answer.status_code == 202, answer.text
    return answer.json()["id"]


def test_a_batch_is_estimated_where_nothing_measures_and_says_so(client: httpx.Client) -> None:
    view = finished(client, submit(client, runs=2))
    assert (view["state"], view["progress"]["done"], view["progress"]["total"]) == ("done", 2, 2)
    for result in view["results"]:
        tokens = result["tokens"]
        assert result["method"] == "estimated"
        assert tokens["prompt"] == sum(tokens[name] for name in PIECES)
        assert (tokens["cached"], tokens["completion"]) == (0, result["output_tokens"])
        assert result["total_wh"] == pytest.approx(result["wh_per_1000_output_tokens"] * result["output_tokens"] / 1000)
        missing = {name for name, value in result.items() if value is None} - {"fit", "size"}
        assert missing <= result["reasons"].keys()
        assert all(result["reasons"][name] for name in missing)
        assert {"baseline_power_w", "bound_wh", "prefill_wh", "m_eff_wh_per_1000_output_tokens"} <= missing
    spread = view["statistics"]["duration_s"]
    assert spread["n"] == 2
    assert spread["ci_low"] <= spread["mean"] <= spread["ci_high"]


def test_switching_the_benchmark_reckons_the_session_again(client: httpx.Client) -> None:
    id = submit(client)
    before = finished(client, id)["results"][0]
    custom = {"name": "ours", "wh_per_1000_input_tokens": 0.1, "wh_per_1000_output_tokens": 0.5, "source": "a test"}
    assert client.post("/api/add-custom-benchmark", json=custom).status_code == 201
    assert client.post("/api/switch-benchmark", json={"name": "ours"}).json()["recomputed"] >= 1
    after = client.get(f"/api/energy/runs/{id}").json()["results"][0]
    assert after["benchmark"] == "ours" != before["benchmark"]
    assert after["prefill_wh"] == pytest.approx(after["input_tokens"] * 1e-4)
    assert after["total_wh"] == pytest.approx(after["prefill_wh"] + after["output_tokens"] * 5e-4)
    summary = client.get("/api/session-summary").json()
    assert (summary["benchmark"], summary["measured"]["total_wh"]) == ("ours", None)
    assert client.get("/api/benchmark-info").json()["benchmark"]["origin"] == "custom"
    assert client.post("/api/export-session").json()["summary"]["runs"] == summary["runs"]
    client.post("/api/switch-benchmark", json={"name": before["benchmark"]})


def test_a_batch_can_be_stopped_in_its_middle(client: httpx.Client) -> None:
    id = submit(client, runs=100, max_tokens=64)
    until(lambda: client.get(f"/api/energy/runs/{id}").json()["state"] == "running", "the batch runs")
    assert client.delete(f"/api/energy/runs/{id}").status_code == 200
    view = finished(client, id)
    assert view["state"] == "stopped"
    assert view["progress"]["done"] < 100


@pytest.mark.parametrize(
    ("path", "body", "status", "said"),
    [
        ("energy/runs", {}, 422, "user_prompt"),
        ("energy/runs", {**ASKED, "user_prompt": "  "}, 422, "empty"),
        ("energy/runs", {**ASKED, "runs": 0}, 422, "runs"),
        ("energy/runs", {**ASKED, "max_tokens": 999_999}, 422, "room for 4096"),
        ("energy/runs", {**ASKED, "temperature": "hot"}, 422, "temperature"),
        ("energy/runs", {**ASKED, "injections": "none"}, 422, "injections"),
        ("energy/runs", {**ASKED, "model": "no-such"}, 404, "no-such"),
        ("energy/runs", {**ASKED, "benchmark": "no-such"}, 404, "no-such"),
        ("energy/runs", {**ASKED, "promt": 1}, 422, "promt"),
        ("switch-benchmark", {"name": "no-such"}, 404, "no-such"),
        ("add-custom-benchmark", {"name": "x", "wh_per_1000_output_tokens": -1}, 422, "greater than 0"),
        ("add-custom-benchmark", {"name": "smollm2-135m-jetson", "wh_per_1000_output_tokens": 1}, 409, "another name"),
        ("rapl-calibrate", {"runs": 2, "model_name": None, "prompt": "Hello"}, 409, "counter"),
        ("export-session", {"path": "/tmp/stolen"}, 422, "path"),
        ("energy/sweeps", {"sizes": [1]}, 422, "sizes"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(
    client: httpx.Client, path: str, body: dict, status: int, said: str
) -> None:
    answer = client.post(f"/api/{path}", json=body)
    assert answer.status_code == status, answer.text
    assert said in answer.json()["error"]


def test_models_benchmarks_and_prompts_are_listed(client: httpx.Client) -> None:
    name = client.get("/api/models").json()["current"]
    info = client.get(f"/api/model-info/{name}").json()
    assert (info["max_tokens"], info["benchmark"]) == (4096, "smollm2-135m-jetson")
    assert client.get("/api/model-info/no-such").status_code == 404
    assert client.get("/api/energy/runs/no-such").status_code == 404
    listed = client.get("/api/energy-benchmarks").json()["benchmarks"]
    assert all(one["source"] and one["batch"] for one in listed if one["origin"] == "shipped")
    assert {"none", "tutor"} <= {one["name"] for one in client.get("/api/system-prompts").json()["system_prompts"]}


def heard(socket: ClientConnection) -> dict[str, Any]:
    """The next message that belongs to the run."""
    while True:
        message = json.loads(socket.recv(timeout=LONG_S))
        if message.get("type") not in ("status", "alert"):
            return message


def test_one_run_is_streamed_over_the_socket_and_can_be_cancelled(client: httpx.Client) -> None:
    payload = {
        "model_name": None, "system_prompt": "", "user_prompt": "Count to five.", "conversation_context": "",
        "injections": [], "temp": 0.2, "max_tokens": 8, "energy_benchmark": None, "enable_live_power_monitoring": True,
        "include_thinking": False,
    }  # fmt: skip
    with connect(str(client.base_url).replace("http", "ws", 1).rstrip("/") + "/ws") as socket:
        socket.send(json.dumps(payload))
        messages = [heard(socket)]
        while not messages[-1].get("done"):
            messages.append(heard(socket))
        assert all(message["thinking"] is False for message in messages[:-1])
        end = messages[-1]
        assert (end["token"], end["basic_metrics"]["output_tokens"]) == ("[DONE]", 8)
        assert end["live_power_metrics"]["available"] is False
        assert end["live_power_metrics"]["reason"]
        socket.send(json.dumps({**payload, "max_tokens": 2000, "user_prompt": "Tell a very long story."}))
        heard(socket)
        socket.send('{"command": "cancel"}')
        end = heard(socket)
        while not end.get("done"):
            end = heard(socket)
        assert (end["cancelled"], end["basic_metrics"]) == (True, None)
        socket.send(json.dumps({**payload, "temp": "warm"}))
        assert "temp" in heard(socket)["error"]


def parts_add_up(result: dict[str, Any]) -> bool:
    """Whether prefill and decode make the whole; on a machine too busy to keep the tree moving, whether their lack has its reason."""
    if None in (result["prefill_wh"], result["decode_wh"]):
        return "would be a guess" in result["reasons"]["prefill_wh"]
    room = result["bound_wh"] + result["prefill_bound_wh"] + result["decode_bound_wh"]
    parts, total = result["prefill_wh"] + result["decode_wh"], result["total_wh"]
    return parts == pytest.approx(total, abs=max(room, 0.02 * total))


def test_counters_make_it_measured_and_the_parts_add_up(tmp_path: Path, engine: Server) -> None:
    with (
        advancing(tmp_path / "powercap") as root,
        lab_house(tmp_path, engine, root) as (lab, url),
        httpx.Client(base_url=url, timeout=LONG_S) as client,
    ):
        until(lambda: lab.power and lab.power.meter.baseline, "the idle baseline is taken")
        view = finished(client, submit(client, runs=2, max_tokens=16))
        for result in view["results"]:
            assert (result["method"], result["benchmark"]) == ("measured", None)
            total, bound = result["total_wh"], result["bound_wh"]
            truth = WATTS * result["window_s"] / 3600
            assert total == pytest.approx(truth, abs=max(bound, 0.02 * truth))
            assert parts_add_up(result)
            assert result["baseline_power_w"] == pytest.approx(WATTS, rel=0.2)
            assert result["net_wh"] < total
            assert result["m_eff_deviation"] is not None or result["reasons"]["m_eff_deviation"]
            assert result["domains"]
        assert view["live_power"]
        made = client.post("/api/rapl-calibrate", json={"runs": 2, "prompt": "What is a wave?", "max_tokens": 16})
        assert made.status_code == 200, made.text
        benchmark = made.json()["benchmark"]
        assert (made.json()["successful_runs"], benchmark["origin"], benchmark["batch"]) == (2, "calibrated", 1)
        assert benchmark["wh_per_1000_output_tokens"] > 0
        assert client.get("/api/energy-benchmarks").json()["current"] == benchmark["name"]
        kept = {job.id for job in lab.jobs()}
    with lab_house(tmp_path, engine, tmp_path / "nowhere") as (lab, _url):  # the next launch, without counters
        assert {job.id for job in lab.jobs()} == kept
        assert {one["method"] for job in lab.jobs() for one in lab.results(job)} == {"measured"}
        assert lab.benchmark
        assert lab.benchmark.name == benchmark["name"]
