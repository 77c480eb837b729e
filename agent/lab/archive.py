"""The session's batches in the store: what is over is kept there, and read again after a restart."""

from __future__ import annotations

import logging

from agent.lab.benchmarks import Benchmark
from agent.lab.job import Job
from agent.lab.observation import observation_of
from agent.lab.plan import plan_of
from measurement.errors import StoreError
from measurement.store import Batch, Store

log = logging.getLogger("lodger.lab")


class Archive:
    """Keeps and finds batches."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def session(self) -> list[Job]:
        """Every batch that was not cleared, oldest first; none, with a line in the log, when they cannot be read."""
        try:
            return [_job(batch) for batch in self._store.batches()]
        except (StoreError, KeyError, TypeError, ValueError):
            log.exception("the laboratory's former batches could not be read")
            return []

    def keep(self, job: Job) -> None:
        """Keep a batch that is over, without waiting."""
        self._store.add_batch(
            Batch(
                job.id,
                job.taken_at,
                job.state,
                job.error,
                job.plan.to_json(),
                [one.to_json() for one in job.observations],
                list(job.power),
                list(job.log),
                job.benchmark and job.benchmark.to_json(),
                job.calibrated and job.calibrated.to_json(),
            )
        )

    def clear(self) -> None:
        """Forget every batch. Raises: StoreError."""
        self._store.clear_batches()


def _job(batch: Batch) -> Job:
    job = Job(batch.id, plan_of(batch.plan), batch.taken_at, error=batch.error)
    job.state = batch.state  # type: ignore[assignment]  # it was a state when it was kept
    job.observations = [observation_of(one) for one in batch.observations]
    job.power, job.log = batch.power, [(at, text) for at, text in batch.log]
    job.benchmark = Benchmark(**batch.benchmark) if batch.benchmark else None
    job.calibrated = Benchmark(**batch.calibrated) if batch.calibrated else None
    job.over.set()
    return job
