"""A thread that polls a meter: for live power, and so that no counter wraps unseen.

It polls quickly while somebody watches, else just often enough for the counters.
"""

from __future__ import annotations

import logging
import threading

from measurement.meter import Meter

log = logging.getLogger(__name__)

QUICK_S = 0.1
QUIET_S = 1.0


class Sampler:
    """Polls ``meter`` from ``start`` until ``stop``.

    ``watched`` may be set at any time: True polls ten times a second, False once.
    """

    def __init__(self, meter: Meter, *, watched: bool = False) -> None:
        self._meter = meter
        self._watched = watched
        self._wake = threading.Event()
        self._ended = False
        self._thread = threading.Thread(target=self._run, name="power-sampler", daemon=True)

    @property
    def watched(self) -> bool:
        return self._watched

    @watched.setter
    def watched(self, watched: bool) -> None:
        self._watched = watched
        self._wake.set()

    def start(self) -> Sampler:
        """Begin to poll; does nothing where there is nothing to poll."""
        if self._meter.available:
            self._thread.start()
        return self

    def stop(self) -> None:
        """End the thread and wait for it."""
        self._ended = True
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(5.0)

    def _run(self) -> None:
        while not self._ended:
            try:
                self._meter.poll()
            except Exception:  # a thread's border: one failed poll must not end live power for good
                log.exception("a poll of the power meter failed")
            self._wake.wait(min(QUICK_S if self._watched else QUIET_S, self._meter.poll_s))
            self._wake.clear()
