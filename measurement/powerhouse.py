"""The power house: everything that this launch knows of energy, opened once and asked by all.

    house = PowerHouse(PowerSettings(…), grid("WORLD"), busy=…, simulations=…)
    with house:                                     # sampler and idle baseline run in the background
        work = house.request("chat")                # one request to the engine: returns at once
        await asyncio.wrap_future(work.opened)      # the first edge is taken: send it now
        work.split()                                # at the first token
        record = house.record(work.close().result(), request)      # JSON: see energy_record.py

``house.measured`` tells whether anything here can be measured at all, ``house.method`` how, ``house.sources()`` lists every source
with the reason why it is not used, ``house.now()`` gives the watts of this moment, ``house.sentence`` says it in words, and
``house.meter`` is the meter itself, for windows of one's own (``with house.meter.window("batch") as window: …``).
``house.sampler.watched = False`` polls once a second instead of ten times. Where nothing can be measured, records are estimates by
published figures and say so in ``method``; nothing here is ever 0 for want of a measurement.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from measurement import energy_record
from measurement.carbon import Grid
from measurement.energy import FROM_BEST
from measurement.energy_record import Record
from measurement.facts import Method
from measurement.live_power import PowerNow, power_now
from measurement.meter import Meter
from measurement.metering import Metered, Metering, Workshop
from measurement.power import automatic
from measurement.power.base import Domain, PowerSettings, PowerSource, roots
from measurement.power.estimate import estimate, nearest
from measurement.requests import Request
from measurement.sampler import Sampler
from measurement.sharing import Sharing

log = logging.getLogger("lodger.power")
BASELINE_S = 5.0
BASELINE_SLICES = 10
BASELINE_AGE_S = 600.0
LOOKED_AFTER_S = 2.0
ENDED = "the launch was ending"
NO_COUNTER = "no energy counter can be read on this machine"
Pids = Callable[[], Mapping[str, Sequence[int]]]
Listener = Callable[[Request, Sequence[float]], object]


@dataclass(frozen=True)
class SourceState:
    """One source: whether it is used, and if not, why and what to do."""

    name: str
    available: bool
    reason: str | None
    domains: tuple[str, ...]
    notes: tuple[str, ...]


def _no_simulations() -> Mapping[str, Sequence[int]]:
    return {}


class PowerHouse:
    """Opens the sources when it is made; use it with ``with`` for the sampler and the baseline.

    Args:
        settings: where the trees and exporters are, and whose processes the engine's are.
        grid: whose electricity it is, for carbon.
        busy: whether the engine is answering somebody now.
        simulations: the processes of every simulation that runs, by name.
        sources: other sources than this machine's.
        baseline_s: how long the idle baseline is taken.
        ending: ends what was started for measuring.
    """

    def __init__(
        self,
        settings: PowerSettings,
        grid: Grid,
        *,
        busy: Callable[[], bool] = lambda: False,
        simulations: Pids = _no_simulations,
        sources: Sequence[PowerSource] | None = None,
        baseline_s: float = BASELINE_S,
        ending: Callable[[], object] = lambda: None,
    ) -> None:
        self.grid, self.clock = grid, settings.clock
        self.meter = Meter(automatic(settings) if sources is None else sources, clock=settings.clock)
        self.sampler = Sampler(self.meter, watched=True)
        self.baseline_of: tuple[str, ...] = ()
        self._busy, self._simulations, self._baseline_s = busy, simulations, baseline_s
        self._marks = ThreadPoolExecutor(1, "power-marks")
        self._reckoning = ThreadPoolExecutor(4, "power-reckoning")
        self._requests, self._turns = (self._workshop(pids) for pids in (None, simulations))
        self._listeners: tuple[Listener, ...] = ()
        self._ending = ending
        self._ended = threading.Event()
        self._baselining = threading.Thread(target=self._keep_baseline, name="idle-baseline", daemon=True)

    def __enter__(self) -> Self:
        self.sampler.start()
        if self.measured:
            self._baselining.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self.sampler.stop()
        if self._baselining.is_alive():
            self._baselining.join(self._baseline_s)
        self._marks.shutdown()
        self._reckoning.shutdown()
        self.meter.close()
        self._ending()

    # What there is.

    @property
    def measured(self) -> bool:
        """Whether a total can be measured here; False means estimates."""
        return bool(roots(self.meter.domains))

    @property
    def method(self) -> Method:
        """How totals are got: measured by counters, derived (power added up), or estimated."""
        methods = [FROM_BEST.index(domain.method) for domain in roots(self.meter.domains)]
        return FROM_BEST[max(methods)] if methods else "estimated"

    @property
    def counted(self) -> tuple[Domain, ...]:
        """The domains that make a total."""
        return roots(self.meter.domains)

    def sources(self) -> list[SourceState]:
        """Every source of this house, with its domains or the reason for none."""
        return [
            SourceState(name, probe.available, probe.reason, tuple(one.name for one in probe.domains), probe.notes)
            for name, probe in self.meter.probes.items()
        ]

    @property
    def sentence(self) -> str:
        """Which source is used, in words for a line of the start."""
        counted = roots(self.meter.domains)
        if not counted:
            return "no counter can be read here (GET /api/power says why); energies are estimates, marked ≈"
        by = " + ".join(dict.fromkeys(domain.source for domain in counted))
        return f"{self.method} by {by}: {', '.join(domain.name for domain in counted)}"

    def now(self) -> PowerNow:
        """The power of every domain over the last second or so."""
        return power_now(self.meter)

    # What work costs.

    def request(self, name: str, within: Metering | None = None) -> Metering:
        """Begin to meter one request to the engine; ``within`` a turn it is a part of that."""
        return self._begin(name, self._requests, within)

    def turn(self, name: str) -> Metering:
        """Begin to meter a whole turn: its requests, its tool calls, and what the simulations do meanwhile."""
        return self._begin(name, self._turns, None)

    def record(self, metered: Metered, request: Request) -> Record:
        """What a request used, as JSON; an estimate where nothing can be measured."""
        if self.measured:
            return energy_record.measured_record(metered, self.grid)
        return self.estimated(metered, request.model, request.completion_tokens, request.prompt_tokens)

    def turn_record(self, metered: Metered) -> Record:
        """What a turn used, as JSON, with ``simulations``; without counters it is unknown (its requests are estimated)."""
        if self.measured:
            told = energy_record.measured_record(metered, self.grid)
        else:
            told = energy_record.unknown_record(metered, NO_COUNTER, self.grid)
        simulations = energy_record.simulation_energy(metered)
        return {**told, "split_reason": energy_record.OF_A_TURN, "simulations": simulations}

    def estimated(self, metered: Metered, model: str, output: int | None, prompt: int | None) -> Record:
        """What these tokens would have used by the nearest published figure."""
        by = nearest(model)
        if by is None:
            return energy_record.unknown_record(
                metered, f"{NO_COUNTER}, and no published figure fits the model '{model}'", self.grid
            )
        return energy_record.estimated_record(metered, estimate(by, model, output, prompt), self.grid)

    # Who wants to know.

    def on_request(self, listener: Listener) -> Callable[[], None]:
        """Call ``listener(request, gaps_s)`` with every request that is over, its energy included; gives the way out.

        ``gaps_s`` are the seconds between the pieces in which its answer came.
        """
        self._listeners = (*self._listeners, listener)

        def leave() -> None:
            self._listeners = tuple(other for other in self._listeners if other is not listener)

        return leave

    def tell(self, request: Request, gaps_s: Sequence[float] = ()) -> None:
        """A request is over."""
        for listener in self._listeners:
            try:
                listener(request, gaps_s)
            except Exception:  # the border to other people's code
                log.exception("a listener of the power house failed")

    # Inside.

    def _workshop(self, pids: Pids | None) -> Workshop:
        return Workshop(_submitter(self._marks), _submitter(self._reckoning), self.clock, Sharing(), pids)

    def _begin(self, name: str, shop: Workshop, within: Metering | None) -> Metering:
        if not self.measured or self._ended.is_set():
            return Metering(name, shop, None, ENDED if self._ended.is_set() else NO_COUNTER)
        return Metering(name, shop, self.meter.window(name, within.window if within else None))

    def _keep_baseline(self) -> None:
        """Take the baseline once it is quiet, and again when other simulations run or it has grown old."""
        while not self._ended.wait(LOOKED_AFTER_S):
            running = tuple(sorted(name for name, pids in self._simulations().items() if pids))
            if self._busy() or (self._fresh() and running == self.baseline_of):
                continue
            try:
                taken = self.meter.measure_baseline(self._baseline_s, BASELINE_SLICES, self._busy, self._ended.is_set)
            except Exception:  # the thread's border: the next look tries again
                log.exception("the idle baseline could not be taken")
                continue
            if taken.quiet:
                self.baseline_of = running

    def _fresh(self) -> bool:
        baseline = self.meter.baseline
        return baseline is not None and self.clock.wall_s() - baseline.taken_wall_s < BASELINE_AGE_S


def _submitter(pool: ThreadPoolExecutor) -> Callable[..., Future[Any]]:
    """Hand work to a pool; once it is closed (the launch is ending), the future fails instead of the caller."""

    def submit(act: Callable[..., object], *arguments: object) -> Future[Any]:
        try:
            return pool.submit(act, *arguments)
        except RuntimeError as error:
            failed: Future[Any] = Future()
            failed.set_exception(error)
            return failed

    return submit
