"""Which simulation a message is about, when there are several.

In this order: its name; a word that only its name has ("the condensate"); a parameter or metric that only it has; the one
that the conversation spoke of last; the first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from agent.reading import words
from agent.reading.mentions import Vocabulary, find
from workloads.runner import Snapshot

# "branch with …" and "compare it with the branch" speak of what is done, not of the simulation that is called a branch
_DEEDS = words.ACTIONS["branch_simulation"]
_LEAST = 3  # letters of a word that may stand for a name


def addressed(message: str, snapshots: Iterable[Snapshot], before: str | None) -> Snapshot | None:
    """The simulation that is meant; None when there is none. ``before`` is the one that was spoken of last."""
    known = {snapshot.name: snapshot for snapshot in snapshots}
    if not known:
        return None
    return known.get(named(message, known) or before or "") or next(iter(known.values()))


def named(message: str, known: Mapping[str, Snapshot]) -> str | None:
    """The one simulation that the words themselves point to; None when they point to none or to several."""
    message = _DEEDS.sub(" ", words.COMPARES.sub(" ", message))
    seekers: tuple[Callable[[], set[str]], ...] = (
        lambda: {name for name in known if _stands(name, message)},
        lambda: {name for word, name in _own_words(known).items() if _stands(word, message)},
        lambda: {name for name, snapshot in known.items() if len(known) > 1 and _speaks_of(message, snapshot, known)},
    )
    for seek in seekers:
        if len(found := _longest(seek())) == 1:
            return found.pop()
    return None


def place_of(text: str, name: str) -> tuple[int, int] | None:
    """Where a text names a simulation, by its name or by a word of it."""
    forms = [name, *sorted(_words_of(name), key=len, reverse=True)]
    return next((match.span() for form in forms if (match := _found(form, text))), None)


def _longest(names: set[str]) -> set[str]:
    """ "heat-branch-1" names the branch, although "heat" stands in it."""
    return {name for name in names if not any(name != other and name in other for other in names)}


def _stands(name: str, message: str) -> bool:
    return _found(name, message) is not None


def _found(name: str, message: str) -> re.Match[str] | None:
    pattern = r"[\s_-]*".join(re.escape(part) for part in re.split(r"[\s_-]+", name) if part)
    return re.search(rf"(?<![\w-]){pattern}(?![\w-])", message, re.I)


def _own_words(names: Iterable[str]) -> dict[str, str]:
    """Words that one name has and no other."""
    owners: dict[str, set[str]] = {}
    for name in names:
        for word in _words_of(name):
            owners.setdefault(word, set()).add(name)
    return {word: owner.pop() for word, owner in owners.items() if len(owner) == 1}


def _words_of(name: str) -> list[str]:
    return [word for word in re.split(r"[\W_]+", name.lower()) if len(word) >= _LEAST and not word.isdigit()]


def _speaks_of(message: str, snapshot: Snapshot, known: Mapping[str, Snapshot]) -> bool:
    """Whether it mentions a parameter or metric that no other has."""
    mine = _vocabulary(snapshot)
    others = {name for other in known.values() if other.name != snapshot.name for name in _names(other)}
    return any(
        mention.name not in others for mention in find(message, mine) if mention.how in ("exact", "part", "translated")
    )


def _names(snapshot: Snapshot) -> set[str]:
    return {*snapshot.parameters, *snapshot.metrics}


def _vocabulary(snapshot: Snapshot) -> Vocabulary:
    return Vocabulary(dict(snapshot.parameters), tuple(snapshot.metrics), dict(snapshot.metric_units))
