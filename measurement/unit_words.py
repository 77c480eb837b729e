"""Words for units as people write them, and common words that are none."""

# ruff: noqa: SIM905 (a list of words reads better as a line of words)

from __future__ import annotations

import unicodedata

# Ways of writing that pint does not know, or reads as something that nobody means here (C is coulomb to pint, m.p.h. is nothing).
PHRASES = {
    "per cent": "percent",
    "pct": "percent",
    "per mille": "permille",
    "per mil": "permille",
    "‰": "permille",
    "basis points": "permyriad",
    "basis point": "permyriad",
    "parts per million": "ppm",
    "parts per billion": "ppb",
    "parts per trillion": "ppt",
    "ppmv": "ppm",
    "ppbv": "ppb",
    "pptv": "ppt",
    "degrees celsius": "degC",
    "degree celsius": "degC",
    "deg celsius": "degC",
    "° celsius": "degC",
    "°celsius": "degC",
    "grad celsius": "degC",
    "degrees c": "degC",
    "deg c": "degC",
    "celsius": "degC",
    "centigrade": "degC",
    "°c": "degC",
    "℃": "degC",
    "degrees fahrenheit": "degF",
    "degree fahrenheit": "degF",
    "degrees f": "degF",
    "deg f": "degF",
    "fahrenheit": "degF",
    "°f": "degF",
    "℉": "degF",
    "degrees kelvin": "kelvin",
    "°k": "kelvin",
    "°": "degree",
    "grad": "degree",
    "mph": "mile/hour",
    "kph": "kilometer/hour",
    "kmh": "kilometer/hour",
    "stundenkilometer": "kilometer/hour",
    "wm-2": "watt/meter^2",
    "wm^-2": "watt/meter^2",
    "secs": "second",
    "sec": "second",
    "msec": "millisecond",
    "msecs": "millisecond",
    "usec": "microsecond",
    "mins": "minute",
    "hrs": "hour",
    "herz": "hertz",
    "solar masses": "solar_mass",
    "solar mass": "solar_mass",
    "sonnenmassen": "solar_mass",
    "masses solaires": "solar_mass",
    "masas solares": "solar_mass",
    "electron volts": "electron_volt",
    "electronvolts": "electron_volt",
    "astronomical units": "astronomical_unit",
    "light years": "light_year",
    "nautical miles": "nautical_mile",
    "millimetres of mercury": "mmHg",
    "millimeters of mercury": "mmHg",
    "u/min": "rpm",
    "umin": "rpm",
    "umdrehungen pro minute": "rpm",
    "tr/min": "rpm",
    "tours par minute": "rpm",
    "revoluciones por minuto": "rpm",
    "gauss": "si_gauss",
    "kilogauss": "kilosi_gauss",
    "milligauss": "millisi_gauss",
    "minuts": "minute",
    "mintues": "minute",
    "secodns": "second",
    "degress": "degree",
    "percnt": "percent",
    "precent": "percent",
    "prcent": "percent",
    "persent": "percent",
    "megaamps": "megaampere",
    "kiloamps": "kiloampere",
    "milliamps": "milliampere",
}
# Common words that pint would take for attoseconds, years, inches, technical atmospheres …
NEVER = frozenset(
    "a act ad al all alpha am an and app apt are as at au be but by ca cat chain circle da de do dot dots du each eh el em en er es est"
    " et eu exact fat for from gamma go hand has he i if in ins is it lambda less li link links ma may me more my na nd ne nine no not now"
    " of on one or per point points rd re rem section sections so st te th than the then times to ton tons try un up was we with last"
    " half y e o u".split()
)

# German, French and Spanish names of units, without accents; each may carry a prefix and a plural.
_FOREIGN = {
    "second": "sekunde sekunden seconde secondes segundo segundos",
    "minute": "minuten minuto minutos",
    "hour": "stunde stunden heure heures hora horas",
    "day": "tag tage tagen jour jours dia dias",
    "week": "woche wochen semaine semaines semana semanas",
    "year": "jahr jahre jahren annee annees ano anos",
    "meter": "metern metres metro metros",
    "gram": "gramm gramme grammes gramo gramos",
    "liter": "liter litern litro litros",
    "tonne": "tonnen tonelada toneladas",
    "hertz": "hercio hercios",
    "watt": "vatio vatios",
    "volt": "voltio voltios",
    "ampere": "amperes amperio amperios",
    "joule": "julios",
    "pascal": "pascales",
    "bar": "bares",
    "mile": "meile meilen milla millas",
    "degree": "degre degres grado grados",
}
_WORDS = {word: unit for unit, words in _FOREIGN.items() for word in words.split()}
_PREFIXED = {
    "kilo": "kilo", "milli": "milli", "mili": "milli", "mikro": "micro", "micro": "micro", "nano": "nano", "mega": "mega", "giga": "giga",
    "centi": "centi", "zenti": "centi", "hekto": "hecto", "hecto": "hecto", "deci": "deci", "dezi": "deci", "piko": "pico", "pico": "pico",
    "femto": "femto", "tera": "tera",
}  # fmt: skip


def translated(word: str) -> str | None:
    """The English name of a unit that is written in German, French or Spanish; None when it is none."""
    plain = "".join(sign for sign in unicodedata.normalize("NFD", word.casefold()) if not unicodedata.combining(sign))
    if plain in _WORDS:
        return _WORDS[plain]
    for prefix, english in _PREFIXED.items():
        rest = plain.removeprefix(prefix)
        if rest != plain and (unit := _WORDS.get(rest) or (rest if rest in _FOREIGN else None)):
            return english + unit
    return None
