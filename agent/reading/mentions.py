"""Where a text mentions the run's parameters, metrics and choices.

Found are full names and aliases (blanks, hyphens and underscores alike), a part that only one of them has ("amplitude"
for ``gw_amplitude``), slips of the keyboard or neighbouring languages ("ampltude", "Frequenz"), and phrases in German, French and
Spanish that the glossary knows ("longitud de la caja").
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

from rapidfuzz import fuzz

from agent.reading import slips, translation
from workloads.parameters import ParameterInfo

How = Literal["exact", "part", "close", "translated", "choice", "context", "unit"]
CLOSE_ENOUGH = 82.0
SHORT_NAME, SHORT_ENOUGH = 5, 80.0  # letters, and the ratio that one slip in them leaves
WORD_CLOSE_ENOUGH = 66.0  # of each word, where there are several
_NOT_THIS = re.compile(
    r"\b(?:not|no longer|no more|no|(?:any|every|no)thing but|remove|delete|take out|get rid of|avoid|skip|exclude|omit|hate|all but|except(?: for)?|other than|instead of|rather than|(?:instead of|rather than) (?:at|with|by|using|in|on|via)|from|nicht|kein\w*|pas|sin)\s+(?:the\s+|a\s+|an\s+)?$",
    re.I,
)
_SWAP = re.compile(
    r"\b(?:swap|replace|exchange|trade|ersetze?|tausche?|remplace[rz]?|sustituye|reemplaza)\s+(?:the |all |our |die |den |das |le |la |les |el |los |las )*$",
    re.I,
)
_SWAP_FOR = re.compile(r"s?\s+(?:\w+\s+)?(?:for|with|by|durch|gegen|mit|par|por|con)\b", re.I)
_OUT = re.compile(r"\s+out\b", re.I)
_SWITCH = {
    "on": re.compile(
        r"\b(?:on|true|enabled?|activated?|start|ein|an|einschalten|anschalten|encender?|enciende|encienda|allume[rz]?|active[rz]?|activa(?:r|d)?|aktiviere?n?|en marche)\b",
        re.I,
    ),
    "off": re.compile(
        r"\b(?:off|false|disabled?|deactivated?|stop|aus|ausschalten|abschalten|apaga(?:r|d)?|apague|éteins|éteignez|éteindre|désactive[rz]?|desactiva(?:r|d)?|desactive|deaktiviere?n?|coupe[rz]?)\b",
        re.I,
    ),
}
_WORD = re.compile(r"[^\W\d_](?:[\w-]*\w)?")
_LINKS = frozenset(
    ["after", "before", "between", "during", "while", "with", "from", "over", "under", "until", "above", "below"]
)
_INTERJECTIONS = frozenset(["wait", "sorry", "oops", "okay", "hello", "thanks", "nice", "fine", "sure", "hmmm"])
_EVERYDAY = frozenset(
    [
        "change",
        "current",
        "frequently",
        "energetic",
        "temporary",
        "temper",
        "please",
        "status",
        "simulation",
        "number",
        "value",
        "values",
        "parameter",
        "parameters",
        "step",
        "steps",
        "amount",
        "typical",
        "perfect",
        "corrected",
        "correct",
        "collection",
        "second",
        "seconds",
        "number",
        "type",
        "size",
        "rate",
        "level",
        "time",
        "total",
    ]
)


@dataclass(frozen=True)
class Mention:
    """``name`` as the run knows it, where it stands, and how it was recognised. For a choice, ``value`` is the choice."""

    name: str
    start: int
    end: int
    how: How
    value: str | None = None


@dataclass(frozen=True)
class Vocabulary:
    """The names that a run has just now."""

    parameters: dict[str, ParameterInfo]
    metrics: tuple[str, ...]
    metric_units: Mapping[str, str] = field(default_factory=dict)

    def described(self, name: str) -> ParameterInfo:
        """What a name means, a metric's as if it were a parameter: with its unit."""
        return self.parameters.get(name) or ParameterInfo(name, 0.0, "float", self.metric_units.get(name, ""))

    @cached_property
    def forms(self) -> dict[str, tuple[str, ...]]:
        """Each name with every full way to write it."""
        metrics: dict[str, tuple[str, ...]] = {name: (name,) for name in self.metrics}
        return metrics | {name: (name, *info.aliases) for name, info in self.parameters.items()}

    @cached_property
    def parts(self) -> dict[str, str]:
        """Single words of a name or alias that belong to one name only."""
        owners: dict[str, set[str]] = {}
        for name, forms in self.forms.items():
            for word in {
                word
                for form in forms
                for word in re.split(r"[\W_]+", form.lower())
                if len(word) > 3 and word not in _EVERYDAY and word not in _LINKS
            }:
                owners.setdefault(word, set()).add(name)
        return {word: next(iter(names)) for word, names in owners.items() if len(names) == 1}

    @cached_property
    def phrases(self) -> dict[str, str]:
        """Each name and alias of several words, without case and joints, with whose it is."""
        keys = [(_key(form), name) for name, forms in self.forms.items() for form in forms]
        return {key: name for key, name in keys if " " in key}

    @cached_property
    def names(self) -> translation.Names:
        """The names as other languages are compared with them."""
        return translation.Names.of(self.forms)

    @cached_property
    def choices(self) -> dict[str, list[tuple[str, str]]]:
        """Each choice in lower case, with the parameters that have it."""
        found: dict[str, list[tuple[str, str]]] = {}
        for info in self.parameters.values():
            for choice in info.choices or ():
                found.setdefault(str(choice).lower(), []).append((info.name, str(choice)))
        return found

    def knows(self, text: str) -> bool:
        """Whether a text is a name, alias or choice, and nothing else."""
        key = _key(text)
        return key in self.choices or any(key == _key(form) for forms in self.forms.values() for form in forms)


