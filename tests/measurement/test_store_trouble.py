"""What the store does in bad times: full disks, locks, damaged or foreign files, older and newer schemas."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, event, inspect

from measurement.errors import StoreError
from measurement.store import Audit, Event, Reading, Store
from measurement.store.database import bring_up_to_date
from measurement.store.upgrades import found_steps

SOON_S = 30.0
CAPACITY_ROWS = 300


def wait_until(holds: Callable[[], object]) -> None:
    deadline_s = time.monotonic() + SOON_S
    while not holds():
        assert time.monotonic() < deadline_s, "not within 30 s"
        time.sleep(0.02)


def a_reading(step: int, metric: str = "t") -> Reading:
    return Reading("run-1", metric, step, 0.5, 1.0, unit="x" * 100)


def an_audit(id: str) -> Audit:
    return Audit(id, 1.0, "user", "", None, None, "pause_simulation")


def open_store(path: Path, patience_s: float = 10.0) -> Store:
    return Store(path, capacity_rows=CAPACITY_ROWS, retry_s=0.05, patience_s=patience_s)


class Limited:
    """Puts a limit of SQLite's own on every connection that a store takes, and lifts it again."""

    def __init__(self, store: Store, limit: str, lift: str) -> None:
        self._engine, self._limit, self._lift, self.on = store.engine, limit, lift, True
        event.listen(self._engine, "begin", self._apply)

    def _apply(self, connection: Connection) -> None:
        connection.exec_driver_sql(self._limit if self.on else self._lift)


@pytest.mark.parametrize(
    ("limit", "lift", "cause"),
    [
        ("PRAGMA max_page_count=1", "PRAGMA max_page_count=1073741823", "disk is full"),
        ("PRAGMA query_only=1", "PRAGMA query_only=0", "read-only"),
    ],
)
def test_what_cannot_be_written_waits_within_bounds_and_the_loss_is_said(
    tmp_path: Path, limit: str, lift: str, cause: str
) -> None:
    with open_store(tmp_path / "lodger.db") as store:
        store.add_audit(an_audit("before"))
        limited = Limited(store, limit, lift)
        futures = [store.add_readings([a_reading(step)]) for step in range(2 * CAPACITY_ROWS)]
        wait_until(lambda: store.problem)
        futures += [store.add_readings([a_reading(step)]) for step in range(2 * CAPACITY_ROWS, 3 * CAPACITY_ROWS)]
        change = store.update_audit("before", status="done")
        futures += [store.add_readings([a_reading(step)]) for step in range(3 * CAPACITY_ROWS, 4 * CAPACITY_ROWS)]
        wait_until(lambda: store.lost_rows)

        problem = store.problem
        assert problem
        assert all(words in problem for words in (cause, "lodger.db", "lost: ", "To go on: "))
        with pytest.raises(StoreError, match=cause):
            store.add_audit(an_audit("refused"))
        assert store.flush(1.0) is False
        assert store.audit_entry("before")  # reading goes on

        limited.on = False
        wait_until(lambda: store.problem is None)
        assert store.flush(SOON_S)
        assert change.result(SOON_S) == 1  # an audit outweighs readings
        written = {reading.step for reading in store.readings("run-1", "t", last_n=10**6)}
        assert written == {step for step, future in enumerate(futures) if future.exception(SOON_S) is None}
        assert len(written) + store.lost_rows == len(futures)
        assert max(written) == len(futures) - 1  # the newest were kept
        wait_until(
            lambda: [each for each in store.events(kind="notice") if each.text.startswith(f"{store.lost_rows:,}")]
        )
        assert store.audit_entry("refused") is None


@contextmanager
def small_disk(megabytes: int) -> Iterator[Path]:
    """A real file system of that size."""
    place = Path(tempfile.mkdtemp(prefix="lodger-small-disk-"))
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(place)]
    try:
        if shutil.which("mount") is None or subprocess.run(mount, capture_output=True, check=False).returncode:
            pytest.skip("mounting a small file system needs root")
        try:
            yield place
        finally:
            subprocess.run(["umount", "--lazy", str(place)], check=True)
    finally:
        place.rmdir()


