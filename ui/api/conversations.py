"""The kept conversations: list, read, delete. They outlive a restart and need no language model."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel

from measurement.errors import NotFound
from measurement.store import Conversation
from ui.house import House
from ui.replies import StrictJSON


class ConversationList(BaseModel):
    """Conversations, the latest first."""

    conversations: list[dict[str, Any]]


class ConversationShape(BaseModel):
    """One conversation with its messages, oldest first."""

    conversation: dict[str, Any]
    messages: list[dict[str, Any]]


def router(house: House) -> APIRouter:
    """The routes of ``/api/conversations``."""
    routes = APIRouter(prefix="/conversations")

    @routes.get("", response_model=ConversationList, summary="The latest conversations")
    def latest(limit: Annotated[int, Query(ge=1, le=10_000)] = 50) -> StrictJSON:
        return StrictJSON({"conversations": house.store.conversations(limit)})

    @routes.get("/{id}", response_model=ConversationShape, summary="One conversation with its messages")
    def one(id: str) -> StrictJSON:
        return StrictJSON({"conversation": _found(house, id), "messages": house.store.messages(id)})

    @routes.delete("/{id}", status_code=204, summary="Delete a conversation for good")
    def delete(id: str) -> Response:
        _found(house, id)
        house.store.delete_conversation(id)
        return Response(status_code=204)

    return routes


def _found(house: House, id: str) -> Conversation:
    conversation = house.store.conversation(id)
    if conversation is None:
        raise NotFound(f"There is no conversation {id!r}; GET /api/conversations lists them.")
    return conversation
