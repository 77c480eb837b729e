"""What the Energy tab does: submits batches to the laboratory, shows what they cost, and hands the session over as a file.

It holds nothing between two calls: what a page shows comes from the laboratory, so a reload shows the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import gradio as gr
from pydantic import ValidationError

from agent.lab.laboratory import Laboratory
from agent.lab.plan import Plan
from agent.lab.prompt import presets
from agent.lab.session import short_of
from agent.lab.sweep import crossover_of
from measurement.clock import SYSTEM_CLOCK
from measurement.errors import LodgerError
from ui import energy_words as words
from ui.api.energy_benchmarks import PROMPT, Calibration
from ui.api.energy_session import session_summary
from ui.energy_figure import crossover_figure, intensity_figure, parts_figure, power_figure
from ui.energy_wishes import RunWish, sweep_plan
from ui.power_lines import now_line
from ui.replies import strict_json, validation_sentence

if TYPE_CHECKING:
    from ui.house import House

CALIBRATION_RUNS = 5
SWEEP_TOKENS = 64
ASKED = (
    "model", "user_prompt", "system_prompt", "conversation_context", "injections", "temperature", "max_tokens", "runs", "live",
)  # fmt: skip


class EnergyRoom:
    """The handlers of the tab."""

    def __init__(self, house: House, laboratory: Laboratory) -> None:
        self._house, self._lab = house, laboratory

    # What a page begins with: the newest batch's own plan, so that a reload shows what was asked.

    def last(self) -> Plan | None:
        """The plan of the newest batch that a person wrote."""
        written = [job.plan for job in self._lab.jobs() if job.plan.kind == "run"]
        return written[-1] if written else None

    def question(self) -> str:
        last = self.last()
        return last.prompt.user_prompt if last else "What is a standing wave?"

    def system_prompt(self) -> str:
        last = self.last()
        return last.prompt.system_prompt if last else ""

    def context(self) -> str:
        last = self.last()
        return last.prompt.conversation_context if last else ""

    def injections(self) -> list[list[str]]:
        last = self.last()
        kept = [[one.description, one.content] for one in last.prompt.injections] if last else []
        return [*kept, *[["", ""]] * max(1, 2 - len(kept))]

    def temperature(self) -> float:
        last = self.last()
        return last.temperature if last else 0.2

    def max_tokens(self) -> int:
        last = self.last()
        return last.max_tokens if last else 64

    def room(self) -> str:
        """The longest answer that the model has room for, in words."""
        model = self._lab.models.current()
        if model.max_tokens is None:
            return model.reason or ""
        return f"{model.name} has room for {model.max_tokens:,} tokens, prompt and answer together"

    def models(self) -> list[str]:
        """What the engine offers."""
        return [one.name for one in self._lab.models.all()]

    def model(self) -> str:
        """The engine's own."""
        return self._lab.models.current().name

    def benchmarks(self) -> list[tuple[str, str]]:
        """Every benchmark with where it comes from."""
        return [(f"{one.name} ({one.origin})", one.name) for one in self._lab.benchmarks.all()]

    def benchmark(self) -> str | None:
        """The one in force."""
        found = self._lab.benchmark
        return found.name if found else None

    def presets(self) -> list[tuple[str, str]]:
        """System prompts to start from."""
        return [(one.title, one.name) for one in presets()]

    def preset(self, name: str) -> str:
        """The text of one of them."""
        return next((one.text for one in presets() if one.name == name), "")

    # What the buttons do: each gives the batch that it began and what is said of it.

    def run(self, *asked: Any) -> tuple[Any, str]:
        """Begin a batch; ``asked`` are the values of the fields ``ASKED``, in their order."""
        fields = dict(zip(ASKED, asked, strict=True))
        rows = [(row[0] or "", row[1] or "") for row in fields.pop("injections") if len(row) > 1]
        injections = [{"description": description, "content": content} for description, content in rows]
        try:
            wish = RunWish.model_validate({**fields, "injections": injections})
        except ValidationError as error:
            return gr.skip(), validation_sentence(error.errors())
        return self._submit(wish.plan())

    def sweep(self) -> tuple[Any, str]:
        """Begin a sweep over growing prompts."""
        return self._submit(sweep_plan(self._lab.models.current().max_tokens, SWEEP_TOKENS))

    def calibrate(self, question: str) -> tuple[Any, str]:
        """Begin a calibration with this question."""
        return self._submit(Calibration(runs=CALIBRATION_RUNS, prompt=question.strip() or PROMPT).plan())

    def stop(self, chosen: str | None) -> str:
        """Stop every batch that runs or waits."""
        running = [job for job in self._lab.jobs() if job.state in ("queued", "running")]
        for job in running:
            self._lab.stop(job.id)
        return "Stopped." if running else "Nothing runs."

    def clear(self) -> tuple[Any, str]:
        """Begin a new session."""
        try:
            self._lab.clear()
        except LodgerError as error:
            return gr.skip(), error.message
        return gr.update(choices=[], value=None, visible=False), "A new session has begun."

    def switch(self, name: str | None) -> str:
        """Put another benchmark in force."""
        if not name:
            return ""
        try:
            self._lab.switch(name)
        except LodgerError as error:
            return error.message
        return f"Estimates of the session are now by {name}."

    def export(self) -> dict[str, str]:
        """The whole session as a file of JSON."""
        batches = [self._lab.view(job) for job in self._lab.jobs()]
        told = {"taken_at": SYSTEM_CLOCK.wall_s(), "summary": session_summary(self._house), "batches": batches}
        return {"name": "lodger-energy.json", "type": "application/json", "text": strict_json(told)}

    def _submit(self, plan: Plan) -> tuple[Any, str]:
        try:
            job = self._lab.submit(plan)
        except LodgerError as error:
            return gr.skip(), error.message
        return gr.update(choices=self._batches(), value=job.id, visible=True), ""

    def _picker(self, chosen: str | None, shown: str | None) -> Any:
        """The list of batches; its value is left alone while it stands for one, for somebody may just have chosen another."""
        choices = self._batches()
        listed: dict[str, Any] = {"choices": choices, "visible": bool(choices)}
        return gr.update(**listed) if chosen == shown else gr.update(**listed, value=shown)

    def _batches(self) -> list[tuple[str, str]]:
        return words.choices([short_of(one) for one in self._lab.jobs()])

    # What the page shows.

    def power_now(self) -> Any:
        """The watts of this moment by domain, while somebody looks; nothing where nothing is measured."""
        power = self._lab.power
        return now_line(power) if power is not None and power.measured else gr.skip()

    def refresh(self, chosen: str | None, drawn: Any) -> tuple[Any, ...]:
        """Everything that may have changed; nothing at all when nothing has."""
        jobs = self._lab.jobs()
        job = next((one for one in jobs if one.id == chosen), jobs[-1] if jobs else None)
        newest = [(one.id, one.state, len(one.observations)) for one in jobs[-12:]]
        benchmark = self._lab.benchmark
        key = repr(
            (job and (job.id, job.state, len(job.log)), newest, benchmark and benchmark.name, self._lab.measured)
        )
        if key == drawn:
            return (drawn, *[gr.skip()] * 14)
        view = self._lab.view(job) if job else None
        results = view["results"] if view else []
        summary = session_summary(self._house)
        crossover = crossover_of(results)
        pictures = (
            parts_figure(results),
            intensity_figure(results),
            power_figure(view["live_power"] if view else []),
            crossover_figure(crossover),
        )
        return (
            key,
            words.head(summary),
            self._picker(chosen, job.id if job else None),
            gr.update(choices=self.benchmarks(), value=benchmark.name if benchmark else None),
            words.provenance(benchmark.to_json() if benchmark else None),
            words.progress(view),
            *[gr.update(value=picture, visible=picture is not None) for picture in pictures],
            words.crossing(crossover),
            words.statistics(view),
            words.runs(view),
            words.live_log(view),
            words.session(summary),
        )
