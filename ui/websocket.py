"""The WebSocket ``/ws``: chat with streaming, and what Lodger says by itself.

In: ``{"type":"chat","message":…,"conversation":…}`` and ``{"type":"cancel"}``. Out: the events of the turn, ``status``,
``alert``, and ``{"type":"error","error":…}`` for whatever could not be understood; the socket stays open. One turn runs
at a time on a socket; it ends with a ``response`` (also when it was cancelled: ``"interrupted": true``) or ``error``.
A message with a ``user_prompt`` is an energy run instead (``energy_line.py``), and ``{"command":"cancel"}`` ends whatever runs.
"""

from __future__ import annotations

import asyncio
import json
import logging
from contextlib import aclosing
from typing import Annotated, Any, Literal

from fastapi import APIRouter, WebSocket
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from starlette.websockets import WebSocketDisconnect

from measurement.errors import Conflict, LodgerError
from tools.contract import Actor
from ui.energy_line import EnergyLine
from ui.energy_wishes import SocketWish
from ui.feed import Feed, Mailbox, OverrunError
from ui.house import House
from ui.replies import incident, internal_sentence, shown, strict_json, validation_sentence
from ui.turns import MESSAGE_CHARACTERS, Transcript, relay

LOG = logging.getLogger("lodger.page")
MESSAGE_LIMIT_BYTES = 64 << 10
TRY_AGAIN_LATER = 1013


class Chat(BaseModel):
    """Say something; ``conversation`` null begins a new one."""

    model_config = ConfigDict(extra="forbid")
    type: Literal["chat"]
    message: str = Field(min_length=1, max_length=MESSAGE_CHARACTERS)
    conversation: str | None = Field(default=None, min_length=1, max_length=100)


class Cancel(BaseModel):
    """Stop the running turn of this socket."""

    model_config = ConfigDict(extra="forbid")
    type: Literal["cancel"]


class Command(BaseModel):
    """The same wish, as programs for energy runs say it."""

    model_config = ConfigDict(extra="forbid")
    command: Literal["cancel"]


Wish = Chat | Cancel | Command | SocketWish
INCOMING: TypeAdapter[Chat | Cancel] = TypeAdapter(Annotated[Chat | Cancel, Field(discriminator="type")])
# What tells the other messages apart, when there is no "type": the field that only they have.
SHAPES: dict[str, type[Command | SocketWish]] = {"command": Command, "user_prompt": SocketWish}


def websocket_router(house: House, feed: Feed) -> APIRouter:
    """The one WebSocket route."""
    router = APIRouter()

    @router.websocket("/ws")
    async def line(socket: WebSocket) -> None:
        await socket.accept()
        mailbox = await feed.join()
        try:
            await Line(house, socket, mailbox).run()
        finally:
            feed.leave(mailbox)

    return router