def test_a_disk_that_is_really_full_and_then_has_room_again(tmp_path: Path) -> None:
    with small_disk(2) as place, open_store(place / "lodger.db") as store:
        ballast = place / "ballast"
        with ballast.open("wb", buffering=0) as file, suppress(OSError):
            while file.write(b"\0" * 4096):
                pass
        futures = [store.add_readings([a_reading(step)]) for step in range(200)]
        wait_until(lambda: store.problem)
        with pytest.raises(StoreError, match="disk"):
            store.add_audit(an_audit("refused"))
        assert not any(future.done() for future in futures)

        ballast.unlink()
        assert [future.result(SOON_S) for future in futures] == [1] * 200
        assert store.problem is None
        assert store.lost_rows == 0


def test_trouble_that_ends_while_nobody_writes_is_noticed(tmp_path: Path) -> None:
    with open_store(tmp_path / "lodger.db") as store:
        limited = Limited(store, "PRAGMA query_only=1", "PRAGMA query_only=0")
        with pytest.raises(StoreError, match="read-only"):
            store.add_audit(an_audit("refused"))
        assert store.problem
        limited.on = False
        wait_until(lambda: store.problem is None)


def test_another_programs_lock_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "lodger.db"
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    with open_store(path, patience_s=0.5) as store:
        other.execute("BEGIN IMMEDIATE")
        kept = store.add_readings([a_reading(0)])
        with pytest.raises(StoreError, match="another program holds it locked"):
            store.add_audit(an_audit("too long"))
        assert store.problem
        assert not kept.done()
        other.execute("ROLLBACK")
        assert kept.result(SOON_S) == 1
        assert store.problem is None
    other.close()


@pytest.mark.parametrize("replaced", [False, True])
def test_a_database_file_taken_away_under_the_store_is_begun_anew(tmp_path: Path, replaced: bool) -> None:
    path = tmp_path / "here" / "lodger.db"
    with open_store(path) as store:
        store.add_audit(an_audit("before"))
        shutil.rmtree(path.parent)
        if replaced:
            Store(path).close()
        store.add_audit(an_audit("after"))
        wait_until(lambda: store.events(kind="notice"))
        assert [entry.id for entry in store.audit()] == ["after"]
    with Store(path) as again:
        assert [entry.id for entry in again.audit()] == ["after"]


def test_closing_on_a_full_disk_ends_soon_and_tells_every_future(tmp_path: Path) -> None:
    store = open_store(tmp_path / "lodger.db")
    Limited(store, "PRAGMA query_only=1", "")
    futures = [store.add_readings([a_reading(step)]) for step in range(10)]
    store.close()
    assert all(isinstance(future.exception(SOON_S), StoreError) for future in futures)
    assert store.lost_rows == 10


