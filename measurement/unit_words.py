"""Words for units as people write them, and common words that are none."""

# ruff: noqa: SIM905 (a list of words reads better as a line of words)

from __future__ import annotations

# Ways of writing that pint does not know, or reads as something that nobody means here (C is coulomb to pint, m.p.h. is nothing).
PHRASES = {
    "per cent": "percent",
    "pct": "percent",
    "per mille": "permille",
    "per mil": "permille",
    "‰": "permille",
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
}
# Common words that pint would take for attoseconds, years, inches, technical atmospheres …
NEVER = frozenset(
    "a act ad al all alpha am an and app apt are as at au be but by ca cat chain circle da de do dot dots du each eh el em en er es est"
    " et eu exact fat for from gamma go hand has he i if in ins is it lambda less li link links ma may me more my na nd ne nine no not now"
    " of on one or per point points rd re rem section sections so st te th than the then times to ton tons try un up was we with last"
    " half y e o u".split()
)
