"""Carbon: grams of CO₂ equivalents for an energy, by the grid of a country and the year that its figure is of.

The table is ``grid_intensities.toml``: yearly means over a country's generation, life cycle included. It knows nothing of the hour,
the region, or a contract for green power; who knows better gives an intensity of their own.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from measurement.errors import NotFound, Refused

TABLE = Path(__file__).with_name("grid_intensities.toml")
J_PER_KWH = 3.6e6


@dataclass(frozen=True, slots=True)
class Grid:
    """A grid's mean intensity in grams of CO₂ equivalents per kilowatt-hour, with its year and source."""

    code: str
    country: str
    intensity_g_per_kwh: float
    year: int
    source: str

    def carbon_g(self, energy_j: float | None) -> float | None:
        """Grams for an energy in joules; None stays None."""
        return None if energy_j is None else energy_j / J_PER_KWH * self.intensity_g_per_kwh


@cache
def grids() -> dict[str, Grid]:
    """Every grid of the table by its three-letter code (ISO 3166-1; ``WORLD`` for the mean of all)."""
    table: dict[str, Any] = tomllib.loads(TABLE.read_text("utf-8"))
    source = f"{table['source']}, retrieved {table['retrieved']}"
    return {
        code: Grid(code, row["country"], float(row["g_per_kwh"]), row["year"], source)
        for code, row in table["grid"].items()
    }


def grid(country: str) -> Grid:
    """Give the grid of a country, by code or name.

    Raises:
        NotFound: the table has no such country.
    """
    known = grids()
    wanted = country.strip().casefold()
    found = next((one for one in known.values() if wanted in (one.code.casefold(), one.country.casefold())), None)
    if found is None:
        raise NotFound(
            f"There is no grid intensity for '{country}'; there is one for {', '.join(known)}. "
            "A figure of your own can be given in grams per kilowatt-hour.",
            suggestions=list(known),
        )
    return found


def own_grid(intensity_g_per_kwh: float, year: int, source: str) -> Grid:
    """Make a grid from a figure that somebody knows better.

    Raises:
        Refused: an intensity that no grid has.
    """
    if not 0.0 <= intensity_g_per_kwh <= 2000.0:
        raise Refused(
            f"A grid intensity of {intensity_g_per_kwh:g} g/kWh cannot be; give grams per kilowatt-hour, 0 to 2000."
        )
    return Grid("OWN", "as given", intensity_g_per_kwh, year, source)
