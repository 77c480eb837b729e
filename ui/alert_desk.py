"""What the alerts and trials of the Workloads tab do: call tools, list rules, draw what was raised. It holds nothing between calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import gradio as gr

from measurement.clock import local_hms
from measurement.store import Event
from tools import registry
from tools.contract import Actor, Outcome
from ui.charts import series_figure, spark_path
from ui.fragments import table, text

if TYPE_CHECKING:
    from ui.house import House

RAISED = 12
NOTHING_DRAWN: Any = gr.update(value=None, visible=False)
SPARK = {"width": 110.0, "height": 26.0}


class AlertDesk:
    """The handlers; ``name`` is always the workload that the page shows."""

    def __init__(self, house: House) -> None:
        self._house = house

    def refresh(self) -> tuple[str, Any, Any]:
        """The rules and what was raised, the choices for removing, and whether there is anything to remove."""
        made = self._house.workloads.watchlist.made()
        choices = [(f"{rule.condition.words()} ({rule.workload or 'any'})", rule.id) for rule in made]
        return self._listed(), gr.update(choices=choices), gr.update(visible=bool(choices))

    def add(self, name: str | None, condition: str, action: str) -> str:
        """Set an alert on the shown workload."""
        if not condition.strip():
            return "Say what should not happen, such as: correlation < 0.8"
        return self._call(name, "set_alert", condition=condition, action=action).summary

    def remove(self, id: str | None) -> str:
        """Remove the chosen alert."""
        return self._call(None, "remove_alert", alert=id).summary if id else "Choose an alert to remove."

    def checkpoint(self, name: str | None) -> str:
        return self._call(name, "checkpoint_simulation").summary

    def attach(self, name: str | None) -> str:
        """Attach or let go, whichever makes sense now."""
        if name is None:
            return ""
        aim = self._house.workloads.get(name)
        tool = "detach_simulation" if aim.state in ("starting", "running", "paused") else "attach_simulation"
        return self._call(name, tool).summary

    def branch(self, name: str | None, parameter: str | None, values: str, steps: float | None) -> tuple[str, Any]:
        """One value makes a branch, several a sweep."""
        wanted = [part.strip() for part in values.replace(";", ",").split(",") if part.strip()]
        if not parameter or not wanted:
            return (
                "Choose a parameter and give one value for a branch, or several with commas for a sweep.",
                NOTHING_DRAWN,
            )
        count = int(steps) if steps else None
        if len(wanted) == 1:
            return self._call(
                name, "branch_simulation", changes={parameter: wanted[0]}, steps=count
            ).summary, NOTHING_DRAWN
        return self._call(
            name, "sweep_parameter", name=parameter, values=wanted, steps=count or 100
        ).summary, NOTHING_DRAWN

    def compare(self, name: str | None) -> tuple[str, Any]:
        """The newest branch against its original, with the difference drawn."""
        return _shown(self._call(name, "compare_runs", first=name))

    def sweep(self) -> tuple[str, Any]:
        """The latest sweep."""
        return _shown(self._call(None, "get_sweep"))

    def stop_sweep(self) -> tuple[str, Any]:
        return _shown(self._call(None, "stop_sweep"))

    def parameters(self, name: str | None) -> Any:
        """The parameters of the shown workload, to choose from."""
        names = self._house.workloads.names()
        if not names:
            return gr.update(choices=[])
        shown = self._house.workloads.get(name if name in names else names[0]).snapshot()
        return gr.update(choices=list(shown.parameters))

    def _call(self, name: str | None, tool: str, /, **args: Any) -> Outcome:
        return registry.call(tool, self._house.context(Actor(kind="user"), name), args)

    def _listed(self) -> str:
        rules = self._house.workloads.watchlist.rules()
        rows = [
            (text(_named(rule.condition.words())), text(rule.workload or "any"), text(rule.action), text(rule.origin))
            for rule in rules
        ]
        raised = self._house.store.events(RAISED, kind="alert")
        drawn = [
            (text(local_hms(event.taken_at)), text(event.workload or "Lodger"), text(event.text), _spark(event))
            for event in raised
        ]
        past = table(("when", "who", "what", "course"), drawn, "No alert was raised yet.", long=("what",))
        set_ = table(("alert", "simulation", "then", "from"), rows, "No alert is set.", long=("alert",))
        return f'<div class="section"><h3>Raised</h3>{past}</div><div class="section"><h3>Watched for</h3>{set_}</div>'


def _named(words: str) -> str:
    """``any metric`` for a star."""
    return f"any metric{words[1:]}" if words.startswith("* ") else words.replace("*", "…")


def _spark(event: Event) -> str:
    """The metric's course up to the alert, small."""
    series = event.details.get("series") or {}
    values = [value if isinstance(value, int | float) else None for value in series.get("y", [])]
    if len(values) < 2:
        return "–"
    width, height = SPARK["width"], SPARK["height"]
    return (
        f'<svg role="img" aria-label="{text(series.get("title", ""))} before the alert" width="{width:g}" height="{height:g}" '
        f'viewBox="0 0 {width:g} {height:g}"><path d="{spark_path(values, width, height)}" fill="none" stroke="currentColor" '
        'stroke-width="1.4"/></svg>'
    )


def _shown(outcome: Outcome) -> tuple[str, Any]:
    if not outcome.series or outcome.status != "done":
        return outcome.summary, NOTHING_DRAWN
    return outcome.summary, gr.update(value=series_figure(outcome.series), visible=True)
