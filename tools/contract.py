"""What every tool takes and gives.

A tool is a typed function ``name(context, …) -> Outcome`` in the file ``tools/name.py``; its docstring is what the model
reads. It knows no LLM: chat, REST, WebSocket and buttons call the same function and differ only in the ``Actor``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from measurement.errors import LodgerError, Unavailable
from measurement.facts import Fact
from measurement.store import Store
from workloads.runner import Workloads

Status = Literal["done", "refused", "failed", "pending"]
T = TypeVar("T")


@dataclass(frozen=True)
class Actor:
    """Who asks: ``kind`` is user (page button or form), model, rest, websocket or watch; ``words`` what was said, verbatim."""

    kind: Literal["user", "model", "rest", "websocket", "watch"]
    name: str = ""
    conversation: str | None = None
    words: str | None = None


@dataclass(frozen=True)
class ToolContext:
    """The rooms a tool may enter. ``workload`` is the one that a request without a name means.

    ``services`` are the residents of this launch that a tool may need, found by their class.
    """

    workloads: Workloads
    store: Store
    actor: Actor
    workload: str | None = None
    services: tuple[object, ...] = ()

    def need(self, kind: type[T], otherwise: str) -> T:
        """The service of this class. Raises ``Unavailable`` with the sentence ``otherwise``."""
        found = next((one for one in self.services if isinstance(one, kind)), None)
        if found is None:
            raise Unavailable(otherwise)
        return found


@dataclass(frozen=True)
class Series:
    """Numbers that are better looked at than read: the page draws them. ``x`` and ``y`` have the same length."""

    title: str
    x: list[float]
    y: list[float]
    x_label: str = "step"
    y_label: str = ""


@dataclass(frozen=True)
class Outcome:
    """What a tool did.

    ``summary`` is the answer in words (Markdown), composed from ``facts`` alone: it contains no number that is not one of
    them. ``result`` has the shape that REST answers with. ``audit_id`` names the row that ``undo`` can take back.
    ``error`` is what stood in the way of a refused or failed call: its class tells a question (``Ambiguous``) from a refusal,
    its ``status`` is what a route answers with.
    """

    status: Status
    summary: str
    result: dict[str, Any] = field(default_factory=dict)
    facts: list[Fact] = field(default_factory=list)
    series: Series | None = None
    audit_id: str | None = None
    error: LodgerError | None = None
