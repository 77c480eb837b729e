"""The rest of what people write: talk that must change nothing, orders inside other sentences, several requests at once."""

from __future__ import annotations

from collections.abc import Callable

from agent.adapters.prompt import Call
from agent.adapters.train import phrases
from agent.adapters.train.requests import Asker, Said, pick

ORDERS = {
    "pause the simulation": "pause_simulation",
    "pause it": "pause_simulation",
    "pause": "pause_simulation",
    "stop the run": "stop_simulation",
    "restart it": "restart_simulation",
    "resume": "resume_simulation",
    "continue": "resume_simulation",
    "undo that": "undo",
    "undo the last change": "undo",
}
GERUNDS = ("pausing", "stopping the run", "restarting", "changing anything", "undoing it", "waiting")


class Author(Asker):
    """Writes every kind of request for one scene."""

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
        template = (
            pick(self.rng, lines.replace("\n", "\\n"))
            if lines.startswith(phrases.QUOTED[:20])
            else pick(self.rng, lines)
        )
        return template.replace("\\n", "\n").replace("{d}", deed)

    def order(self) -> Said:
        """A plain order, as it stands inside other sentences."""
        if self.rng.random() < 0.4:
            text, tool = self.rng.choice(list(ORDERS.items()))
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

    def mixed(self) -> Said:
        """A choice and values in one breath: "the linear model at 300 K with a pressure of 2 bar"."""
        if not (choices := self.world.of("choice")):
            return self.listed()
        p, numbers = self.rng.choice(choices), self.world.of("number")
        choice = self.rng.choice(p.shown.choices)
        some = self.rng.sample(numbers, min(len(numbers), self.rng.choice((1, 1, 2))))
        amounts = [self.amount(q) for q in some]
        tails = ("{n} {v}", "{n} {v}", "a {n} of {v}", "{v} {n}", "{n} at {v}", "{n} = {v}")
        parts = [
            self.rng.choice(tails).replace("{n}", self.form(q)).replace("{v}", v)
            for q, v in zip(some, amounts, strict=True)
        ]
        head = self.rng.choice(
            ("", "", "try ", "run ", "use ", "now ", "switch to ", "let's have ", "give me ", "go for ")
        )
        text = (
            head + choice.replace("_", " ") + self.rng.choice((" with ", ", ", " and ", " at ")) + " and ".join(parts)
        )
        calls: list[Call] = [{"tool": "set_parameter", "name": p.shown.name, "value": choice}]
        calls += [
            {"tool": "set_parameter", "name": q.shown.name, "value": v} for q, v in zip(some, amounts, strict=True)
        ]
        return Said(text, calls, list(dict.fromkeys(amounts)))

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
            else self._call(pick(self.rng, phrases.SET), "set_parameter", p, self.amount(p))
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
