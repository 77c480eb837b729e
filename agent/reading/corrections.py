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
# "3 boats seems few, make it 8"
_TOO_LITTLE = re.compile(
    r"[^.;!?]*\b(?:seems?|is|are|looks?|sounds?|feels?|was|were)\b[^.;!?]*\bmake (?:it|that|them)\W*", re.I
)
_CONDITIONAL = re.compile(r"\b(?:if|unless|when|once|as long as|provided|should|in case|wenn|falls|si|sobald)\b", re.I)
_SAID_AGAIN = re.compile(
    r"\W*(?:i\.? ?e\.?|that is(?: to say)?|that['’]s|in other words|namely|which (?:is|makes|means)|so|d\.? ?h\.?|das heißt|c['’]est-à-dire|es decir|o sea)\W*",
    re.I,
)
# "…, no, forget that", "… actually don't", "… just kidding": all that was said before it is taken back
_WITHDRAWN = re.compile(
    r"\w.*?[\s,.;!?…–—-]+(?:(?:forget (?:that|it|about (?:it|that)|what i said)|never ?mind|scratch that|cancel that|(?:i['’]m |i was )?(?:just |only )?(?:kidding|joking)|j/k|i take (?:that|it) back|don['’]t do (?:it|that)"
    r"|(?:oh|no|nah|wait|hm+)[\s,]+(?:leave it|better not|rather not|don['’]t|do not)|(?:actually|wait|hm+|no|please)[\s,]+(?:don['’]t|do not)|(?:i )?(?:don['’]t|do not) think so|i changed my mind|wait(?=[\s,.!:]+(?:what|is|was|does|how|why|should|are|did|would)\b)|no way|on second thoughts?,? (?:no|don['’]t|leave it|better not)"
    r"|vergiss (?:es|das)|lieber (?:doch )?nicht|doch nicht|war nur (?:ein )?(?:spaß|scherz)|lass es|oublie(?: ça)?|laisse tomber|non,? rien|je plaisante|olvídalo|mejor no|déjalo|es broma)(?=[\s\W]*(?:$|[.!,;:]))\W*)",
    re.I | re.S,
)


def applied(own: str) -> str:
    """Blank all that is withdrawn, every value that a later one corrects, and the words of it; the result has the length of ``own``."""
    while match := _WITHDRAWN.match(own.lstrip()):
        taken = len(own) - len(own.lstrip()) + match.end()
        own = " " * taken + own[taken:]
    for one, other in pairwise(find_spans(own)):
        between = own[one.end : other.start]
        if _TOO_LITTLE.fullmatch(between) and not _CONDITIONAL.search(own[: one.start]):  # the name beside it stays
            own = own[: one.start] + " " * (one.end - one.start) + own[one.end :]
        if _SAID_AGAIN.fullmatch(between) or (_TAKEN_BACK.fullmatch(between) and _CLEARLY.search(between)):
            own = own[: one.start] + " " * (other.start - one.start) + own[other.start :]
    return own
