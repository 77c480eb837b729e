"""llama.cpp in a child of its own, through ``xllamacpp`` (prebuilt wheels, CPU and GPU).

Covers: loading, the API key, niceness, restart after a crash with the address unchanged. Does not cover: choosing
quantisations, or several models at once.
"""

from __future__ import annotations

import importlib.util
import json
import os
import secrets
import socket
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import ClassVar

import httpx2

from agent.adapters import STEERING
from agent.engines import weights
from agent.engines.base import Capabilities, Engine, EngineOptions, Probe
from measurement.errors import EngineError
from workloads.process import RestartPolicy, SupervisedProcess

POLL_S = 0.1
ROOT = Path(__file__).resolve().parent.parent.parent


class Server(Engine):
    """The embedded default."""

    name = "llama_cpp"
    read_anew: ClassVar[Mapping[str, object]] = {"cache_prompt": False}
    full_length: ClassVar[Mapping[str, object]] = {"ignore_eos": True}

    def __init__(self, options: EngineOptions) -> None:
        super().__init__(options)
        self._key = secrets.token_urlsafe(24)
        self._port = _free_port()
        self._weights: weights.Weights | None = None
        self._process: SupervisedProcess | None = None
        self._stopping = threading.Event()

    @classmethod
    def probe(cls) -> Probe:
        if importlib.util.find_spec("xllamacpp") is None:
            return Probe(False, "llama.cpp is not installed; run: pip install xllamacpp")
        return Probe(True)

    def start(self) -> None:
        if not (found := self.probe()).available:
            raise EngineError(found.reason)
        self._weights = weights.find(self.options.model)
        self._process = SupervisedProcess(
            "engine",
            [sys.executable, "-m", "agent.engines.llama_cpp_child", json.dumps(self._settings())],
            env={**self.options.environment, "LODGER_ENGINE_KEY": self._key},
            cwd=ROOT,
            log_path=self.options.log_folder / "engine.log",
            run_folder=self.options.run_folder,
            nice=self.options.nice,
            restart=RestartPolicy(),
            on_exit=lambda _exit: self._on_exit(),
        )
        self._become("starting")
        self._process.start()
        threading.Thread(target=self._watch, name="engine-watch", daemon=True).start()

    def wait_ready(self, timeout_s: float, progress: Callable[[str], None] = lambda line: None) -> None:
        deadline = time.monotonic() + timeout_s
        while self.state != "ready":
            if self.state == "failed":
                raise EngineError(f"The engine could not start. {self.reason}")
            if time.monotonic() > deadline:
                raise EngineError(
                    f"The engine was not ready after {timeout_s:.0f} s. Its last words: {' / '.join(self.log_tail(3))}"
                )
            progress(f"loading {self.model}")
            time.sleep(POLL_S)

    def stop(self) -> None:
        self._stopping.set()
        if self._process:
            self._process.stop(timeout_s=5)
        self._become("stopped")

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._port}/v1"

    @property
    def api_key(self) -> str:
        return self._key

    @property
    def model(self) -> str:
        return self._weights.name if self._weights else (self.options.model or weights.DEFAULT)

    @property
    def capabilities(self) -> Capabilities:
        way = "adapter" if self._steers else "grammar"
        return Capabilities(
            tool_calls=self.options.tool_calls or way, adapters=self._steers, logprobs=True, tokenizer=True
        )

    def pids(self) -> list[int]:
        return list(self._process.pids()) if self._process else []

    def log_tail(self, lines: int = 20) -> list[str]:
        return list(self._process.log_tail(lines)) if self._process else []

    @property
    def _steers(self) -> bool:
        """Whether the steering adapter belongs to these weights and is wanted."""
        there = STEERING.shipped or self.options.adapter is not None
        wanted = self.options.tool_calls == "adapter" or (self.options.tool_calls is None and there)
        return wanted and self.model == STEERING.base

    def _settings(self) -> dict[str, object]:
        assert self._weights
        options = self.options
        return {
            "model": str(self._weights.path),
            "alias": self._weights.name,
            "port": self._port,
            "parallel": options.parallel,
            "context_tokens": options.context_tokens,
            "threads": options.threads or default_threads(),
            "gpu": options.gpu,
            "adapter": str(options.adapter or STEERING.path) if self._steers else None,
        }

    def _on_exit(self) -> None:
        if not self._stopping.is_set():
            self._become("restarting", "The LLM engine ended unexpectedly; it is being started again.")

    def _watch(self) -> None:
        """Follow the child's health until it is stopped or given up."""
        headers = {"Authorization": f"Bearer {self._key}"}
        with httpx2.Client(base_url=self.base_url.removesuffix("/v1"), headers=headers, timeout=2) as client:
            while not self._stopping.wait(POLL_S if self.state != "ready" else 0.5):
                self._look(client)
                if self.state == "failed":
                    return

    def _look(self, client: httpx2.Client) -> None:
        assert self._process
        if self._process.state == "failed":
            self._become("failed", f"It ended with: {' / '.join(self.log_tail(3)) or 'no output'}")
        elif self.state != "ready" and self._process.alive and _healthy(client):
            self._become("ready")


def default_threads() -> int:
    """One core less than there are, eight at most.

    llama.cpp's threads wait for one another at every layer: with as many as there are cores, one that has to share its core
    with the simulation holds up all (measured on two busy cores: 12 s with two threads, 1 s with one).
    """
    return min(8, max(1, len(os.sched_getaffinity(0)) - 1))


def _healthy(client: httpx2.Client) -> bool:
    try:
        return client.get("/health").status_code == 200
    except httpx2.HTTPError:
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
