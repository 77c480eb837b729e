"""The parts of a launch and how each is started; what is started is given to the ExitStack that will stop it."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from typing import TYPE_CHECKING

import ahead
import data_folder
from ahead import Ahead
from measurement.errors import SettingsError, WorkloadError
from measurement.facts import new_id
from measurement.host import machine
from measurement.store import Event, EventKind, Store
from settings import VERSION, Settings, environment
from workloads.branches import Branches
from workloads.ledger import readable
from workloads.memory import LLM, MemoryPlan, plan
from workloads.snapshot import Snapshot, WorkloadEvent
from workloads.watchdog import Breach, Watchdog, shed

if TYPE_CHECKING:
    from pathlib import Path

    from agent.engines.base import EngineOptions
    from agent.session import Conversations
    from workloads.runner import Workload

log = logging.getLogger("lodger")
ENGINE_TIMEOUT_S = 600.0
FIRST_STEP_PATIENCE_S = 60.0
Started = tuple[str, Sequence[int]]
Progress = Callable[[str], None]


def commands(settings: Settings) -> dict[str, list[str]]:
    """The program of each workload of this launch. Raises NotFound, SettingsError."""
    from workloads.catalogue import command_for, name_for

    specs = settings.workload if settings.with_workloads else ()
    found = {name_for(spec): command_for(spec) for spec in specs}
    if len(found) < len(specs):
        raise SettingsError(f"Two of the workloads {', '.join(specs)} have the same name; rename one of the files.")
    return found


def memory_plan(settings: Settings) -> MemoryPlan:
    """What this launch would reserve, without starting anything. Raises NotFound, SettingsError."""
    from workloads.catalogue import is_address

    names = [name for name, argv in commands(settings).items() if not is_address(argv[0])]  # others are not ours
    return plan(
        machine(), settings.llm_memory if settings.with_llm else 0.0, settings.sim_memory if names else 0.0, names
    )


def engine_options(settings: Settings, data: Path) -> EngineOptions:
    """What the LLM's server is told; its run folder and logs lie in ``data``."""
    from agent.engines.base import EngineOptions

    return EngineOptions(
        run_folder=data / "run",
        log_folder=data / "logs",
        model=settings.model,
        base_url=settings.engine_url,
        api_key=settings.engine_key,
        tool_calls=settings.tool_calls,
        threads=settings.threads,
        nice=settings.nice,
        context_tokens=settings.context_tokens,
        parallel=settings.parallel,
        gpu=bool(machine().gpus),
        recording=settings.recording,
    )


