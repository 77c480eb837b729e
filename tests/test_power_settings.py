"""What a launch is told of power: by our names, by the usual ones, and wrongly."""

from __future__ import annotations

from pathlib import Path

import pytest

from measurement.errors import SettingsError
from settings import parse


def test_the_usual_names_are_read_and_yield_to_flags() -> None:
    usual = {
        "POWERCAP_ROOT": "/host/powercap",
        "SCAPHANDRE_URL": "http://host:8080/metrics",
        "SCAPHANDRE_AUTOSTART": "1",
    }
    settings, _ = parse([], usual)
    assert settings.powercap_root == Path("/host/powercap")
    assert (settings.scaphandre_url, settings.scaphandre_autostart) == ("http://host:8080/metrics", True)
    settings, _ = parse(["--powercap-root", "/mine"], usual)
    assert settings.powercap_root == Path("/mine")


def test_a_country_without_a_figure_is_refused_before_anything_starts() -> None:
    with pytest.raises(SettingsError, match="no grid intensity for 'Atlantis'"):
        parse(["--grid-country", "Atlantis"], {})