def find(text: str, vocabulary: Vocabulary) -> list[Mention]:
    """Every mention of a parameter or a metric in reading order; a place counts once, for its best reading."""
    free = text
    found: list[Mention] = []
    for seek in (_translated, _close_phrase, _full, _part, _close):
        for mention in seek(free, vocabulary):
            if free[mention.start : mention.end].strip():
                found += [mention] if mention.name else []  # a phrase that speaks of several names is none of them
                free = free[: mention.start] + " " * (mention.end - mention.start) + free[mention.end :]
    return [_widened(mention, text, vocabulary) for mention in sorted(found, key=lambda mention: mention.start)]


def _widened(mention: Mention, text: str, vocabulary: Vocabulary) -> Mention:
    """With the word after it if that is another of the same name's, with a slip or without: "colision modle"."""
    after = re.match(r"[\s_-]+([^\W\d_]{4,})", text[mention.end :])
    own = {word for form in vocabulary.forms[mention.name] for word in _key(form).split()}
    if mention.how in ("exact", "context") or not after or not slips.among(after.group(1).lower(), own):
        return mention
    return replace(mention, end=mention.end + after.end())


def find_choices(text: str, vocabulary: Vocabulary) -> list[Mention]:
    """Every choice that is named; one that belongs to several parameters is given once for each."""
    said = [
        (key, *match.span())
        for key in vocabulary.choices
        for match in re.finditer(rf"(?<![\w-]){_spaced(key)}(?![\w-])", text, re.I)
    ]
    said = said or [*translation.find_words(text, vocabulary.choices)] or [*slips.find(text, vocabulary.choices)]
    said = said or [*slips.inflected(text, vocabulary.choices)]
    return [
        Mention(name, start, end, "choice", choice)
        for key, start, end in said
        if not (_NOT_THIS.search(text[:start]) or _OUT.match(text[end:]) or _is_swapped(text, start, end))
        for name, choice in vocabulary.choices[key]
    ]


def _is_swapped(text: str, start: int, end: int) -> bool:
    """Whether a choice is the one to go: "swap the spruce for beech"."""
    return bool(_SWAP.search(text[:start]) and _SWAP_FOR.match(text[end:]))


def _spaced(choice: str) -> str:
    """A choice as a pattern: blanks, hyphens and underscores alike ("two stream" is ``two_stream``)."""
    words = [
        re.split(r"(?<=[^\W\d])(?=\d)", word) for word in re.split(r"[\s_-]+", choice) if word
    ]  # "NACA 0012" is naca0012
    spelled = [r"[\s_-]*".join(re.escape(part) for part in word) for word in words]
    return r"[\s_-]+".join(spelled) or re.escape(choice)


def find_switches(
    text: str, found: Iterable[Mention], vocabulary: Vocabulary, focus: str | None = None
) -> list[Mention]:
    """Find an "on" or "off" said of a parameter that is on or off; ``focus`` is meant when none is named."""
    named = list(found) or [Mention(str(focus), 0, 0, "context")]
    switches = [m for m in named if m.name in vocabulary.parameters and vocabulary.parameters[m.name].kind == "bool"]
    said = [(match, value) for value, pattern in _SWITCH.items() for match in pattern.finditer(text)]
    if len({m.name for m in switches}) != 1 or len({value for _match, value in said}) != 1:
        return []
    match, value = said[0]
    if switches[0].how == "context" and match.group().lower() in ("start", "stop"):
        return []  # said of the run, unless a switch is named
    return [Mention(switches[0].name, match.start(), match.end(), "choice", value)]


