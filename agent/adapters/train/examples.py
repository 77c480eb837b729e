"""Examples: a system text and requests with their answers, dressed the way people type."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass

from agent.adapters import prompt
from agent.adapters.train import phrases, worlds
from agent.adapters.train.author import Author
from agent.adapters.train.requests import Said, Scene, pick, scene
from tools.quantity import find_spans

MIX = {
    "set": 13, "by_unit": 2, "relative": 12, "choose": 7, "switch": 4, "several": 14, "mixed": 3, "corrected": 2, "withdrawn": 1.5, "history": 5, "control": 2, "status": 5, "parameters": 4,
    "pause": 4, "resume": 4, "undo": 4, "deed": 6, "extra": 2, "chat": 6, "vague": 6, "unknown": 4, "metric_wish": 2.5, "forbid": 5, "whatif": 5, "reported": 3, "quoted": 4,
    "condition": 4, "follow": 9,
}  # fmt: skip


@dataclass(frozen=True)
class Example:
    """One request with at most one exchange before it."""

    earlier: tuple[tuple[str, str], ...]
    request: str
    answer: str


@dataclass(frozen=True)
class Lesson:
    """Examples that share a system text."""

    system: str
    examples: tuple[Example, ...]


def lessons(seed: int, count: int = 40) -> Iterator[Lesson]:
    """Make lessons without end, the same for the same seed."""
    rng = random.Random(seed)
    while True:
        world = worlds.make(rng)
        if not world.of("number") or not world.metrics:
            continue
        stage = scene(rng, world)
        system = prompt.system([p.shown for p in world.parameters], world.metrics, stage.tools)
        made = (example(rng, stage) for _ in range(count))
        yield Lesson(system, tuple(e for e in made if e is not None))


def example(rng: random.Random, stage: Scene) -> Example | None:
    """Make one example, or None when its values cannot be found in its dressed words."""
    author = Author(rng, stage)
    kind = rng.choices(list(MIX), list(MIX.values()))[0]
    if kind == "follow":
        return _follow(rng, author)
    said = dressed(rng, getattr(author, kind)())
    if not _kept(said):
        return None
    earlier: tuple[tuple[str, str], ...] = ()
    if rng.random() < 0.12 and _kept(
        before := dressed(rng, getattr(author, rng.choice(("set", "status", "chat", "choose")))())
    ):
        earlier = ((before.text, prompt.written(before.calls)),)
    return Example(earlier, said.text, prompt.written(said.calls))


def _follow(rng: random.Random, author: Author) -> Example | None:
    """A request that leans on the one before."""
    p, other = author.number(), author.number()
    tool = rng.choice(("set_parameter",) * 4 + ("raise_parameter", "lower_parameter"))
    lines = {"raise_parameter": phrases.RAISE, "lower_parameter": phrases.LOWER}.get(tool, phrases.SET)
    template = pick(rng, lines).replace("{more}", "increase").replace("{less}", "decrease")
    first, v = author._call(template, tool, p, author.amount(p)), author.amount(p)
    kind = rng.choice(("same", "same", "same", "raise", "lower", "again", "other", "other", "undo", "on"))
    call = {"tool": "set_parameter", "name": p.shown.name, "value": v}
    if kind == "same":
        said = Said(pick(rng, phrases.EARLIER_SAME).replace("{v}", v), [call], [v])
    elif kind in ("raise", "lower"):
        lines = phrases.EARLIER_RAISE if kind == "raise" else phrases.EARLIER_LOWER
        said = Said(pick(rng, lines).replace("{v}", v), [{**call, "tool": f"{kind}_parameter"}], [v])
    elif kind == "again":
        said = Said(pick(rng, phrases.EARLIER_AGAIN), first.calls)
    elif kind == "undo":
        said = author.undo()
    elif kind == "on":
        first = author.switch() if author.world.of("switch") else author.pause()
        said = _back(rng, first)
    else:
        said = _other(rng, author, first, other)
    first, said = dressed(rng, first), dressed(rng, said)
    if not (_kept(first) and _kept(said)):
        return None
    return Example(((first.text, prompt.written(first.calls)),), said.text, prompt.written(said.calls))


def _back(rng: random.Random, first: Said) -> Said:
    if first.calls[0]["tool"] == "pause_simulation":
        return Said(
            rng.choice(("and go on", "ok, on with it", "now continue it", "let it go again")),
            [{"tool": "resume_simulation"}],
        )
    flipped = "on" if first.calls[0].get("value") == "off" else "off"
    if first.calls[0].get("value") not in ("on", "off"):
        return Said(rng.choice(("thanks", "good", "perfect", "fine")))
    return Said(
        rng.choice(
            (
                f"and {flipped} again",
                f"now {flipped}",
                f"{flipped} again please",
                f"switch it {flipped}",
                f"turn it {flipped} again",
            )
        ),
        [{**first.calls[0], "value": flipped}],
    )


def _other(rng: random.Random, author: Author, first: Said, other) -> Said:
    template = pick(rng, phrases.EARLIER_OTHER)
    fresh = author.amount(other)
    value = fresh if "{v}" in template else first.calls[0]["value"]
    tool = "set_parameter" if "{v}" in template else first.calls[0]["tool"]
    text = template.replace("{n}", author.form(other)).replace("{v}", fresh)
    return Said(text, [{"tool": tool, "name": other.shown.name, "value": value}], [fresh] if "{v}" in template else [])


def dressed(rng: random.Random, said: Said) -> Said:
    """Add politeness, slips of the keyboard, capitals, and drop punctuation; values stay as they are."""
    text = said.text
    if rng.random() < 0.22 and "\n" not in text:
        text = rng.choice(phrases.POLITE_BEFORE.split("|")) + text
    if rng.random() < 0.2 and "\n" not in text:
        text += rng.choice(phrases.POLITE_AFTER.split("|"))
    if rng.random() < 0.2:
        text = _misspelt(rng, text, said)
    style = rng.random()
    if style < 0.2:
        text = text[:1].upper() + text[1:]
    elif style < 0.26:
        text = text.lower() if all(s.lower() == s for s in said.spans) else text
    elif style < 0.3 and not said.spans:
        text = text.upper()
    if rng.random() < 0.15:
        text = text.rstrip("?.!")
    return Said(text, said.calls, said.spans)


def _misspelt(rng: random.Random, text: str, said: Said) -> str:
    """One or two words with a letter swapped, dropped, doubled or hit beside."""
    keep = {word for span in said.spans for word in re.findall(r"\w+", span)}
    spots = [m for m in re.finditer(r"[^\W\d_]{4,}", text) if m.group() not in keep]
    for match in rng.sample(spots, min(len(spots), rng.choice((1, 1, 2)))):
        word, i = match.group(), rng.randrange(1, len(match.group()) - 1)
        swapped = word[:i] + word[i + 1] + word[i] + word[i + 2 :]
        slip = rng.choice((swapped, word[:i] + word[i + 1 :], word[:i] + word[i] + word[i:]))
        text = text.replace(word, slip, 1) if len(slip) != len(word) or slip != word else text
    return text


def _kept(said: Said) -> bool:
    """Find each value again among the spans that the house finds in the text, and write the call with what is found."""
    if not said.spans:
        return True
    found = [span.text for span in find_spans(said.text)]
    for value in said.spans:
        if value in found:
            continue
        wider = [span for span in found if value in span and len(span) <= len(value) + 8]
        if not wider:
            return False
        for call in said.calls:
            call["value"] = wider[0] if call.get("value") == value else call.get("value")
            if call["value"] is None:
                del call["value"]
    return True
