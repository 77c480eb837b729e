"""What the store takes and gives: one frozen record a table.

Field names are column names. Every time is Unix seconds. JSON fields come back as strict JSON carries them: a
non-finite number inside one has become its name (``"NaN"``), see :func:`measurement.facts.json_value`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

AuditStatus = Literal["pending", "done", "refused", "failed", "undone"]
Role = Literal["user", "assistant", "system"]
EventKind = Literal["alert", "state", "notice", "engine"]


@dataclass(frozen=True, slots=True)
class Run:
    """One life of a workload, from its start to its end. ``step`` is the last one reported, 0 before the first."""

    id: str
    workload: str
    started_at: float
    ended_at: float | None
    state: str
    step: int
    total_steps: int | None
    parameters: dict[str, Any]
    device: str
    last_words: str | None


@dataclass(frozen=True, slots=True)
class Reading:
    """A metric at a step. When ``count`` neighbours were merged into it, ``minimum`` and ``maximum`` span them."""

    run: str
    metric: str
    step: int
    value: float
    taken_at: float
    unit: str = ""
    count: int = 1
    minimum: float | None = None
    maximum: float | None = None


@dataclass(frozen=True, slots=True)
class Audit:
    """An actuator's use: who asked in which words, what was changed from what to what, and how it ended.

    ``changes`` hold name, old, new, unit and step each; ``undo_of`` names the row that this one takes back.
    """

    id: str
    taken_at: float
    actor_kind: str
    actor_name: str
    conversation: str | None
    words: str | None
    tool: str
    args: dict[str, Any] = field(default_factory=dict)
    workload: str | None = None
    status: AuditStatus = "pending"
    changes: list[dict[str, Any]] = field(default_factory=list)
    error: str | None = None
    undo_of: str | None = None


@dataclass(frozen=True, slots=True)
class Conversation:
    """One person's thread of messages. ``updated_at`` is the time of its newest message or edit."""

    id: str
    title: str
    owner: str
    created_at: float
    updated_at: float
    system_prompt: str | None


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation. ``interrupted`` when the person stopped the answer or the engine died in it."""

    id: str
    conversation: str
    taken_at: float
    role: Role
    content: str
    tool_calls: list[dict[str, Any]] = field(default_factory=list)
    facts: list[dict[str, Any]] = field(default_factory=list)
    usage: dict[str, Any] = field(default_factory=dict)
    interrupted: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened by itself: an alert, a change of state, a notice, the engine's comings and goings."""

    id: str
    taken_at: float
    kind: EventKind
    workload: str | None
    text: str
    details: dict[str, Any] = field(default_factory=dict)
