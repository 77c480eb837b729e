"""The laboratory: does one run after another in a thread of its own, and keeps the session's results.

    job = laboratory.submit(plan)            # returns at once
    laboratory.view(job)                     # state, progress, results and statistics as JSON
    laboratory.stop(job.id)

One request is made at a time, so that no two runs share their energy. A session lasts until it is cleared; what is over is kept in
the store and is there again after a restart.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
from types import TracebackType
from typing import Any, Self

from agent.engines.base import Engine
from agent.lab.archive import Archive
from agent.lab.asking import ask
from agent.lab.benchmarks import Benchmark, Benchmarks
from agent.lab.calibration import calibrate, refuse_without_counters
from agent.lab.job import OVER, Job, Listener, State
from agent.lab.models import Models
from agent.lab.observation import Observation
from agent.lab.plan import Plan, Step, checked
from agent.lab.result import Result, result_of, statistics_of
from agent.lab.session import line_of
from agent.lab.sweep import crossover_of
from agent.lab.tokens import Tokenizer, by_origin
from agent.lab.watching import watched_power
from agent.models.channel import Channel, open_channel
from measurement.carbon import Grid
from measurement.clock import SYSTEM_CLOCK, Clock
from measurement.errors import Conflict, LodgerError, NotFound
from measurement.facts import new_id
from measurement.powerhouse import PowerHouse
from measurement.store import Store

log = logging.getLogger("lodger.lab")
MOST_WAITING = 8
ENDED = "The laboratory has ended."


class Laboratory:
    """Runs batches on one engine. Use it with ``with``; methods are safe for several threads."""

    def __init__(
        self,
        store: Store,
        engine: Engine,
        benchmarks: Benchmarks,
        power: PowerHouse | None,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self.benchmarks, self.power, self.models = benchmarks, power, Models(engine)
        self._store, self._engine, self._clock = store, engine, clock
        self._archive = Archive(store)
        self._tokenizer = Tokenizer(engine)
        self._jobs: dict[str, Job] = {}
        self._waiting: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._lock = threading.RLock()
        self._ended = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._work, name="laboratory", daemon=True)

    def __enter__(self) -> Self:
        self._jobs = {job.id: job for job in self._archive.session()}
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended = True
        for job in self.jobs():
            self._end(job)
        self._waiting.put(None)
        self._thread.join(10.0)

    # Batches.

    def submit(self, plan: Plan, listener: Listener | None = None) -> Job:
        """Put a batch in the queue; ``listener`` hears of it from its first word on, in the laboratory's thread.

        Raises:
            NotFound, Refused: a model, a benchmark or a limit that does not fit.
            Conflict: too many batches wait, or a calibration where nothing can be measured.
        """
        model = self.models.current()
        plan = checked(plan, model.name, model.max_tokens)
        if plan.kind == "calibration":
            refuse_without_counters(self.power)
        benchmark = self.benchmarks.get(plan.benchmark) if plan.benchmark else self.benchmark
        job = Job(new_id("lab"), plan, self._clock.wall_s(), benchmark=benchmark)
        job.listeners = (listener,) if listener else ()
        with self._lock:
            waiting = sum(one.state not in OVER for one in self._jobs.values())
            if self._ended or waiting >= MOST_WAITING:
                raise Conflict(ENDED if self._ended else f"{waiting} batches wait already; wait for one, or stop it.")
            self._jobs[job.id] = job
        job.say(job.taken_at, f"{job.total} runs of {plan.model} are queued")
        self._waiting.put(job)
        return job

    def job(self, id: str) -> Job:
        """Give a batch of the session. Raises: NotFound."""
        found = self._jobs.get(id)
        if found is None:
            raise NotFound(f"There is no batch '{id}' in this session; the session's summary lists those there are.")
        return found

    def jobs(self) -> list[Job]:
        """Every batch of the session, oldest first."""
        with self._lock:
            return list(self._jobs.values())

    def stop(self, id: str) -> Job:
        """End a batch; the run that is under way is broken off and left out. Raises: NotFound."""
        job = self.job(id)
        self._end(job)
        return job

    def clear(self) -> None:
        """Begin a new session; batches that run are stopped."""
        with self._lock:
            gone, self._jobs = list(self._jobs.values()), {}
        for job in gone:
            self._end(job)
        self._archive.clear()

    def view(self, job: Job) -> dict[str, Any]:
        """A batch as JSON: state, progress, every result, and their statistics."""
        results = self.results(job)
        return {
            "id": job.id,
            "state": job.state,
            "error": job.error,
            "taken_at": job.taken_at,
            "progress": {"done": len(results), "total": job.total, "eta_s": job.eta_s(self._clock.monotonic_s())},
            "plan": job.plan.to_json(),
            "benchmark": job.benchmark.name if job.benchmark else None,
            "results": results,
            "statistics": statistics_of(results),
            "crossover": crossover_of(results),
            "live_power": job.power,
            "live_power_reason": None if job.power else self.no_live_power(job.plan),
            "calibrated": job.calibrated and job.calibrated.to_json(),
            "log": [{"taken_at": at, "text": text} for at, text in job.log],
        }

    def results(self, job: Job) -> list[Result]:
        """What the runs of a batch cost, by the benchmark that is in force for it."""
        return [result_of(one, job.benchmark, self.grid) for one in list(job.observations)]

    def no_live_power(self, plan: Plan) -> str:
        """Why there is no power to be shown."""
        if not plan.live:
            return "it was not asked for"
        return "no run is over yet" if self.measured else "no energy counter can be read on this machine"

    # The benchmark in force.

    @property
    def benchmark(self) -> Benchmark | None:
        """The one by which estimates are made: the one that was chosen, else the one nearest to the model."""
        model = self.models.current()
        return self.benchmarks.chosen or self.benchmarks.best_for(model.name, model.parameters_b)

    def switch(self, name: str) -> Benchmark:
        """Choose a benchmark, and reckon the estimates of the whole session again by it; the choice outlives the launch.

        Raises:
            NotFound, StoreError.
        """
        benchmark = self.benchmarks.choose(name)
        for job in self.jobs():
            job.benchmark = benchmark
        return benchmark

    @property
    def measured(self) -> bool:
        """Whether counters can measure anything here."""
        return self.power is not None and self.power.measured

    @property
    def grid(self) -> Grid | None:
        """Whose electricity it is."""
        return self.power.grid if self.power is not None else None

    # The thread.

    def _work(self) -> None:
        with asyncio.Runner() as runner:
            self._loop = runner.get_loop()
            while (job := self._waiting.get()) is not None:
                try:
                    runner.run(self._do(job))
                except Exception as error:  # the thread's border: the next batch gets its chance
                    log.exception("a batch of the laboratory failed")
                    job.error = f"It broke off ({type(error).__name__}); the log holds the details."
                    self._close(job, "failed")

    async def _do(self, job: Job) -> None:
        job.task, job.began_s = asyncio.current_task(), self._clock.monotonic_s()
        with self._lock:
            if job.stopping.is_set():
                return None
            job.state = "running"
        channel = open_channel(self._engine, self._store.add_request)
        try:
            for step in job.plan.steps():
                await self._run(channel, job, step)
            if job.plan.kind == "calibration":
                await self._calibrate(channel, job)
        except asyncio.CancelledError:
            return self._close(job, "stopped")
        except LodgerError as error:
            job.error = error.message
            return self._close(job, "failed")
        finally:
            await channel.client.close()
        return self._close(job, "done")

    async def _run(self, channel: Channel, job: Job, step: Step) -> None:
        job.words, began_s = "", self._clock.monotonic_s()
        answer = await ask(channel, job.plan, step, job.hear)
        tokens, reasons = await by_origin(self._tokenizer, step.prompt, answer.request, answer.thinking)
        observation = Observation(
            len(job.observations) + 1,
            answer.request,
            answer.text,
            answer.thinking if job.plan.include_thinking else "",
            answer.finish_reason,
            step.size,
            tokens,
            reasons,
            self.measured,
        )
        if job.plan.live and self.power is not None and self.measured:
            job.power.append({"run": observation.number, **watched_power(self.power, began_s)})
        job.observations.append(observation)
        result = result_of(observation, job.benchmark, self.grid)
        job.say(self._clock.wall_s(), line_of(result, job.total))
        job.tell("run", result)

    async def _calibrate(self, channel: Channel, job: Job) -> None:
        assert self.power is not None
        job.calibrated = await calibrate(channel, job, self.results(job), self.power)
        self.benchmarks.keep(job.calibrated)
        job.say(self._clock.wall_s(), f"the benchmark {job.calibrated.name} is kept")

    def _end(self, job: Job) -> None:
        """Ask a batch to end, wherever it is."""
        with self._lock:
            waits = job.state == "queued" and not job.stopping.is_set()
            job.stopping.set()
        if waits:
            self._close(job, "stopped")
        elif job.state not in OVER and job.task is not None and self._loop is not None:
            self._loop.call_soon_threadsafe(job.task.cancel)

    def _close(self, job: Job, state: State) -> None:
        job.ended_s, job.state, job.listeners, heard = self._clock.monotonic_s(), state, (), job.listeners
        words = {"done": "all runs are over", "stopped": "stopped", "failed": job.error or "failed"}[state]
        job.say(self._clock.wall_s(), words)
        if job.id in self._jobs:
            self._archive.keep(job)
        job.over.set()
        for listener in heard:
            listener("end", {"state": state, "error": job.error})
