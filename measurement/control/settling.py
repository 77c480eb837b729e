"""What a person says of an incident: acknowledged, resolved, with a note. The numbers of it stay as they were measured."""

from __future__ import annotations

from measurement.errors import Conflict
from measurement.store import ChartIncident, Store

SOON_S = 10.0
MOST = 100_000


def acknowledge(store: Store, id: str, note: str | None, now: float) -> ChartIncident:
    """Say that it was seen. Raises: NotFound, Conflict when it is resolved already, StoreError."""
    incident = store.incident(id)
    if incident.status == "resolved":
        raise Conflict(f"The incident {id} is resolved already; there is nothing to acknowledge.")
    at = incident.acknowledged_at or now
    store.update_incident(id, status="acknowledged", note=note, acknowledged_at=at).result(SOON_S)
    return store.incident(id)


def resolve(store: Store, id: str, note: str | None, now: float) -> ChartIncident:
    """Say that it is done with. Raises: NotFound, Conflict when it is resolved already, StoreError."""
    if store.incident(id).status == "resolved":
        raise Conflict(f"The incident {id} is resolved already.")
    store.update_incident(id, status="resolved", note=note, resolved_at=now).result(SOON_S)
    return store.incident(id)


def annotate(store: Store, id: str, note: str) -> ChartIncident:
    """Write a note to an incident in whatever state. Raises: NotFound, StoreError."""
    store.incident(id)
    store.update_incident(id, note=note).result(SOON_S)
    return store.incident(id)


def incidents_by_number(store: Store) -> list[ChartIncident]:
    """Every incident, the oldest first: its place, counted from 1, is the number by which people call it."""
    return store.incidents(limit=MOST)[::-1]
