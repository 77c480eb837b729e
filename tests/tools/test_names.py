"""What people call a parameter finds it, or several, or nothing; never another one."""

from __future__ import annotations

import pytest

from measurement.errors import Ambiguous, NotFound
from tools.names import resolve

LATTICE = {
    "num_lattice_nodes": ("nodes", "lattice size"),
    "gw_amplitude": ("strain amplitude", "h0"),
    "gw_frequency": ("frequency", "f"),
    "perturbation_type": ("waveform",),
    "temperature": ("temp", "T"),
    "learning_rate": (),
    "momentum": (),
    "max_depth": (),
    "x0": (),
    "t": (),
}


@pytest.mark.parametrize(
    ("asked", "name", "how"),
    [
        ("gw_amplitude", "gw_amplitude", "exact"),
        ("GW amplitude", "gw_amplitude", "exact"),
        ("the gw-amplitude", "gw_amplitude", "exact"),
        ("gwAmplitude", "gw_amplitude", "exact"),
        ("Gw Amplitude value", "gw_amplitude", "exact"),
        ("temp", "temperature", "alias"),
        ("T", "temperature", "alias"),
        ("t", "t", "exact"),
        ("strain amplitude", "gw_amplitude", "alias"),
        ("amplitude", "gw_amplitude", "close"),
        ("lattice nodes", "num_lattice_nodes", "close"),
        ("number of lattice node", "num_lattice_nodes", "close"),
        ("freq", "gw_frequency", "close"),
        ("gw freq", "gw_frequency", "close"),
        ("temprature", "temperature", "close"),
        ("gw frequnecy", "gw_frequency", "close"),
        ("perturbation", "perturbation_type", "close"),
        ("learning-rate", "learning_rate", "exact"),
    ],
)
def test_a_name_is_found(asked: str, name: str, how: str) -> None:
    match = resolve(asked, LATTICE)
    assert (match.name, match.how) == (name, how)
    assert match.said == ("" if asked == name else f'I read "{asked}" as {name}.')


@pytest.mark.parametrize("asked", ["gw", "GW parameter"])
def test_a_name_that_fits_two_is_asked(asked: str) -> None:
    with pytest.raises(Ambiguous, match="gw_amplitude or gw_frequency"):
        resolve(asked, LATTICE)


@pytest.mark.parametrize(
    "asked",
    [
        "min_depth",
        "learning rate decay",
        "x1",
        "pressure",
        "",
        "momentums of inertia",
        "temperature of the room",
        "?",
        "y0",
        "depth min",
    ],
)
def test_another_thing_is_not_found(asked: str) -> None:
    with pytest.raises(NotFound):
        resolve(asked, LATTICE)


def test_what_is_not_found_comes_with_suggestions() -> None:
    with pytest.raises(NotFound, match="Did you mean learning_rate") as caught:
        resolve("learning rate decay", LATTICE)
    assert caught.value.details["suggestions"][0] == "learning_rate"


def test_an_alias_that_two_share_is_asked() -> None:
    with pytest.raises(Ambiguous):
        resolve("noise", {"thermal_noise": ("noise",), "shot_noise": ("noise",)})


def test_a_longer_name_does_not_shadow_a_shorter_one() -> None:
    both = {"energy": (), "energy_error": (), "current": (), "current_density": (), "density": ()}
    assert [resolve(name, both).name for name in ("energy", "Energy error", "current density", "the density", "current")] == [
        "energy", "energy_error", "current_density", "density", "current",
    ]  # fmt: skip
