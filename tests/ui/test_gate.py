"""Who is let in: names against rebinding, origins against other pages, the token against everybody else."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from places import Place
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from ui.security import Door, same_origin

TOKEN = "a long secret"


@pytest.mark.parametrize("path", ["/api/health", "/docs", "/anything/of/gradio", "/gradio_api/info"])
def test_a_name_that_is_not_ours_is_refused_everywhere(place: Place, path: str) -> None:
    answer = place.client.get(path, headers={"Host": "evil.example:7860"})
    assert answer.status_code == 421
    assert "evil.example" in answer.json()["error"]


@pytest.mark.parametrize(
    ("host", "known"),
    [
        ("localhost:7860", True),
        ("127.0.0.1", True),
        ("127.9.9.9:1", True),
        ("[::1]:7860", True),
        ("LOCALHOST.", True),
        ("lodger.example", True),
        ("192.168.1.5", False),
        ("localhost.evil.example", False),
        ("", False),
        ("[", False),
    ],
)
def test_known_names(host: str, known: bool) -> None:
    assert Door("127.0.0.1", ("lodger.example",)).knows_host(host) is known


def test_bound_to_every_address_any_bare_address_will_do_but_no_name() -> None:
    door = Door("0.0.0.0", token=TOKEN)
    assert door.knows_host("192.168.1.5:7860")
    assert not door.knows_host("evil.example:7860")


@pytest.mark.parametrize(
    ("origin", "same"),
    [
        ("http://127.0.0.1:7860", True),
        ("http://127.0.0.1:7861", False),
        ("http://localhost:7860", False),
        ("http://127.0.0.1", False),
        ("null", False),
        ("", False),
        ("http://127.0.0.1:port", False),
    ],
)
def test_origins(origin: str, same: bool) -> None:
    assert same_origin(origin, "127.0.0.1:7860") is same


def test_another_sites_page_changes_nothing_and_opens_no_socket(place: Place) -> None:
    evil = {"Origin": "http://evil.example"}
    for path in ("/api/workloads/ticking/stop", "/gradio_api/queue/join"):
        answer = place.client.post(path, headers=evil)
        assert answer.status_code == 403
    assert place.workload.state != "stopped"
    with pytest.raises(InvalidStatus) as refused:
        connect(place.ws_url, origin="http://evil.example")  # pyright: ignore[reportArgumentType]
    assert refused.value.response.status_code == 403
    with connect(place.ws_url, origin=place.url) as socket:  # pyright: ignore[reportArgumentType]
        assert "status" in str(socket.recv(timeout=30))


def test_every_answer_carries_the_headers_that_keep_other_sites_out(place: Place) -> None:
    for path in ("/api/health", "/docs", "/nowhere"):
        headers = place.client.get(path).headers
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize(
    "path",
    ["/api/health", "/api/workloads", "/docs", "/openapi.json", "/docs-assets/swagger-ui.css", "/", "/gradio_api/info"],
)
def test_with_a_token_nothing_answers_without_it(open_house: Callable[..., Place], path: str) -> None:
    place = open_house(token=TOKEN)
    assert place.client.get(path).status_code == 401
    assert place.client.get(path, headers={"Authorization": "Bearer wrong"}).status_code == 401
    assert place.client.get(path, headers={"Authorization": f"Bearer {TOKEN}"}).status_code in (200, 404)
    with pytest.raises(InvalidStatus):
        connect(place.ws_url)
    with connect(place.ws_url, additional_headers={"Authorization": f"Bearer {TOKEN}"}) as socket:
        assert socket.recv(timeout=30)


def test_a_browser_is_led_to_the_form_and_gets_a_cookie_that_hides_the_token(open_house: Callable[..., Place]) -> None:
    place = open_house(token=TOKEN)
    led = place.client.get("/", headers={"Accept": "text/html"})
    assert (led.status_code, led.headers["location"]) == (303, "/login")
    assert 'type="password"' in place.client.get("/login").text
    wrong = place.client.post("/login", data={"token": "wrong"})
    assert (wrong.status_code, "set-cookie" in wrong.headers) == (403, False)
    entered = place.client.post("/login", data={"token": TOKEN})
    assert (entered.status_code, entered.headers["location"]) == (303, "/")
    assert TOKEN not in entered.headers["set-cookie"]
    assert "HttpOnly" in entered.headers["set-cookie"]
    assert place.client.get("/api/health").status_code == 200  # by the cookie
    place.client.cookies.clear()
    assert place.client.get("/login", params={"token": TOKEN}).status_code == 303
    assert place.client.get("/api/health").status_code == 200