@pytest.mark.parametrize("content", [b"garbage, not a database " * 400, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_damaged_file_is_refused_with_the_remedy_and_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "lodger.db"
    path.write_bytes(content)
    with pytest.raises(StoreError, match=r"lodger\.db cannot be opened: .*(damaged|opened).*; .*"):
        Store(path)
    assert path.read_bytes() == content


def test_places_where_no_database_can_be(tmp_path: Path) -> None:
    (tmp_path / "folder.db").mkdir()
    (tmp_path / "file").write_text("")
    for place, remedy in (
        (tmp_path / "folder.db", "no folder of that name"),
        (tmp_path / "file" / "lodger.db", "name another folder"),
        ("sqlite://", "give a file"),
        ("nonsense://host/name", "not installed"),
    ):
        with pytest.raises(StoreError, match=remedy):
            Store(place)


@contextmanager
def ordinary_user() -> Iterator[None]:
    """The rights of somebody who is not root: for root, permission bits hold nothing back."""
    was = os.geteuid()
    if was == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(was)


def test_a_read_only_folder_is_said_at_opening() -> None:
    folder = Path(tempfile.mkdtemp(prefix="lodger-read-only-"))
    try:
        Store(folder / "old.db").close()
        (folder / "old.db").chmod(0o444)
        folder.chmod(0o555)
        with ordinary_user():
            for path in (folder / "old.db", folder / "new.db", folder / "deeper" / "new.db"):
                with pytest.raises(StoreError, match="writable"):
                    Store(path)
    finally:
        folder.chmod(0o755)
        shutil.rmtree(folder)


def old_database(path: Path) -> None:
    with sqlite3.connect(path) as raw:
        raw.executescript((Path(__file__).parent / "schema_version_1.sql").read_text())
    raw.close()


def shape(path: Path) -> Mapping[str, object]:
    """Tables, columns and indexes of a database."""
    engine = create_engine(f"sqlite:///{path}")
    look = inspect(engine)
    shape = {
        table: (
            [(column["name"], str(column["type"]), column["nullable"]) for column in look.get_columns(table)],
            sorted((str(index["name"]), tuple(index["column_names"])) for index in look.get_indexes(table)),
            sorted(tuple(unique["column_names"]) for unique in look.get_unique_constraints(table)),
        )
        for table in look.get_table_names()
    }
    engine.dispose()
    return shape


def test_a_database_of_the_first_version_is_upgraded_to_what_a_new_one_is(tmp_path: Path) -> None:
    """Whoever changes schema.py without an upgrade for the databases people have meets this test."""
    old_database(tmp_path / "old.db")
    with Store(tmp_path / "old.db") as store:
        assert [run.parameters for run in store.runs()] == [{"dt": 0.001}]
        assert [str(reading.value) for reading in store.readings("run-old", "temperature")] == ["nan"]
        store.add_event(Event("e", 1.0, "notice", None, "")).result(SOON_S)
    Store(tmp_path / "new.db").close()
    assert shape(tmp_path / "old.db") == shape(tmp_path / "new.db")


def test_steps_are_taken_in_order_and_all_or_none(tmp_path: Path) -> None:
    old_database(tmp_path / "old.db")
    before = shape(tmp_path / "old.db")
    engine = create_engine(f"sqlite:///{tmp_path / 'old.db'}", isolation_level="SERIALIZABLE")
    event.listen(engine, "connect", lambda connection, _: setattr(connection, "isolation_level", None))
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))

    def add_column(connection: Connection) -> None:
        connection.exec_driver_sql("ALTER TABLE runs ADD COLUMN seed INTEGER")

    def fill_column(connection: Connection) -> None:
        connection.exec_driver_sql("UPDATE runs SET seed = 42")

    def fail(connection: Connection) -> None:
        connection.exec_driver_sql("UPDATE runs SET nothing_of_that_name = 1")

    with pytest.raises(Exception, match="nothing_of_that_name"), engine.begin() as connection:
        bring_up_to_date(connection, {3: fail, 2: add_column})
    assert shape(tmp_path / "old.db") == before

    with engine.begin() as connection:
        bring_up_to_date(connection, {3: fill_column, 2: add_column})
    with engine.begin() as connection:
        bring_up_to_date(connection, {3: fail, 2: fail})  # taken already
        assert connection.exec_driver_sql("SELECT seed FROM runs").scalar() == 42
        bring_up_to_date(connection, dict.fromkeys(range(2, max(found_steps()) + 2), lambda _connection: None))
    engine.dispose()
    with pytest.raises(StoreError, match="newer Lodger"):
        Store(tmp_path / "old.db")


def test_another_programs_database_is_not_taken_over(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "other.db") as raw:
        raw.execute("CREATE TABLE messages (text)")
    raw.close()
    with pytest.raises(StoreError, match="another program"):
        Store(tmp_path / "other.db")
