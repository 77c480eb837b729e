"""Where a verb that fits the run is said of something else: "hold that thought", "let me pause here", "go on, tell me more", "my resume"."""

from __future__ import annotations

import re

from agent.reading import words
from agent.reading.clause import Mood
from agent.reading.mentions import Mention
from tools.quantity import find_spans

_DEEDS = ("pause_simulation", "resume_simulation", "stop_simulation", "restart_simulation", "undo")
_TALK = r"(?:explanation|answer|story|list|lecture|text|talk|description)s?"
_IDIOM = re.compile(
    r"pause (?:for (?:thought|breath|effect)|(?:and|to) think)\b|hold (?:your (?:horses|breath)|that thought|the line|true|up)\b"
    r"|(?:resume|continue|proceed|go on|carry on|keep going)(?: (?:explaining|talking|telling|describing|reading|writing|chatting)\b|,? (?:please )?(?:and )?(?:tell|explain|describe)\b|(?: with)? (?:the|your|that|this) "
    rf"{_TALK}\b)|resume of\b|weiter so\b|continue comme\b|sigue (?:así|\w+ndo)\b|halt (?:die klappe|mal,? (?:was|wie|wer|wo))\b|kill time\b|pause (?:button|key|is|was|menu|mode|function)\b|undo (?:button|function|feature|key|is|was|works?)\b"
    r"|have (?:a|another|one) (?:look|nice|good|great|question|guess|seat|try|think|word|chat)\b",
    re.I,
)
_NOUN = re.compile(
    r"\b(?:und so|an|the|my|your|his|her|our|their|each|every|another|i (?:hit|press(?:ed)?|click(?:ed)?)|(?:is|it['’]s) on)\s+$",
    re.I,
)
_PERSON_OR_THING = re.compile(
    r"(?:\b(?:i['’]ll|i will|let me|i(?:['’]m| am) going to|i must|i have to|i need to)\W+(?:\w+\W+)?"
    r"|^\W*(?:(?:and|but|so|because|that|when)\W+)?(?:the|these|those|most|many|some|all|our|their|my)\W+(?:\w+\W+)?\w+s\W+)$",
    re.I,
)
_RUN = re.compile(
    r"\W+(?:it|this|that|everything|(?:the|my|our) (?:run|simulation|sim|calculation|experiment|model|job|thing))\b",
    re.I,
)
# "to set the friction to 5" is no order by itself ("the goal is …", "I forgot …"); after these it is one
_INFINITIVE = re.compile(r"\bto\W+(?:\w+ly\W+)?$", re.I)
_WISHED = re.compile(
    r"(?<!how )(?<!command )(?<!script )\b(?:want|need|like|love|prefer|wish|please|let|allow|make|get|time|kind|decided|good|nice|great|better|best|glad|happy|grateful|free|possible|mind|ought|ask(?:ing)? you|for you|you)\b",
    re.I,
)
_HOW_TO = re.compile(r"\bhow\W+(?:to|you|we|i|one)\W+$", re.I)
_IS_SET = re.compile(
    r"(?:\b(?:is|was|were|are|got|gets|been)\W+(?:\w+ly\W+|already\W+|now\W+|still\W+)?|\b(?:has|had)\W+(?!to\b)(?:\w+\W+){1,3})$",
    re.I,
)
_PARTICIPLE = re.compile(r"(?:set|put|cut|reset)", re.I)
_SOMEBODY = re.compile(
    r"(?:^\W*(?:(?:and|but|so|because)\W+)?|\b(?:let|can|could|will|should|did)\W+)"
    r"(?!(?:please|now|then|just|next|first|also|finally|lodger|and|but|so|okay|hey|well|yes|yeah|sure|again|instead|maybe|perhaps|could|would|can|will|let|lets|pls|plz|thanks|right|alright|fine|good|great|cool|nice|perfect|hello|once|afterwards|second|third|last|bitte|danke|never|not|always|i|we|you|try|go|with|for|after|before|okay)\b)"
    r"(?:(?-i:[A-Z][a-z]{2,})(?:\W+and\W+(?-i:[A-Z][a-z]{2,}))?(?<!ly)|(?:the|these|those|most|many|some|our|their|my)\W+(?:\w+\W+)?\w+s)\W+$",
    re.I,
)
_ENGLISH = re.compile(
    r"(?:set|put|cut|reset|change|make|use|raise|lower|increase|decrease|reduce|drop|double|halve)", re.I
)
_REVERT_TO = re.compile(r"revert\b[^.;!?]*?\bto\W+[\d.]", re.I)
# an undo takes back the last change and nothing else
_MORE_THAN_LAST = re.compile(
    r"(?:\W+(?:the|my|all|your|our))*(?:\W+(?:last|previous|latest))?\W+(?:[2-9]\b|\d{2,}|two|three|four|five|few|everything|all|both|twice|thrice|only|just|alles|beide|tout|todo)\b",
    re.I,
)
_WILL = re.compile(r"\b(?:will|['’]ll)\W+(?:\w+ly\W+|also\W+|then\W+)?$", re.I)


