"""The same eight rules, a point at a time, for a monitor that never looks back.

Says exactly what ``nelson`` says of the whole series. The state lives in one generator's local variables, which is what
makes a point cost about a microsecond; runs are counters, rules 5 and 6 are small shift registers.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable

from measurement.spc.limits import Limits
from measurement.spc.nelson import MEASURE_IN_SIGMA, NEED_SIGMA, NELSON, Conventions, check_rules

_NAN = float("nan")
_TWO_OF_THREE = frozenset({0b011, 0b101, 0b111})
_FOUR_OF_FIVE = frozenset({0b01111, 0b10111, 0b11011, 0b11101, 0b11111})


class RuleStream:
    """Watches a series against frozen limits. ``push_bits(value)`` is the quick form: bit r - 1 for rule r, NaN for missing."""

    __slots__ = ("push_bits",)

    def __init__(self, limits: Limits, rules: Iterable[int] | None = None, conventions: Conventions = NELSON) -> None:
        chosen = set(check_rules(conventions.rules if rules is None else rules))
        if limits.sigma is None:
            chosen -= NEED_SIGMA
        elif limits.sigma == 0:
            chosen -= MEASURE_IN_SIGMA
        watch = _watch(limits, sum(1 << (rule - 1) for rule in chosen), conventions)
        next(watch)
        self.push_bits = watch.send

    def push(self, value: float | None) -> tuple[int, ...]:
        """Take the next point, ``None`` for a missing one, and name the rules that it breaks."""
        bits = self.push_bits(_NAN if value is None else value)
        return tuple(rule for rule in range(1, 9) if bits >> (rule - 1) & 1) if bits else ()


def _watch(limits: Limits, wanted: int, conventions: Conventions) -> Generator[int, float, None]:
    center, sigma = limits.center, limits.sigma
    center, sigma = _NAN if center is None else center, _NAN if sigma is None else sigma
    upper1, upper2, upper3 = center + sigma, center + 2 * sigma, center + 3 * sigma
    lower1, lower2, lower3 = center - sigma, center - 2 * sigma, center - 3 * sigma
    same, trend, turning = conventions.same_side, conventions.trend - 1, conventions.alternating - 2
    hugging, mixed = conventions.within, conventions.mixture
    one_side = mixed if conventions.mixture_on_both_sides else 1 << 62
    bits, last = 0, _NAN
    above = below = rises = falls = turns = inside = outside = high = low = up1 = down1 = up2 = down2 = present = 0
    while True:
        x = yield bits & wanted
        if x != x:  # missing: every window begins anew  # noqa: PLR0124
            bits, last = 0, _NAN
            above = below = rises = falls = turns = inside = outside = high = low = up1 = down1 = up2 = down2 = (
                present
            ) = 0
            continue
        present += 1
        above, below = above + 1 if x > center else 0, below + 1 if x < center else 0
        if x > last:
            turns, rises, falls = turns + 1 if falls else 0, rises + 1, 0
        elif x < last:
            turns, rises, falls = turns + 1 if rises else 0, 0, falls + 1
        else:
            turns = rises = falls = 0
        last = x
        high, low = high + 1 if x > upper1 else 0, low + 1 if x < lower1 else 0
        outside = outside + 1 if high or low else 0
        inside = inside + 1 if lower1 <= x <= upper1 else 0
        up1, down1 = (up1 << 1 | (high > 0)) & 31, (down1 << 1 | (low > 0)) & 31
        up2, down2 = (up2 << 1 | (x > upper2)) & 7, (down2 << 1 | (x < lower2)) & 7
        bits = (x > upper3 or x < lower3) | (above >= same or below >= same) << 1
        bits |= (rises >= trend or falls >= trend) << 2 | (turns >= turning) << 3
        bits |= (present > 2 and (up2 in _TWO_OF_THREE or down2 in _TWO_OF_THREE)) << 4
        bits |= (present > 4 and (up1 in _FOUR_OF_FIVE or down1 in _FOUR_OF_FIVE)) << 5
        bits |= (inside >= hugging) << 6 | (outside >= mixed and high < one_side and low < one_side) << 7
