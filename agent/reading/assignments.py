"""Which value the words give to which parameter, verbatim, direction included ("lower it by 0.5" says "down by 0.5")."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from agent.reading import mentions, words
from agent.reading.affinity import clearly
from agent.reading.bareness import can_be_about_it, is_bare
from agent.reading.glossary import languages_of
from agent.reading.mentions import Mention, Vocabulary
from agent.reading.ways import SHARE, as_share, both_ways, by_or_to, in_full, thousands_or_not
from measurement import units
from measurement.errors import LodgerError
from tools.quantity import Span, read_quantity
from workloads.parameters import ParameterInfo

_NOT_A_VALUE = re.compile(
    r"(?:[€$£]|\b(?:from|step|steps|(?<!to )(?<!should )(?<!must )(?<!shall )(?<!can )last|past|than|of the|not|instead of|rather than|version|sentence|number|line|item|page|room|chapter|section|fig(?:ure|\.)?|eq\.?|no\.?|nr\.?|#))\s*$",
    re.I,
)
_FROM = re.compile(r"\b(?:von|de|desde)\s*$", re.I)  # "von 3 auf 4", but "eine Rate von 3" is a value
_UP_TO = re.compile(r"^\s*\S{0,12}\s*(?:à|a|al|auf|hasta|jusqu\S*|bis|zu)\b[^.;!?]*\d", re.I)
_BOTH = re.compile(r"\b(?:both|each|all|every|beide|alle|les deux|ambos|todos)\b", re.I)
_AND = re.compile(r"\s*(?:,|&|\+|,?\s*(?:and|und|et|y|as well as|sowie))\s*(?:(?:the|die|der|das|la|le|el)\s+)?", re.I)
_LIMIT = re.compile(
    r"\W*(?:(?:ok|okay|so|and|then|well|now|right|ah|oh)\W+)*(?:up|down) to\b", re.I
)  # "ok so up to 600 rpm"
_PERIOD = re.compile(r"\b(?:period|every|once|cycle|interval|periode|période|periodo|alle|toutes?|cada)\b", re.I)
_HEATS = re.compile(r"\b(?:heat|warm|cool|chill)\b(?=.*\b(?:k|kelvin|°?c|celsius|°?f|fahrenheit|degrees?)\W*$)", re.I)
# "below 1 fs", "at most 5": a bound leaves the value open
_BOUND = re.compile(
    r"(?:(?<![-=])[<>≤≥]=?|!=)\s*$|\b(?:below|beneath|above|at (?:the )?(?:most|least)|anything but|everything but|except|mindestens|höchstens|unterhalb von|oberhalb von|au moins|au plus|en dessous de|au-dessus de"
    r"|al menos|como (?:máximo|mínimo)|por (?:debajo|encima) de)\s+$",
    re.I,
)
_NOT_A_VALUE_AFTER = re.compile(
    r"^\s*(?:[€$£]|(?:o['’]?clock|[ap]\.?m\b\.?|steps?|times in a row|minutes?|hours?|values|points|runs?|something|odd|ish)\b)",
    re.I,
)
_PRONOUN_ONE = re.compile(r"\b(?:the|this|that|which|other|last|first|each|every)\b(?:\s+[\w-]+){0,3}\s+$", re.I)
_GIVEN = re.compile(r"(?:[:=]|\b(?:to|auf|à|au|a|en|al))\s*$", re.I)
_REPEATS = re.compile(r"\b(?:try|again|repeat|do|run|print|say)\b[^.;!?]*$", re.I)
# "3 apples", "12 eggs": what is counted is no parameter's value
_THINGS = re.compile(
    r"\s+(?!times|this|its|is|as|was|plus|thus|less|thanks|cheers|please|units?|across|always|does|gives|makes|seems|looks|sounds|works|besides|steps)[a-z]{2,}[a-rt-z]s\b(?!\s+(?:as|is)\b)",
    re.I,
)
_EITHER = re.compile(
    r"\b(?:or|maybe|perhaps|or maybe|oder|vielleicht|ou|peut-être|o|quizás|either|between|somewhere|roughly|about|around|approximately)\b",
    re.I,
)


@dataclass(frozen=True)
class Assignment:
    """A value that the words give to a parameter, verbatim."""

    parameter: str
    value: str
    how: mentions.How


def may_be_value(text: str, span: Span, found: tuple[Mention, ...]) -> bool:
    inside = any(mention.start <= span.start and span.end <= mention.end for mention in found)
    before, after = text[: span.start], text[span.end :]
    origin = _FROM.search(before) and _UP_TO.search(after)
    counts = re.fullmatch(r"[\d.,]+|[a-z]+", span.text.strip(), re.I) and _THINGS.match(after)
    named = any(mention.start >= span.end and not text[span.end : mention.start].strip() for mention in found)
    # "the audience to 600 persons"; and "256 points" of a grid are its points
    given = any(mention.end <= span.start for mention in found) and _GIVEN.search(before)
    counted = not named and ((counts and not given) or _NOT_A_VALUE_AFTER.search(after))
    of_name = any(mention.end <= span.start and not text[mention.end : span.start].strip() for mention in found)
    ordinal = not of_name and _NOT_A_VALUE.search(before)  # "step 100", but "time step 100 s"
    foreign = span.text.lower() == "four" and languages_of(text)[0][:1] == ("fr",)  # a furnace
    pronoun = foreign or (span.text.lower() in ("one", "ones") and _PRONOUN_ONE.search(before))
    often = span.text.lower().endswith("times") and _REPEATS.search(before)
    return not (inside or origin or ordinal or counted or often or pronoun or _BOUND.search(before))


@dataclass(frozen=True)
class Parts:
    """What stands in a clause: names, choices (and on, off), values."""

    found: tuple[Mention, ...]
    choices: tuple[Mention, ...]
    values: tuple[Span, ...]

    @property
    def places(self) -> list[tuple[int, int]]:
        return [(part.start, part.end) for part in (*self.found, *self.choices, *self.values)]


def assign(text: str, parts: Parts, vocabulary: Vocabulary, focus: str | None) -> tuple[list[Assignment], bool]:
    """Pair names with values; the flag says that the words leave more than one pairing open."""
    by_choice = [Assignment(choice.name, choice.value or "", "choice") for choice in parts.choices]
    named = _named(text, parts, vocabulary, focus)
    twice = len({given.parameter for given in by_choice}) != len(by_choice)
    said = [in_full(text, span, parts.found) for span in parts.values]
    if len(named) == len(said) == 1 and by_or_to(text, parts.values[0], parts.found):
        both = both_ways(text, parts.values[0], said[0])
        return by_choice + [Assignment(named[0].name, value, named[0].how) for value in both], True
    if len(named) == len(said) == 1 and (two := thousands_or_not(text, said[0])):
        return by_choice + [Assignment(named[0].name, value, named[0].how) for value in two], True
    if len(named) == len(said):
        unsure = bool(said) and bool(_EITHER.search(text)) and len(said) > 1
        told = zip(named, parts.values, said, strict=True)
        return by_choice + [
            Assignment(
                m.name, as_share(text, span, value, vocabulary.parameters[m.name], _adjoins(text, m, span)), m.how
            )
            for m, span, value in told
        ], twice or unsure
    if not named and parts.choices and any(meant_by_unit(value.text, vocabulary) for value in parts.values):
        return by_choice, True  # "a ringdown at 300 Hz", and two parameters are in Hz
    said = list(dict.fromkeys(said))  # "1-dimensional: dimensions 1" says it twice
    if named and (fitting := _by_fit(named, said, vocabulary)):
        return by_choice + fitting, twice
    if len(named) == 1 and (own := _with_unit(said, vocabulary.parameters[named[0].name])) and not _EITHER.search(text):
        return [*by_choice, Assignment(named[0].name, own, named[0].how)], twice
    if len(named) == len(said) == 1:
        return [*by_choice, Assignment(named[0].name, said[0], named[0].how)], twice
    if len(said) == 1 and (one := _beside(text, named, parts.values[0])):
        return [*by_choice, Assignment(one.name, said[0], one.how)], twice
    if len(said) == 1 and len(named) > 1 and (best := clearly(text, vocabulary)) and _reads(said[0], best):
        return [*by_choice, Assignment(best.name, said[0], "part")], twice
    pairs = [(mention, value) for mention in named for value in said]
    able = [(m, value) for m, value in pairs if _reads(value, vocabulary.parameters[m.name], relative=True)]
    if pairs and not able and any(meant_by_unit(value, vocabulary) for value in said):
        return by_choice, True  # "let the atoms interact out to 1.2 nm", and what was named is not in nm
    every = [Assignment(mention.name, value, mention.how) for mention, value in able or pairs]
    if len(said) == len(able) == 1 and re.search(r"[^\W\d_]|%", said[0]):
        return by_choice + every, twice  # "bring the cells to a temperature of 45 °C": the cells are counted
    shared = len(said) == 1 and len(able) == len(pairs) and (bool(_BOTH.search(text)) or _listed(text, named))
    return by_choice + every, twice or (bool(every) and not shared)


def _adjoins(text: str, mention: Mention, span: Span) -> bool:
    return mention.end <= span.start and not text[mention.end : span.start].strip()


def _beside(text: str, named: list[Mention], value: Span) -> Mention | None:
    """The one name that a value stands right before, said in full, where others are only touched on: "60 cars on the ring"."""
    after = [m for m in named if m.start >= value.end and not text[value.end : m.start].strip()]
    others = [m for m in named if m not in after]
    return after[0] if len(after) == 1 and after[0].how == "exact" and all(m.how != "exact" for m in others) else None


def _listed(text: str, named: list[Mention]) -> bool:
    """Whether names stand in one list: "albedo and humidity to 0.5" sets both."""
    ordered = sorted(named, key=lambda mention: mention.start)
    return all(_AND.fullmatch(text[one.end : other.start]) for one, other in pairwise(ordered))


def _by_fit(named: list[Mention], said: list[str], vocabulary: Vocabulary) -> list[Assignment]:
    """Pair by unit where the counts differ: "500 nodes and 300 hertz" are the nodes, and what alone is in hertz."""
    free, pairs = list(said), []
    for mention in named:
        fits = [value for value in free if _reads(value, vocabulary.parameters[mention.name], relative=True)]
        if len(fits) != 1:
            return []
        pairs.append(Assignment(mention.name, fits[0], mention.how))
        free.remove(fits[0])
    for value in free:
        others = set(meant_by_unit(value, vocabulary)) - {mention.name for mention in named}
        if len(others) != 1:
            return []
        pairs.append(Assignment(others.pop(), value, "unit"))
    return pairs


def _named(text: str, parts: Parts, vocabulary: Vocabulary, focus: str | None) -> list[Mention]:
    """The parameters that can take the clause's values, each once: named, or else meant by context or by the unit."""
    takes_value = {name for name, info in vocabulary.parameters.items() if info.kind in ("int", "float", "str")}
    named = list({m.name: m for m in parts.found if m.name in takes_value}.values())
    named = [m for m in named if not _is_far(text, m, parts, vocabulary)]
    if named or not parts.values:
        return named
    if parts.found:
        return [m for m in (_kin(text, found, vocabulary) for found in parts.found) if m]
    if parts.choices:
        return _by_unit_alone(parts.values, vocabulary)
    if focus in takes_value and can_be_about_it(text, parts.places):
        return [Mention(str(focus), 0, 0, "context")]
    told = len(parts.values) == 1 and _lets_unit_tell(text, parts.places)
    moves = told and not _HEATS.search(text) and words.ACTIONS["set_parameter"].search(text)  # "180 Hz please" does not
    of_result = moves and _is_measured(parts.values[0].text, vocabulary)
    return _by_unit_alone(parts.values, vocabulary) if told and not of_result else []


