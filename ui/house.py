"""What the page and the routes may touch: one frozen bag, filled once by the launcher.

``LanguageEngine`` and ``Talk`` say in types what floor 6 needs of the engine's supervisor and of the conversations;
both may be absent (``--sim-only``), and then every route that needs them says so.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TypedDict, TypeVar, runtime_checkable

from agent.monitoring.monitor import Monitor
from measurement.errors import Unavailable
from measurement.host import Machine
from measurement.store import Store
from tools.contract import Actor, ToolContext
from workloads.memory import Ledger, MemoryPlan
from workloads.runner import WorkloadEvent, Workloads

T = TypeVar("T")


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


@runtime_checkable
class Speaker(Protocol):
    """Whoever has something to tell at once: alerts, news of runs."""

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
    residents: tuple[object, ...] = ()

    @property
    def monitor(self) -> Monitor | None:
        """Who judges telemetry and tells of every new incident, once."""
        return self.find(Monitor)

    def speakers(self) -> list[Speaker]:
        """The simulations and every resident that tells news."""
        return [self.workloads, *(one for one in self.residents if isinstance(one, Speaker))]

    def find(self, kind: type[T]) -> T | None:
        """The resident of this class, if this launch has one."""
        return next((one for one in self.residents if isinstance(one, kind)), None)

    def need(self, kind: type[T], otherwise: str) -> T:
        """The resident of this class. Raises ``Unavailable`` with the sentence ``otherwise``."""
        found = self.find(kind)
        if found is None:
            raise Unavailable(otherwise)
        return found

    def context(self, actor: Actor, workload: str | None = None) -> ToolContext:
        """The rooms a tool may enter when ``actor`` asks."""
        return ToolContext(self.workloads, self.store, actor, workload, self.residents)

    def talk(self) -> Talk:
        """The conversations. Raises ``Unavailable`` when this launch has no LLM."""
        if self.conversations is None:
            raise Unavailable(
                "There is no language model in this launch, so nobody can answer; start without --sim-only to chat."
            )
        return self.conversations
