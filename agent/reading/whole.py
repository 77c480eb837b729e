"""Whether the code has read a message to its last word, so that a model could add nothing to it.

Every clause gives one certain call, and beside its verbs, names and values it holds nothing but little words.
"""

from __future__ import annotations

import re

from agent.reading import menu, words
from agent.reading.bareness import without, without_fillers
from agent.reading.clause import Clause
from agent.reading.message import Reading

_ACTS = frozenset(
    {"set_parameter", "pause_simulation", "resume_simulation", "stop_simulation", "restart_simulation", "undo"}
)
_RUN = re.compile(r"\b(?:simulations?|simulación|run|running|sim|lauf|this|it|that|her|going|everything|whole)\b", re.I)


def is_whole(reading: Reading) -> bool:
    """Whether nothing is left to read: no clause without a certain act, no word unaccounted for."""
    own = reading.own.strip() == reading.text.strip()
    return own and bool(reading.clauses) and all(_is_whole(clause, reading) for clause in reading.clauses)


def _is_whole(clause: Clause, reading: Reading) -> bool:
    call = menu.only(clause, reading)
    open_ended = clause.asks or clause.condition or clause.trial or clause.alert or clause.hypothetical
    if call is None or call["tool"] not in _ACTS or open_ended:
        return False
    rest = without(clause.text, ((place.start, place.end) for place in (*clause.mentions, *clause.values)))
    for given in clause.assignments:
        if given.how == "choice":
            rest = re.sub(re.escape(given.value), " ", rest, flags=re.I)
    return not re.search(r"[^\W_]", without_fillers(_RUN.sub(" ", words.ACTIONS[call["tool"]].sub(" ", rest))))
