"""What the Control tab does: draws up the chart that is asked for, and sends it again only when something new shows on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import gradio as gr

from measurement.clock import SYSTEM_CLOCK
from measurement.control import METRICS, VIEWS, ControlChart, Courses, control_chart, processes
from measurement.errors import LodgerError
from ui.control_figure import QUIET, Span, control_figure, unix
from ui.control_marks import Mark
from ui.control_words import change_words, rule_words, state_words, statistics_bar
from ui.fragments import text

if TYPE_CHECKING:
    from ui.house import House

HOURS = {"1 h": 1.0, "6 h": 6.0, "24 h": 24.0, "7 d": 168.0}
HOUR_S, DAY_S = 3600.0, 86_400.0
FRESH, FALLEN = "#7b68b5", "#b8862d"
USUAL_INTERVAL_S = 2.0
TOLD_EVERY_S = 5


@dataclass(frozen=True)
class Wish:
    """What somebody looks at. ``who`` is ``provider|model|purpose``."""

    metric: str
    who: str | None
    span: str
    rules: tuple[int, ...]
    view: str
    zoom: Span | None

    @property
    def hours(self) -> float:
        return HOURS.get(self.span, 1.0)

    @property
    def whose(self) -> dict[str, str]:
        """Provider, model and purpose, when somebody was chosen."""
        return dict(zip(("provider", "model", "purpose"), self.who.split("|", 2), strict=True)) if self.who else {}

    @property
    def cadence_s(self) -> float:
        """How often it is worth looking: every second up to a day, every seven for a week."""
        return max(1.0, self.hours / 24.0)


class ControlRoom:
    """The handlers of the tab; what they have read of the store is kept for the next second."""

    def __init__(self, house: House) -> None:
        self._house, self._courses = house, Courses(house.store)

    def metrics(self) -> list[tuple[str, str]]:
        """What can be charted: the engine's and the machine's metrics, then the simulations'."""
        own = [(metric.title, name) for name, metric in METRICS.items()]
        return own + [
            (f"{workload.name}: {name.replace('_', ' ')}", f"{workload.name}.{name}")
            for workload in self._house.workloads
            for name in workload.snapshot().metric_names
        ]

    def models(self) -> list[tuple[str, str]]:
        """Who has reported in the last week: purpose, model, provider and machine."""
        found = processes(self._house.store, SYSTEM_CLOCK.wall_s() - 7 * DAY_S)
        titles = [
            " · ".join(filter(None, (one.purpose, one.model, one.provider, one.source if one.source != "here" else "")))
            for one in found
        ]
        return [(title, f"{one.provider}|{one.model}|{one.purpose}") for title, one in zip(titles, found, strict=True)]

    def views(self) -> list[tuple[str, str]]:
        """The ways to look at it."""
        return [(view.title, name) for name, view in VIEWS.items()]

    def rules(self) -> list[tuple[str, int]]:
        """Each rule with its expected false alarms a day, at the present rate."""
        state = self._house.monitor.state if self._house.monitor else None
        return rule_words(state.interval_s if state and state.interval_s else USUAL_INTERVAL_S)

    def refresh(self, *asked: Any) -> tuple[Any, ...]:
        """What may have changed: what was drawn, the chart, the state, the statistics.

        ``asked`` are metric, model, span, rules, view, zoom, and what was drawn before.
        """
        metric, who, span, rules, view, zoom, drawn = asked
        wish, now = Wish(metric, who, span, tuple(rules), view, zoom), SYSTEM_CLOCK.wall_s()
        looked = repr((wish, int(now / wish.cadence_s)))
        if drawn and drawn[0] == looked:
            return (drawn, *[gr.skip()] * 3)
        try:
            chart = self._chart(wish, now)
            marks = self._marks(chart, now - wish.hours * HOUR_S)
        except LodgerError as error:
            return [looked, ""], gr.skip(), f'<p class="trouble">{text(error.message)}</p>', gr.skip()
        shown = repr((wish, chart.times[-1:], chart.statistics.n, chart.limits, marks, [(i.id, i.ended_at) for i in chart.incidents]))  # fmt: skip
        head = state_words(chart, self._house.monitor.state if self._house.monitor else None, now)
        if drawn and drawn[1] == shown:
            return [looked, shown], gr.skip(), head if int(now) % TOLD_EVERY_S == 0 else gr.skip(), gr.skip()
        figure = control_figure(chart, now - wish.hours * HOUR_S, now, marks, wish.zoom)
        return [looked, shown], gr.update(figure=figure.to_json()), head, statistics_bar(chart)

    def zoomed(self, event: gr.EventData) -> Span | None:
        """Somebody looks closely, or at all of it again."""
        first, last = getattr(event, "first", None), getattr(event, "last", None)
        try:
            return (unix(str(first)), unix(str(last))) if first and last else None
        except ValueError:
            return None

    def exports(self, span: str) -> str:
        """Links to the data and the incidents of the time shown."""
        hours = HOURS.get(span, 1.0)
        links = [
            f'{title} <a href="api/export/{kind}?hours={hours:g}" download>CSV</a> '
            f'<a href="api/export/{kind}?hours={hours:g}&amp;format=json" download>JSON</a>'
            for title, kind in (("Telemetry", "stats"), ("Incidents", "violations"))
        ]
        return f'<p class="doc quiet exports">To take away, of the time shown: {" · ".join(links)}</p>'

    def rebaseline(self, metric: str, who: str | None) -> str:
        """Freeze new limits from the newest 300 points, on record."""
        monitor, now = self._house.monitor, SYSTEM_CLOCK.wall_s()
        if monitor is None:
            return "There is no monitor in this launch."
        try:
            chart = self._chart(Wish(metric, who, "7 d", (), "judged", None), now)
            if chart.process is None:
                return chart.reason or "Nothing was measured."
            frozen = monitor.rebaseline(metric, chart.process, "page")
        except LodgerError as error:
            return error.message
        return f"New limits, from the newest {frozen.points} points, hold from now on."

    def _chart(self, wish: Wish, now: float) -> ControlChart:
        return control_chart(
            self._house.store, wish.metric, wish.hours, now, rules=wish.rules, view=wish.view, courses=self._courses, **wish.whose
        )  # fmt: skip

    def _marks(self, chart: ControlChart, since: float) -> list[Mark]:
        """What was done in the time shown: changes of parameters, new limits, restarts, the engine's comings and goings."""
        store = self._house.store
        changes = [Mark(entry.taken_at, change_words(entry), FRESH) for entry in store.audit(limit=60)
                   if entry.taken_at >= since and entry.status in ("done", "undone")]  # fmt: skip
        limits = [Mark(one.recorded_at, "new limits", QUIET) for one in chart.baselines
                  if one.recorded_at and one.recorded_at >= since]  # fmt: skip
        engine = [Mark(event.taken_at, event.text or f"LLM {event.details.get('state', '')}", FALLEN)
                  for event in store.events(limit=20, kind="engine") if event.taken_at >= since]  # fmt: skip
        runs = [Mark(event.taken_at, event.text or f"{event.workload} changed", QUIET)
                for event in store.events(limit=20, kind="state") if event.taken_at >= since]  # fmt: skip
        return [*changes, *limits, *engine, *runs]
