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
from functools import cache
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
            except BaseException as error:  # the thread's border: the caller gets it, the thread lives on
                future.set_exception(error)
            del job, future


@cache
def _spawner(_process_id: int) -> Spawner:
    """One for each process: a thread does not survive a fork, so a forked copy needs its own."""
    return Spawner()


def spawn(job: Callable[[], T]) -> T:
    """Run ``job`` in this process's spawner thread, started on first use."""
    return _spawner(os.getpid()).run(job)
