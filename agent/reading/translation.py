"""Which parameter or metric a phrase in German, French or Spanish names: ``longitud de la caja`` is ``box_length``.

A phrase is a run of words that the glossary knows, joined by "of" and its like; each of them must be accounted for by one name. Order is
free. A phrase that fits two names, or that goes on with an unknown word ("taux de …"), names nothing: the person is asked.
"""

# ruff: noqa: SIM905 (a list of words reads better as a line of words)

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import product

from agent.reading import words
from agent.reading.glossary import (
    Language,
    Meaning,
    fold,
    glossary,
    is_english_too,
    languages_of,
    meanings,
    phrase_meanings,
)
from tools.quantity.numerals import SMALL

_TOKEN = re.compile(r"(?<!\w)[^\W\d_]+(?!\w)")
_GAP = re.compile(r"[\s’'-]*")
# "of" and its like join what they stand between; after a hard one an unknown word leaves the phrase unread
_HARD: dict[Language, frozenset[str]] = {
    "de": frozenset("der des von vom".split()),
    "fr": frozenset("de du des d".split()),
    "es": frozenset("de del".split()),
}
_SOFT: dict[Language, frozenset[str]] = {
    "de": frozenset("im in am pro je zwischen fur".split()),
    "fr": frozenset("par entre dans en pour".split()),
    "es": frozenset("por entre en para".split()),
}
_ARTICLES: dict[Language, frozenset[str]] = {
    "de": frozenset("der die das den dem des ein eine einen einem einer eines".split()),
    "fr": frozenset("le la les l un une".split()),
    "es": frozenset("el la los las un una".split()),
}
# nouns that say nothing about which parameter is meant
_FILLERS = frozenset(
    "simulation simulationen simulations simulacion system systems systeme sistema parameter parameters parametre parametro wert werte wertes"
    " valeur valeurs valor valores aktuell aktuelle aktuellen aktueller aktuelles actuel actuelle actuels actual actuales neue neuen neuer nouveau"
    " nouvelle nuevo nueva verlauf evolution evolucion entwicklung historique historial courbe kurve grafico".split()
)
# they tell when or which, and end a phrase
_NEUTRAL = frozenset(
    "letzten letzte letzter vergangenen dernier derniere derniers dernieres ultimo ultima ultimos ultimas pasados anteriores nachsten tous todos"
    " allen alle lui elle moi toi esta este este cette ce diesem dieser jetzt maintenant ahora heute facon manera forma".split()
)
_BEFORE_PAS = frozenset(
    "le un les des du de nombre dernier derniers chaque".split()
)  # "le pas" is a step, "pas" alone is "not"
_PAS_OF = frozenset({"de temps", "de calcul", "de grille", "d espace", "d integration"})
_EVERYDAY = frozenset(
    "step number value time size rate level total type second amount state point long short high low".split()
)
_ABBREVIATIONS: dict[str, str] = {
    "num": "number", "count": "number", "temp": "temperature", "freq": "frequency", "amp": "amplitude", "conc": "concentration",
    "max": "maximum", "min": "minimum", "avg": "mean", "average": "mean", "dt": "time step", "lr": "learning rate",
    "gw": "gravitational wave", "vel": "velocity", "pos": "position", "rel": "relative", "init": "initial", "coeff": "coefficient",
    "prob": "probability", "dist": "distance", "int": "interaction", "vol": "volume", "dim": "dimension", "accel": "acceleration",
    "colour": "color", "centre": "center", "params": "parameter", "rot": "rotation", "pct": "percentage", "diff": "diffusion",
}  # fmt: skip
_DROPPED = frozenset("of the per a an in for".split())
_MANY = 128  # readings of one phrase that are tried


@dataclass
class Phrase:
    """Known words in a row with what each may mean. ``open``: it goes on with a word that nobody knows."""

    start: int
    end: int
    meant: list[frozenset[Meaning]] = field(default_factory=list)
    foreign: bool = False
    open: bool = False

    def readings(self) -> Iterator[frozenset[str]]:
        """Every set of English words that it may stand for."""
        for count, choice in enumerate(product(*self.meant)):
            if count >= _MANY:
                return
            yield stems(" ".join(word for meaning in choice for word in meaning))


@dataclass(frozen=True)
class Names:
    """The names of a run, each with the words of its forms."""

    forms: Mapping[str, tuple[frozenset[str], ...]]

    @classmethod
    def of(cls, forms: Mapping[str, Iterable[str]]) -> Names:
        return cls({name: tuple(stems(form) for form in spelled) for name, spelled in forms.items()})

    @property
    def words(self) -> frozenset[str]:
        return frozenset(word for forms in self.forms.values() for form in forms for word in form)

    def meant(self, phrase: Phrase) -> str | None:
        """The one name that accounts for every word of a phrase: a whole form of it, a part of a form, or words of several."""
        readings = [one for one in phrase.readings() if len(one) > 1 or one - _EVERYDAY]
        if phrase.open or not phrase.foreign:
            return None
        for fits in (_is_form, _is_in_form, _is_in_all):
            names = {name for name, forms in self.forms.items() if any(fits(one, forms) for one in readings)}
            if names:
                return names.pop() if len(names) == 1 else None
        return None

    def torn(self, phrase: Phrase) -> bool:
        """Whether a phrase without a name has words of several names, and of no single one."""
        if not phrase.foreign or len(phrase.meant) < 2:
            return False
        known = [one & self.words for one in phrase.readings()]
        several = [one for one in known if len(one) > 1]
        return bool(several) and not any(_is_in_all(one, forms) for one in several for forms in self.forms.values())


