"""Which part of a message is the person's own.

What is quoted, pasted, reported or shown is text about something; it asks for nothing. Such parts are blanked out with
spaces, so that positions stay. A quoted *name or value* ("set 'gw_amplitude' to '5e-21'") is an ordinary way of writing
one and stays.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_FENCE = re.compile(r"```.*?(?:```|\Z)", re.S)
_QUOTED_LINE = re.compile(r"^[ \t]*(?:>|\||#!|\$ ).*$", re.M)
_TAGGED = re.compile(r"<(\w+)[^<>]*>.*?(?:</\1>|\Z)", re.S)
_ROLE_LINE = re.compile(
    r"^\W{0,4}(?:system|assistant|user|human|ai|tool|function|instruction|prompt|error|warning|info|debug|admin|developer|root|note to (?:ai|assistant|self)|todo|fixme|reminder|subject|exercise|example|homework|quote|commit message|plan|sing)\b[^:\n]{0,40}:.*$|^\W{0,4}(?:todo|fixme)\b.*$",
    re.I | re.M,
)
_TEMPLATE = re.compile(r"<\|[^|<>]{1,40}\|>|\[/?INST\]|<</?SYS>>|^#{2,}\s*(?:system|instruction)", re.I | re.M)
_BRACES = re.compile(r"^[ \t]*[\[{].*$|[\[{][^\[\]{}]*[\"'][^\[\]{}]*[\]}]", re.M)
_CALL = re.compile(r"\b\w+_\w+\s*\([^()]*\)")
_PAIRS = [('"', '"'), ("“", "”"), ("„", "“"), ("«", "»"), ("`", "`"), ("‘", "’")]
_SINGLE = re.compile(r"(?<!\w)'([^'\n]{1,400}?)'(?!\w)")
_SHOWING = re.compile(
    r"^[^\n]*?\b(?:translate|summari[sz]e|rephrase|paraphrase|proofread|spell|repeat after me|rewrite|shorten (?:this|that|the (?:following|text|sentence|paragraph|message|abstract))|quote|(?:what|who) is meant by|meaning of|define(?! [\w ]{1,40}? (?:as|to be)\b)|pronounce|correct the grammar"
    r"|(?:print|write|say|output|echo|type|reply with|respond with|answer with) (?:the (?:words?|text|phrase|sentence|line)|exactly|literally|this|only)"
    r"|übersetze?|fasse|traduis|résume|traduce|resume (?:este|el) texto)\b",
    re.I,
)
_FOLLOWS = re.compile(
    r"\b(?:says?|said|reads?|wrote|writes|states?|stated|containing|contains|follows|following|below|this|text|message|e?-?mail|letter|request|ticket|chat|memo|sms|log|excerpt|snippet|transcript|headline|output|response|reply|note|comment|instructions?)\s*(?:\w+\s*)?:\s*",
    re.I,
)


_MEANING = re.compile(
    r"\bwhat (?:does|do|did|would|is) (?=[^\n]*\b(?:means?|meant|stands? for|translates? (?:to|as))\b)", re.I
)
_THING = (
    r"(?:comments?|scripts?|snippets?|code|lines?|logs?|mails?|e-?mails?|messages?|texts?|notes?|quotes?|quotations?|excerpts?|outputs?|paragraphs?|sentences?|reviews?|posts?|tweets?|tickets?"
    r"|readme|docs?|documentation|prompts?|instructions?|transcripts?|headlines?|titles?|answers?|replies|reply|passages?|files?|recipes?|poems?|stor(?:y|ies)|examples?)"
)
_ANNOUNCED = re.compile(
    rf"\b(?:here(?:'s| is| are| comes| follows)|this is|these are|below is|(?:i|we) (?:got|found|have|saw|received|copied)|someone (?:sent|wrote|left)|consider|look at|read)\b(?: \S+){{0,5}}? {_THING}\b[^:;.!?\n]{{0,60}}:\s*",
    re.I,
)
_SEEN = re.compile(
    r"\b(?:found|seen|spotted|written|scribbled|pinned|posted|overheard|printed|appeared|popped up|showed up|stuck) (?:on|in|at|under|to|by)\b[^:;.!?\n]{0,60}:\s*",
    re.I,
)
_EXCERPT = re.compile(
    r"^\W*(?:(?:a|the|this|my|from|some)\W+)*(?:log|excerpt|snippet|transcript|trace|memo|ticket|quote|headline|abstract|caption|logbook|diary|minutes)\b[^:;.!?\n]{0,40}:\s*",
    re.I,
)
# a mail's head, or a mark of what is passed on: nothing below it is the person's own
_MAIL = re.compile(
    r"^[ \t>]*(?:(?:from|sent|to|cc|subject|date|von|an|gesendet|betreff|datum|de|objet|asunto):[ \t]*\S[^\n]*\n(?=[\s\S])|-{2,}[ \t]*(?:forwarded|original|weitergeleitete|ursprüngliche)\b).*",
    re.I | re.M | re.S,
)
_COMMENT = re.compile(r"(?:^|(?<=\s))(?:#|//)\s+(?=[A-Za-z])[^\n]*", re.M)


_SETTING = re.compile(r"^[ \t]*[\w.-]+[ \t]*[:=][^\n]*$", re.M)


def own_words(text: str, is_name_or_value: Callable[[str], bool]) -> str:
    """Blank out everything that is not the person's own; the result has the length of ``text``."""
    text = _configured(text)
    if _TEMPLATE.search(text):
        return " " * len(text)  # a chat template's own marks: no person writes them to ask for something
    for pattern in (_FENCE, _MAIL, _TAGGED, _QUOTED_LINE, _ROLE_LINE, _BRACES, _CALL, _COMMENT):
        text = pattern.sub(_blank, text)
    text = _pasted_lines(text)
    for opening, closing in _PAIRS:
        pattern = re.compile(rf"{re.escape(opening)}([^{re.escape(opening + closing)}]*?){re.escape(closing)}", re.S)
        text = pattern.sub(lambda match: _keep_or_blank(match, is_name_or_value), text)
    text = _SINGLE.sub(lambda match: _keep_or_blank(match, is_name_or_value), text)
    return _shown(text)


def _blank(match: re.Match[str]) -> str:
    return " " * len(match.group())


def _keep_or_blank(match: re.Match[str], is_name_or_value: Callable[[str], bool]) -> str:
    inner = match.group(1)
    return f" {inner} " if is_name_or_value(inner.strip()) else _blank(match)


def _configured(text: str) -> str:
    """Blank the settings of a file that has comments of its own: "# last year's paper", and below it "num_sites: 128"."""
    return _SETTING.sub(_blank, text) if _COMMENT.search(text) and "\n" in text else text


def _pasted_lines(text: str) -> str:
    """Blank the lines under one that ends with a colon: they are what it announces."""
    head, colon, rest = text.partition(":\n")
    return head + colon + re.sub(r"[^\n]", " ", rest) if colon else text


def _shown(text: str) -> str:
    """Blank what a sentence only shows: all after "translate", and what follows "the log says:" or "here is a comment:"."""
    if match := _SHOWING.match(text):
        return text[: match.end()] + " " * (len(text) - match.end())
    for opening in (_MEANING, _ANNOUNCED, _SEEN, _EXCERPT, _FOLLOWS):
        if match := opening.search(text):
            return text[: match.end()] + " " * (len(text) - match.end())
    return text
