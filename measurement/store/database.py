"""Opening a database: folders, connections, the schema and its upgrades.

SQLite runs in WAL mode with ``synchronous=FULL``: a commit is on the disk before it is acknowledged, so it outlives a
killed process and a lost power supply. Transactions are opened by ourselves, so that a change of schema is one too.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, func, inspect, make_url, select, text
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from measurement.errors import StoreError
from measurement.store.schema import metadata, schema_version
from measurement.store.trouble import explain, trouble_of
from measurement.store.upgrades import Step, found_steps, newest_version

BUSY_S = 2.0  # how long one statement waits for another process's lock
_OPENING_S = 15.0  # how long opening keeps asking while other processes create or upgrade the same file
_UPGRADE_LOCK = 0x10D6E8  # names our upgrade among PostgreSQL's advisory locks


def address_of(url_or_path: str | Path) -> URL:
    """The database's address; a plain path means an SQLite file, whose folder is created.

    Raises: StoreError for an address that cannot be read, a folder that cannot be made, or a database in memory.
    """
    try:
        url = make_url(str(url_or_path)) if "://" in str(url_or_path) else _file_address(Path(url_or_path))
    except ArgumentError as error:
        raise StoreError(f"{str(url_or_path)!r} is no database address; give a file or a URL such as "
                         "postgresql+psycopg://user@host/name.") from error  # fmt: skip
    if (path := file_of(url)) is not None:
        _make_folder(path.parent)
    elif url.get_backend_name() == "sqlite":
        raise StoreError("A database in memory would forget everything; give a file, such as lodger.db.")
    return url


def file_of(url: URL) -> Path | None:
    """The file behind an SQLite address; ``None`` for a server or a database in memory."""
    named = url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:")
    return Path(str(url.database)) if named else None


def _file_address(path: Path) -> URL:
    return URL.create("sqlite", database=str(path.expanduser().absolute()))


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"The folder {folder} for the database cannot be made: {error.strerror}. "
                         "Make it writable, or name another folder.") from error  # fmt: skip


def open_engine(url: URL) -> Engine:
    """Connections to a database whose schema is of the newest version.

    Raises: StoreError with the remedy when it cannot be opened, is damaged, read-only, or newer than this Lodger.
    """
    try:
        engine = create_engine(url, **_pool(url))
    except (ModuleNotFoundError, NoSuchModuleError) as error:
        raise StoreError(f"The driver for {url.drivername!r} is not installed ({error}); for PostgreSQL install "
                         "psycopg and write postgresql+psycopg://….") from error  # fmt: skip
    if url.get_backend_name() == "sqlite":
        _prepare_sqlite(engine)
    try:
        prepare(engine)
    except BaseException:
        engine.dispose()
        raise
    return engine


def _pool(url: URL) -> dict[str, Any]:
    """Room for every thread that reads at once; a lost connection to a server is noticed before it is used."""
    options: dict[str, Any] = {"pool_size": 8, "max_overflow": 56, "pool_timeout": 10.0}
    return options if url.get_backend_name() == "sqlite" else {**options, "pool_pre_ping": True}


def _prepare_sqlite(engine: Engine) -> None:
    """Set what SQLite wants set per connection, and begin transactions ourselves (the driver would skip DDL)."""

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout={int(BUSY_S * 1000)}")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA journal_size_limit=67108864")  # a long WAL shrinks again to 64 MiB

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        if words := connection.get_execution_options().get("begin", "BEGIN"):
            connection.exec_driver_sql(words)


def writing(engine: Engine) -> Engine:
    """The same connections, whose transactions take the write lock from the start (no deadlock on a late upgrade)."""
    return engine.execution_options(begin="BEGIN IMMEDIATE")


def prepare(engine: Engine) -> None:
    """Create or upgrade the schema, waiting for another process that is doing the same.

    Raises: StoreError when the database cannot be used.
    """
    deadline_s = time.monotonic() + _OPENING_S
    while True:
        try:
            return _prepare_once(engine)
        except SQLAlchemyError as error:
            trouble = trouble_of(error)
            if trouble is not None and trouble.passing and time.monotonic() < deadline_s:
                time.sleep(0.05)
                continue
            raise StoreError(f"The database {place_of(engine)} cannot be opened: {explain(error)}.") from error


def _prepare_once(engine: Engine) -> None:
    if engine.dialect.name == "sqlite":
        with engine.execution_options(begin=None).connect() as connection:  # no mode changes inside a transaction
            connection.exec_driver_sql("PRAGMA journal_mode=WAL")
    with writing(engine).begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _UPGRADE_LOCK})
        bring_up_to_date(connection, found_steps())


def bring_up_to_date(connection: Connection, steps: Mapping[int, Step]) -> None:
    """Create the schema, or take the steps that it lacks, in the caller's transaction.

    Raises: StoreError for a database of a newer Lodger, or of another program.
    """
    newest, version = newest_version(steps), _version(connection)
    if version is None:
        metadata.create_all(connection)
        _stamp(connection, newest)
        return
    if version > newest:
        raise StoreError(
            f"The database {place_of(connection.engine)} was written by a newer Lodger (schema {version}, this one knows "
            f"{newest}). Update Lodger, or name another --data-dir."
        )
    for step in range(version + 1, newest + 1):
        steps[step](connection)
        _stamp(connection, step)


def _version(connection: Connection) -> int | None:
    """The schema's version, ``None`` for an empty database."""
    present = set(inspect(connection).get_table_names())
    if schema_version.name in present:
        return connection.execute(select(func.max(schema_version.c.version))).scalar()
    if taken := sorted(present & set(metadata.tables)):
        raise StoreError(
            f"The database {place_of(connection.engine)} belongs to another program: it has a table {taken[0]!r} and no "
            "version of Lodger's. Name another file or database."
        )
    return None


def _stamp(connection: Connection, version: int) -> None:
    connection.execute(schema_version.insert(), {"version": version, "upgraded_at": time.time()})


class Footing:
    """The file that the connections stand on, to notice when it is taken away under them.

    An open file that was deleted or replaced goes on taking rows that nobody will ever see.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine, self._path = engine, file_of(engine.url)
        self._standing = self._identity()

    def lost(self) -> bool:
        """Whether the path now names another file, or none. Always ``False`` for a server."""
        return self._standing != self._identity()

    def renew(self) -> None:
        """Let go of the old file and open (or create) the one that the path names now.

        Raises: StoreError when that cannot be done; the footing stays lost.
        """
        self._engine.dispose()
        if self._path:
            _make_folder(self._path.parent)
        prepare(self._engine)
        self._standing = self._identity()

    def _identity(self) -> tuple[int, int] | None:
        try:
            status = self._path.stat() if self._path else None
        except OSError:
            return None
        return (status.st_dev, status.st_ino) if status else None


def place_of(engine: Engine) -> str:
    """Where the database is, as a person reads it: the file, or the address without its password."""
    path = file_of(engine.url)
    return str(path) if path else engine.url.render_as_string(hide_password=True)