def _is_far(text: str, mention: Mention, parts: Parts, vocabulary: Vocabulary) -> bool:
    """Whether a name that is only touched on could take the one value as a period alone, where another takes it as it is."""
    value = parts.values[0].text if len(parts.values) == 1 else ""
    unit = re.search(r"[^\W\d_]+$", value)
    if mention.how == "exact" or unit is None or not units.find(unit.group()) or _PERIOD.search(text):
        return False
    fitting = [name for name in meant_by_unit(value, vocabulary) if read_plainly(value, vocabulary.parameters[name])]
    return bool(fitting) and mention.name not in fitting


def _is_measured(value: str, vocabulary: Vocabulary) -> bool:
    """Whether a result has that unit as well: "make it 22 degrees in there" may mean what is measured there."""
    measured = (vocabulary.described(name) for name in vocabulary.metrics)
    return any(info.unit and _reads(value, info) for info in measured)


def _lets_unit_tell(text: str, places: list[tuple[int, int]]) -> bool:
    """Whether a clause without a name is an order all the same: "heat the system up to 500 K", "180 Hz please"."""
    if _LIMIT.match(text):
        return False
    asks = text.rstrip().endswith("?")  # "could we try 300 Hz?" is asked back
    return bool(_HEATS.search(text)) or is_bare(text, places) or (not asks and can_be_about_it(text, places))


