"""No number about the run without a fact: the gate that a model's own sentences pass.

Text streams through until a digit appears; that sentence is then held back until it ends, and let through only if every
number in it is a fact of this turn or stands in the person's own words.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator

_NUMBER = re.compile(r"[-+]?\d[\d,]*(?:\.\d+)?(?:[eE][-+]?\d+)?")
_LIST_MARK = re.compile(r"(?:^|\n)\s*\d{1,2}[.)]\s")
_SENTENCE_END = re.compile(r"[.!?](?=\s)|\n")
_CLAIM = re.compile(
    r"→|\bin effect at step\b"
)  # how tools speak of a change; a model may copy it from what was said before
LEFT_OUT = "(A sentence with a number that no tool gave was left out.) "


class NumberGate:
    """One answer's gate. ``allow`` may be called while the answer goes on, as tools return.

    ``claims_only``: the answer is not about the run; only a sentence that speaks as a tool does must be traced.
    """

    def __init__(self, words: str, claims_only: bool = False) -> None:
        self._claims_only = claims_only
        self._known = [_parse(text) for text in _NUMBER.findall(words)]
        self._held = ""
        self.withheld = 0

    def allow(self, values: Iterable[object]) -> None:
        """Let numbers pass from now on: values of facts."""
        self._known += [
            float(value) for value in values if isinstance(value, int | float) and not isinstance(value, bool)
        ]

    def feed(self, text: str) -> Iterator[str]:
        """Give what may be shown of the text so far."""
        self._held += text
        while match := _SENTENCE_END.search(self._held):
            sentence, self._held = self._held[: match.end()], self._held[match.end() :]
            yield from self._judge(sentence)
        if self._held and not re.search(r"\d", self._held):
            yield self._held
            self._held = ""

    def close(self) -> Iterator[str]:
        """Give the rest."""
        rest, self._held = self._held, ""
        if rest:
            yield from self._judge(rest)

    def _judge(self, sentence: str) -> Iterator[str]:
        free = self._claims_only and not _CLAIM.search(sentence)
        if free or all(self._traced(text) for text in _NUMBER.findall(_LIST_MARK.sub(" ", sentence))):
            yield sentence
        else:
            self.withheld += 1
            yield LEFT_OUT

    def _traced(self, text: str) -> bool:
        number = _parse(text)
        decimals = len(text.partition(".")[2].split("e")[0].split("E")[0])
        rounding = 0.5 * 10.0**-decimals if "e" not in text.lower() else abs(number) * 0.005
        return any(
            math.isclose(number, known, rel_tol=1e-9) or (abs(number - known) <= rounding * 1.0001 and decimals > 0)
            for known in self._known
        )


def _parse(text: str) -> float:
    return float(text.replace(",", "") or "nan")
