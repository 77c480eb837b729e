"""All workloads of this launch, in the order in which they were added."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator

from measurement.errors import LodgerError, NotFound, SettingsError
from workloads.branches import Branches
from workloads.parameters import unknown
from workloads.record import Listener
from workloads.snapshot import WorkloadEvent
from workloads.sweeps import Sweeper
from workloads.watchlist import Watchlist
from workloads.workload import Workload

_log = logging.getLogger(__name__)


class Workloads:
    """An ordered collection, safe to use from any thread."""

    def __init__(self) -> None:
        self._members: dict[str, Workload] = {}
        self._listeners: list[Listener] = []
        self.watchlist = Watchlist()
        self.use_branches(Branches(self))
        self._lock = threading.Lock()

    def use_branches(self, branches: Branches) -> None:
        """Branch and sweep by these, which know of the launch's memory."""
        self.branches, self.sweeper = branches, Sweeper(branches)

    def add(self, workload: Workload) -> None:
        """Add one; who subscribed before hears of it too.

        Raises:
            SettingsError: the name is taken.
        """
        with self._lock:
            if workload.name in self._members:
                raise SettingsError(f"There are two workloads called {workload.name}; give one another name.")
            self._members = {**self._members, workload.name: workload}
            for listener in self._listeners:
                workload.subscribe(listener)

    def remove(self, name: str) -> None:
        """Take one off the list; it should have ended. Its runs stay in the store."""
        with self._lock:
            self._members = {other: workload for other, workload in self._members.items() if other != name}

    def get(self, name: str | None = None) -> Workload:
        """The workload of that name; without a name the first one.

        Raises:
            NotFound: there is none; with suggestions.
        """
        members = self._members
        if name is None:
            if not members:
                raise NotFound("There is no workload in this launch; start Lodger with --workload NAME.")
            return next(iter(members.values()))
        if name not in members:
            raise unknown("workload", name, members)
        return members[name]

    def names(self) -> list[str]:
        return list(self._members)

    def __iter__(self) -> Iterator[Workload]:
        return iter(list(self._members.values()))

    def __len__(self) -> int:
        return len(self._members)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call ``listener`` with every event of every workload, those added later included; gives the way out."""
        with self._lock:
            self._listeners.append(listener)
            leaving = [workload.subscribe(listener) for workload in self._members.values()]

        def leave() -> None:
            with self._lock:
                self._listeners.remove(listener)
            for leave_one in leaving:
                leave_one()

        return leave

    def announce(self, event: WorkloadEvent) -> None:
        """Tell the listeners of something that is no simulation's own news, such as a breach of memory."""
        for listener in list(self._listeners):
            try:
                listener(event)
            except Exception:  # the border to other people's code
                _log.exception("a listener failed on %s", event.kind)

    def stop_all(self) -> None:
        """Stop all of them at the same time; one that cannot be stopped is logged and does not spare the others."""
        threads = [threading.Thread(target=_stop, args=(workload,)) for workload in self]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


def _stop(workload: Workload) -> None:
    try:
        workload.stop()
    except LodgerError as error:
        _log.error("%s", error)
