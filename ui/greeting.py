"""The words around a conversation: the empty page, the example sentences, titles, and what Undo would take back. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from measurement.clock import local_hms
from measurement.facts import with_unit
from measurement.store import Audit, Conversation
from ui.fragments import text

if TYPE_CHECKING:
    from ui.house import LanguageEngine
    from workloads.runner import Snapshot

EXAMPLES_HTML = '<div class="examples">{{#each sentences}}<button type="button">{{this}}</button>{{/each}}</div>'

# a sentence, and the parameter or metric that it speaks of ("" for none): it is offered only where that exists
EXAMPLES = (
    ("What's the current simulation status?", ""),
    ("The correlation seems high. Set GW amplitude to 5e-21", "gw_amplitude"),
    ("What parameters can I change?", ""),
    ("Show me the last 50 values of fractal dimension", "fractal_dimension"),
    ("Set gw frequency to 1.2 kHz", "gw_frequency"),
    ("Pause", ""),
    ("Resume", ""),
    ("Undo that", ""),
)


def sentences(shown: Snapshot | None) -> list[str]:
    """The examples that make sense for this simulation; before its first metrics, those that ask for one are kept."""
    if shown is None:
        return []
    known = {"", *shown.parameters, *shown.metrics}
    if not shown.metrics and "gw_amplitude" in known:
        known.add("fractal_dimension")
    return [sentence for sentence, needs in EXAMPLES if needs in known]


def welcome(shown: Snapshot | None, engine: LanguageEngine | None) -> str:
    """The empty chat: what can be said here, and about what."""
    about = "There is no simulation in this launch."
    if shown is not None:
        about = f"The simulation <b>{text(shown.name)}</b> is {text(shown.state)}."
    who = "There is no language model in this launch; the tabs and the API still steer the run."
    if engine is not None:
        who = f"<b>{text(engine.model or engine.name)}</b> answers, on this machine."
    if shown is None:
        return f'<div class="welcome"><h2>Talk to the model</h2><p>{about} {who}</p></div>'
    return (
        f'<div class="welcome"><h2>Talk to your simulation</h2><p>{about} {who}</p><ul>'
        "<li><b>Ask</b> how it is doing: state, step, metrics, their history</li>"
        "<li><b>Change</b> a parameter in your own words, units included</li>"
        "<li><b>Pause</b>, resume, restart, or take the last change back</li></ul>"
        "<p class='quiet'>Every number about the run is read from it, and each answer says where it came from.</p></div>"
    )


def title_of(conversation: Conversation) -> str:
    """Its title, or when it began."""
    return conversation.title or f"Conversation of {local_hms(conversation.created_at)}"


def said_change(entry: Audit) -> str:
    """What Undo would do: ``gw_frequency: 1200 Hz back to 100 Hz``, or how many changes there were."""
    if entry.tool.endswith("_simulation"):
        return entry.tool.removesuffix("_simulation")
    if len(entry.changes) != 1:
        return f"{len(entry.changes)} changes"
    change = entry.changes[0]
    unit = str(change.get("unit") or "")
    return f"{change.get('name')}: {with_unit(change.get('new'), unit)} back to {with_unit(change.get('old'), unit)}"
