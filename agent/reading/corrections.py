"""A value that is taken back in the same breath: "set it to 200 Hz, no wait, 250 Hz" sets 250 Hz."""

from __future__ import annotations

import re
from itertools import pairwise

from tools.quantity import find_spans

_TAKEN_BACK = re.compile(
    r"(?:\s*(?:please|pls|bitte))?[\s,.;!…–—-]*(?:(?:no|nope|wait|sorry|oops|ups|hm+|er+m?|uh+|ah|i (?:mean|meant)(?: to say)?|actually|rather|or rather|better|make (?:that|it)|let'?s say"
    r"|correction|scratch that|strike that|nein|halt|ich meine|ich meinte|besser|lieber|doch|non|pardon|je veux dire|plutôt|perdón|perdona|quiero decir|mejor|digo)[\s,.;:!…–—-]*)+",
    re.I,
)
_CLEARLY = re.compile(  # "is 60, make it 61" corrects nothing
    r"\b(?:no|nope|wait|sorry|oops|ups|i (?:mean|meant)|actually|rather|correction|scratch that|strike that|nein|halt|ich mein(?:t)?e|non|pardon|je veux dire|perdona?|perdón|quiero decir|digo)\b",
    re.I,
)


def applied(own: str) -> str:
    """Blank every value that a later one corrects, and the words of correction; the result has the length of ``own``."""
    for one, other in pairwise(find_spans(own)):
        between = own[one.end : other.start]
        if _TAKEN_BACK.fullmatch(between) and _CLEARLY.search(between):
            own = own[: one.start] + " " * (other.start - one.start) + own[other.start :]
    return own
