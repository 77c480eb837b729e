"""Over REST: trying things beside the run, alerts, and what happened by itself; lifecycles, and refusals in one sentence."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from places import Place, until

from ui.house import House
from workloads.runner import Workload, Workloads

# x grows by rate a step, so that what a branch and a sweep give is known in closed form
COUNTER = """
import time
from workloads import steer
sim = steer.attach("counter")
rate = sim.parameter("rate", 1.0, minimum=-10.0, maximum=10.0)
x = [0.0]
@sim.checkpoint
def save(): return x[0]
@sim.restore
def load(state): x[0] = state
for step in sim.steps():
    x[0] += rate
    sim.report(x=x[0])
    time.sleep(0.005)
"""


@pytest.fixture(scope="module")
def counting(house: House, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workloads]:
    """A simulation that can be branched, and one that cannot."""
    folder, workloads = tmp_path_factory.mktemp("counting"), Workloads()
    for name, code in (("counter", COUNTER), ("plain", COUNTER.replace("@sim.checkpoint\n", ""))):
        argv = [sys.executable, "-c", code]
        workloads.add(Workload(name, argv, store=house.store, run_folder=folder / "run", log_folder=folder / "log"))
        workloads.get(name).start()
    until(lambda: all(one.snapshot().metrics for one in workloads), "both report")
    yield workloads
    workloads.branches.stop_all()
    workloads.stop_all()


@pytest.fixture
def counter(open_house: Callable[..., Place], counting: Workloads) -> Place:
    return open_house(workloads=counting)


def get(place: Place, path: str, **params: Any) -> Any:
    answer = place.client.get(path, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def post(place: Place, path: str, body: Any = None) -> Any:
    answer = place.client.post(path, json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_branch_is_made_compared_and_on_record(counter: Place) -> None:
    made = post(counter, "/api/trials/counter/branch", {"changes": {"rate": 3}, "steps": 20})
    assert made["original"] == "counter"
    branch = counter.house.workloads.get(made["branch"])
    until(lambda: branch.state == "stopped", "the branch ends by itself")
    counter.house.store.flush()
    found = get(counter, "/api/trials/compare", first="counter", metric="x")
    points = found["metrics"]["x"]
    began = points["steps"][0]
    expected = [b + 2.0 * (n - began + 1) for n, b in zip(points["steps"], points["first"], strict=True)]
    assert points["second"] == expected
    rows = [row for row in get(counter, "/api/audit", limit=20)["audit"] if row["tool"] == "branch_simulation"]
    assert (rows[0]["actor_kind"], rows[0]["status"]) == ("rest", "done")


def test_a_sweep_gives_its_table_and_tells_its_end_as_an_event(counter: Place) -> None:
    before = time.time()
    post(counter, "/api/trials/counter/sweep", {"name": "rate", "values": [1, "2"], "steps": 5})
    until(lambda: get(counter, "/api/trials/sweep")["state"] != "running", "the sweep ends")
    found = get(counter, "/api/trials/sweep", metric="x")
    assert (found["state"], [row["value"] for row in found["rows"]]) == ("finished", [1.0, 2.0])
    until(lambda: get(counter, "/api/events", kind="notice", workload="counter", since=before)["events"], "it is told")
    assert get(counter, "/api/events", since=time.time() + 3600) == {"events": []}
    assert len(get(counter, "/api/events", limit=1)["events"]) == 1


def test_a_sweep_can_be_stopped_once(counter: Place) -> None:
    post(counter, "/api/trials/counter/sweep", {"name": "rate", "values": [1, 2], "steps": 1_000_000})
    assert post(counter, "/api/trials/sweep/stop")["state"] == "stopped"
    again = counter.client.post("/api/trials/sweep/stop")
    assert again.status_code == 409
    assert again.json()["error"]


def test_a_checkpoint_is_written(counter: Place) -> None:
    assert Path(post(counter, "/api/trials/counter/checkpoint")["path"]).exists()


def test_an_alert_is_set_listed_replaced_and_removed(counter: Place) -> None:
    first = post(counter, "/api/alerts", {"condition": "x < -5", "workload": "counter"})["alert"]
    assert (first["metric"], first["action"], first["workload"]) == ("x", "tell", "counter")
    again = post(counter, "/api/alerts", {"condition": "x < -5", "action": "pause", "workload": "counter"})["alert"]
    mine = [rule for rule in get(counter, "/api/alerts")["alerts"] if rule["origin"] != "built in"]
    assert [(rule["id"], rule["action"]) for rule in mine] == [(again["id"], "pause")]
    assert counter.client.delete(f"/api/alerts/{again['id']}").status_code == 200
    assert not [rule for rule in get(counter, "/api/alerts")["alerts"] if rule["origin"] != "built in"]
    assert counter.client.delete(f"/api/alerts/{again['id']}").status_code == 409


BRANCH, SWEEP = "/api/trials/counter/branch", "/api/trials/counter/sweep"


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "said"),
    [
        ("POST", BRANCH, {"changes": {}}, 422, "changes"),
        ("POST", BRANCH, {"changes": {"rate": 99}}, 422, "10"),
        ("POST", BRANCH, {"changes": {"speed": 1}}, 404, "rate"),
        ("POST", BRANCH, {"changes": {"rate": 2}, "steps": 0}, 422, "steps"),
        ("POST", BRANCH, {"changes": {"rate": 2}, "for": 3}, 422, "for"),
        ("POST", "/api/trials/nobody/branch", {"changes": {"rate": 2}}, 404, "counter"),
        ("POST", "/api/trials/plain/branch", {"changes": {"rate": 2}}, 409, "@sim.checkpoint"),
        ("POST", SWEEP, {"name": "rate", "values": [1]}, 422, "2 to 50"),
        ("POST", SWEEP, {"name": "x", "values": [1, 2]}, 404, "metric"),
        ("POST", SWEEP, {"name": "rate", "values": [1, None]}, 422, "values"),
        ("POST", "/api/trials/counter/detach", None, 409, "counter"),
        ("GET", "/api/trials/compare?first=nobody", None, 404, "counter"),
        ("GET", "/api/trials/compare?first=plain", None, 409, "branch"),
        ("GET", "/api/events?limit=0", None, 422, "limit"),
        ("GET", "/api/events?since=-1", None, 422, "since"),
        ("GET", "/api/events?since=NaN", None, 422, "since"),
        ("GET", "/api/events?kind=gossip", None, 422, "alert"),
        ("POST", "/api/alerts", {"condition": ""}, 422, "condition"),
        ("POST", "/api/alerts", {"condition": "x is nice"}, 422, "x"),
        ("POST", "/api/alerts", {"condition": "entropy < 1"}, 404, "x"),
        ("POST", "/api/alerts", {"condition": "x < 1", "action": "explode"}, 422, "pause"),
        ("POST", "/api/alerts", {"condition": "x < 1", "workload": "nobody"}, 404, "counter"),
        ("DELETE", "/api/alerts/nothing", None, 409, "No alert"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(  # noqa: PLR0917
    counter: Place, method: str, path: str, body: Any, status: int, said: str
) -> None:
    answer = counter.client.request(method, path, json=body)
    assert answer.status_code == status, answer.text
    assert said in answer.json()["error"]
    assert "Traceback" not in answer.text
