"""Where a message is parted into requests: at the ends of sentences, and at joints where what follows is a request of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agent.reading import mentions, presence, words
from agent.reading.bareness import is_bare
from agent.reading.mentions import Vocabulary
from agent.reading.trial_requests import TRIALS
from tools.quantity import find_spans

SENTENCE_END = re.compile(
    r"(?<=[;!?\n])|(?<=[^\d\W]\.)(?<! al\.)(?<!fig\.)(?<!Fig\.)(?<!eq\.)(?<!Eq\.)(?<!e\.g\.)(?<!i\.e\.)(?<!z\.B\.)(?<!p\.ex\.)(?<!p\.ej\.)(?=\s)|(?<=\d\.)(?=\s+[A-ZÄÖÜÉ])|(?<=[)\]]\.)(?=\s)"
)
JOINT = re.compile(
    r"(?<!anything)(?<!everything)(?<!nothing)(?:\s*,)?\s+(?:and then|and also|and|then|but|und dann|und|dann|et puis|et|puis|y luego|y|also|plus)\s+|\s*,\s+|\s+&\s+",
    re.I,
)
_INTERJECTION = re.compile(r"\W*(?:sorry|oops|ups|wait|no|my (?:mistake|bad|fault))\W*", re.I)
_OF_IT = re.compile(r"\W*(?:then\s+)?(?:double|halve|triple|quadruple) (?:it|that)\b", re.I)
_SAYS_AGAIN = re.compile(
    r"\W*(?:i\.? ?e\b|that is\b|that['’]s\b|namely\b|so \d|d\. ?h\.|c['’]est-à-dire\b|es decir\b)", re.I
)


def parts_of(body: str, vocabulary: Vocabulary) -> Iterator[str]:
    """Split a sentence at its joints, wherever what follows is a request of its own."""
    start = 0
    values = find_spans(body)
    for joint in JOINT.finditer(body):
        if _INTERJECTION.fullmatch(body[start : joint.start()]):
            continue  # "sorry, it should have been 85"
        if _SAYS_AGAIN.match(body, joint.end()) or any(
            span.start < joint.start() < joint.end() < span.end for span in values
        ):
            continue  # "one and a half times"
        rest = body[joint.end() :]
        upto = JOINT.search(rest)
        left, right = body[start : joint.start()], rest[: upto.start()] if upto else rest
        joined = _waits_for_value(left, right, vocabulary) or _contradicts(left, right, vocabulary)
        alone = _begins_anew(right) if _tries(left) else _stands_alone(right, vocabulary)
        if left.strip() and alone and not joined:
            yield left
            start = joint.end()
    yield body[start:]


def _waits_for_value(left: str, right: str, vocabulary: Vocabulary) -> bool:
    """ "set amplitude and temperature to 2": the first name has no value of its own yet."""
    named = is_bare(left, [(m.start, m.end) for m in mentions.find(left, vocabulary)])  # "cars and road to 5"
    wants = (named or words.STRONG_SET.search(left)) and mentions.find(left, vocabulary) and not find_spans(left)
    return bool(wants) and not mentions.find_choices(left, vocabulary) and not words.STRONG_SET.search(right)


def _contradicts(left: str, right: str, vocabulary: Vocabulary) -> bool:
    """ "set it to dry and snow": two choices of one parameter, and nobody said which."""
    first, second = ({c.name for c in mentions.find_choices(text, vocabulary)} for text in (left, right))
    return bool(first & second) and not words.STRONG_SET.search(right)


def _tries(text: str) -> bool:
    """ "branch with amplitude 2 and temperature 3": what follows belongs to the trial, unless it begins a request of its own."""
    return any(words.ACTIONS[tool].search(text) for tool in TRIALS)


def _begins_anew(text: str) -> bool:
    others = (pattern.search(text) for name, pattern in words.ACTIONS.items() if name != "set_parameter")
    said = (pattern.search(text) for pattern in (words.STRONG_SET, words.QUESTION, words.COMPARES))
    misspelt = (words.misspelt_action(word) for word in re.findall(r"[^\W\d_]{4,}", text))
    return any(others) or any(said) or bool(words.SHOW.match(text)) or any(misspelt)


def _stands_alone(text: str, vocabulary: Vocabulary) -> bool:
    if _begins_anew(text):
        return True
    if _OF_IT.match(text):
        return True
    found = mentions.find(text, vocabulary)
    return bool(
        (found and find_spans(text))
        or presence.find(text, found, vocabulary)
        or mentions.find_choices(text, vocabulary)
        or mentions.find_switches(text, found, vocabulary)
    )
