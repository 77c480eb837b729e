"""Everything Lodger keeps, and the only place that speaks SQL.

Covers runs, readings, facts, requests to engines, audited actions, conversations, events, and what control charts need (telemetry, baselines, incidents), on SQLite or any other
database SQLAlchemy knows. It does not cover what is only of this moment (snapshots, pictures) nor log files.
"""

from measurement.store.charting import ChartIncident, IncidentStatus, RecordedBaseline, Telemetry
from measurement.store.laboratory import Batch
from measurement.store.retention import Retention
from measurement.store.rows import Audit, AuditStatus, Conversation, Event, EventKind, Message, Reading, Role, Run
from measurement.store.store import Store

__all__ = [
    "Audit",
    "AuditStatus",
    "Batch",
    "ChartIncident",
    "Conversation",
    "Event",
    "EventKind",
    "IncidentStatus",
    "Message",
    "Reading",
    "RecordedBaseline",
    "Retention",
    "Role",
    "Run",
    "Store",
    "Telemetry",
]
