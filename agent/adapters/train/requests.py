"""Random requests over a random workload, each with the calls that are right for it.

Label rules: a present value → state; a course over time → history; ranges → parameters; a condition does not change the call
(the guard checks it); no value, unknown or shared name, quotation, what-if, prohibition, wish about a metric → reply; a value
out of range is still the call, for bounds are the tool's business.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from agent.adapters.prompt import TOOLS, Call
from agent.adapters.train import phrases, values
from agent.adapters.train.worlds import Parameter, World

DEEDS = {
    "pause_simulation": phrases.PAUSE, "resume_simulation": phrases.RESUME, "stop_simulation": phrases.STOP, "restart_simulation": phrases.RESTART,
    "undo": phrases.UNDO, "generate_white_paper": phrases.REPORT, "explain_incident": phrases.INCIDENT, "get_available_parameters": phrases.PARAMETERS,
}  # fmt: skip
OPTIONAL = ("stop_simulation", "restart_simulation", "generate_white_paper", "explain_incident", "get_control_chart")
ORDERS = (
    "pause the simulation",
    "pause it",
    "stop the run",
    "restart it",
    "resume",
    "undo that",
    "continue",
    "pause",
    "undo the last change",
)
GERUNDS = ("pausing", "stopping the run", "restarting", "changing anything", "undoing it", "waiting")


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
    tools = {name: meaning for name, meaning in TOOLS.items() if name not in OPTIONAL or rng.random() < 0.9}
    extra: dict[str, list[str]] = {}
    for line in rng.sample(phrases.EXTRA.split("\n"), rng.choice((0, 0, 1, 2))):
        name, meaning, said = line.split("|")
        extra[name] = said.split("#")
        tools = {name: meaning, **tools} if rng.random() < 0.3 else {**_before_reply(tools, name, meaning)}
    return Scene(world, tools, extra)


def _before_reply(tools: dict[str, str], name: str, meaning: str) -> dict[str, str]:
    return {**{k: v for k, v in tools.items() if k != "reply"}, name: meaning, "reply": tools["reply"]}


def pick(rng: random.Random, lines: str) -> str:
    return rng.choice([p for line in lines.split("\n") for p in line.split("|")])


class Author:
    """Writes requests for one scene."""

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

    # one request each

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

    # talk

    def chat(self) -> Said:
        return Said(self.fill(pick(self.rng, phrases.CHAT)))

    def vague(self) -> Said:
        template = pick(self.rng, phrases.VAGUE)
        if "{s}" in template and not self.world.shared:
            return self.vague()
        return Said(self.fill(template))

    def unknown(self) -> Said:
        u = pick(self.rng, phrases.UNKNOWNS)
        return Said(self.fill(pick(self.rng, phrases.UNKNOWN).replace("{u}", u)))

    def metric_wish(self) -> Said:
        return Said(self.fill(pick(self.rng, phrases.METRIC_WISH)))

    def forbid(self) -> Said:
        if self.rng.random() < 0.5:
            return Said(self._around(phrases.FORBID, self.order().text))
        e = self.order()
        template = pick(self.rng, phrases.FORBID_THEN)
        text = (
            template.replace("{d2}", self.rng.choice(GERUNDS)).replace("{d}", self.order().text).replace("{e}", e.text)
        )
        return Said(text, e.calls, e.spans)

    def whatif(self) -> Said:
        return Said(self._around(phrases.WHATIF, self.order().text))

    def reported(self) -> Said:
        return Said(self._around(phrases.REPORTED, self.order().text))

    def quoted(self) -> Said:
        t = self.rng.choice(("pause_simulation", "stop_simulation", "undo", "restart_simulation"))
        return Said(
            self._around(phrases.QUOTED.replace("{t}", t).replace("{{", "{").replace("}}", "}"), self.order().text)
        )

    def _around(self, lines: str, deed: str) -> str:
        return (
            pick(self.rng, lines.replace("\n", "\\n")).replace("\\n", "\n").replace("{d}", deed)
            if lines is phrases.QUOTED
            else _template(self.rng, lines).replace("{d}", deed)
        )

    def order(self) -> Said:
        """A plain order, as it stands inside other sentences."""
        if self.rng.random() < 0.4:
            text = self.rng.choice(ORDERS)
            tool = {
                "pa": "pause_simulation",
                "st": "stop_simulation",
                "re": "resume_simulation",
                "co": "resume_simulation",
                "un": "undo",
            }[text[:2]]
            tool = "restart_simulation" if text.startswith("restart") else tool
            return Said(text, [{"tool": tool}] if tool in self.scene.tools else [])
        make: Callable[[], Said] = self.rng.choice((self.set, self.set, self.choose, self.switch, self.relative))
        return make()

    def condition(self) -> Said:
        e = self.order()
        p = self.fill(pick(self.rng, phrases.PREDICATES))
        return Said(pick(self.rng, phrases.CONDITION).replace("{p}", p).replace("{d}", e.text), e.calls, e.spans)

    # several

    def several(self) -> Said:
        if self.rng.random() < 0.45 and len(self.world.of("number")) > 1:
            return self.listed()
        makers = (
            self.set,
            self.set,
            self.relative,
            self.choose,
            self.switch,
            self.pause,
            self.resume,
            self.history,
            self.status,
        )
        parts = [self.rng.choice(makers)() for _ in range(self.rng.choice((2, 2, 2, 3, 3, 4)))]
        return self._joined(parts)

    def listed(self) -> Said:
        """ "set a to 1, b to 2 and c to 3", or without a verb."""
        some = self.rng.sample(
            self.world.of("number"), min(len(self.world.of("number")), self.rng.choice((2, 2, 3, 4)))
        )
        middle = self.rng.choice((" to ", " ", " = ", "=", ": ", " at "))
        some_values = [self.amount(p) for p in some]
        names = [self.form(p) for p in some]
        head = self.rng.choice(
            (
                "set ",
                "change ",
                "put ",
                "use ",
                "",
                "",
                "make ",
                "please set the ",
                "run with ",
                "setze ",
                "mets ",
                "pon ",
            )
        )
        style = self.rng.random()
        if style < 0.12:
            some_values = [some_values[0]] * len(some)
            text = f"set {', '.join(names[:-1])} and {names[-1]} {self.rng.choice(('both ', 'all ', ''))}to {some_values[0]}"
        elif style < 0.24:
            text = f"set {', '.join(names[:-1])} and {names[-1]} to {', '.join(some_values[:-1])} and {some_values[-1]}"
        else:
            pairs = [f"{n}{middle}{v}" for n, v in zip(names, some_values, strict=True)]
            text = head + ", ".join(pairs[:-1]) + self.rng.choice((" and ", ", ", " and the ", ", and ")) + pairs[-1]
        calls: list[Call] = [
            {"tool": "set_parameter", "name": p.shown.name, "value": v} for p, v in zip(some, some_values, strict=True)
        ]
        return Said(text, calls, list(dict.fromkeys(some_values)))

    def _joined(self, parts: list[Said]) -> Said:
        text = parts[0].text
        for part in parts[1:]:
            text += self.rng.choice(phrases.JOINTS.split("|")) + part.text
        return Said(text, [c for part in parts for c in part.calls], [s for part in parts for s in part.spans])

    def corrected(self) -> Said:
        """A correction within the sentence."""
        p = self.number()
        said = (
            self.set()
            if self.rng.random() < 0.3
            else self._call(_template(self.rng, phrases.SET), "set_parameter", p, self.amount(p))
        )
        name = said.calls[0]["name"]
        parameter = next(q for q in self.world.parameters if q.shown.name == name)
        v = self.amount(parameter)
        tail = self.rng.choice(
            (
                ", no wait, {v}",
                " - sorry, {v}",
                ", no, {v}",
                ", I mean {v}",
                "... actually {v}",
                ", or rather {v}",
                ", correction: {v}",
            )
        )
        return Said(said.text + tail.format(v=v), [{"tool": "set_parameter", "name": name, "value": v}], [v])

    def withdrawn(self) -> Said:
        tail = self.rng.choice(
            (
                " - no, don't",
                "... no wait, leave it",
                ", oh never mind",
                " - forget it",
                ", no, leave everything as it is",
                ". Actually no.",
                ", ach nein, lass es",
            )
        )
        return Said(self.order().text + tail)

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


def _template(rng: random.Random, lines: str) -> str:
    return pick(rng, lines)
