"""The incidents on the Control tab: the list, one of them opened, and what a person says of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import gradio as gr

from measurement.clock import SYSTEM_CLOCK, local_hms
from measurement.control.settling import acknowledge, annotate, resolve
from measurement.errors import LodgerError
from measurement.store import ChartIncident, Store
from ui.control_figure import context_figure
from ui.control_words import incident_table, incident_title, story
from ui.fragments import text

if TYPE_CHECKING:
    from ui.house import House

WEEK_S = 7 * 86_400.0
LISTED = 40
NONE_YET = '<p class="quiet">Nothing to show yet. An incident opens when an alarm sounds; it keeps the points around it and what was going on.</p>'
Settle = Callable[[Store, str, str | None, float], ChartIncident]


class IncidentDesk:
    """The handlers; it holds nothing between two calls."""

    def __init__(self, house: House) -> None:
        self._house = house

    def table(self) -> str:
        """The incidents of the last week."""
        return incident_table(self._listed(), SYSTEM_CLOCK.wall_s())

    def news(self, chosen: str | None, shown: str | None) -> tuple[Any, Any]:
        """The choices and the table, when they are not what is shown already; newest first."""
        incidents = self._listed()
        table = incident_table(incidents, SYSTEM_CLOCK.wall_s())
        if table == shown and (chosen or not incidents):
            return gr.skip(), gr.skip()
        listed = [(f"{local_hms(one.started_at)} · {incident_title(one)} · {one.status}", one.id) for one in incidents]
        kept = chosen if chosen in {id for _, id in listed} else (listed[0][1] if listed else None)
        return gr.update(choices=listed, value=kept, visible=bool(listed)), table

    def clicked(self, event: gr.EventData) -> Any:
        """A row of the table was clicked."""
        return gr.update(value=str(getattr(event, "incident", "")))

    def open(self, id: str | None) -> tuple[Any, ...]:
        """One incident: its picture, its story, its note."""
        if not id:
            return _nothing_open(NONE_YET)
        try:
            incident = self._house.store.incident(id)
        except LodgerError as error:
            return _nothing_open(f'<p class="trouble">{text(error.message)}</p>')
        drawable = any(point["value"] is not None for point in incident.points)
        figure = gr.update(value=context_figure(incident), visible=True) if drawable else gr.update(visible=False)
        may = (incident.status == "open", incident.status != "resolved", True)
        note = gr.update(value=incident.note or "", visible=True)
        return figure, story(incident), note, gr.update(visible=True), *(gr.update(interactive=each) for each in may)

    def acknowledge(self, id: str | None, note: str) -> str:
        """Say that it was seen."""
        return self._settle(acknowledge, id, note, "Acknowledged.")

    def resolve(self, id: str | None, note: str) -> str:
        """Say that it is done with."""
        return self._settle(resolve, id, note, "Resolved.")

    def annotate(self, id: str | None, note: str) -> str:
        """Keep the note."""
        return self._settle(lambda store, id, note, now: annotate(store, id, note or ""), id, note, "The note is kept.")

    def _settle(self, act: Settle, id: str | None, note: str, said: str) -> str:
        if not id:
            return "Choose an incident first."
        try:
            act(self._house.store, id, note.strip() or None, SYSTEM_CLOCK.wall_s())
        except LodgerError as error:
            return error.message
        return said

    def _listed(self) -> list[ChartIncident]:
        return self._house.store.incidents(SYSTEM_CLOCK.wall_s() - WEEK_S, limit=LISTED)


def _nothing_open(said: str) -> tuple[Any, ...]:
    """The room without an incident: words alone, nothing to press."""
    hidden = gr.update(visible=False)
    return hidden, said, hidden, hidden, *(gr.update(interactive=False),) * 3
