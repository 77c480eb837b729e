"""Where every shelf of the store asks and hands in: reading on own connections, writing through the one writer."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, Insert, RowMapping, Select, Table, bindparam, exists, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from measurement.clock import SYSTEM_CLOCK, Clock
from measurement.errors import StoreError
from measurement.facts import new_id
from measurement.store import schema
from measurement.store.coding import columns_of
from measurement.store.database import address_of, open_engine, place_of
from measurement.store.rows import Event
from measurement.store.trouble import explain
from measurement.store.writer import Step, Write, Writer


def _if_absent(table: Table) -> Insert:
    """Insert a row unless one of its id is there: the same thing handed in twice is stored once."""
    columns = [column for column in table.columns if column.name != "number"]
    values = select(*(bindparam(column.name, type_=column.type) for column in columns))
    return insert(table).from_select(columns, values.where(~exists().where(table.c.id == bindparam("id"))))


# One statement object a table: the writer sends rows for the same statement together.
INSERT = {table.name: insert(table) for table in schema.metadata.tables.values()}
INSERT_IF_ABSENT = {name: _if_absent(schema.metadata.tables[name]) for name in ("facts", "conversations")}


class Desk:
    """An open database and its writer."""

    def __init__(
        self,
        url_or_path: str | Path,
        *,
        clock: Clock = SYSTEM_CLOCK,
        capacity_rows: int = 100_000,
        retry_s: float = 1.0,
        patience_s: float = 10.0,
    ) -> None:
        """Open the database, creating or upgrading it.

        ``capacity_rows`` bounds what waits in memory while nothing can be written, ``retry_s`` is the time between two
        tries, ``patience_s`` how long a waited-for write outlasts another program's lock.

        Raises: StoreError with the remedy.
        """
        self.engine: Engine = open_engine(address_of(url_or_path))
        self._clock, self._patience_s = clock, patience_s
        self._writer = Writer(self.engine, capacity_rows=capacity_rows, retry_s=retry_s, on_notice=self._notice)

    def _submit_rows(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> Future[int]:
        """Hand in rows of one table without waiting; none are acknowledged at once."""
        steps = ((INSERT_IF_ABSENT.get(table.name, INSERT[table.name]), rows),) if rows else ()
        return self._writer.submit(Write(steps))

    def _submit_change(self, table: Table, id: str, **given: Any) -> Future[int]:
        """Hand in new values for one row without waiting; ``None`` leaves a column as it is."""
        values = {name: value for name, value in given.items() if value is not None}
        steps = ((update(table).where(table.c.id == id).values(**values), ()),) if values else ()
        return self._writer.submit(Write(steps, lasting=True))

    def _wait(self, *steps: Step) -> int:
        """Hand in and wait until it is on the disk; returns the number of rows changed.

        Raises: StoreError when it cannot be written.
        """
        deadline_s = time.monotonic() + self._patience_s
        return self._writer.submit(Write(steps, urgent=True, deadline_s=deadline_s, lasting=True)).result()

    def _select(self, query: Select[Any]) -> Sequence[RowMapping]:
        """The rows of a query, all that were acknowledged included.

        Raises: StoreError when the database cannot be read.
        """
        try:
            with self.engine.connect() as connection:
                return connection.execute(query).mappings().all()
        except SQLAlchemyError as error:
            raise StoreError(f"The database {place_of(self.engine)} cannot be read: {explain(error)}.") from error

    def _stream(self, query: Select[Any]) -> Iterator[Any]:
        """The rows of a query one after the other: for so many that a list of rows would take hundreds of megabytes.

        Raises: StoreError when the database cannot be read.
        """
        try:
            with self.engine.connect() as connection:
                yield from connection.execute(query)
        except SQLAlchemyError as error:
            raise StoreError(f"The database {place_of(self.engine)} cannot be read: {explain(error)}.") from error

    def _notice(self, words: str) -> Write:
        """The event that tells later what happened to the database itself."""
        event = Event(new_id("event"), self._clock.wall_s(), "notice", None, words)
        return Write(((INSERT["events"], [record_row(schema.events, event)]),), lasting=True)


def record_row(table: Table, record: Any) -> dict[str, Any]:
    """A record's row for its table."""
    return columns_of(record, schema.json_columns(table))


def at_most(limit: int) -> int:
    """A limit that databases agree on: never negative."""
    return max(0, int(limit))
