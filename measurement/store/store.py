"""The store: everything that is kept, behind one door."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from measurement.store.conversations import AuditShelf, ConversationShelf
from measurement.store.laboratory import LaboratoryShelf
from measurement.store.retention import RetentionShelf
from measurement.store.runs import RunShelf
from measurement.store.telemetry import IncidentShelf, TelemetryShelf


class Store(RunShelf, ConversationShelf, AuditShelf, TelemetryShelf, IncidentShelf, LaboratoryShelf, RetentionShelf):
    """All shelves over one database, with its health.

    ``Store("lodger.db")`` opens (and if need be creates or upgrades) an SQLite file, ``Store("postgresql+psycopg://…")``
    a server. Methods that return a future never raise and never wait; the others raise StoreError.
    """

    @property
    def problem(self) -> str | None:
        """What keeps rows from being written, with the remedy; ``None`` while all is well. Clears by itself."""
        return self._writer.problem

    @property
    def lost_rows(self) -> int:
        """How many rows were given up since opening because too many waited."""
        return self._writer.lost_rows

    def flush(self, timeout_s: float = 5.0) -> bool:
        """Wait until all that was handed in is on the disk; ``False`` when that fails or takes longer."""
        return self._writer.flush(timeout_s)

    def close(self, timeout_s: float = 5.0) -> None:
        """Write what waits and let go of the database. Closing twice is fine."""
        self._writer.close(timeout_s)
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