class Line:
    """One open socket: a reader, a writer, and at most one turn."""

    def __init__(self, house: House, socket: WebSocket, mailbox: Mailbox) -> None:
        self._house = house
        self._socket = socket
        self._mailbox = mailbox
        self._turn: asyncio.Task[None] | None = None
        self._conversation: str | None = None
        self._hung_up = False
        self._energy = EnergyLine(house, mailbox)

    async def run(self) -> None:
        """Talk until the other side hangs up; a turn that still runs then is cancelled."""
        writer = asyncio.create_task(self._write(), name="websocket writer")
        try:
            await self._read()
        finally:
            self._hung_up = True
            await self._energy.hang_up()
            tasks = [task for task in (self._turn, writer) if task is not None]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _write(self) -> None:
        try:
            while True:
                await self._socket.send_text(await self._mailbox.take())
        except OverrunError:
            await self._socket.close(TRY_AGAIN_LATER, "Too many alerts were left unread.")
        except (WebSocketDisconnect, RuntimeError):
            LOG.debug("a socket closed while something was being sent to it")  # the reader learns it too, and ends

    async def _read(self) -> None:
        while True:
            message = await self._socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            try:
                await self._take_in(message.get("text"))
            except LodgerError as error:
                await self._complain(error.message)

    async def _take_in(self, text: str | None) -> None:
        if text is None:
            await self._complain("Only text is understood here: send one JSON object a message.")
        elif len(text.encode()) > MESSAGE_LIMIT_BYTES:
            await self._complain(
                f"A message may hold at most {MESSAGE_LIMIT_BYTES >> 10} KiB; this one was dropped unread."
            )
        else:
            await self._obey(text)

    async def _obey(self, text: str) -> None:
        try:
            wish = _understood(text)
        except ValidationError as error:
            await self._complain(_misunderstood(error))
            return
        if isinstance(wish, Chat):
            await self._begin(wish)
        elif isinstance(wish, SocketWish):
            self._refuse_while_busy()
            await self._energy.begin(wish)
        elif not await self._energy.cancel():
            await self._cancel()

    def _refuse_while_busy(self) -> None:
        if self._energy.running or (self._turn is not None and not self._turn.done()):
            raise Conflict("A turn is still running on this socket; wait for its response, or cancel it first.")

    async def _begin(self, wish: Chat) -> None:
        self._refuse_while_busy()
        talk = self._house.talk()
        actor = Actor("websocket", self._client(), wish.conversation, wish.message)
        # Its id is known from the start, so that a cancelled first turn can be gone on with.
        self._conversation = wish.conversation or await asyncio.to_thread(talk.start, actor.name)
        self._turn = asyncio.create_task(self._talk(wish.message, self._conversation, actor), name="websocket turn")

    def _client(self) -> str:
        return self._socket.client.host if self._socket.client else ""

    async def _cancel(self) -> None:
        if self._turn is None or self._turn.done() or self._conversation is None:
            await self._complain("Nothing is running on this socket, so there is nothing to cancel.")
        elif not self._house.talk().cancel(self._conversation):  # it had not begun to answer
            self._turn.cancel()

    async def _talk(self, message: str, conversation: str, actor: Actor) -> None:
        """Run one turn; whatever happens in it, the socket is told how it ended."""
        heard = Transcript(conversation)
        try:
            async with aclosing(relay(self._house.talk(), message, heard, actor)) as events:
                async for event in events:
                    await self._mailbox.put_words(strict_json(event))
            if heard.response is None and heard.error is None:
                await self._complain("The turn ended without an answer; ask again.")
        except asyncio.CancelledError:
            if not self._hung_up and heard.response is None:
                self._mailbox.put_last_words(strict_json(heard.cut_short()))
            raise
        except LodgerError as error:
            await self._complain(error.message)
        except Exception:
            mark = incident()
            LOG.exception("incident %s in a turn over the WebSocket", mark)
            await self._complain(internal_sentence(mark))

    async def _complain(self, sentence: str) -> None:
        await self._mailbox.put_words(strict_json({"type": "error", "error": sentence}))


def _understood(text: str) -> Wish:
    """Read one message by its shape. Raises ValidationError."""
    try:
        given: Any = json.loads(text)
    except (ValueError, RecursionError):
        given = None  # what is wrong with it is said by the adapter below
    if isinstance(given, dict) and "type" not in given:
        for field, shape in SHAPES.items():
            if field in given:
                return shape.model_validate(given)
    return INCOMING.validate_json(text)


def _misunderstood(error: ValidationError) -> str:
    """One sentence for a message that is neither of the two known ones."""
    problems = error.errors(include_url=False)
    if problems[0]["type"] in ("dict_type", "union_tag_not_found", "union_tag_invalid"):
        return (
            'A message is a JSON object whose "type" is "chat" or "cancel", or an energy run with a "user_prompt"; this one is not: '
            + shown(problems[0]["input"])
            + "."
        )
    return validation_sentence(problems)
