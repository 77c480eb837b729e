"""The kept conversations: list, read, export, delete. They outlive a restart; reading needs no language model."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, ConfigDict

from measurement.errors import NotFound
from measurement.store import Conversation
from ui.house import House
from ui.replies import StrictJSON

MEDIA_TYPES = {"markdown": "text/markdown; charset=utf-8", "json": "application/json"}


class ConversationList(BaseModel):
    """Conversations, the latest first."""

    conversations: list[dict[str, Any]]


class ConversationShape(BaseModel):
    """One conversation with its messages, oldest first."""

    conversation: dict[str, Any]
    messages: list[dict[str, Any]]


class SystemPrompt(BaseModel):
    """What the model of one conversation is told first; null for the default."""

    model_config = ConfigDict(extra="forbid")
    text: str | None


def router(house: House) -> APIRouter:
    """The routes of ``/api/conversations``."""
    routes = APIRouter(prefix="/conversations")

    @routes.get("", response_model=ConversationList, summary="The latest conversations")
    def latest(limit: Annotated[int, Query(ge=1, le=10_000)] = 50) -> StrictJSON:
        return StrictJSON({"conversations": house.store.conversations(limit)})

    @routes.get("/{id}", response_model=ConversationShape, summary="One conversation with its messages")
    def one(id: str) -> StrictJSON:
        return StrictJSON({"conversation": _found(house, id), "messages": house.store.messages(id)})

    @routes.get("/{id}/export", response_class=PlainTextResponse, summary="One conversation as a file")
    def export(id: str, form: Literal["markdown", "json"] = "markdown") -> PlainTextResponse:
        return PlainTextResponse(house.talk().export(id, form), media_type=MEDIA_TYPES[form])

    @routes.put("/{id}/system_prompt", response_model=ConversationShape, summary="Tell its model who it is")
    def instruct(id: str, wish: SystemPrompt) -> StrictJSON:
        house.talk().set_system_prompt(id, wish.text)
        return one(id)

    @routes.delete("/{id}", status_code=204, summary="Delete a conversation for good")
    def delete(id: str) -> Response:
        _found(house, id)
        if house.conversations is not None:
            house.conversations.delete(id)  # ends an answer that is being given
        else:
            house.store.delete_conversation(id)
        return Response(status_code=204)

    return routes


def _found(house: House, id: str) -> Conversation:
    conversation = house.store.conversation(id)
    if conversation is None:
        raise NotFound(f"There is no conversation {id!r}; GET /api/conversations lists them.")
    return conversation