def find(text: str, names: Names) -> Iterator[tuple[str, int, int]]:
    """Every phrase that names one parameter or metric: the name, where it starts and ends.

    The name is empty for a phrase that speaks of several ("fréquence d'échantillonnage", where a frequency and a sampling rate are there):
    no word of it may stand for a name by itself.
    """
    languages, told = languages_of(text)
    taken: list[tuple[int, int]] = []
    for language in languages:
        for phrase in _phrases(text, language, told, names.words):
            free = not any(start < phrase.end and phrase.start < end for start, end in taken)
            name = names.meant(phrase) if free else None
            if free and (name or names.torn(phrase)):
                taken.append((phrase.start, phrase.end))
                yield name or "", phrase.start, phrase.end


def find_words(text: str, wanted: Iterable[str]) -> Iterator[tuple[str, int, int]]:
    """Every single word that means one of ``wanted`` ("Regen" for rain), and no two of them."""
    languages, told = languages_of(text)
    sought = {one.casefold() for one in wanted}
    for token in _TOKEN.finditer(text):
        if is_english_too(token.group()) and not told:
            continue
        meant = {
            word for one in languages for (word, *more) in meanings(token.group(), one) if word in sought and not more
        }
        if len(meant) == 1 and fold(token.group()) not in sought:
            yield meant.pop(), token.start(), token.end()


@lru_cache(maxsize=4096)
def stems(text: str) -> frozenset[str]:
    """The words of a name in one way of writing: ``num_sources`` and "number of sources" are {number, source}."""
    said: list[str] = re.findall(r"[^\W_]+", text.casefold())
    spelled = " ".join(_ABBREVIATIONS.get(word, word) for word in said).split()
    parts = [part for word in spelled for part in _halves(_singular(word))]
    return frozenset(_ABBREVIATIONS.get(part, part) for part in parts if part not in _DROPPED)


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 5:
        return word[:-3] + "y"
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3 else word


def _halves(word: str) -> tuple[str, ...]:
    """``timestep`` and ``wavelength`` are two words, as other languages have them."""
    known = glossary().english
    if len(word) < 7:
        return (word,)
    cuts = range(3, len(word) - 2)
    return next(((word[:cut], word[cut:]) for cut in cuts if word[:cut] in known and word[cut:] in known), (word,))


def _is_form(said: frozenset[str], forms: tuple[frozenset[str], ...]) -> bool:
    number = frozenset({"number"})
    return any(said - number == form - number and said - number for form in forms) or said in forms


def _is_in_form(said: frozenset[str], forms: tuple[frozenset[str], ...]) -> bool:
    return bool(said - _EVERYDAY) and any(said <= form for form in forms)


def _is_in_all(said: frozenset[str], forms: tuple[frozenset[str], ...]) -> bool:
    return bool(said - _EVERYDAY) and said <= frozenset().union(*forms)


def _phrases(text: str, language: Language, told: bool, own: frozenset[str]) -> Iterator[Phrase]:
    """Every run of known words; ``told``: the text tells its language, ``own``: the words of the run's names."""
    tokens = list(_TOKEN.finditer(text))
    phrase, joined, place = None, False, 0
    while place < len(tokens):
        token, word = tokens[place], fold(tokens[place].group())
        if phrase and not _GAP.fullmatch(text, tokens[place - 1].end(), token.start()):
            yield phrase
            phrase, joined = None, False
        meant, taken = _meant(text, tokens, place, language, own)
        links = word in _HARD[language] or word in _SOFT[language]
        if meant:
            phrase = phrase or Phrase(token.start(), token.end())
            phrase.meant.append(meant)
            phrase.end = tokens[place + taken - 1].end()
            if meant != frozenset({(word,)}):  # the glossary knows it
                phrase.foreign = phrase.foreign or told or not is_english_too(token.group())
            joined = False
        elif phrase and links:
            joined = word in _HARD[language]
            phrase.foreign = phrase.foreign or (
                told and joined
            )  # "température de l'air", of words that English has too
        elif phrase and not (word in _FILLERS or (joined and word in _ARTICLES[language])):
            phrase.open = joined and word not in _NEUTRAL | SMALL.keys() | _ARTICLES[language]
            yield phrase
            phrase, joined = None, False
        place += taken
    if phrase:
        yield phrase


def _meant(
    text: str, tokens: list[re.Match[str]], place: int, language: Language, own: frozenset[str]
) -> tuple[frozenset[Meaning], int]:
    """What stands at a place, and how many words it takes; the run's own words mean themselves."""
    for count in range(min(4, len(tokens) - place), 1, -1):
        together = " ".join(fold(token.group()) for token in tokens[place : place + count])
        if found := phrase_meanings(together, language):
            return found, count
    said, word = tokens[place].group(), fold(tokens[place].group())
    linking = word in _HARD[language] or word in _SOFT[language] or word in _ARTICLES[language]
    if linking or word in _NEUTRAL or _is_other(text, tokens, place, word, language):
        return frozenset(), 1
    found = meanings(said, language)
    if word in _FILLERS:
        found = frozenset(one for one in found if set(one) <= own)
    elif not found and stems(word) and stems(word) <= own:
        found = frozenset({(word,)})
    return found, 1


def _is_other(text: str, tokens: list[re.Match[str]], place: int, word: str, language: Language) -> bool:
    """A verb at the front ("fixe le taux"), or the "pas" of "ne … pas"."""
    if word == "pas" and language == "fr":
        before = fold(tokens[place - 1].group()) if place else ""
        counted = re.search(r"\d\s*$", text[: tokens[place].start()])
        follows = fold(" ".join(one.group() for one in tokens[place + 1 : place + 3]))
        return before not in _BEFORE_PAS and not counted and follows not in _PAS_OF
    return place == 0 and bool(words.ACTIONS["set_parameter"].fullmatch(tokens[0].group()))