_ADJECTIVE = re.compile(r"(?:warm|cool|slow|dim|narrow|lower|open|close|double|extended?|triple)\b", re.I)
_HOW_IT_IS = re.compile(
    r"\b(?:too|so|very|is|was|are|were|be|been|rather|quite|a (?:bit|little)|still|gets?|got|feels?|felt|looks?|looked|seems?|seemed|much|far|even|remains?|stays?)\s+$",
    re.I,
)
_INTERJECTION = re.compile(r"wait|sorry|well|right|look|okay|nice|fine|sure", re.I)


def is_no_verb(tool: str, text: str, start: int) -> bool:
    """Whether what looks like an order is part of a saying, or a noun."""
    if tool == "set_parameter" and _ADJECTIVE.match(text, start) and _HOW_IT_IS.search(text[:start]):
        return True  # "25 was too warm"
    if tool == "undo" and _REVERT_TO.match(text, start):
        return True  # "revert the pump to 20 W" sets it
    return bool(_IDIOM.match(text, start)) or (tool in _DEEDS and bool(_NOUN.search(text[:start])))


def mood_of(tool: str, text: str, span: tuple[int, int], mood: Mood, found: tuple[Mention, ...] = ()) -> Mood:
    """ "Let me pause here" and "the atoms freeze" tell of the speaker or of things, "let me pause it" of the run; "we will need" is no need yet."""
    before, after = text[: span[0]], text[span[1] :]
    elsewhere = tool in _DEEDS and _PERSON_OR_THING.search(before) and not _RUN.match(after)
    later = text[slice(*span)].lower() == "need" and _WILL.search(before)
    if mood == "order" and tool == "undo" and _MORE_THAN_LAST.match(after):
        return "question"
    told = elsewhere or later or _is_told(text, span, found)
    return "reported" if mood == "order" and told else mood


def _is_told(text: str, span: tuple[int, int], found: tuple[Mention, ...]) -> bool:
    """ "Friction is set to 5", "the goal is to set it to 5", "show me how to set it", "Anna set it to 5": all of them tell."""
    before, verb = text[: span[0]], text[slice(*span)]
    if _HOW_TO.search(before) or (_PARTICIPLE.fullmatch(verb) and _IS_SET.search(before)):
        return True
    if _INFINITIVE.search(before):
        return not (_WISHED.search(before) or words.STRONG_SET.search(before))
    subject = _SOMEBODY.search(before) if _ENGLISH.fullmatch(verb) else None
    return bool(subject) and not any(m.start < span[0] for m in found)


def is_part_of_name(mention: Mention, match: re.Match[str]) -> bool:
    return mention.how == "exact" and mention.start <= match.start() < mention.end


def is_said(choice: Mention, found: tuple[Mention, ...], focus: str | None) -> bool:
    """Whether a choice is one where it stands: "none" of nothing named is an answer, or half a sentence."""
    return choice.value != "none" or choice.name in (focus, *(mention.name for mention in found))


def is_no_name(mention: Mention, text: str) -> bool:
    """Whether a word of a name is one of a value, or a verb: "its maximum" is not the maximum speed."""
    if _INTERJECTION.fullmatch(text[mention.start : mention.end]) and re.match(r"\s*[,.!…–-]", text[mention.end :]):
        return True  # "wait, that was wrong"
    if mention.how == "part" and not re.search(r"\w", text[: mention.start]):
        return bool(words.ACTIONS["set_parameter"].fullmatch(text[mention.start : mention.end]))  # "heat the system"
    inside = [span for span in find_spans(text) if span.start <= mention.start and mention.end <= span.end]
    short = mention.end - mention.start <= 2 and any(span.start < mention.start for span in inside)  # the K of "300 K"
    return bool(inside) and (mention.how in ("part", "close") or short)
