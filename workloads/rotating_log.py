"""A child's output: a file that never grows past its share of the disk, and the last lines kept at hand.

The pipe is drained whatever happens to the disk: a full one costs lines of the log, it never blocks the child.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from pathlib import Path
from typing import BinaryIO

MAX_BYTES = 5 * 2**20
FILES = 3
KEPT_LINES = 400
LONGEST_LINE = 4096
CHUNK = 65536


class RotatingLog:
    """Appends bytes to ``path``; past ``max_bytes`` the file becomes ``path.1`` and so on, ``files`` in all.

    ``problem`` is None while writing works, else one sentence.
    """

    def __init__(self, path: Path, max_bytes: int = MAX_BYTES, files: int = FILES) -> None:
        self.path = path
        self.problem: str | None = None
        self._max_bytes, self._files = max_bytes, files
        self._lock = threading.Lock()
        self._file: BinaryIO | None = None
        self._lines: deque[str] = deque(maxlen=KEPT_LINES)
        self._open_line = b""

    def drain(self, pipe: int) -> None:
        """Copy from the pipe until its last writer has closed it, then close it. Blocks: for a thread of its own."""
        try:
            while chunk := os.read(pipe, CHUNK):
                self.write(chunk)
        finally:
            os.close(pipe)

    def write(self, chunk: bytes) -> None:
        """Take what the child said; never raises for a disk that does not take it."""
        with self._lock:
            self._remember(chunk)
            try:
                self._store(chunk)
                self.problem = None
            except OSError as error:
                self.problem = f"The log {self.path} cannot be written ({error}); only the latest lines are kept."
                self._close()

    def tail(self, lines: int = 20) -> list[str]:
        """Give the last lines, oldest first, an unfinished last one included."""
        with self._lock:
            kept = list(self._lines)
            if self._open_line:
                kept.append(_text(self._open_line))
        return kept[-lines:] if lines > 0 else []

    def forget(self) -> None:
        """Empty the tail, as before a new start; the file stays."""
        with self._lock:
            self._lines.clear()
            self._open_line = b""

    def close(self) -> None:
        """Close the file; a later write opens it again."""
        with self._lock:
            self._close()

    def _remember(self, chunk: bytes) -> None:
        *whole, rest = (self._open_line + chunk).split(b"\n")
        self._lines.extend(_text(line) for line in whole)
        self._open_line = rest[-LONGEST_LINE:]

    def _store(self, chunk: bytes) -> None:
        file = self._file or self._open()
        if file.tell() and file.tell() + len(chunk) > self._max_bytes:
            self._rotate()
            file = self._open()
        file.write(chunk)

    def _open(self) -> BinaryIO:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._file = self.path.open("ab", buffering=0)
        return self._file

    def _rotate(self) -> None:
        self._close()
        for number in range(self._files - 1, 0, -1):
            older = self._numbered(number - 1)
            if older.exists():
                older.replace(self._numbered(number))

    def _numbered(self, number: int) -> Path:
        return self.path if number == 0 else self.path.with_name(f"{self.path.name}.{number}")

    def _close(self) -> None:
        if self._file:
            self._file.close()
            self._file = None


def _text(line: bytes) -> str:
    """A line as a person reads it: of a progress bar only what it showed last, and not more than a screenful."""
    shown = line.rstrip(b"\r").rpartition(b"\r")[2]
    return shown[-LONGEST_LINE:].decode(errors="replace")
