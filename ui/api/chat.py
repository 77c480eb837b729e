"""One turn of a conversation, asked and answered in one request; ``/ws`` streams the same turn."""

from __future__ import annotations

import asyncio
from typing import Any, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from tools.contract import Actor
from ui.house import House
from ui.replies import StrictJSON
from ui.turns import MESSAGE_CHARACTERS, answer


class ChatWish(BaseModel):
    """What to say; ``conversation`` null begins a new one, whose id stands in the answer."""

    model_config = ConfigDict(extra="forbid")
    message: str = Field(
        min_length=1, max_length=MESSAGE_CHARACTERS, examples=["What's the current simulation status?"]
    )
    conversation: str | None = Field(default=None, min_length=1, max_length=100)


class ToolCallShape(BaseModel):
    """One tool that was called, with what, and what came of it."""

    id: str
    tool: str
    args: dict[str, Any]
    status: Literal["done", "refused", "failed", "pending"]
    result: dict[str, Any] | None


class Usage(BaseModel):
    """Tokens as the server counts them; what it did not say is null."""

    prompt_tokens: int | None
    completion_tokens: int | None
    time_to_first_token_s: float | None
    duration_s: float | None


class ChatReply(BaseModel):
    """The answer; every number about the run in it is one of ``facts``."""

    model_config = ConfigDict(extra="allow")
    conversation: str
    response: str
    tool_calls: list[ToolCallShape]
    facts: list[dict[str, Any]]
    usage: Usage


def router(house: House) -> APIRouter:
    """The route of ``/api/chat``."""
    routes = APIRouter(prefix="/chat")

    @routes.post("", response_model=ChatReply, summary="Say something and wait for the answer")
    async def chat(request: Request, wish: ChatWish) -> StrictJSON:
        """A caller that hangs up cancels the turn."""
        talk = house.talk()
        actor = Actor("rest", request.client.host if request.client else "", wish.conversation, wish.message)
        turn = asyncio.ensure_future(answer(talk, wish.message, wish.conversation, actor))
        gone = asyncio.ensure_future(_gone(request))
        try:
            await asyncio.wait({turn, gone}, return_when=asyncio.FIRST_COMPLETED)
            return StrictJSON(await turn) if turn.done() else StrictJSON(None)  # nobody is there to read the latter
        finally:
            turn.cancel()
            gone.cancel()
            await asyncio.gather(turn, gone, return_exceptions=True)

    return routes


async def _gone(request: Request) -> None:
    """Wait until the caller hangs up; its body was read before."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
