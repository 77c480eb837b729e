"""What is to be run: the prompt, the model, how often, and the limits that hold before anything starts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

from agent.lab.prompt import Injection, Prompt
from measurement.errors import NotFound, Refused

MOST_RUNS = 200
MOST_SIZES = 12
Kind = Literal["run", "sweep", "calibration"]


@dataclass(frozen=True, slots=True)
class Plan:
    """A batch: ``runs`` times the same prompt or, with ``sizes``, once for each size of a filler of about that many tokens.

    ``benchmark`` None is the session's. ``live`` keeps the power during the runs. ``include_thinking`` keeps a model's thinking
    in the answer (it is always counted). ``keep_as`` names the benchmark that a calibration makes. ``temperature`` has no unit,
    ``max_tokens`` bounds the answer.
    """

    prompt: Prompt
    model: str
    temperature: float = 0.2
    max_tokens: int = 64
    runs: int = 1
    benchmark: str | None = None
    live: bool = True
    include_thinking: bool = True
    kind: Kind = "run"
    sizes: tuple[int, ...] = ()
    keep_as: str | None = None

    def steps(self) -> tuple[Step, ...]:
        """Every request of the batch, in its order."""
        if not self.sizes:
            return tuple(Step(self.prompt) for _run in range(self.runs))
        return tuple(
            Step(replace(self.prompt, user_prompt=filler(size)), size)
            for size in self.sizes
            for _run in range(self.runs)
        )

    def to_json(self) -> dict[str, Any]:
        return {
            "model": self.model,
            "system_prompt": self.prompt.system_prompt,
            "user_prompt": self.prompt.user_prompt,
            "conversation_context": self.prompt.conversation_context,
            "injections": [{"description": one.description, "content": one.content} for one in self.prompt.injections],
            "temperature": self.temperature,
            "max_tokens": self.max_tokens,
            "runs": self.runs,
            "benchmark": self.benchmark,
            "live": self.live,
            "include_thinking": self.include_thinking,
            "kind": self.kind,
            "sizes": list(self.sizes),
            "keep_as": self.keep_as,
        }


@dataclass(frozen=True, slots=True)
class Step:
    """One request; ``size`` is the filler's wanted length in tokens, None outside of sweeps."""

    prompt: Prompt
    size: int | None = None


def plan_of(kept: dict[str, Any]) -> Plan:
    """Make the plan again from its JSON."""
    prompt = Prompt(
        kept["user_prompt"],
        kept["system_prompt"],
        kept["conversation_context"],
        tuple(Injection(one["description"], one["content"]) for one in kept["injections"]),
    )
    named = ("model", "temperature", "max_tokens", "runs", "benchmark", "live", "include_thinking", "kind", "keep_as")
    return Plan(prompt, **{name: kept[name] for name in named}, sizes=tuple(kept["sizes"]))


def checked(plan: Plan, model: str, max_tokens: int | None) -> Plan:
    """Give the plan back, with the engine's model where it names none.

    Args:
        model: what the engine serves.
        max_tokens: the longest answer that the model can give, None where it is not known.

    Raises:
        NotFound: another model than the engine's.
        Refused: more than can be.
    """
    if plan.model and plan.model != model:
        raise NotFound(
            f"There is no model '{plan.model}' here; the engine serves {model}. Start Lodger with --model to have another.",
            suggestions=[model],
        )
    if not plan.prompt.user_prompt.strip() and not plan.sizes:
        raise Refused("The user prompt is empty; write what the model shall be asked.")
    if max_tokens is not None and plan.max_tokens > max_tokens:
        raise Refused(
            f"max_tokens is {plan.max_tokens} and {model} has room for {max_tokens} tokens, prompt and answer together; "
            f"ask for fewer, or give the engine more with --context-tokens.",
            maximum=max_tokens,
        )
    if not 1 <= len(plan.steps()) <= MOST_RUNS:
        raise Refused(f"A batch has 1 to {MOST_RUNS} requests; this one has {len(plan.steps())}.")
    return replace(plan, model=model)


_SENTENCES = (
    "The pendulum swings through its lowest point and slows as it climbs.",
    "A wave that meets the wall returns with its phase turned over.",
    "Between two magnets the needle settles where the pulls are equal.",
    "The gas cools when it spreads, for it pays with its own motion.",
    "A lens of glass bends blue light a little more than red.",
    "The orbit closes only if the force falls with the square of distance.",
)
_TOKENS_A_SENTENCE = 13.0  # of the embedded model's tokenizer; the server's own count is what a chart shows


def filler(tokens: int) -> str:
    """Write a text of about ``tokens`` tokens that asks for a continuation; each size begins differently."""
    count = max(1, round((tokens - 12) / _TOKENS_A_SENTENCE))
    sentences = [f"{number + 1}. {_SENTENCES[(number + tokens) % len(_SENTENCES)]}" for number in range(count)]
    return " ".join([f"Here are {count} remarks.", *sentences, "Go on with the next remark."])
