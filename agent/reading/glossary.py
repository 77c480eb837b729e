"""What words of German, French and Spanish mean in the English of a program's names: ``Lernrate`` is a learning rate.

A glossary, not a translator. It holds base forms (``glossary.tsv``); plurals, cases and feminines come by rule, and a German compound is
taken apart where both halves are known. It also tells which of the languages a text is in, so that English words are never taken for
foreign ones ("fin", "pan", "mode"). What a phrase of such words names in a run is ``translation``'s business.
"""

# ruff: noqa: SIM905 (a list of words reads better as a line of words)

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Literal

Language = Literal["de", "fr", "es"]
Meaning = tuple[str, ...]  # one or more English words
LANGUAGES: tuple[Language, ...] = ("de", "fr", "es")
_NONE: frozenset[Meaning] = frozenset()
_WORD = re.compile(r"[^\W\d_]+")
_ENDINGS: dict[Language, tuple[str, ...]] = {
    "de": ("e", "en", "n", "s", "es", "er", "ern", "em", "se", "sen"),
    "fr": ("s", "x", "e", "es"),
    "es": ("s", "es"),
}
_GENDERS = ("a", "os", "as")  # of a Spanish word in -o
# endings of words that the languages share, folded, with the English ones
_COGNATES: dict[Language, dict[str, str]] = {
    "de": {"itat": "ity", "itaten": "ity", "ierung": "ation", "ation": "ation", "ationen": "ation", "ischer": "ic", "isches": "ic", "ische": "ic", "isch": "ic", "ismus": "ism"},
    "fr": {"ite": "ity", "ites": "ity", "ation": "ation", "ations": "ation", "ique": "ic", "iques": "ic", "isme": "ism", "ance": "ance", "ence": "ence"},
    "es": {"idad": "ity", "idades": "ity", "acion": "ation", "aciones": "ation", "ico": "ic", "ica": "ic", "icos": "ic", "icas": "ic", "ismo": "ism", "ancia": "ance", "encia": "ence"},
}  # fmt: skip
_LONG_STEM = 4
_JOINTS = ("", "s", "n", "en", "es", "er", "e")  # between the halves of a German compound
_SHORTEST = 3  # letters of a half, and of a stem
_LONGEST = 40  # letters of a word that is taken apart
# words that only one of the languages has, or that say much about it; a text is in the language of most of them
_TELLING: dict[str, frozenset[str]] = {
    "en": frozenset(
        "the of to and is are it its please with for at what how show my your by into should would could can you i we if when then not"
        " don make use put set increase lower raise this that there where which keep let want turn get give bring has have been does"
        " from than an be was were will did do why who all just now up down".split()
    ),
    "de": frozenset(
        "der die das den dem des ein eine einen einer und auf bitte setze setz setzen stelle stell ist wie zeig zeige zeigen mir mich von vom fur nicht mit"
        " zu zum zur andere andern anderen erhohe senke verringere verdopple halbiere mach mache mal ich du wir welche welcher wieviel um bei nach"
        " bringe kannst konntest wurdest soll sollte lass reduziere nimm verwende benutze schalte an aus ab im kein keine noch letzten pro steigere".split()
    ),
    "fr": frozenset(
        "le la les du des de d l au aux un une et mets mettez regle reglez fixe fixez passe passez augmente augmentez diminue baisse est pour sur"
        " ne pas quel quelle quelles moi peux pourrais tu vous je nous que qu sil plait montre double utilise change derniers dernieres en avec reduis"
        " reduisez choisis dans ou svp il ce cette son sa ses ramene monte porte divise multiplie".split()
    ),
    "es": frozenset(
        "el la los las del de en un una y pon ponga cambia cambie por favor usa use sube baja ajusta ajuste fija fije establece que cual cuanto"
        " muestra muestrame es esta con para quiero puedes podrias reduce aumenta duplica sea su al ultimos ultimas ponme lleva multiplica divide".split()
    ),
}
# words of the glossary that English has too: without a telling word beside them they are taken for English
_ENGLISH_TOO = frozenset(
    "alter ano aptitude auto axe bad bas basis brand cache court derive execution experience extension extern forma fusion haz inferior interior intern"
    " inversion loup maximal meta oro parte pays pez piece poisson rad rand raster recipient regen regulation rio rot sec see sensible superior tau tier"
    " tod tor tur typ uhr via vie vue abandon action age agent air alarm animal arbre arm art as ball band bank base bath bed bit block bobine box burst bus canal cable capital car"
    " carbone carga charge chance chip choc class client coin color coste coupe course credit crew cube culture cycle dame date de delta die dispersion dimension direction"
    " distance drift drop echo effort element emission entropy error essai face factor fan fast fatigue federal fer feu field file fil film final fin"
    " firm flux focal fond force form fort fossil fraction friction front gang gas gel gen general gene golf grain grave grille groupe halt hall hand"
    " hell herb horizontal hospital hub ice image index individual inertia input insect instant integral ion isolation item joint jet kern kernel kind"
    " label lac lag land laser last lateral lave legend lens lent level libre light limit limite linear line list lit local lot love lupin lune"
    " machine male mal mar mark marche mask mass masse matter media medium mer mesh mess mesure metal method metro micro mine minimal minimum minute mist"
    " mode model moment mono mort motor mouse mur muscle nation neon net nickel no nominal normal note norm offset on once or oral order orbit ordinal"
    " output oval page pair pan panel panda pause par part pas patient peak pension permafrost person phase photon pic pile pipe pistol place plan plane plaque plasma"
    " plat plate plus point pole police polymer pond pont population port portion pose position post pot potent potential poster pressure price prime prise prix"
    " probe product production profit program project protein proton pulse pure quantum quench question radial radio radius rain ramp rang rare rat rate ratio"
    " real red reflection region relaxation relative replica reproduction reserve reservoir resolution resonance rest result retard robot rotation rotor route row rue ruin rule"
    " run salaries sale salt sample sand saute scale schema second section seed sensor serie series serve server service set shock signal simple sinus site six size"
    " sol solution son sort source spectral spin sport spur stable stage stand standard start state station status stern stock stop strand stress strong style sucre sum"
    " super surface surplus sweep switch symbol system table tag tale talent tank tanks tanque tape tariff tax temper tempo tension test text thread tide tire tissue token ton top"
    " tour tourist trace train transformation transistor transmission transport travail trend triangle tube tumor tunnel turbine turbulent turn type uniform union unit universal"
    " use vaccination vague validation valid value vector vegetal velo ventilator vertical veto video view village virus visage vision vital vol volume vote vortex wage"
    " war warm watt wave web wind window wolf worker yield zero zone modus alto bajo fixe mesa pico media largo modal metro bill".split()
)


