"""The shelf of the energy laboratory: batches that are over, each with what was observed in it."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import delete, select

from measurement.store import schema
from measurement.store.coding import record_of
from measurement.store.desk import Desk, at_most, record_row


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch of runs: its plan, its observations, the watts meanwhile, its log, and the benchmark of its estimates."""

    id: str
    taken_at: float
    state: str
    error: str | None
    plan: dict[str, Any]
    observations: list[dict[str, Any]] = field(default_factory=list)
    power: list[dict[str, Any]] = field(default_factory=list)
    log: list[Any] = field(default_factory=list)
    benchmark: dict[str, Any] | None = None
    calibrated: dict[str, Any] | None = None


class LaboratoryShelf(Desk):
    """Batches, until a person clears them."""

    def add_batch(self, batch: Batch) -> Future[int]:
        """Keep a batch that is over, without waiting."""
        return self._submit_rows(schema.batches, [record_row(schema.batches, batch)])

    def batches(self, limit: int = 200) -> list[Batch]:
        """The newest batches, oldest first. Raises: StoreError."""
        table = schema.batches
        query = select(table).order_by(table.c.number.desc()).limit(at_most(limit))
        return [record_of(Batch, row) for row in reversed(self._select(query))]

    def clear_batches(self) -> int:
        """Forget every batch; returns how many there were. Their requests stay. Raises: StoreError."""
        return self._wait((delete(schema.batches), ()))