def says_switch(text: str, value: str) -> bool:
    """Whether a text says ``on`` or ``off``, in whatever word, and not the other."""
    said = {state for state, pattern in _SWITCH.items() if pattern.search(text)}
    return said == {value}


def _translated(text: str, vocabulary: Vocabulary) -> Iterator[Mention]:
    for name, start, end in translation.find(text, vocabulary.names):
        yield Mention(name, start, end, "translated")


def _full(text: str, vocabulary: Vocabulary) -> Iterator[Mention]:
    pairs = [(form, name) for name, forms in vocabulary.forms.items() for form in forms]
    for form, name in sorted(pairs, key=lambda pair: -len(pair[0])):
        pattern = r"[\s_-]*".join(re.escape(word) for word in re.split(r"[\s_-]+", form) if word)
        for match in re.finditer(rf"(?<![\w'’]){pattern}(?:s|es)?(?!\w)", text, re.I):
            text = text[: match.start()] + " " * len(match.group()) + text[match.end() :]
            yield Mention(name, match.start(), match.end(), "exact")


def _part(text: str, vocabulary: Vocabulary) -> Iterator[Mention]:
    for match in _WORD.finditer(text):
        word = match.group().lower()
        name = vocabulary.parts.get(word) or vocabulary.parts.get(word.removesuffix("s"))
        if name:
            yield Mention(name, match.start(), match.end(), "part")
        elif len(word) > 3 and word not in _EVERYDAY and word not in slips.COMMON and word not in _INTERJECTIONS:
            begun = {owner for part, owner in vocabulary.parts.items() if part.startswith(word)}
            if len(begun) == 1:
                yield Mention(begun.pop(), match.start(), match.end(), "part")


def _close_phrase(text: str, vocabulary: Vocabulary) -> Iterator[Mention]:
    """Names of several words before single words of names: "feed conentration" is not the feed rate."""
    for start, end in _windows(text):
        said = _key(text[start:end]).split()
        near = {name for form, name in vocabulary.phrases.items() if slips.in_phrase(said, form.split())}
        if len(said) > 1 and len(near) == 1:
            yield Mention(near.pop(), start, end, "close")


def _close(text: str, vocabulary: Vocabulary) -> Iterator[Mention]:
    forms = {_key(form): name for name, all_forms in vocabulary.forms.items() for form in all_forms} | vocabulary.parts
    for start, end in _windows(text):
        key = _key(text[start:end])
        scored = [(fuzz.ratio(key, form), name) for form, name in forms.items() if _comparable(key, form)]
        best = max(scored, default=(0.0, ""))
        rivals = {name for score, name in scored if score >= best[0] - 3}
        if best[0] >= (CLOSE_ENOUGH if len(key) > SHORT_NAME else SHORT_ENOUGH) and len(rivals) == 1:
            yield Mention(best[1], start, end, "close")


def _comparable(key: str, form: str) -> bool:
    if key[0] != form[0] or key in _EVERYDAY:
        return False
    if len(form) == SHORT_NAME and key not in slips.COMMON and slips.one_slip(key, form):
        return True  # "vnets"; a replaced letter would make another word
    return min(len(key), len(form)) >= 6 and _word_by_word(key.split(), form.split())


def _word_by_word(said: Sequence[str], meant: Sequence[str]) -> bool:
    """No word may be another one: "number of bicycles" is not the number of vehicles, however much they have in common."""
    pairs = zip(said, meant, strict=True) if len(said) == len(meant) else ()
    return all(fuzz.ratio(one, other) >= WORD_CLOSE_ENOUGH for one, other in pairs)


def _windows(text: str) -> Iterable[tuple[int, int]]:
    words = list(_WORD.finditer(text))
    for length in (3, 2, 1):
        for i in range(len(words) - length + 1):
            yield words[i].start(), words[i + length - 1].end()


def _key(text: str) -> str:
    """A text without its capitals, accents and joints: ``Fréquence`` is ``frequence``."""
    plain = "".join(sign for sign in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(sign))
    return re.sub(r"[\s_-]+", " ", plain.strip())
