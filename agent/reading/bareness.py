"""Whether a clause says nothing beside its names and values but little words: an order without a verb, a correction of what was said last."""

from __future__ import annotations

import re
from collections.abc import Iterable

from agent.reading import imperatives, slips, words

_FILLERS = re.compile(
    r"\b(?:from (?:now|here) on|as of now|at once|right away|immediately|asap|straight away|please|pls|plz|thx|kindly|now|then|the|a|an|to|at|be|is|of|it|ok|okay|so|and|but|for|with|no|nope|wait|sorry|oops|i mean|i meant|mean|meant|correction|rather|instead|actually|make|thanks|thank you"
    r"|cheers|danke|merci|gracias|um|uh|uhm|erm?|round|around|out there|in there|here|there|permitted|allowed|own|value|as well|too|also|likewise|auch|aussi|también|would you|will you|could you|can you|i changed my mind|changed my mind|on second thoughts?|new|fresh|random|another|again|should|in|on|back|use|using|turn|switch|auf|bitte|und|die|der|das|den|dem|des|von|vom|à|au|aux|la|le|les|l|d|de|du|et|el|los|del|al|y|en|por favor|s'il te plaît|s'il vous plaît|stp|svp|por fa|jetzt|maintenant|ahora|doch|just|only|plus|up|down|times|by)\b",
    re.I,
)
_FROM_VALUE = re.compile(r"\b(?:from|von|de|desde)\s+[+-]?[\d.,]+(?:e[+-]?\d+)?(?:\s*%)?", re.I)
_INSTEAD = re.compile(r"\b(?:instead of|rather than|statt|au lieu de|en vez de)\s+(?:the\s+)?[\w-]+", re.I)
_FOR_ME = re.compile(r"\b(?:need|want|give|let|get|have|brauche?|will|möchte|veux|voudrais|quiero|necesito)\b", re.I)
_IT_TALK = re.compile(
    r"\b(?:it|its|it's|that's|that|this|one|them|hm+|ah|oh|too|very|much|little|bit|tad|slightly|somewhat|bigger|smaller|larger|lower|higher|faster|slower|hotter|colder|warmer|more|less|better|best"
    r"|fast|slow|quick|high|low|big|small|large|hot|cold|warm|cool|loud|quiet|strong|weak|many|few|long|short|wide|narrow|deep|shallow|heavy|light|bright|dark|wet|dry|hoch|niedrig|schnell|langsam|groß|klein|enough|rather|after all|of that|of it|again|further|back|what|about|how|let'?s|i|i'd|we|we'd|you|me|us|can|could|would|will|like|think|say|perhaps|maybe|per|cent|by|from|down|up|times|was|were|are|am|looks?|seems?"
    r"|good|fine|great|perfect|well|next|first|finally|time|round|this time|same|different|instead|either|one more|go|do|does|did|have|has|had|get|as|than|before|earlier|still|yet|all|right"
    r"|hey|hi|guys|mate|man|yes|yeah|yep|ja|nein|jetzt|nun|dann|noch|mal|etwas|mehr|weniger|höher|tiefer|wieder|zurück|wäre|besser|lieber|doch|ich|wir|du|es|das|ihn|sie|um|von|mit|für"
    r"|oui|si|maintenant|puis|alors|encore|plus|moins|plutôt|mieux|je|on|nous|tu|ça|cela|un|une|peu|trop|pour|de|du|ahora|luego|otra|vez|más|menos|mejor|eso|esto|lo|un|una|poco|para|por|en|no)\b",
    re.I,
)
_ASKED_TO = re.compile(
    rf"(?:{words.POLITE.pattern})\W+(?:please\W+)?(?:do|have|go|run|get|make|give me|see|take)\b", re.I
)
# "the friction is 5", "it's 400 now": how things are, not how they are to be
_STATES = re.compile(
    r"^(?:[^:;=\d]|(?<=[A-Za-z])\d)*\b(?:is|it['’]s|that['’]s|c['’]est|das ist|es ist|eso es)\b|\d\S*(?:\s+\S+)?\s+(?:is|was|c['’]est|ist|war|est|était|es|era)\b|^[^:;=]*\b(?:doubled|tripled|quadrupled|halved)\W*$",
    re.I,
)


