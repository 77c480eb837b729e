"""The folder that holds a launch's database, logs and checkpoints: one launcher at a time, and nothing left of a killed one."""

from __future__ import annotations

import fcntl
import os
from contextlib import ExitStack
from pathlib import Path
from typing import IO

from measurement.errors import Conflict, StoreError
from measurement.store import Store
from workloads.snapshot import ALIVE

OPEN_RUNS_LOOKED_AT = 1000


def lock(folder: Path, started: ExitStack) -> None:
    """Keep other launchers out; the lock is the open file, so that no kill leaves it behind. Raises Conflict, StoreError."""
    path = folder / "lodger.lock"
    try:
        held = path.open("w")
    except OSError as error:
        raise StoreError(
            f"The data folder {folder} cannot be written ({error.strerror}); choose another with --data-dir."
        ) from error
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        held.close()
        raise Conflict(
            f"Another Lodger uses {folder}; stop it, or give this one its own folder with --data-dir."
        ) from error
    if not _is_still(path, held):  # the one who had it was just leaving, and took the file along
        held.close()
        return lock(folder, started)
    started.callback(lambda: (path.unlink(missing_ok=True), held.close()))
    return None


def close_broken_runs(store: Store) -> None:
    """Close the runs that a killed launcher left open; when they ended is not known, so they get no end."""
    words = "The launcher was killed while this ran; when it ended is not known."
    for run in store.runs(limit=OPEN_RUNS_LOOKED_AT):
        if run.state in ALIVE:
            store.update_run(run.id, state="failed", last_words=words)


def _is_still(path: Path, opened: IO[str]) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(opened.fileno()))
    except FileNotFoundError:
        return False