class Premises:
    """One launch in the making. Methods are called in the order of the start."""

    def __init__(self, settings: Settings, started: ExitStack) -> None:
        self._settings, self._started = settings, started
        self._began_at = time.time()
        self._data = settings.data_dir.resolve()
        self._engine = None
        self._plan: MemoryPlan | None = None
        self._ahead = Ahead((ahead.LLM if settings.with_llm else ()) + ahead.PAGE)
        started.callback(self._ahead.stop)

    def take_port(self) -> None:
        """Take the page's port before anything expensive starts. Raises Conflict, SettingsError."""
        from ui.serve import listen

        self._socket = listen(self._settings.host, self._settings.port)
        self._started.callback(self._socket.close)

    def open_data_folder(self) -> None:
        """Lock the folder, end what a killed launcher left, open the database. Raises Conflict, StoreError."""
        from workloads.reaper import reap
        from workloads.runner import Workloads

        data_folder.lock(self._data, self._started)
        for sentence in reap(self._data / "run"):
            print(f"  ↻  {sentence}", flush=True)
        self._store = Store(self._settings.database or self._data / "lodger.db")
        self._started.callback(self._store.close)
        if self._settings.database is None:  # on a server there may be runs of another machine's Lodger
            data_folder.close_broken_runs(self._store)
        self._workloads = Workloads()

    def plan_memory(self) -> str:
        """Reserve every share. Raises OutOfMemory, SettingsError."""
        self._plan = memory_plan(self._settings)
        self._ledger = self._plan.ledger()
        for row in self._plan.rows:
            self._ledger.reserve(row.owner, row.bytes)
        self._watchdog = Watchdog(self._on_breach)
        self._watchdog.start()
        self._started.callback(self._watchdog.stop)
        self._workloads.use_branches(Branches(self._workloads, self._ledger, self._watchdog))
        shares = ", ".join(f"{row.owner} {readable(row.bytes)}" for row in self._plan.rows)
        return f"{self._plan.device}, {readable(self._plan.total_bytes)}: {shares}"

    def start_engine(self, progress: Progress) -> Started:
        """Start the LLM and wait until it answers. Raises EngineError, NotFound."""
        from agent.engines import engine_class

        settings = self._settings
        options = engine_options(settings, self._data)
        self._engine = engine_class(settings.engine)(options)
        self._engine.on_state(self._note_engine)
        self._started.callback(self._engine.stop)
        self._engine.start()
        self._ahead.start()
        self._engine.wait_ready(ENGINE_TIMEOUT_S, progress)
        self._watchdog.watch(LLM, self._engine.pids, self._limit(LLM), protected=True)
        return f"{self._engine.model} on {self._engine.name}", self._engine.pids()

    def warm_up(self) -> Started:
        """Send the first request, so that nobody waits for it later. Raises EngineError."""
        from agent import warmup

        assert self._engine
        request = asyncio.run(warmup.warm_up(self._engine, self._store.add_request, longest=bool(machine().gpus)))
        tokens = f"{request.prompt_tokens} tokens read" if request.prompt_tokens else "answered"
        return tokens, self._engine.pids()

    def start_workload(self, name: str, argv: list[str], progress: Progress) -> Started:
        """Start one simulation and wait for its first step. Raises WorkloadError, SettingsError."""
        from workloads.runner import Workload

        caps = self._ledger.caps(name) if name in self._ledger.reservations else None
        workload = Workload(
            name,
            argv,
            store=self._store,
            run_folder=self._data / "run",
            log_folder=self._data / "logs",
            data_folder=self._data / "checkpoints",
            env={**environment(), **(caps.environment if caps else {})},
            memory_limit_bytes=caps.memory_limit_bytes if caps else None,
            channel_token=self._settings.channel_token or "",
            nice=self._settings.workload_nice,
            checkpoint_every_s=self._settings.checkpoint_every_s,
        )
        self._workloads.add(workload)
        self._started.callback(workload.leave)
        self._started.callback(self._workloads.branches.stop_all)  # before their originals
        if caps:
            self._watchdog.watch(name, workload.pids, caps.resident_limit_bytes)
        workload.start()
        self._ahead.start()
        self._await_first_step(workload, progress)
        return _how_far(workload), workload.pids()

    def prime(self) -> None:
        """Have the engine read the tools' description in the background, so that the first request finds it cached."""
        from agent import warmup

        engine, workloads = self._engine, self._workloads
        if engine is None or engine.capabilities.tool_calls == "native":
            return

        def read() -> None:
            try:
                asyncio.run(warmup.prime(engine, self._store.add_request, workloads.get(None).snapshot()))
            except Exception:  # the thread's border: the first answer will only be slower
                log.warning("priming the prompt cache failed", exc_info=True)

        threading.Thread(target=read, name="prime", daemon=True).start()

    def open_page(self, progress: Progress) -> str:
        """Open the page; returns its address. Raises LodgerError."""
        self._ahead.wait(progress, "loading the page")
        from measurement.powerhouse import PowerHouse
        from residents import Site, move_in
        from ui.house import House
        from ui.serve import PageServer
        from ui.server import create_app

        settings = self._settings
        talk, computer = self._conversations(), machine()
        site = Site(settings, self._data, self._store, self._workloads, self._engine, talk, self._ledger, computer)
        residents = move_in(site)
        power = next((one for one in residents if isinstance(one, PowerHouse)), None)
        self.energy = power.sentence if power else "nothing is metered"
        if talk is not None:
            talk.services = residents
        house = House(
            settings_summary=settings.model_dump(mode="json", exclude={"token", "engine_key", "channel_token"}),
            version=VERSION,
            store=self._store,
            workloads=self._workloads,
            engine=self._engine,
            conversations=talk,
            ledger=self._ledger,
            memory_plan=self._plan,
            machine=computer,
            started_at=self._began_at,
            log_folder=self._data / "logs",
            token=settings.token,
            launched={"engine": settings.with_llm, "workloads": list(self._workloads.names())},
            host=settings.host,
            residents=residents,
        )
        server = PageServer(create_app(house), settings.host, settings.port, self._socket)
        self._started.callback(server.stop)
        url = server.start()
        for resident in residents:
            if isinstance(resident, AbstractContextManager):
                self._started.enter_context(resident)
        return url

    def _conversations(self) -> Conversations | None:
        if self._engine is None:
            return None
        from agent.session import Conversations

        return Conversations(self._store, self._workloads, self._engine)

    def _limit(self, owner: str) -> int | None:
        return self._ledger.caps(owner).resident_limit_bytes if owner in self._ledger.reservations else None

    def _on_breach(self, breach: Breach) -> None:
        """Who holds too much gives way: pause, checkpoint, stop. Never the LLM."""
        done = shed(self._workloads.get(breach.victim)) if breach.victim else []
        text = " ".join([breach.sentence, *done])
        self._tell("alert", breach.victim, text, kind="memory")

    def _await_first_step(self, workload: Workload, progress: Progress) -> None:
        """Wait until it computes, within reason: one that takes minutes for a step is not kept from it.

        Raises:
            WorkloadError: it has failed.
        """
        deadline = time.monotonic() + FIRST_STEP_PATIENCE_S
        while _stands_before_first_step(now := workload.snapshot()) and time.monotonic() < deadline:
            progress("starting" if now.state == "starting" else "computing the first step")
            time.sleep(0.05)
        if now.state == "failed":
            raise WorkloadError(
                f"The workload {workload.name} could not start: {now.last_words or 'it ended without a word'} "
                f"Its output is in {self._data / 'logs' / workload.name}.log."
            )

    def _note_engine(self, state: str, reason: str) -> None:
        trouble = state in ("failed", "restarting")
        self._tell("engine", None, reason or f"The LLM engine is {state}.", state=state, alert=trouble)

    def _tell(self, sort: EventKind, workload: str | None, text: str, *, alert: bool = True, **details: str) -> None:
        """Write it down, and tell whoever listens at once if it is an alert."""
        self._store.add_event(Event(new_id("e"), time.time(), sort, workload, text, details))
        if alert:
            self._workloads.announce(WorkloadEvent("alert", workload or "", {"text": text, **details}))


def _stands_before_first_step(now: Snapshot) -> bool:
    return now.state == "starting" or (now.state == "running" and now.step == 0 and not now.metrics)


def _how_far(workload: Workload) -> str:
    now = workload.snapshot()
    if now.state == "starting":
        return "started, but has said nothing yet (it goes on; the page tells when it speaks)"
    steps = f" of {now.total_steps}" if now.total_steps else ""
    return f"{now.state} on {now.device or 'an unknown device'}, step {now.step}{steps}"
