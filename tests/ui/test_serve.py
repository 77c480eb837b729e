"""The server itself: a port in use, being ready, stopping with sockets open."""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
from contextlib import suppress
from dataclasses import replace

import httpx
import pytest
from places import Place, until
from recorded import RecordedTalk
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from measurement.errors import Conflict, SettingsError
from ui.house import House
from ui.serve import PageServer, listen, serve
from ui.server import create_app


def test_a_port_in_use_is_one_sentence_with_the_remedy(place: Place) -> None:
    port = int(place.url.rsplit(":", 1)[1])
    with pytest.raises(Conflict, match=rf"Port {port} .* already in use.*--port"):
        listen("127.0.0.1", port)


def test_a_host_that_is_not_ours_is_one_sentence() -> None:
    for host in ("no.such.host.invalid", "203.0.113.7"):
        with pytest.raises(SettingsError, match="--host"):
            listen(host, 0)


def exhaust(opened: ClientConnection) -> None:
    while True:
        opened.recv(timeout=30)


def ask_in_vain(url: str) -> None:
    with suppress(httpx.HTTPError):  # an answer of 500 or a connection that is cut: both end it
        httpx.post(f"{url}/api/chat", json={"message": "stuck"}, timeout=60)


def test_stopping_does_not_wait_for_open_sockets_and_frees_the_port(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    talk = RecordedTalk()
    server = PageServer(create_app(replace(house, conversations=talk), page=False), "127.0.0.1", 0)
    url = server.start()
    asking = threading.Thread(target=ask_in_vain, args=(url,))
    with connect(url.replace("http", "ws") + "/ws") as opened, caplog.at_level(logging.ERROR):
        opened.recv(timeout=30)
        asking.start()
        until(lambda: talk.actors, "the turn runs")
        server.stop()
        asking.join(30)
        with pytest.raises(ConnectionClosed):
            exhaust(opened)
    assert server.wait(0)
    assert [record.getMessage() for record in caplog.records] == []
    assert talk.closed == ["stuck"]
    with socket.create_server(("127.0.0.1", server.port)):
        pass


def test_serve_calls_back_when_it_answers_and_returns_on_a_signal(house: House) -> None:
    answers: list[int] = []

    def ready(url: str) -> None:
        answers.append(httpx.get(f"{url}/api/health").status_code)
        threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGTERM)).start()

    before = signal.getsignal(signal.SIGTERM)
    serve(create_app(house, page=False), "127.0.0.1", 0, ready)
    assert answers == [200]
    assert signal.getsignal(signal.SIGTERM) is before
