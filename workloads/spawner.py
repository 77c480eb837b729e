"""The one thread that forks.

Linux sends the parent-death signal when the *thread* that forked ends, not when its process does. A child started
from a web request's worker thread would die with that thread; so every child is forked by this one, which lives as long
as the process.
"""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")


class Spawner:
    """A daemon thread that runs what it is given, one job after the other, and never ends."""

    def __init__(self) -> None:
        self._jobs: queue.SimpleQueue[tuple[Callable[[], Any], Future[Any]]] = queue.SimpleQueue()
        threading.Thread(target=self._work, name="spawner", daemon=True).start()

    def run(self, job: Callable[[], T]) -> T:
        """Run ``job`` in the spawner's thread and give its result, or raise what it raised."""
        future: Future[T] = Future()
        self._jobs.put((job, future))
        return future.result()

    def _work(self) -> None:
        while True:
            job, future = self._jobs.get()
            try:
                future.set_result(job())
            except BaseException as error:  # noqa: BLE001 - the thread's border: the caller gets it, the thread lives on
                future.set_exception(error)
            del job, future


_lock = threading.Lock()
_spawner: Spawner | None = None


def spawn(job: Callable[[], T]) -> T:
    """Run ``job`` in this process's spawner thread, started on first use."""
    global _spawner
    with _lock:
        if _spawner is None:
            _spawner = Spawner()
        spawner = _spawner
    return spawner.run(job)


def _forget() -> None:
    """Start afresh in a forked copy of this process: threads do not survive a fork, a held lock does."""
    global _lock, _spawner
    _lock, _spawner = threading.Lock(), None


os.register_at_fork(after_in_child=_forget)
