"""What every LLM server looks like from the house.

An engine serves the OpenAI chat API at ``base_url``. Lodger either starts it as a child (llama.cpp, later vLLM,
``transformers serve``) or finds it running (Ollama, any OpenAI-compatible URL). The control plane never holds weights.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from measurement.powerhouse import PowerHouse

State = Literal["starting", "ready", "restarting", "failed", "stopped"]
Listener = Callable[[State, str], None]


@dataclass(frozen=True)
class Capabilities:
    """What may be asked of an engine's present model.

    ``tool_calls`` names the file in ``agent/models/`` that asks for tools: ``native`` where the server's own tool calling
    works with the model, ``grammar`` where a JSON schema must hold the answer, ``adapter`` where the
    steering adapter is loaded as well.
    """

    tool_calls: Literal["native", "grammar", "adapter"]
    adapters: bool = False
    logprobs: bool = False
    tokenizer: bool = False


@dataclass(frozen=True)
class EngineOptions:
    """What the launcher decides about an engine; the engine takes what it understands.

    ``memory_bytes`` is the share reserved for it, ``threads`` None means one per core, ``context_tokens`` is per request,
    ``adapter`` a steering adapter other than the one that comes along (for trying out what was just trained).
    """

    run_folder: Path
    log_folder: Path
    model: str | None = None
    base_url: str | None = None
    api_key: str | None = None
    tool_calls: Literal["native", "grammar", "adapter"] | None = None
    threads: int | None = None
    nice: int = 0
    context_tokens: int = 4096
    parallel: int = 3
    memory_bytes: int | None = None
    gpu: bool = False
    recording: Path | None = None
    adapter: Path | None = None
    environment: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Probe:
    """Whether an engine can run here, and if not, why and what to install."""

    available: bool
    reason: str = ""


class Engine(ABC):
    """One LLM server. ``start`` returns when the process runs; ``wait_ready`` when it answers."""

    name: str
    # What a request carries besides, for its prompt to be read anew, whatever of it the server remembers; nothing where it cannot be told.
    read_anew: ClassVar[Mapping[str, object]] = {}
    # And for its answer to be as long as it may be; for comparing lengths.
    full_length: ClassVar[Mapping[str, object]] = {}

    def __init__(self, options: EngineOptions) -> None:
        self.options = options
        self.state: State = "stopped"
        self.reason = ""
        self.gauge: PowerHouse | None = None  # meters every request, once the house has moved in
        self._listeners: list[Listener] = []

    @classmethod
    @abstractmethod
    def probe(cls) -> Probe:
        """Tell whether this engine can run on this machine, without starting anything."""

    @abstractmethod
    def start(self) -> None:
        """Start or connect.

        Raises:
            EngineError, NotFound: it cannot be started; the message says what to do.
        """

    @abstractmethod
    def wait_ready(self, timeout_s: float, progress: Callable[[str], None] = lambda line: None) -> None:
        """Block until the server answers.

        Raises:
            EngineError: it did not within ``timeout_s``, or it died; the message holds its last words.
        """

    @abstractmethod
    def stop(self) -> None:
        """Stop what ``start`` started and wait until it is gone. Leaves a foreign server alone."""

    @property
    @abstractmethod
    def base_url(self) -> str:
        """Where the OpenAI API lives, ending in ``/v1``."""

    @property
    @abstractmethod
    def api_key(self) -> str:
        """The key that the server wants."""

    @property
    @abstractmethod
    def model(self) -> str:
        """The name by which requests ask for the model."""

    @property
    @abstractmethod
    def capabilities(self) -> Capabilities:
        """What the present model can do."""

    def pids(self) -> list[int]:
        """The processes whose energy and memory are the engine's; empty for a server elsewhere."""
        return []

    def log_tail(self, lines: int = 20) -> list[str]:
        """The newest lines of the engine's log."""
        return []

    def on_state(self, listener: Listener) -> None:
        """Have ``listener(state, reason)`` called, from any thread, whenever the state changes."""
        self._listeners.append(listener)

    def _become(self, state: State, reason: str = "") -> None:
        if (state, reason) == (self.state, self.reason):
            return
        self.state, self.reason = state, reason
        for listener in self._listeners:
            listener(state, reason)
