"""The one thread that writes.

Every change goes into a queue; the thread takes what has gathered and commits it as one transaction. A write's future
resolves when its commit is on the disk. Storage trouble (full disk, lock, read-only file) keeps what waits, up to a
bound, and tries again by itself; a write that is wrong in itself fails alone. Nobody who only submits ever waits.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from sqlalchemy import Engine, Executable, update

from measurement.errors import StoreError
from measurement.store.database import Footing, place_of, writing
from measurement.store.schema import schema_version
from measurement.store.trouble import Trouble, plain_words, trouble_of

_log = logging.getLogger(__name__)

GATHER_S = 0.04  # how long a write may wait for company
_ROWS_AT_ONCE = 5_000  # bounds a transaction, and with it how long others wait for the lock
_BREATH_S = 0.05  # between two tries for somebody who waits

# Changes nothing, and yet must reach the disk: tells whether writing works again.
_PROBE = ((update(schema_version).values(upgraded_at=schema_version.c.upgraded_at), ()),)

Step = tuple[Executable, Sequence[Mapping[str, Any]]]


@dataclass(frozen=True, slots=True, eq=False)
class Write:
    """One acknowledged unit: statements with their rows, all or none. ``urgent`` when somebody waits for it.

    An urgent write that meets trouble fails at once, or at ``deadline_s`` (monotonic) when a lock may still go; the
    others wait for better times, and when too many wait, those that are not ``lasting`` are given up first.
    """

    steps: tuple[Step, ...]
    urgent: bool = False
    deadline_s: float = 0.0
    lasting: bool = False
    future: Future[int] = field(default_factory=Future)

    @property
    def rows(self) -> int:
        return 0 if self.steps is _PROBE else sum(max(1, len(rows)) for _, rows in self.steps)


class Writer:
    """The queue, its thread, and what is known about the database's health."""

    def __init__(
        self, engine: Engine, *, capacity_rows: int, retry_s: float, on_notice: Callable[[str], Write]
    ) -> None:
        self._engine = writing(engine)
        self._place = place_of(engine)
        self._capacity_rows, self._retry_s, self._on_notice = capacity_rows, retry_s, on_notice
        self._footing = Footing(engine)
        self._queue: deque[Write] = deque()
        self._changed = threading.Condition()
        self._waiting_rows = 0  # queued or in the hands of the thread
        self._rows_in_hand = 0
        self._lost_now = 0  # since the last commit that went well
        self.lost_rows = 0
        self._trouble: Trouble | None = None
        self._hurried = False  # somebody waits for what is queued
        self._closing = False
        self._thread = threading.Thread(target=self._work, name="store-writer", daemon=True)
        self._thread.start()

    def submit(self, write: Write) -> Future[int]:
        """Queue a write. Its future gives the number of rows it changed, or a StoreError; this call never raises."""
        write.future.set_running_or_notify_cancel()  # from here on nobody can cancel it
        with self._changed:
            if self._closing:
                write.future.set_exception(StoreError(f"The database {self._place} is closed; nothing was written."))
                return write.future
            self._queue.append(write)
            self._waiting_rows += write.rows
            self._hurried |= write.urgent
            dropped = self._make_room()
            if write.urgent or len(self._queue) == 1:
                self._changed.notify_all()
        self._fail(dropped, f"The database {self._place} could not keep up; too many rows waited, these were given up.")
        return write.future

    @property
    def problem(self) -> str | None:
        """What keeps rows from being written, as a sentence with the remedy; ``None`` when all is well."""
        with self._changed:
            if self._trouble is None:
                return None
            return (
                f"The database {self._place} cannot be written: {self._trouble.cause}. Rows that wait in memory: "
                f"{self._waiting_rows:,} (room for {self._capacity_rows:,}); lost: {self._lost_now:,}. "
                f"To go on: {self._trouble.remedy}."
            )

    def flush(self, timeout_s: float) -> bool:
        """Wait until nothing is left to write; ``False`` when that takes longer."""
        marker = Write(steps=(), urgent=True, deadline_s=time.monotonic() + timeout_s)
        try:
            self.submit(marker).result(timeout_s)
        except (StoreError, TimeoutError):
            return False
        return True

    def close(self, timeout_s: float) -> None:
        """Write what waits, as far as it can be written, and end the thread; what is left is lost and logged."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join(timeout_s)

    # The thread.

    def _work(self) -> None:
        while batch := self._next_batch():
            left = self._write(batch)
            if left:
                self._put_back(left)
            if left and not self._pause():
                break
        self._give_up_the_rest()

    def _next_batch(self) -> list[Write]:
        """What has gathered; a probe when there is trouble and nobody writes; nothing when the store closes."""
        with self._changed:
            in_time = self._changed.wait_for(
                lambda: self._queue or self._closing, timeout=self._retry_s if self._trouble else None
            )
            if not in_time:
                return [Write(_PROBE, urgent=True)]
            self._changed.wait_for(self._hurry, timeout=GATHER_S)
            batch: list[Write] = []
            rows = 0
            while self._queue and rows < _ROWS_AT_ONCE:
                batch.append(self._queue.popleft())
                rows += batch[-1].rows
            self._hurried = any(write.urgent for write in self._queue)
            self._rows_in_hand = rows
            return batch

    def _hurry(self) -> bool:
        return self._closing or self._hurried

    def _write(self, batch: list[Write]) -> list[Write]:
        """Commit a batch; returns what has to be tried again. A wrong row is found by halving and fails alone."""
        try:
            self._stand()
            changed = self._commit(batch)
        except Exception as error:  # the thread's border: the next rows must still be written
            if trouble := trouble_of(error):
                self._suffer(trouble, error)
                return batch
            if len(batch) == 1:
                self._reject(batch[0], error)
                return []
            half = len(batch) // 2
            left = self._write(batch[:half])
            return left + batch[half:] if left else self._write(batch[half:])
        if any(write.steps for write in batch):
            self._recovered()
        self._acknowledge(batch, changed)
        return []

    def _stand(self) -> None:
        """Begin a new file when the old one was taken away."""
        if not self._footing.lost():
            return
        self._footing.renew()
        notice = (
            f"The database file {self._place} was moved or deleted while in use; from here on a new one is written."
        )
        _log.warning("%s", notice)
        self.submit(self._on_notice(notice))

    def _commit(self, batch: list[Write]) -> list[int]:
        """Run a batch in one transaction; rows for the same statement go together. Returns rows changed per write."""
        changed = [0] * len(batch)
        steps = [(index, *step) for index, write in enumerate(batch) for step in write.steps]
        with self._engine.begin() as connection:
            for _, group in groupby(steps, key=lambda step: id(step[1])):
                alike = list(group)
                rows = [row for _, _, own in alike for row in own]
                result = connection.execute(alike[0][1], rows or None)
                for index, _, own in alike:
                    changed[index] += len(own) or max(result.rowcount, 0)
        return changed

    def _acknowledge(self, batch: list[Write], changed: list[int]) -> None:
        with self._changed:
            written = sum(write.rows for write in batch)
            self._waiting_rows, self._rows_in_hand = self._waiting_rows - written, self._rows_in_hand - written
        for write, count in zip(batch, changed, strict=True):
            write.future.set_result(count)

    def _reject(self, write: Write, error: Exception) -> None:
        message = f"The database {self._place} refuses this row: {plain_words(error)}. It is lost; others are written."
        _log.error("%s", message)
        with self._changed:
            self._waiting_rows, self._rows_in_hand = self._waiting_rows - write.rows, self._rows_in_hand - write.rows
        failure = StoreError(message)
        failure.__cause__ = error
        write.future.set_exception(failure)

    # Trouble and what follows.

    def _suffer(self, trouble: Trouble, error: Exception) -> None:
        with self._changed:
            known, self._trouble = self._trouble, trouble
        if known != trouble:
            _log.error("The database %s cannot be written: %s (%s)", self._place, trouble.cause, plain_words(error))
        if not trouble.passing:
            self._engine.dispose()  # the next try begins with a new connection

    def _put_back(self, left: list[Write]) -> None:
        """Return to the queue what can wait, in its order; fail what cannot."""
        now_s = time.monotonic()
        with self._changed:
            passing = self._trouble is not None and self._trouble.passing
            self._rows_in_hand = 0
            waiting = [*left, *self._queue]
            hopeless = [write for write in waiting if write.urgent and not (passing and now_s < write.deadline_s)]
            self._queue = deque(write for write in waiting if write not in hopeless)
            self._hurried = any(write.urgent for write in self._queue)
            self._waiting_rows -= sum(write.rows for write in hopeless)
            dropped = self._make_room()
        self._fail(hopeless, str(self.problem))
        self._fail(dropped, f"The database {self._place} could not keep up; too many rows waited, these were given up.")

    def _pause(self) -> bool:
        """Wait before the next try, less when somebody waits; ``False`` when the store closes."""
        with self._changed:
            self._changed.wait_for(lambda: self._closing, timeout=_BREATH_S)
            self._changed.wait_for(self._hurry, timeout=self._retry_s)
            return not self._closing

    def _recovered(self) -> None:
        with self._changed:
            known, self._trouble = self._trouble, None
            lost, self._lost_now = self._lost_now, 0
        if known:
            _log.warning("The database %s can be written again; %d rows were lost.", self._place, lost)
        if lost:
            self.submit(self._on_notice(f"{lost:,} rows were lost while the database could not be written."))

    def _make_room(self) -> list[Write]:
        """Take the oldest out of a queue that is too long, what is lasting last. Needs the lock.

        What somebody waits for stays: it is answered by the next try. What the thread has in its hands does not count:
        it is older than all of the queue, and would push the newest out.
        """
        dropped: list[Write] = []
        while self._waiting_rows - self._rows_in_hand > self._capacity_rows:
            idle = [write for write in self._queue if not write.urgent] if self._hurried else self._queue
            oldest = next((write for write in idle if not write.lasting), next(iter(idle), None))
            if oldest is None:
                break
            self._queue.remove(oldest)
            self._waiting_rows -= oldest.rows
            dropped.append(oldest)
        lost = sum(write.rows for write in dropped)
        self._lost_now, self.lost_rows = self._lost_now + lost, self.lost_rows + lost
        return dropped

    def _give_up_the_rest(self) -> None:
        """Fail what could not be written before the store closed."""
        with self._changed:
            left, self._queue = list(self._queue), deque()
            lost = sum(write.rows for write in left)
            self.lost_rows += lost
        if lost:
            _log.error("The database %s was closed before %d rows could be written; they are lost.", self._place, lost)
        self._fail(left, f"The database {self._place} was closed before this could be written.")

    def _fail(self, writes: Sequence[Write], message: str) -> None:
        for write in writes:
            write.future.set_exception(StoreError(message))
