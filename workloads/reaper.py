"""The run folder: which children a launcher started, so that the next one can end what a ``kill -9`` left.

A record stands in ``<run folder>/<name>.json`` while its process runs. It names the launcher too: the children of one
that is still alive are not touched.
"""

from __future__ import annotations

import json
import logging
import os
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import quote

from measurement.errors import WorkloadError
from workloads.kin import Family, read_stat

log = logging.getLogger(__name__)
KILL_WAIT_S = 10.0  # a killed process is gone within milliseconds, unless the kernel waits for a device


@dataclass(frozen=True)
class Record:
    """What is known of a child that runs. Times are clock ticks since boot, as the kernel counts them."""

    name: str
    pid: int
    pgid: int
    start_time: int
    argv: list[str]
    instance: str
    launcher_pid: int
    launcher_start_time: int

    @property
    def family(self) -> Family:
        return Family(self.pid, self.start_time, self.instance)

    def launcher_alive(self) -> bool:
        """Tell whether the launcher that wrote this is still running."""
        stat = read_stat(self.launcher_pid)
        return stat is not None and not stat.ended and stat.start_time == self.launcher_start_time


def record_of(name: str, argv: list[str], family: Family) -> Record:
    """Describe a child of this process."""
    launcher = read_stat(os.getpid())
    assert launcher, "we run, so we have a line in the process table"
    return Record(
        name=name,
        pid=family.pid,
        pgid=family.pid,  # it leads its own session and group
        start_time=family.start_time,
        argv=argv,
        instance=family.instance,
        launcher_pid=launcher.pid,
        launcher_start_time=launcher.start_time,
    )


def record_path(run_folder: Path, name: str) -> Path:
    """Where the record of ``name`` stands; characters that a file's name cannot hold are quoted."""
    return run_folder / f"{quote(name, safe=' ')}.json"


def write_record(run_folder: Path, record: Record) -> Path:
    """Write it whole or not at all.

    Raises:
        WorkloadError: the run folder cannot be written.
    """
    path = record_path(run_folder, record.name)
    try:
        run_folder.mkdir(parents=True, exist_ok=True)
        handle, scratch = tempfile.mkstemp(dir=run_folder, prefix=".", suffix=".tmp")
        with os.fdopen(handle, "w") as file:
            json.dump(asdict(record), file)
        os.replace(scratch, path)
    except OSError as error:
        raise WorkloadError(
            f"The record of {record.name} cannot be written to {run_folder} ({error}). Free space there or choose "
            "another --data-dir: without the record a killed launcher could leave this process behind."
        ) from error
    return path


def remove_record(run_folder: Path, name: str) -> None:
    """Remove it; one that cannot be removed names a process that is gone, so the next start clears it."""
    try:
        record_path(run_folder, name).unlink(missing_ok=True)
    except OSError as error:
        log.warning("the record of %s stays: %s", name, error)


def read_record(path: Path) -> Record | None:
    """Read a record; None when the file is not one (torn, or of another program)."""
    try:
        record = Record(**json.loads(path.read_text()))
    except (ValueError, TypeError, OSError):
        return None
    numbers = (record.pid, record.pgid, record.start_time, record.launcher_pid, record.launcher_start_time)
    sound = all(type(number) is int for number in numbers) and record.pid > 1 and isinstance(record.instance, str)
    return record if sound and record.instance else None


def reap(run_folder: Path) -> list[str]:
    """End what a killed launcher left and remove its records; give a sentence for each thing done.

    Only processes that are proven to be of that launch are ended: pid, start time and mark of the leader agree, or the
    mark itself is carried. What belongs to a launcher that still runs is left alone, record included.
    """
    sentences = [_reap_one(path) for path in sorted(run_folder.glob("*.json"))]
    for scratch in run_folder.glob(".*.tmp"):
        scratch.unlink(missing_ok=True)
    return [sentence for sentence in sentences if sentence]


def _reap_one(path: Path) -> str | None:
    record = read_record(path)
    if record is None:
        path.unlink(missing_ok=True)
        return f"The record {path.name} could not be read and was removed; no process was touched."
    if record.launcher_alive():
        if record.launcher_pid == os.getpid():
            return None
        whose = f"belongs to a launcher that still runs (pid {record.launcher_pid})"
        return f"{record.name} (pid {record.pid}) {whose}: left alone."
    return _end(path, record)


def _end(path: Path, record: Record) -> str:
    pids = [member.pid for member in record.family.members()]
    if not record.family.kill(KILL_WAIT_S):
        return f"{record.name}: {pids} do not end although they were killed; the record stays for the next start."
    path.unlink(missing_ok=True)
    if not pids:
        return f"{record.name} (pid {record.pid}) of an earlier launch had ended; its record was removed."
    what = "a process" if len(pids) == 1 else f"{len(pids)} processes"
    return f"{record.name}: ended {what} that an earlier launch had left ({', '.join(map(str, pids))})."
