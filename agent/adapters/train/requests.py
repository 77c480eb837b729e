"""Random requests over a random workload, each with the calls that are right for it.

Label rules: a present value → state; a course over time → history; ranges → parameters; a condition does not change the call
(the guard checks it); no value, unknown or shared name, quotation, what-if, prohibition, wish about a metric → reply; a value
out of range is still the call, for bounds are the tool's business.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from agent.adapters.prompt import TOOLS, Call
from agent.adapters.train import phrases, values
from agent.adapters.train.worlds import Parameter, World

DEEDS = {
    "pause_simulation": phrases.PAUSE, "resume_simulation": phrases.RESUME, "stop_simulation": phrases.STOP, "restart_simulation": phrases.RESTART,
    "undo": phrases.UNDO, "generate_white_paper": phrases.REPORT, "explain_incident": phrases.INCIDENT, "get_available_parameters": phrases.PARAMETERS,
}  # fmt: skip
OPTIONAL = ("stop_simulation", "restart_simulation", "generate_white_paper", "explain_incident", "get_control_chart")


@dataclass
class Said:
    """A request in the making. ``spans`` are the values in it, which must be found there again."""

    text: str
    calls: list[Call] = field(default_factory=list)
    spans: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Scene:
    """A workload with the tools that its prompt lists; ``extra`` are tools with their phrases."""

    world: World
    tools: dict[str, str]
    extra: dict[str, list[str]]


def scene(rng: random.Random, world: World) -> Scene:
    """Choose which tools the prompt lists."""
    tools: dict[str, str] = {
        name: meaning for name, meaning in TOOLS.items() if name not in OPTIONAL or rng.random() < 0.9
    }
    extra: dict[str, list[str]] = {}
    for line in rng.sample(phrases.EXTRA.split("\n"), rng.choice((0, 0, 1, 2))):
        name, meaning, said = line.split("|")
        extra[name] = [str(words) for words in said.split("#")]
        tools = {name: meaning, **tools} if rng.random() < 0.3 else {**_before_reply(tools, name, meaning)}
    return Scene(world, tools, extra)


def _before_reply(tools: dict[str, str], name: str, meaning: str) -> dict[str, str]:
    return {**{k: v for k, v in tools.items() if k != "reply"}, name: meaning, "reply": tools["reply"]}


def pick(rng: random.Random, lines: str) -> str:
    return rng.choice([p for line in lines.split("\n") for p in line.split("|")])


class Asker:
    """Writes single requests for one scene."""

    def __init__(self, rng: random.Random, scene: Scene) -> None:
        self.rng, self.scene, self.world = rng, scene, scene.world

    def form(self, parameter: Parameter) -> str:
        """A way to call a parameter; the plain name somewhat more often."""
        return (
            parameter.forms[1 if len(parameter.forms) > 1 and self.rng.random() < 0.2 else 0]
            if self.rng.random() < 0.45
            else self.rng.choice(parameter.forms)
        )

    def amount(self, parameter: Parameter) -> str:
        assert parameter.quantity
        return values.amount(self.rng, parameter.shown.unit, parameter.quantity.whole)

    def number(self) -> Parameter:
        return self.rng.choice(self.world.of("number"))

    def metric(self) -> str:
        name = self.rng.choice(self.world.metrics)
        return name if self.rng.random() < 0.4 else name.replace("_", " ")

    def real(self, spoken: str) -> str:
        return next(m for m in self.world.metrics if spoken in (m, m.replace("_", " ")))

    def set(self) -> Said:
        p, foreign = self.number(), self.rng.random() < 0.12
        v = self.amount(p)
        return self._call(pick(self.rng, phrases.SET_FOREIGN if foreign else phrases.SET), "set_parameter", p, v)

    def by_unit(self) -> Said:
        """A bare quantity whose unit only one parameter has."""
        units = [p.shown.unit for p in self.world.of("number")]
        alone = [p for p in self.world.of("number") if p.shown.unit and units.count(p.shown.unit) == 1]
        if not alone:
            return self.set()
        p = self.rng.choice(alone)
        v = f"{values.amount(self.rng, '')} {p.shown.unit}"
        return self._call(
            self.rng.choice(("{v}", "{v} please", "run at {v}", "go to {v}", "let's have {v}", "now with {v}")),
            "set_parameter",
            p,
            v,
        )

    def relative(self) -> Said:
        p = self.number()
        kind = self.rng.choice(("raise", "raise", "lower", "lower", "multiply", "divide", "double", "words", "whole"))
        return getattr(self, f"_{kind}")(p)

    def _raise(self, p: Parameter) -> Said:
        verb = self.rng.choice((p.quantity.more if p.quantity and p.quantity.more else "increase").split("|"))
        v = values.share(self.rng) if self.rng.random() < 0.25 else self.amount(p)
        return self._call(pick(self.rng, phrases.RAISE).replace("{more}", verb), "raise_parameter", p, v)

    def _lower(self, p: Parameter) -> Said:
        verb = self.rng.choice((p.quantity.less if p.quantity and p.quantity.less else "decrease").split("|"))
        v = values.share(self.rng) if self.rng.random() < 0.25 else self.amount(p)
        return self._call(pick(self.rng, phrases.LOWER).replace("{less}", verb), "lower_parameter", p, v)

    def _multiply(self, p: Parameter) -> Said:
        return self._call(pick(self.rng, phrases.MULTIPLY), "multiply_parameter", p, values.factor(self.rng))

    def _divide(self, p: Parameter) -> Said:
        return self._call(pick(self.rng, phrases.DIVIDE), "divide_parameter", p, values.factor(self.rng))

    def _double(self, p: Parameter) -> Said:
        return self._call(pick(self.rng, phrases.RELATIVE), "set_parameter", p, pick(self.rng, phrases.RELATIVE_VERBS))

    def _words(self, p: Parameter) -> Said:
        return self._call(
            pick(self.rng, phrases.RELATIVE_SET), "set_parameter", p, pick(self.rng, phrases.RELATIVE_WORDS)
        )

    def _whole(self, p: Parameter) -> Said:
        return self._call(pick(self.rng, phrases.WHOLE), "set_parameter", p, pick(self.rng, phrases.WHOLE_WORDS))

    def choose(self) -> Said:
        if not (choices := self.world.of("choice")):
            return self.set()
        p = self.rng.choice(choices)
        v = self.rng.choice(p.shown.choices)
        spoken = v if self.rng.random() < 0.5 else v.replace("_", " ")
        said = self._call(pick(self.rng, phrases.CHOOSE), "set_parameter", p, spoken)
        said.calls[0]["value"], said.spans = v, []
        return said

    def switch(self) -> Said:
        if not (switches := self.world.of("switch")):
            return self.set()
        p, on = self.rng.choice(switches), self.rng.random() < 0.5
        text = pick(self.rng, phrases.ON if on else phrases.OFF).format(n=self.form(p))
        return Said(text, [{"tool": "set_parameter", "name": p.shown.name, "value": "on" if on else "off"}])

    def deed(self, tool: str = "") -> Said:
        tool = tool or self.rng.choice(list(DEEDS))
        text = self.fill(pick(self.rng, DEEDS[tool]))
        return Said(text, [{"tool": tool}] if tool in self.scene.tools else [])

    def pause(self) -> Said:
        return self.deed("pause_simulation")

    def resume(self) -> Said:
        return self.deed("resume_simulation")

    def undo(self) -> Said:
        return self.deed("undo")

    def parameters(self) -> Said:
        return self.deed("get_available_parameters")

    def status(self) -> Said:
        return Said(self.fill(pick(self.rng, phrases.STATUS)), [{"tool": "get_simulation_state"}])

    def history(self) -> Said:
        m = self.metric()
        call: Call = {"tool": "get_metrics_history", "metric": self.real(m)}
        if self.rng.random() < 0.4:
            count = self.rng.choice((5, 10, 20, 25, 30, 40, 60, 100, 150, 200, 500, self.rng.randint(2, 999)))
            return Said(pick(self.rng, phrases.HISTORY_COUNT).format(m=m, c=count), [{**call, "last_n": count}])
        return Said(pick(self.rng, phrases.HISTORY).format(m=m), [call])

    def control(self) -> Said:
        m = self.metric()
        known = "get_control_chart" in self.scene.tools
        return Said(
            pick(self.rng, phrases.CONTROL).format(m=m),
            [{"tool": "get_control_chart", "metric": self.real(m)}] if known else [],
        )

    def extra(self) -> Said:
        if not self.scene.extra:
            return self.status()
        name = self.rng.choice(list(self.scene.extra))
        return Said(self.rng.choice(self.scene.extra[name]), [{"tool": name}])

    def fill(self, template: str) -> str:
        p, q = self.number(), self.number()
        choices = [c for other in self.world.of("choice") for c in other.shown.choices] or ["rotation"]
        v = self.rng.choice(choices) if " method" in template or "better than" in template else self.amount(p)
        words = {
            "n": self.form(p), "n2": self.form(q), "m": self.metric(), "v": v, "v2": self.amount(p), "c": str(self.rng.randint(2, 900)),
            "q": self.rng.choice(self.world.of("number")).shown.name.split("_")[-1], "x": self.rng.choice(("Rex", "Bella", self.form(p).title())),
            "s": self.rng.choice(self.world.shared or ("thing",)),
        }  # fmt: skip
        for key, word in words.items():
            template = template.replace(f"{{{key}}}", word)
        return template

    def _call(self, template: str, tool: str, p: Parameter, v: str) -> Said:
        text = template.replace("{n}", self.form(p)).replace("{v}", v)
        return Said(text, [{"tool": tool, "name": p.shown.name, "value": v}], [v])