def _with_unit(said: Sequence[str], info: ParameterInfo) -> str | None:
    """The one of several values that carries the parameter's unit: "capacity 3500 mAh, I have a small 18650 here"."""
    with_unit = [value for value in said if re.search(r"[^\W\d_]", value)]
    return with_unit[0] if with_unit and with_unit == [*said[:1]] and info.unit and _reads(with_unit[0], info) else None


def _by_unit_alone(values: Sequence[Span], vocabulary: Vocabulary) -> list[Mention]:
    """For each value the one parameter that its unit tells ("a ringdown at 300 K"); none if one of them tells no single one."""
    fitting = [meant_by_unit(value.text, vocabulary) for value in values]
    places = [value.start for value in values]
    single = [Mention(names[0], at, at, "unit") for names, at in zip(fitting, places, strict=True) if len(names) == 1]
    return single if len(single) == len(values) else []


def _kin(text: str, found: Mention, vocabulary: Vocabulary) -> Mention | None:
    """The one parameter that goes by the word of a metric: "set the strain to …" where strain is read and amplitude is set."""
    word = text[found.start : found.end].lower()
    infos = vocabulary.parameters.values()
    kin = [info.name for info in infos if word in map(str.lower, info.aliases)] or [
        info.name for info in infos if word in " ".join((*info.aliases, info.unit)).lower().split()
    ]
    return (
        Mention(kin[0], found.start, found.end, "part") if len(kin) == 1 and found.name in vocabulary.metrics else None
    )


def meant_by_unit(value: str, vocabulary: Vocabulary) -> list[str]:
    """The parameters whose unit a bare quantity has: "180 Hz"."""
    if not re.search(r"[^\W\d_]", value) or SHARE.search(value):
        return []
    return [
        info.name
        for info in vocabulary.parameters.values()
        if info.unit and info.kind in ("int", "float") and _reads(value, info)
    ]


def read_plainly(text: str, info: ParameterInfo) -> bool:
    """Whether a text with a unit is a value of a parameter in its own kind of unit, no period for a frequency."""
    try:
        return bool(re.search(r"[^\W\d_]", text)) and "period" not in read_quantity(text, info).said
    except LodgerError:
        return False


def _reads(text: str, info: ParameterInfo, relative: bool = False) -> bool:
    try:
        return not read_quantity(text, info).relative or relative
    except LodgerError as error:
        return "minimum" in error.details  # the right unit, out of bounds: the tool will say so
