"""What the Workloads tab does: reads snapshots, calls tools, formats. It holds nothing between two calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import gradio as gr

from measurement.facts import format_number, with_unit
from measurement.store import Audit
from tools import registry
from tools.contract import Actor
from ui.charts import field_image, metrics_figure, palette_css, png_address
from ui.fragments import pill, short_number, steps, table, text
from workloads.runner import ALIVE

if TYPE_CHECKING:
    from ui.house import House
    from workloads.runner import ParameterInfo, Picture, Snapshot

READINGS = 500
AUDITED = 40
NOTES_SHOWN = 12


class Bench:
    """The handlers of the tab; ``name`` is always the workload that the page shows."""

    def __init__(self, house: House) -> None:
        self._house = house

    def names(self) -> list[str]:
        """The workloads of this launch, in their order."""
        return list(self._house.workloads.names())

    def refresh(self, name: str | None, drawn: Any) -> tuple[Any, ...]:
        """Everything that may have changed: chart, pictures, head, words, form, buttons. The chart is sent only if it is new."""
        names = self.names()
        chosen = name if name in names else (names[0] if names else None)
        picker = gr.update(choices=names, value=chosen, visible=len(names) > 1)
        if chosen is None:
            return picker, None, gr.skip(), "", nothing(), "", None, *_buttons("")
        shown = self._house.workloads.get(chosen).snapshot()
        key = [chosen, shown.run, shown.step, shown.taken_at]
        figure = gr.skip() if key == drawn else self._figure(chosen, shown)
        return (
            picker,
            key,
            figure,
            self._pictures(chosen),
            _head(shown),
            self._past(shown),
            form_of(shown),
            *_buttons(shown.state),
        )

    def _figure(self, name: str, shown: Snapshot) -> Any:
        workload = self._house.workloads.get(name)
        readings = {metric: workload.recent(metric, READINGS) for metric in shown.metrics}
        return metrics_figure(readings, shown.metric_units) if readings else None

    def _pictures(self, name: str) -> str:
        pictures = self._house.workloads.get(name).pictures()
        if not pictures:
            return '<p class="quiet">This workload has sent no picture yet.</p>'
        return "".join(_figure_html(picture) for picture in pictures.values())

    def _past(self, shown: Snapshot) -> str:
        """Notes, last words, and who changed what."""
        entries = [entry for entry in self._house.store.audit(AUDITED) if entry.workload in (None, shown.name)]
        rows = [audit_row(entry) for entry in entries]
        audit = table(
            ("when", "who", "what", "step", "outcome"),
            rows,
            "Nobody has changed anything yet.",
            long=("who", "what", "outcome"),
        )
        notes = "".join(f"<li>{text(note)}</li>" for note in reversed(shown.notes[-NOTES_SHOWN:]))
        noted = f"<h3>Notes of the workload</h3><ul class='notes'>{notes}</ul>" if notes else ""
        return f'<div class="section"><h3>Who changed what</h3>{audit}{noted}</div>'

    # acting ------------------------------------------------------------------------------------------------------------------

    def act(self, tool: str, name: str | None, **args: Any) -> str:
        """Do one thing to the shown workload through its tool; gives the sentence to show, refusals too."""
        context = self._house.context(Actor(kind="user"), name)
        if name is not None:
            args["workload"] = name
        return registry.call(tool, context, args).summary

    def pause(self, name: str | None) -> str:
        return self.act("pause_simulation", name)

    def resume(self, name: str | None) -> str:
        return self.act("resume_simulation", name)

    def stop(self, name: str | None) -> str:
        return self.act("stop_simulation", name)

    def restart(self, name: str | None) -> str:
        return self.act("restart_simulation", name)

    def reset(self, name: str | None) -> str:
        return self.act("restart_simulation", name, reset=True)

    def undo(self, name: str | None) -> str:
        return self.act("undo", name)

    def apply(self, name: str | None, form: Sequence[Mapping[str, Any]], entered: Sequence[Any]) -> str:
        """Apply what differs from what the form showed; all of it or nothing."""
        pairs = [(field["name"], field["shown"], value) for field, value in zip(form, entered, strict=True)]
        changes = {each: value for each, before, value in pairs if value not in (before, None, "")}
        if not changes:
            return "Nothing differs from what runs already."
        return self.act("set_parameters", name, changes=changes)


def form_of(shown: Snapshot) -> dict[str, Any]:
    """The form as plain values, so that it is drawn anew only when a parameter really is another."""
    return {"workload": shown.name, "fields": [_field(parameter, shown) for parameter in shown.parameters.values()]}


def _field(parameter: ParameterInfo, shown: Snapshot) -> dict[str, Any]:
    waiting = parameter.name in shown.changed
    value: Any = parameter.value
    if parameter.kind not in ("bool", "choice"):
        value = format_number(float(value) if parameter.kind == "float" else value)
    return {
        "name": parameter.name,
        "kind": parameter.kind,
        "shown": value,
        "label": _label(parameter),
        "info": _info(parameter) + (" · waits for the next step or start" if waiting else ""),
        "choices": list(parameter.choices or ()),
    }


def _label(parameter: ParameterInfo) -> str:
    return f"{parameter.name} [{parameter.unit}]" if parameter.unit else parameter.name


def _info(parameter: ParameterInfo) -> str:
    """Its meaning and what is allowed."""
    low, high = parameter.minimum, parameter.maximum
    ends = [
        f"at least {format_number(low)}" if low is not None else "",
        f"at most {format_number(high)}" if high is not None else "",
    ]
    allowed = f"{format_number(low)} … {format_number(high)}" if low is not None and high is not None else "".join(ends)
    return " · ".join(part for part in (parameter.doc, with_unit(allowed, parameter.unit) if allowed else "") if part)


def nothing() -> str:
    return '<div class="panel"><p>No simulation runs in this launch. Start Lodger with <code>--workload NAME</code>.</p></div>'


def _head(shown: Snapshot) -> str:
    """State, step and device; the last words in full when it failed, with what to do."""
    facts = [
        steps(shown.step, shown.total_steps),
        text(shown.device or ""),
        f"process {shown.pid}" if shown.pid else "",
        f"{shown.steps_per_second:.3g} steps/s" if shown.steps_per_second is not None else "",
        text(shown.run or ""),
    ]
    line = " · ".join(fact for fact in facts if fact)
    words = ""
    if shown.state == "failed":
        words = (
            f'<pre class="last-words">{text(shown.last_words or "It left no last words; its log may tell more.")}</pre>'
            '<p class="trouble">Press Restart to run it again with the present parameters, or with the defaults if one of them '
            "was the cause. Its log is on the System tab.</p>"
        )
    doc = f'<p class="quiet doc">{text(shown.doc)}</p>' if shown.doc else ""
    return f'<div class="bench-head">{pill(shown.state)} <b>{text(shown.name)}</b> <span class="quiet num">{line}</span>{doc}{words}</div>'


def _figure_html(picture: Picture) -> str:
    """One field: pixels as sent, the scale with its ends, the step."""
    try:
        address = png_address(field_image(picture.values, picture.rows, picture.columns))
    except ValueError as error:
        return f'<p class="trouble">{text(error)}</p>'
    low, high = short_number(picture.minimum), short_number(picture.maximum)
    odd = f" · {picture.not_finite} points not finite" if picture.not_finite else ""
    return (
        f'<figure class="field"><figcaption><b>{text(picture.name.replace("_", " "))}</b> <span class="quiet num">step {picture.step:,}'
        f' · {picture.rows} × {picture.columns}{odd}</span></figcaption><img alt="{text(picture.name)} at step {picture.step}" src="{address}">'
        f'<div class="scale num"><span>{text(low)}</span><i style="background:{palette_css()}"></i>'
        f"<span>{text(with_unit(high, picture.unit))}</span></div></figure>"
    )


def audit_row(entry: Audit) -> tuple[str, ...]:
    when = datetime.fromtimestamp(entry.taken_at).strftime("%H:%M:%S")
    who = text(entry.actor_kind) + (
        f'<br><span class="quiet words">“{text(entry.words)}”</span>' if entry.words else ""
    )
    at = [change.get("step") for change in entry.changes if change.get("step") is not None]
    outcome = f'<span class="mark" data-mark="{text(entry.status)}">{text(entry.status)}</span>'
    return (
        text(when),
        who,
        _what(entry),
        text(", ".join(str(step) for step in dict.fromkeys(at)) or "–"),
        outcome + (f'<br><span class="quiet">{text(entry.error)}</span>' if entry.error else ""),
    )


def _what(entry: Audit) -> str:
    """The changes, old to new; the tool and its arguments where there are none."""
    if not entry.changes:
        return f"<code>{text(entry.tool)}</code> " + text(
            ", ".join(f"{name} = {value}" for name, value in entry.args.items())
        )
    return "<br>".join(
        f"<b>{text(change.get('name'))}</b> {text(format_number(change.get('old')))} → "
        f"{text(with_unit(change.get('new'), str(change.get('unit') or '')))}"
        for change in entry.changes
    )


def _buttons(state: str) -> tuple[Any, Any, Any, Any, Any]:
    """Pause or Resume, Stop, Restart, Restart with defaults: each enabled when it can mean something."""
    known = bool(state)
    return (
        gr.update(interactive=state == "running"),
        gr.update(interactive=state == "paused"),
        gr.update(interactive=state in ALIVE),
        gr.update(interactive=known),
        gr.update(interactive=known),
    )
