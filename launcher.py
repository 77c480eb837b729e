#!/usr/bin/env python3
"""The roof: reads what a launch is to be, starts everything in order, stops it in reverse.

Order: memory plan, engine, warm-up, workloads, page. One ExitStack holds what has been started, so that a failure or
Ctrl-C at any point undoes exactly that.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from contextlib import ExitStack
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

from measurement.errors import LodgerError
from settings import VERSION, Settings, environment, parse
from stages import Stages


def main(argv: list[str]) -> int:
    """Run a launch; returns the exit code."""
    try:
        if argv[:1] == ["evaluate"]:
            import evaluate

            return evaluate.main(argv[1:])
        if argv[:1] == ["verify"]:
            import verifying

            return verifying.verify(argv[1:])
        settings, arguments = parse(argv, environment())
        if arguments.plan:
            return _print_plan(settings, arguments.plan)
        return _launch(settings)
    except LodgerError as error:
        print(f"\nLodger cannot go on: {error.message}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nInterrupted; nothing is left running.", file=sys.stderr)
        return 130


def _print_plan(settings: Settings, form: str) -> int:
    import json

    from premises import memory_plan

    plan = memory_plan(settings)
    print(json.dumps(plan.to_json(), indent=2) if form == "json" else plan.table())
    return 0


def _launch(settings: Settings) -> int:
    stop = threading.Event()
    _on_signals(_break_off)
    print(f"Lodger {VERSION}\n", flush=True)
    with ExitStack() as started:
        try:
            _log_to(_folder(settings.data_dir) / "logs")
            url = _start(settings, Stages(sys.stdout), started)
            _on_signals(lambda *_: stop.set())
            print(f"\n  Open {url}    (Ctrl-C stops everything)\n", flush=True)
            stop.wait()
            print("\nStopping …", flush=True)
        finally:
            _on_signals(signal.SIG_IGN)  # an orderly stop takes seconds; a second Ctrl-C must not leave half of it
    print("Everything is stopped.", flush=True)
    return 0


def _on_signals(handler: Any) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, handler)


def _break_off(*_: object) -> None:
    raise KeyboardInterrupt


def _start(settings: Settings, stages: Stages, started: ExitStack) -> str:
    """Start every part, each with a line; returns the page's address."""
    from premises import Premises, commands

    premises = Premises(settings, started)
    programs = commands(settings)
    premises.take_port()
    premises.open_data_folder()
    with stages.stage("memory plan") as stage:
        stage.say(premises.plan_memory())
    if settings.with_llm:
        with stages.stage("LLM engine") as stage:
            stage.done(*premises.start_engine(stage.progress))
        with stages.stage("warm-up") as stage:
            stage.done(*premises.warm_up())
    for name, argv in programs.items():
        with stages.stage(f"workload {name}") as stage:
            stage.done(*premises.start_workload(name, argv, stage.progress))
    if programs:
        premises.prime()
    with stages.stage("page") as stage:
        url = premises.open_page(stage.progress)
        stage.done(url, [os.getpid()])
    with stages.stage("energy") as stage:
        stage.say(premises.energy)
    return url


def _folder(path: Path) -> Path:
    try:
        path.mkdir(parents=True, exist_ok=True)
        (path / "logs").mkdir(exist_ok=True)
        if not os.access(path, os.W_OK):
            raise PermissionError("it is read-only")
    except OSError as error:
        raise LodgerError(
            f"The data folder {path} cannot be used ({error.strerror or error}); choose another with --data-dir."
        ) from error
    return path.resolve()


def _log_to(folder: Path) -> None:
    """Send our own log to a file; the terminal is for people."""
    target = RotatingFileHandler(folder / "lodger.log", maxBytes=5 << 20, backupCount=3, encoding="utf-8")
    target.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[target])
    for chatty in ("httpx", "httpx2", "openai", "uvicorn.access"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
