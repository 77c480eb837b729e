"""Numbers as people write them, with units or without."""

from __future__ import annotations

import random

WORDS = "two three four five six seven eight nine ten twelve fifteen twenty thirty fifty hundred".split()  # noqa: SIM905
SUPERSCRIPT = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
SPOKEN = {
    "K": ("kelvin", "K"), "°C": ("degrees", "°C", "C", "celsius", "deg C"), "V": ("volts", "volt", "V"), "A": ("amps", "A"),
    "W": ("watts", "W"), "m": ("metres", "m", "meters", "cm"), "s": ("seconds", "s", "sec", "ms"), "ms": ("ms", "milliseconds"),
    "%": ("%", "percent", "per cent"), "m/s": ("m/s", "km/h", "metres per second"), "kg": ("kg", "kilos", "g"), "deg": ("deg", "degrees", "°"),
    "nm": ("nm", "nanometres"), "mm": ("mm", "millimetres", "cm"), "Pa": ("Pa", "kPa", "pascal"), "bar": ("bar", "mbar"), "Hz": ("Hz", "hertz", "kHz"),
    "T": ("T", "tesla", "mT"), "J": ("J", "joules", "kJ"), "eV": ("eV", "meV"), "kW": ("kW", "kilowatts"), "min": ("min", "minutes"),
    "N": ("N", "newtons"), "km": ("km", "kilometres"), "rpm": ("rpm",), "L/min": ("L/min", "litres per minute"),
}  # fmt: skip


def amount(rng: random.Random, unit: str = "", whole: bool = False) -> str:
    """A value for a parameter of this unit."""
    number = _whole(rng) if whole else _number(rng)
    if not unit or rng.random() < 0.35:
        return number
    spoken = rng.choice(SPOKEN.get(unit, (unit,))) if rng.random() < 0.6 else unit
    glue = "" if (rng.random() < 0.25 and not spoken[0].isalpha()) or rng.random() < 0.12 else " "
    return f"{number}{glue}{spoken}"


def share(rng: random.Random) -> str:
    return rng.choice(
        (
            f"{rng.choice((2, 5, 10, 12.5, 15, 20, 25, 30, 40, 60, 75))}{rng.choice((' %', '%', ' percent', ' per cent'))}",
        )
    )


def factor(rng: random.Random) -> str:
    return rng.choice((str(rng.randint(2, 12)), f"{rng.uniform(1.1, 5):.1f}", "100", "1000", rng.choice(WORDS[:9])))


def _whole(rng: random.Random) -> str:
    n = rng.choice((rng.randint(1, 20), rng.randint(10, 999), rng.randint(1, 99) * 100, 2 ** rng.randint(3, 12)))
    return rng.choice(
        (
            str(n),
            str(n),
            str(n),
            f"{n:,}",
            rng.choice(WORDS),
            f"{rng.randint(1, 30)}k",
            f"{rng.uniform(1, 9):.1f}k",
            f"{rng.choice(WORDS[:9])} hundred",
        )
    )


def _number(rng: random.Random) -> str:
    a, e = (
        rng.choice((f"{rng.uniform(1, 10):.1f}", str(rng.randint(1, 9)), f"{rng.uniform(1, 10):.2f}")),
        rng.randint(2, 24),
    )
    e = -e if rng.random() < 0.75 else e
    plain = (
        lambda: str(rng.randint(0, 20)), lambda: str(rng.randint(10, 999)), lambda: f"{rng.uniform(0, 10):.{rng.randint(1, 3)}f}",
        lambda: f"{rng.uniform(10, 900):.1f}", lambda: f"0.{rng.randint(1, 99):02d}", lambda: f"{rng.uniform(0, 1):.2f}".lstrip("0"), lambda: str(rng.randint(1, 90) * 50),
        lambda: f"{rng.randint(1000, 90000):,}", lambda: f"-{rng.uniform(0, 50):.1f}", lambda: rng.choice(WORDS),
    )  # fmt: skip
    powers = (
        lambda: f"{a}e{e}", lambda: f"{a}E{e}", lambda: f"{a} x 10^{e}", lambda: f"{a}*10**{e}", lambda: f"10^{e}", lambda: f"1e{e}",
        lambda: f"{a}×10{str(e).translate(SUPERSCRIPT)}", lambda: f"{a}·10{str(e).translate(SUPERSCRIPT)}", lambda: f"{a}x10^{e}",
    )  # fmt: skip
    return rng.choice(plain)() if rng.random() < 0.75 else rng.choice(powers)()