_LABEL = re.compile(  # "for the next test: …"
    r"^\W*(?:(?:for|in) (?:the|our|this|my|a)(?: (?:next|new|following|coming|second|first|third|final|other))? (?:tests?|runs?|figures?|experiments?|trials?|pictures?|scans?|cases?|measurements?|parts?|rounds?)"
    r"|(?:the |my |our )?(?:new|next) (?:settings|values|parameters|set-?up)|next|settings|as follows|the following)\s*[:,–—-]\s*",
    re.I,
)
_RANGE = re.compile(
    r"\bup to\s+[-+]?\d|\b(?:from|between)\s+[-+]?\d[^;!?]*?\b(?:to|and)\s+[-+]?\d|\bvon\s+[-+]?\d[^;!?]*?\bbis\s+[-+]?\d|\bbis (?:zu )?\d|\bjusqu['’]à\s+\d|\bentre\s+\d[^;!?]*?\b(?:et|y)\s+\d|\bhasta\s+\d",
    re.I,
)
_PLEASE = re.compile(
    r"\b(?:please|pls|plz|would you|will you|could you|can you|bitte|s['’]il (?:te|vous) plaît|stp|svp|por favor)\b",
    re.I,
)


def is_bare(text: str, places: Iterable[tuple[int, int]]) -> bool:
    """Whether a clause is nothing but a name and its value ("temp 0.45", "catalyst: platinum", "no, 80"): an order without a verb.

    Args:
        places: where its names, values and choices stand.
    """
    asked = _ASKED_TO.match(text)
    if not asked and (text.rstrip().endswith("?") or words.QUESTION.search(text) or _STATES.search(text)):
        return False
    if tells_bounds(text):
        return False
    text = _LABEL.sub(lambda found: " " * len(found.group()), text)
    text = words.POLITE_IF.sub(" ", _FROM_VALUE.sub(" ", without(text, places)))
    text = _INSTEAD.sub(" ", imperatives.blanked(text) or text)
    if asked and len(text) >= asked.end():  # "could you do 400 sources?"
        text = " " * asked.end() + text[asked.end() :]
    return not re.search(r"[^\W_]", without_fillers(text))


def without(text: str, places: Iterable[tuple[int, int]]) -> str:
    """A text with some places of it blanked; positions stay."""
    for start, end in places:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def can_be_about_it(text: str, places: Iterable[tuple[int, int]]) -> bool:
    """Whether a clause that names nothing can mean what was spoken of last: "make it 3", not "give me 3 jokes"."""
    if _FOR_ME.search(text) and not words.PRONOUN.search(text):
        return False
    rest = words.ACTIONS["set_parameter"].sub(" ", without(text, places))
    return not re.search(r"[^\W\d_]", _FILLERS.sub(" ", _IT_TALK.sub(" ", rest)))


def tells_bounds(text: str) -> bool:
    """ "Ah, mass up to 20 t", "charge from -2 to 2": without a verb or a please it repeats what is allowed."""
    asked = words.ACTIONS["set_parameter"].search(text) or words.POLITE.search(text) or _PLEASE.search(text)
    return bool(_RANGE.search(text)) and not asked


def without_fillers(text: str) -> str:
    """A text without its little words, those with a slip too."""
    return slips.without_misspelt(_FILLERS.sub(" ", text))


def corrects(text: str) -> bool:
    """Whether a clause about what was spoken of last corrects it ("hm, no, rather 0.6"), and does not tell or ask of it."""
    text = next(
        (part for part in reversed(text.split(", ")) if re.search(r"\d", part)), text
    )  # "that's too much, 1.4 will do"
    told = _STATES.search(text) or re.search(r"\b(?:was|were|had|has|is|than|looks?|seems?)\b", text, re.I)
    return not (told or text.rstrip().endswith("?") or words.QUESTION.search(text))
