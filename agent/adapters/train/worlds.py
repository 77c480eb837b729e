"""Random workloads: a handful of parameters, a few metrics, as the prompt of a live run would show them."""

from __future__ import annotations

import random
from dataclasses import dataclass

from agent.adapters.prompt import Named
from agent.adapters.train import held_out
from agent.adapters.train.names import CHOICES, METRICS, PARTS, QUANTITIES, SWITCHES, Quantity

UNIT_SUFFIXES = ("_s", "_k", "_m", "_hz", "_0", "_max", "_min", "_ref")


@dataclass(frozen=True)
class Parameter:
    """A made-up parameter. ``forms`` are the ways to call it that are unique within its workload."""

    shown: Named
    kind: str  # number | choice | switch
    forms: tuple[str, ...]
    quantity: Quantity | None = None


@dataclass(frozen=True)
class World:
    """A made-up workload; ``shared`` are words that fit more than one parameter."""

    parameters: tuple[Parameter, ...]
    metrics: tuple[str, ...]
    shared: tuple[str, ...]

    def of(self, kind: str) -> list[Parameter]:
        return [p for p in self.parameters if p.kind == kind]


def make(rng: random.Random) -> World:
    """Draw a workload whose names are all free to be used."""
    drafts: dict[str, tuple[Named, str, Quantity | None]] = {}
    siblings = rng.random() < 0.4
    part, quantity = rng.choice(PARTS), rng.choice(QUANTITIES)
    for _ in range(rng.randint(3, 5)):
        if siblings and rng.random() < 0.6:
            part, quantity = (rng.choice(PARTS), quantity) if rng.random() < 0.7 else (part, rng.choice(QUANTITIES))
        else:
            part, quantity = rng.choice(PARTS), rng.choice(QUANTITIES)
        shown = _number(rng, part, quantity)
        drafts[shown.name] = (shown, "number", quantity)
    for _ in range(rng.choice((0, 1, 1, 1, 2))):
        shown = _choice(rng)
        drafts[shown.name] = (shown, "choice", None)
    if rng.random() < 0.55:
        name, _, alias = rng.choice(SWITCHES.split("|")).partition(":")
        drafts[name] = (Named(name, "", (alias,) if alias and free(alias) else (), ("on", "off")), "switch", None)
    allowed = [draft for draft in drafts.values() if free(draft[0].name)]
    rng.shuffle(allowed)
    metrics = rng.sample([m for m in METRICS if free(m) and m not in drafts], rng.randint(2, 5))
    return _finish(allowed, tuple(metrics))


def free(form: str) -> bool:
    return held_out.plain(form) not in held_out.forms()


def _number(rng: random.Random, part: str, quantity: Quantity) -> Named:
    bare = rng.random() < 0.2
    noun = quantity.noun
    name = noun if bare else rng.choice((f"{part}_{noun}", f"{part}_{noun}", f"{noun}_{part}"))
    if quantity.whole and rng.random() < 0.5:
        name = rng.choice((f"num_{noun}", f"n_{part}_{noun}", f"{part}_{noun}"))
    if rng.random() < 0.05:
        name += rng.choice(UNIT_SUFFIXES)
    aliases = [
        other if bare or rng.random() < 0.6 else f"{part} {other}" for other in quantity.others.split("|") if other
    ]
    aliases += [noun.replace("_", " ")] * (rng.random() < 0.4) + [part] * (not bare and rng.random() < 0.25)
    aliases += [quantity.symbol] * (bool(quantity.symbol) and rng.random() < 0.45)
    aliases += [_short(noun)] * (rng.random() < 0.15)
    rng.shuffle(aliases)
    kept = [a for a in dict.fromkeys(aliases) if free(a) and held_out.plain(a) != held_out.plain(name)]
    return Named(name, rng.choice(quantity.units.split("|")), tuple(kept[: rng.randint(0, 4)]))


def _short(noun: str) -> str:
    return noun[:1] + "".join(c for c in noun[1:] if c not in "aeiou_")[:3]


def _choice(rng: random.Random) -> Named:
    name, aliases, choices = rng.choice(CHOICES)
    options = [c for c in choices.split("|") if free(c)]
    options = rng.sample(options, min(len(options), rng.randint(2, 5)))
    kept = [a for a in aliases.split("|") if free(a)]
    return Named(name, "", tuple(kept[: rng.randint(0, 2)]), tuple(options))


def _finish(drafts: list[tuple[Named, str, Quantity | None]], metrics: tuple[str, ...]) -> World:
    """Work out how each parameter can be called, and which words are shared."""
    owners: dict[str, set[str]] = {}
    for shown, _, _ in drafts:
        for form in _forms(shown):
            owners.setdefault(form, set()).add(shown.name)
    aliases = {held_out.plain(a) for shown, _, _ in drafts for a in (shown.name, *shown.aliases)}
    taken = {w for metric in metrics for w in metric.split("_")}
    parameters = tuple(
        Parameter(
            shown, kind, tuple(f for f in _forms(shown) if len(owners[f]) == 1 and f not in taken and free(f)), quantity
        )
        for shown, kind, quantity in drafts
    )
    shared = tuple(form for form, names in owners.items() if len(names) > 1 and form not in aliases)
    return World(tuple(p for p in parameters if p.forms), metrics, shared)


def _forms(shown: Named) -> list[str]:
    """The full name, the name with blanks, the aliases, and single telling words of the name."""
    words = shown.name.replace("_", " ")
    parts = [w for w in shown.name.split("_") if len(w) > 3]
    return list(dict.fromkeys((shown.name, words, *shown.aliases, *parts)))