@dataclass(frozen=True)
class Glossary:
    """By language and folded form. ``phrases`` are those of several words; ``english`` all English words of it."""

    words: dict[Language, dict[str, frozenset[Meaning]]]
    phrases: dict[Language, dict[str, frozenset[Meaning]]]
    english: frozenset[str]


def _german_spelled(stem: str) -> str:
    return stem.replace("z", "c").replace("k", "c")


_SPELLED = {"de": _german_spelled}


def fold(word: str) -> str:
    """A word without capitals and accents: ``Fréquence`` is ``frequence``, ``Größe`` is ``grosse``."""
    plain = unicodedata.normalize("NFD", word.casefold().replace("œ", "oe"))
    return "".join(sign for sign in plain if not unicodedata.combining(sign))


@cache
def glossary() -> Glossary:
    """Read the table, once."""
    words: dict[Language, dict[str, frozenset[Meaning]]] = {language: {} for language in LANGUAGES}
    phrases: dict[Language, dict[str, frozenset[Meaning]]] = {language: {} for language in LANGUAGES}
    known: set[str] = set()
    for line in files("agent.reading").joinpath("glossary.tsv").read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        english, *cells = line.split("\t")
        meanings = frozenset(tuple(one.casefold().split()) for one in english.split("|"))
        known.update(word for meaning in meanings for word in meaning)
        for language, cell in zip(LANGUAGES, cells, strict=True):
            for form in cell.split("|"):
                spelled = " ".join(fold(word) for word in _WORD.findall(form))
                table = (phrases if " " in spelled else words)[language]
                table[spelled] = table.get(spelled, _NONE) | meanings
    return Glossary(words, phrases, frozenset(known))


