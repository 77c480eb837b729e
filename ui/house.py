"""What the page and the routes may touch: one frozen bag, filled once by the launcher.

``LanguageEngine`` and ``Talk`` say in types what floor 6 needs of the engine's supervisor and of the conversations;
both may be absent (``--sim-only``), and then every route that needs them says so.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TypedDict

from measurement.control import Frozen, Process
from measurement.errors import Unavailable
from measurement.host import Machine
from measurement.store import Store, Telemetry
from tools.contract import Actor, ToolContext
from workloads.memory import Ledger, MemoryPlan
from workloads.runner import WorkloadEvent, Workloads


class LanguageEngine(Protocol):
    """The LLM server as the page sees it. ``state``: starting, ready, restarting, failed, stopped or external."""

    @property
    def name(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def model(self) -> str | None: ...
    @property
    def reason(self) -> str | None: ...
    def pids(self) -> Sequence[int]: ...


class Talk(Protocol):
    """The conversations as the page sees them: one turn is a stream of events, each the JSON that ``/ws`` sends."""

    def send(
        self, message: str, conversation: str | None = None, actor: Actor | None = None
    ) -> AsyncIterator[dict[str, Any]]: ...
    def cancel(self, conversation: str) -> bool: ...
    def start(self, owner: str = "", title: str = "") -> str: ...
    def delete(self, conversation: str) -> None: ...
    def export(self, conversation: str, form: str) -> str: ...
    def set_system_prompt(self, conversation: str, text: str | None) -> None: ...


class Watchman(Protocol):
    """The monitor as the page sees it: it judges telemetry and tells of every new incident, once."""

    @property
    def state(self) -> Any: ...
    def take(self, row: Telemetry) -> None: ...
    def rebaseline(self, metric: str, process: Process, actor: str) -> Frozen: ...
    def subscribe(self, listener: Callable[[WorkloadEvent], object]) -> Callable[[], None]: ...


class Launched(TypedDict):
    """What this launch asked for: health is judged against it, so that ``--sim-only`` can be ``ok`` too."""

    engine: bool
    workloads: list[str]


@dataclass(frozen=True)
class House:
    """Everything floor 6 may touch. ``started_at`` is Unix time, ``token`` the password of a page off loopback.

    ``host`` is the address the page is bound to; ``hosts`` holds further names by which a proxy may call it.
    """

    settings_summary: dict[str, Any]
    version: str
    store: Store
    workloads: Workloads
    engine: LanguageEngine | None
    conversations: Talk | None
    ledger: Ledger | None
    memory_plan: MemoryPlan | None
    machine: Machine
    started_at: float
    log_folder: Path
    token: str | None = None
    launched: Launched = field(default_factory=lambda: Launched(engine=False, workloads=[]))
    host: str = "127.0.0.1"
    hosts: tuple[str, ...] = ()
    monitor: Watchman | None = None

    def context(self, actor: Actor, workload: str | None = None) -> ToolContext:
        """The rooms a tool may enter when ``actor`` asks."""
        return ToolContext(self.workloads, self.store, actor, workload)

    def talk(self) -> Talk:
        """The conversations. Raises ``Unavailable`` when this launch has no LLM."""
        if self.conversations is None:
            raise Unavailable(
                "There is no language model in this launch, so nobody can answer; start without --sim-only to chat."
            )
        return self.conversations
