"""Our end of a steering channel: one thread reads messages, one writes requests; neither ever trusts the other side.

Rubbish, oversize lines and floods are counted and told, never raised. A workload that does not read leaves requests
waiting here; it blocks nobody.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import logging
import queue
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from typing import Any

from measurement.errors import Conflict, Refused, Unavailable
from workloads.messages import Applied, BrokenMessageError, Checkpointed, Denied, Message, StateTold, decode
from workloads.steer import MAX_LINE_BYTES

_CHUNK_BYTES = 65536
_MOST_WAITING = 64
_PATIENT_WITH = 100  # broken lines; after that each costs its sender a millisecond
_log = logging.getLogger(__name__)

Answer = Applied | StateTold | Checkpointed


class Channel:
    """One socket to one process.

    Args:
        connection: our end.
        take: called with every message, in the reading thread.
        complain: called with a sentence for every line that is none.
        on_end: called once, in the reading thread, when the other side is gone.
    """

    def __init__(
        self,
        name: str,
        connection: socket.socket,
        take: Callable[[Message], None],
        complain: Callable[[str], None],
        *,
        on_end: Callable[[], None] | None = None,
    ) -> None:
        self._on_end = on_end
        self._name, self._connection = name, connection
        self._take, self._complain = take, complain
        self._requests: queue.Queue[bytes | None] = queue.Queue(_MOST_WAITING)
        self._answers: dict[str, Future[Answer]] = {}
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._sending_since: float | None = None
        self._closed = False
        self._broken = 0
        self._reader = threading.Thread(target=self._read, name=f"read {name}", daemon=True)
        self._writer = threading.Thread(target=self._write, name=f"write {name}", daemon=True)

    def start(self) -> None:
        """Begin to read and write."""
        self._reader.start()
        self._writer.start()

    @property
    def unread_s(self) -> float:
        """How long the other side has let a request lie, seconds; 0.0 while it reads."""
        since = self._sending_since
        return time.monotonic() - since if since is not None else 0.0

    def request(self, kind: str, **fields: Any) -> Future[Answer]:
        """Send a request; the future gives the answer, or Refused with the simulation's own words.

        Raises:
            Unavailable: too many requests lie unread.
        """
        id = f"r{next(self._numbers)}"
        line = json.dumps({"type": kind, "id": id, **fields}, allow_nan=False).encode() + b"\n"
        answer: Future[Answer] = Future()
        with self._lock:
            if self._closed:
                answer.set_exception(self._gone())
                return answer
            try:
                self._requests.put_nowait(line)
            except queue.Full as error:
                raise Unavailable(
                    f"{self._name} does not read its requests: {_MOST_WAITING} wait. Stop it if it hangs."
                ) from error
            self._answers[id] = answer
        return answer

    def drain(self, timeout_s: float) -> None:
        """Wait until all that the other side sent has been taken, then close; its process has ended."""
        if self._reader is not threading.current_thread():
            self._reader.join(timeout_s)
        self.close()

    def close(self) -> None:
        """End both threads; requests without an answer fail."""
        with self._lock:
            self._closed = True
            unanswered, self._answers = self._answers, {}
        for answer in unanswered.values():
            _fail(answer, self._gone())
        with contextlib.suppress(OSError):  # not connected any more: that is what we want
            self._connection.shutdown(socket.SHUT_RDWR)
        with contextlib.suppress(queue.Full):  # then the writer sits in sendall, which the shutdown has ended
            self._requests.put_nowait(None)

    def _gone(self) -> Conflict:
        return Conflict(f"{self._name} ended before it could answer.")

    def _write(self) -> None:
        while (line := self._requests.get()) is not None:
            self._sending_since = time.monotonic()
            try:
                self._connection.sendall(line)
            except OSError:  # the reader sees the same end, and the process's exit tells why
                return
            self._sending_since = None

    def _read(self) -> None:
        try:
            for line in self._lines():
                self._hear(line)
        except Exception:
            _log.exception("reading from %s failed", self._name)
        finally:
            self._connection.close()
            if self._on_end:
                self._on_end()

    def _lines(self) -> Any:
        """Give whole lines; one that is too long is told and skipped to its end."""
        rest, skipping = b"", False
        while chunk := self._receive():
            *whole, rest = (rest + chunk).split(b"\n")
            for line in whole:
                if not skipping and line.strip():
                    yield line
                skipping = False
            if len(rest) > MAX_LINE_BYTES:
                if not skipping:
                    self._bad(f"a line of more than {MAX_LINE_BYTES} bytes")
                rest, skipping = b"", True
        if rest.strip() and not skipping:
            self._bad(f"an unfinished line: {rest[:80]!r}")

    def _receive(self) -> bytes:
        try:
            return self._connection.recv(_CHUNK_BYTES)
        except OSError:  # reset or shut down: the end of what can be read
            return b""

    def _hear(self, line: bytes) -> None:
        try:
            message = decode(line)
        except BrokenMessageError as error:
            self._bad(f"{error}: {line[:80]!r}")
            return
        try:
            self._take(message)
        except Exception:  # the border of the reading thread: one message must not end all the others
            _log.exception("taking %.80r from %s failed", line, self._name)
        self._settle(message)

    def _bad(self, what: str) -> None:
        self._broken += 1
        self._complain(what)
        if self._broken > _PATIENT_WITH:
            time.sleep(0.001)

    def _settle(self, message: Message) -> None:
        if not isinstance(message, Applied | StateTold | Checkpointed | Denied) or message.id is None:
            return
        with self._lock:
            answer = self._answers.pop(message.id, None)
        if answer is None:
            return
        if isinstance(message, Denied):
            _fail(answer, Refused(f"{self._name} refused: {message.error}"))
        else:
            with contextlib.suppress(InvalidStateError):
                answer.set_result(message)


def _fail(answer: Future[Answer], error: Exception) -> None:
    with contextlib.suppress(InvalidStateError):  # answered at the same moment
        answer.set_exception(error)
