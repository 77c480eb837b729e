"""Requests in German, French and Spanish, read without a model: what they name, what they order, and above all what they do not."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest

from agent import guard
from agent.reading import menu, translation
from agent.reading.glossary import LANGUAGES, Language, glossary, meanings
from agent.reading.mentions import Vocabulary, find
from agent.reading.message import read
from tools.registry import tools
from workloads.parameters import ParameterInfo

HERE = Path(__file__).parent
OPEN_SUITES = ("builtin_suite", "steering_suite")


@cache
def vocabulary(program: str) -> Vocabulary:
    """The names of one program, as it declared them when ``declarations.json`` was written."""
    declared = json.loads((HERE / "declarations.json").read_text("utf-8"))[program]
    parameters = [
        ParameterInfo(**{"unit": "", **given, "aliases": tuple(given.get("aliases", ())), "choices": _choices(given)})
        for given in declared["parameters"]
    ]
    return Vocabulary({info.name: info for info in parameters}, tuple(declared["metrics"]), declared["metrics"])


def _choices(given: dict[str, object]) -> tuple[object, ...] | None:
    choices = given.get("choices")
    return tuple(choices) if isinstance(choices, list) else None


def done(program: str, said: str) -> list[str]:
    """What the guard lets happen of all that the words admit."""
    names = vocabulary(program)
    reading = read(said, names)
    now = {name: info.value for name, info in names.parameters.items()} | dict.fromkeys(names.metrics, 1.0)
    calls = [menu_call(entry) for clause in reading.clauses for entry in menu.offer(clause, reading).entries]
    return [
        f"{args['name']} = {args['value']}" if tool == "set_parameter" else tool
        for tool, args in calls
        if tools()[tool].actuator and guard.check(tool, args, reading, now, confirm_end=False).decision == "allow"
    ]


def menu_call(entry: dict) -> tuple[str, dict[str, object]]:
    values = {name: shape.get("const", (shape.get("enum") or [None])[0]) for name, shape in entry["properties"].items()}
    return values.pop("tool"), values


def table() -> list[tuple[str, str, str]]:
    lines = (HERE / "abroad.tsv").read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return [(program, expected, said) for program, expected, said in rows]


@pytest.mark.parametrize(("program", "expected", "said"), table())
def test_what_is_done(program: str, expected: str, said: str) -> None:
    assert done(program, said) == ([] if expected == "-" else [expected])


@pytest.mark.parametrize(
    ("program", "said", "name"),
    [
        (
            "gft_condensate",
            "Montre-moi l'évolution du potentiel chimique sur les 40 derniers pas",
            "chemical_potential",
        ),
        ("gft_condensate", "Wie groß ist die Spitzendichte?", "peak_density"),
        ("gft_condensate", "¿Cuál es la energía cinética?", "kinetic_energy"),
        ("gw_lattice", "Wie groß ist die fraktale Dimension?", "fractal_dimension"),
        ("traffic_ring", "Quelle est la vitesse moyenne ?", "mean_speed"),
        ("climate_column", "Zeig die Oberflächentemperatur", "surface_temperature"),
        ("md_box", "Muestra la energía potencial", "potential_energy"),
        ("reactor", "Quelle est la température du réacteur ?", "reactor_temperature"),
    ],
)
def test_a_metric_is_known_by_its_translation(program: str, said: str, name: str) -> None:
    names = vocabulary(program)
    assert [mention.name for mention in find(said, names) if mention.name in names.metrics] == [name]


@pytest.mark.parametrize(
    ("word", "language", "meant"),
    [
        ("Lernrate", "de", ("learning", "rate")),
        ("Gitterpunkten", "de", ("grid", "point")),
        ("Wellenlaenge", "de", ("wavelength",)),
        ("Geschwindigkeitsbegrenzung", "de", ("speed", "limit")),
        ("Kühlmitteltemperatur", "de", ("coolant", "temperature")),
        ("fréquences", "fr", ("frequency",)),
        ("réseaux", "fr", ("network",)),
        ("magnética", "es", ("magnetic",)),
        ("luces", "es", ("light",)),
    ],
)
def test_endings_and_compounds(word: str, language: Language, meant: tuple[str, ...]) -> None:
    assert meant in meanings(word, language)


def test_phrases_that_fit_two_names_or_go_on_unknown_name_none() -> None:
    two = Vocabulary(
        {name: ParameterInfo(name, 1.0, "float") for name in ("inner_radius", "outer_radius", "growth_rate")}, ()
    )
    assert not list(translation.find("pon el radio en 3", two.names))
    assert not list(translation.find("mets le taux de gloubi à 3", two.names))
    assert not list(translation.find("mets le taux de mortalité à 3", two.names))
    assert [name for name, *_place in translation.find("pon el radio interior en 3", two.names)] == ["inner_radius"]
    assert [name for name, *_place in translation.find("Wachstumsrate auf 3", two.names)] == ["growth_rate"]


def test_a_phrase_that_speaks_of_several_names_is_none_of_them() -> None:
    """ "fréquence" alone would be close to the one, but it is the detector's that is meant."""
    two = Vocabulary({name: ParameterInfo(name, 1.0, "float") for name in ("wave_frequency", "detector_height")}, ())
    assert find("mets la fréquence du détecteur à 3", two) == []
    assert [mention.name for mention in find("mets la fréquence à 3", two)] == ["wave_frequency"]


def test_english_is_never_taken_for_another_language() -> None:
    """No English request of the open suites has a translated name, whatever program it is said to."""
    said = [
        json.loads(line)
        for suite in OPEN_SUITES
        for file in sorted((HERE / suite).glob("*.jsonl"))
        for line in file.read_text("utf-8").splitlines()
    ]
    english = [
        one["say"] for one in said if not one["category"].startswith("language") and "translate" not in one["say"]
    ]
    assert len(english) > 600
    programs = json.loads((HERE / "declarations.json").read_text("utf-8"))
    found = {
        text: name
        for text in english
        for program in programs
        for name, *_place in translation.find(text, vocabulary(program).names)
    }
    assert found == {}


def test_the_table_is_whole() -> None:
    assert sum(len(glossary().words[language]) for language in LANGUAGES) > 2100
    assert all(meanings(word, language) for language in LANGUAGES for word in glossary().words[language])
