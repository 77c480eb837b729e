"""A message that speaks to several simulations in turn: which words are for which ("pause the lattice and resume the condensate").

Taken apart is only what is plain: nothing quoted, reported, wondered about, past or conditional; parts that ask for nothing ("don't
touch the lattice, pause the condensate") drop out. Everything else is one message to one simulation, as ever.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from agent.answer import vocabulary_of
from agent.reading import conditions, menu, words
from agent.reading.addressing import addressed, named, place_of
from agent.reading.mentions import Vocabulary
from agent.reading.message import read
from agent.reading.parting import JOINT, SENTENCE_END
from agent.reading.quoting import own_words
from workloads.snapshot import Snapshot

_AGAINST = (
    conditions.STARTS, words.WAITING, words.HYPOTHETICAL, words.WHAT_IF, words.SAYING, words.PAST, words.NARRATIVE, words.COMPARES,
)  # fmt: skip
_EMPTY = re.compile(
    r"\b(?:the|a|please|too|as well|also|simulation|run|one|die|das|der|den|le|la|les|el|los|bitte|auch|aussi|también)\b|\W+",
    re.I,
)


@dataclass(frozen=True)
class Portion:
    """The words for one simulation; ``snapshot`` is None where there is none."""

    text: str
    snapshot: Snapshot | None


def portions(message: str, snapshots: Iterable[Snapshot], before: str | None) -> list[Portion]:
    """Take a message apart by whom it speaks to; one portion with all of it unless it plainly speaks to several.

    Args:
        before: the simulation that the conversation spoke of last.
    """
    known = {snapshot.name: snapshot for snapshot in snapshots}
    whole = [Portion(message, addressed(message, known.values(), before))]
    if len(known) < 2 or not _is_plain(message):
        return whole
    parts = list(_grouped(_named_pieces(message, known), known))
    return [part for part in parts if _asks(part)] or whole if len(parts) > 1 else whole


def _is_plain(message: str) -> bool:
    own = own_words(message, Vocabulary({}, ()).knows)
    return own == message and not any(pattern.search(message) for pattern in _AGAINST)


def _named_pieces(message: str, known: dict[str, Snapshot]) -> list[tuple[str, str | None]]:
    """Its requests in order, each with the simulation that it names."""
    pieces = [
        piece.strip()
        for sentence in SENTENCE_END.split(message)
        for piece in JOINT.split(sentence)
        if piece and piece.strip()
    ]
    return [(piece, named(piece, known)) for piece in pieces]


def _grouped(pieces: Sequence[tuple[str, str | None]], known: dict[str, Snapshot]) -> Iterator[Portion]:
    """Put what follows a name to that name's words, up to the next name."""
    text, whose, first = "", None, ""
    for piece, name in pieces:
        if name and whose and name != whose:
            yield Portion(text, known[whose])
            first = text = _with_verb(piece, name, first, whose)
            whose = name
        else:
            text = f"{text}, {piece}" if text else piece
            whose = whose or name
            first = text if name and not first else first
    if whose:
        yield Portion(text, known[whose])


def _with_verb(piece: str, name: str, before: str, whose: str) -> str:
    """ "pause the lattice and the condensate": the second part takes the verb of the first."""
    here, there = place_of(piece, name), place_of(before, whose)
    if here is None or there is None or _EMPTY.sub("", piece[: here[0]] + piece[here[1] :]):
        return piece
    return before[: there[0]] + piece[here[0] : here[1]] + before[there[1] :]


def _asks(portion: Portion) -> bool:
    reading = read(portion.text, vocabulary_of(portion.snapshot))
    return any(menu.offer(clause, reading).worth_asking for clause in reading.clauses)
