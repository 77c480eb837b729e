"""What people and programs may ask of the energy laboratory: read here, once, for REST and for the WebSocket."""

from __future__ import annotations

from typing import Annotated

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, FiniteFloat, StrictBool

from agent.lab.laboratory import Laboratory
from agent.lab.plan import MOST_RUNS, MOST_SIZES, Plan
from agent.lab.prompt import Injection, Prompt
from ui.house import House

MOST_CHARACTERS = 200_000
MOST_INJECTIONS = 50
NO_LABORATORY = "There is no language model in this launch, so no run can be made; start without --sim-only."
Words = Annotated[str, Field(max_length=MOST_CHARACTERS)]
Name = Annotated[str, Field(min_length=1, max_length=120)]
MaxTokens = Annotated[int, Field(ge=1, le=1_000_000)]


def laboratory(house: House) -> Laboratory:
    """The laboratory of this launch. Raises Unavailable without a language model."""
    return house.need(Laboratory, NO_LABORATORY)


class InjectionWish(BaseModel):
    """A text that a middleware adds to the request."""

    description: str = Field(default="", max_length=500)
    content: Words = ""


class PromptWish(BaseModel):
    """The pieces of the prompt and the model; ``model`` null is the engine's."""

    model_config = ConfigDict(extra="forbid", protected_namespaces=())
    model: str | None = Field(default=None, max_length=300, validation_alias=AliasChoices("model", "model_name"))
    system_prompt: Words | None = None
    user_prompt: Words = Field(min_length=1)
    conversation_context: Words | None = None
    injections: list[InjectionWish] = Field(default_factory=list, max_length=MOST_INJECTIONS)

    def prompt(self) -> Prompt:
        """The pieces, empty ones left out."""
        kept = tuple(Injection(one.description.strip(), one.content) for one in self.injections if one.content.strip())
        return Prompt(self.user_prompt, self.system_prompt or "", self.conversation_context or "", kept)


class RunWish(PromptWish):
    """A batch of runs. ``benchmark`` null is the session's; ``live`` keeps the power during each run."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"user_prompt": "What is a standing wave?", "max_tokens": 32, "runs": 3}]}
    )
    temperature: Annotated[FiniteFloat, Field(ge=0, le=2)] = 0.2
    max_tokens: MaxTokens = 64
    runs: Annotated[int, Field(ge=1, le=MOST_RUNS)] = 1
    benchmark: Name | None = None
    live: StrictBool = True

    def plan(self) -> Plan:
        """What is to be run."""
        return Plan(
            self.prompt(), self.model or "", self.temperature, self.max_tokens, self.runs, self.benchmark, self.live
        )


class SweepWish(BaseModel):
    """A sweep over growing prompts: ``sizes`` are their lengths in tokens, each run ``runs`` times."""

    model_config = ConfigDict(extra="forbid")
    sizes: list[Annotated[int, Field(ge=16, le=1_000_000)]] | None = Field(
        default=None, min_length=2, max_length=MOST_SIZES
    )
    max_tokens: MaxTokens = 64
    runs: Annotated[int, Field(ge=1, le=20)] = 1


class SocketWish(PromptWish):
    """The payload of the WebSocket: one run, streamed."""

    temp: Annotated[FiniteFloat, Field(ge=0, le=2)] = 0.2
    max_tokens: MaxTokens | None = None
    energy_benchmark: Name | None = None
    enable_live_power_monitoring: StrictBool = True
    include_thinking: StrictBool = True

    def plan(self, most_tokens: int | None) -> Plan:
        """What is to be run; without a wish the answer may have 256 tokens, or half of the model's room."""
        usual = min(256, max(1, most_tokens // 2)) if most_tokens else 256
        return Plan(
            self.prompt(),
            self.model or "",
            self.temp,
            self.max_tokens or usual,
            benchmark=self.energy_benchmark,
            live=self.enable_live_power_monitoring,
            include_thinking=self.include_thinking,
        )


def sweep_plan(room: int | None, max_tokens: int, sizes: list[int] | None = None, runs: int = 1) -> Plan:
    """A sweep whose prompts grow; without sizes, doubling from 32 tokens to what the model has room for."""
    most = int(0.85 * ((room or 2048) - max_tokens))
    grown = sizes or [size for size in (32, 64, 128, 256, 512, 1024) if size <= max(most, 64)]
    return Plan(Prompt(""), "", 0.0, max_tokens, runs, kind="sweep", sizes=tuple(sorted(set(grown))))
