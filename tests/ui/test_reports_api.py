"""White papers over REST: ordered at once, read when they are done, found by known ids alone."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from places import Place

from measurement.host import machine
from ui.house import House
from whitepapers.building import Sources
from whitepapers.desk import Reports


@pytest.mark.timeout(900)
def test_a_report_is_ordered_read_and_fetched(house: House, open_house: Callable[..., Place], tmp_path: Path) -> None:
    sources = Sources(house.store, house.workloads, machine(), "9.9.9")
    with Reports(tmp_path / "whitepapers", sources) as desk:
        client = open_house(residents=(desk,)).client
        assert client.get("/api/reports").json() == {"reports": []}
        ordered = client.post("/api/reports", json={"run": "ticking", "title": "Ticks & tocks"})
        assert ordered.status_code == 202
        id = ordered.json()["id"]
        assert client.get(f"/api/reports/{id}").json()["status"] in ("waiting", "building", "done")
        desk.wait(id, 700.0)  # real LaTeX, on a machine that may be full
        report = client.get(f"/api/reports/{id}").json()
        assert report["status"] == "done", report["error"]
        assert report["pdf"] or "LaTeX" in report["reason"]
        assert "Ticks \\& tocks" in client.get(f"/api/reports/{id}.tex").text
        facts = client.get(f"/api/reports/{id}/facts").json()["facts"]
        assert {"run.steps", "machine.cpu", "report.title"} <= {fact["key"] for fact in facts}
        same = client.get(f"/api/reports/{id}/differences", params={"other": id})
        assert same.json() == {"first": id, "second": id, "differences": []}
        assert (
            client.get(f"/api/reports/{id}/differences", params={"other": "report_20200101_000000"}).status_code == 404
        )
        packed = zipfile.ZipFile(io.BytesIO(client.get(f"/api/reports/{id}.zip").content))
        assert {f"{id}/report.tex", f"{id}/facts.json", f"{id}/report.html"} <= set(packed.namelist())


@pytest.mark.parametrize("id", ["report_20200101_000000", "..%2F..%2Flodger", "%2Fetc%2Fpasswd", "state.json"])
def test_an_unknown_id_is_no_path(house: House, open_house: Callable[..., Place], tmp_path: Path, id: str) -> None:
    desk = Reports(tmp_path / "whitepapers", Sources(house.store, house.workloads, machine(), "9.9.9"))
    client = open_house(residents=(desk,)).client
    for address in (
        f"/api/reports/{id}",
        f"/api/reports/{id}.tex",
        f"/api/reports/{id}.zip",
        f"/api/reports/{id}/facts",
    ):
        answer = client.get(address)
        assert answer.status_code == 404
        assert "error" in answer.json()


@pytest.mark.parametrize(
    ("wish", "status"),
    [({"run": "nobody"}, 404), ({"title": "x" * 301}, 422), ({"columns": 3}, 422), ({"path": "/tmp"}, 422)],
)
def test_an_order_that_cannot_be_met_is_refused(
    house: House, open_house: Callable[..., Place], tmp_path: Path, wish: dict[str, object], status: int
) -> None:
    desk = Reports(tmp_path / "whitepapers", Sources(house.store, house.workloads, machine(), "9.9.9"))
    answer = open_house(residents=(desk,)).client.post("/api/reports", json=wish)
    assert answer.status_code == status
    assert answer.json()["error"]