@lru_cache(maxsize=16384)
def meanings(word: str, language: Language) -> frozenset[Meaning]:
    """What a word may mean, in English words; nothing when the glossary does not know it."""
    folded = fold(word)
    found = _inflected(folded, language)
    if found or language != "de":
        return found or _cognate(folded, language)
    found = _compound(folded) if len(folded) <= _LONGEST else _NONE
    if not found and (plain := re.sub(r"([aou])e", r"\1", folded)) != folded:  # Wellenlaenge
        found = _inflected(plain, "de") or _compound(plain)
    return found or _cognate(folded, language)


def _cognate(folded: str, language: Language) -> frozenset[Meaning]:
    """An international word by its ending: ``Plastizität``, ``plasticité`` and ``plasticidad`` are plasticity."""
    if language != "de" and folded.startswith("auto") and (rest := meanings(folded.removeprefix("auto"), language)):
        return frozenset(("self", *one) for one in rest)
    for ending, english in _COGNATES[language].items():
        stem = folded.removesuffix(ending)
        if stem != folded and len(stem) >= _LONG_STEM:
            return frozenset({(_SPELLED.get(language, lambda one: one)(stem) + english,)})
    return _NONE


def phrase_meanings(words: str, language: Language) -> frozenset[Meaning]:
    """What several folded words mean together (``feu tricolore``)."""
    return glossary().phrases[language].get(words, _NONE)


def is_english_too(word: str) -> bool:
    """Whether a word could as well be English."""
    folded = fold(word)
    return folded in _ENGLISH_TOO or folded in glossary().english or folded.removesuffix("s") in glossary().english


def languages_of(text: str) -> tuple[tuple[Language, ...], bool]:
    """The languages that a text may be in, likeliest first, and whether its words tell so; none when it is English."""
    said = ["au" if word in "àÀ" else fold(word) for word in _WORD.findall(text)]  # "à" is French, "a" Spanish
    scores = {language: sum(word in telling for word in said) for language, telling in _TELLING.items()}
    best = max(scores[language] for language in LANGUAGES)
    if scores["en"] and scores["en"] >= best:
        return (), False
    near: list[Language] = [language for language in LANGUAGES if scores[language] >= best - 1]
    return tuple(sorted(near, key=lambda language: -scores[language])), best > 0


def _inflected(folded: str, language: Language) -> frozenset[Meaning]:
    table = glossary().words[language]
    if folded in table:
        return table[folded]
    stems = [folded.removesuffix(ending) for ending in _ENDINGS[language] if folded.endswith(ending)]
    if language == "es":
        stems += [folded.removesuffix(ending) + "o" for ending in _GENDERS if folded.endswith(ending)]
        stems += [folded.removesuffix("ces") + "z"] if folded.endswith("ces") else []
    return next((table[stem] for stem in stems if len(stem) >= _SHORTEST and stem in table), _NONE)


def _compound(folded: str) -> frozenset[Meaning]:
    """A German compound of known parts, the first as it stands or with a joint (``Wellen-länge``, ``Geschwindigkeit-s-limit``)."""
    table = glossary().words["de"]
    for cut in range(len(folded) - _SHORTEST, _SHORTEST - 1, -1):
        first = table.get(folded[:cut]) or _joined(folded[:cut], table)
        rest = first and (_inflected(folded[cut:], "de") or _compound(folded[cut:]))
        if first and rest:
            return frozenset((*one, *other) for one in first for other in rest)
    return _NONE


def _joined(half: str, table: dict[str, frozenset[Meaning]]) -> frozenset[Meaning]:
    stems = [half.removesuffix(joint) for joint in _JOINTS if joint and half.endswith(joint)]
    stems += [half + "e"]  # Lastwagen, Schulzeit: the first half may lose its e
    return next((table[stem] for stem in stems if len(stem) >= _SHORTEST and stem in table), _NONE)
