"""The WebSocket, over a real one: streaming, refusals that leave it open, cancel, what Lodger says by itself."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from places import PATIENCE_S, Place, until
from websockets.sync.client import ClientConnection, connect

from ui.feed import ALERTS_WAITING, Mailbox, OverrunError

PUSHED = {"status", "alert"}


@pytest.fixture
def socket(place: Place) -> Iterator[ClientConnection]:
    with connect(place.ws_url) as opened:
        yield opened


def hear(socket: ClientConnection, kind: str | None = None) -> dict[str, Any]:
    """The next message of ``kind``, or the next that was not pushed."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        message = json.loads(socket.recv(timeout=PATIENCE_S))
        if message["type"] == kind or (kind is None and message["type"] not in PUSHED):
            return message
    raise AssertionError(f"no {kind or 'answer'} within {PATIENCE_S:.0f} s")


def say(socket: ClientConnection, **message: Any) -> None:
    socket.send(json.dumps(message))


def answered(socket: ClientConnection) -> bool:
    say(socket, type="chat", message="still there?")
    return hear(socket, "response")["response"] == "You said: still there?"


def test_a_turn_streams_in_order_and_ends_with_its_response(socket: ClientConnection) -> None:
    say(socket, type="chat", message="status?", conversation="c-mine")
    heard = [hear(socket)]
    while heard[-1]["type"] != "response":
        heard.append(hear(socket))
    assert [message["type"] for message in heard] == ["token", "token", "tool_call", "tool_result", "response"]
    assert heard[-1]["conversation"] == "c-mine"
    assert heard[3]["result"] == {"level": "NaN"}


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ("not json", "JSON"),
        ("[" * 50_000, "JSON"),
        ("42", "type"),
        ('{"type": "chat"}', "message"),
        ('{"type": "chat", "message": 5}', "message"),
        ('{"type": "chat", "message": ""}', "message"),
        ('{"type": "chat", "message": "a", "conversatoin": "b"}', "conversatoin"),
        ('{"type": "shout", "message": "a"}', "shout"),
        ('{"type": "cancel"}', "Nothing is running"),
        (b"\x00\xff", "text"),
        (json.dumps({"type": "chat", "message": "x" * (64 << 10)}), "64 KiB"),
    ],
)
def test_what_is_not_understood_gets_a_sentence_and_the_socket_stays_open(
    socket: ClientConnection, sent: str | bytes, said: str
) -> None:
    socket.send(sent)
    error = hear(socket)
    assert error["type"] == "error"
    assert said in error["error"]
    assert answered(socket)


def test_a_turn_that_breaks_is_an_error_without_a_traceback(socket: ClientConnection) -> None:
    say(socket, type="chat", message="break")
    assert "see the log" in hear(socket, "error")["error"]
    assert answered(socket)


def test_cancel_ends_the_turn_in_a_conversation_that_can_be_gone_on_with(socket: ClientConnection) -> None:
    say(socket, type="chat", message="wait")
    hear(socket, "tool_call")
    say(socket, type="chat", message="another")
    assert "still running" in hear(socket, "error")["error"]
    say(socket, type="cancel")
    end = hear(socket, "response")
    assert (end["response"], end["interrupted"], end["conversation"]) == ("Step *(stopped)*", True, "c-new")
    assert answered(socket)


def test_a_turn_that_does_not_heed_cancel_is_closed_with_what_was_said_so_far(
    place: Place, socket: ClientConnection
) -> None:
    say(socket, type="chat", message="stuck", conversation="c-1")
    hear(socket, "tool_call")
    say(socket, type="cancel")
    end = hear(socket, "response")
    assert (end["response"], end["interrupted"], end["conversation"]) == ("Step ", True, "c-1")
    assert end["tool_calls"][0]["status"] == "pending"
    assert "stuck" in place.talk.closed
    assert answered(socket)


def test_hanging_up_cancels_the_turn(place: Place) -> None:
    before = place.talk.closed.count("wait")
    with connect(place.ws_url) as socket:
        say(socket, type="chat", message="wait")
        hear(socket, "tool_call")
    until(lambda: place.talk.closed.count("wait") > before, "the turn is closed")


def test_status_and_alerts_come_by_themselves(place: Place, socket: ClientConnection) -> None:
    first = hear(socket, "status")["workloads"]["ticking"]
    later = hear(socket, "status")["workloads"]["ticking"]
    assert later["step"] > first["step"]
    place.workload.set({"leak": True})
    alert = hear(socket, "alert")
    assert (alert["workload"], "pressure" in alert["text"]) == ("ticking", True)
    place.workload.set({"leak": False})


def test_a_slow_reader_keeps_every_alert_and_only_the_newest_status() -> None:
    async def fall_behind() -> list[str]:
        mailbox = Mailbox()
        mailbox.put_status("old")
        mailbox.put_status("new")
        for number in range(ALERTS_WAITING):
            mailbox.put_alert(f"alert {number}")
        return [await mailbox.take() for _ in range(ALERTS_WAITING + 1)]

    taken = asyncio.run(fall_behind())
    assert taken == [f"alert {number}" for number in range(ALERTS_WAITING)] + ["new"]


def test_a_reader_that_never_reads_slows_its_own_turn_and_is_hung_up_on_over_alerts() -> None:
    async def never_read() -> int:
        mailbox = Mailbox()
        spoken = 0

        async def speak() -> None:
            nonlocal spoken
            while True:
                await mailbox.put_words("word")
                spoken += 1

        await asyncio.wait({turn := asyncio.ensure_future(speak())}, timeout=0.2)
        turn.cancel()
        for _ in range(10 * ALERTS_WAITING):
            mailbox.put_alert("alert")
        with pytest.raises(OverrunError):
            await mailbox.take()
        return spoken

    assert asyncio.run(never_read()) < 1000


def test_a_long_answer_arrives_whole(socket: ClientConnection) -> None:
    say(socket, type="chat", message="flood")
    tokens = 0
    while (message := hear(socket))["type"] != "response":
        tokens += message["type"] == "token"
    assert tokens == 5001
