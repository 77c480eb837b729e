"""Version 2: control charts keep telemetry, incidents and recorded baselines."""

from __future__ import annotations

from sqlalchemy import Connection

_TABLES = (
    """
CREATE TABLE telemetry (
  number {number}, taken_at {real} NOT NULL, source TEXT NOT NULL, purpose TEXT NOT NULL, provider TEXT NOT NULL,
  model TEXT NOT NULL, outcome TEXT NOT NULL, count {whole} NOT NULL, latency_s {real}, time_to_first_token_s {real},
  inter_token_s {real}, tokens_per_second {real}, prefill_s {real}, decode_s {real}, load_s {real},
  wh_per_1000_tokens {real}, completion_tokens {real}, cpu_percent {real}, memory_bytes {real},
  gpu_memory_bytes {real}, others TEXT, extremes TEXT, PRIMARY KEY (number)
)""",
    """
CREATE TABLE incidents (
  number {number}, id TEXT NOT NULL, taken_at {real} NOT NULL, metric TEXT NOT NULL, source TEXT NOT NULL,
  purpose TEXT NOT NULL, provider TEXT NOT NULL, model TEXT NOT NULL, alarm TEXT NOT NULL, started_at {real} NOT NULL,
  status TEXT NOT NULL, ended_at {real}, rules TEXT NOT NULL, direction TEXT, size_sigma {real}, note TEXT,
  points TEXT NOT NULL, snapshot TEXT NOT NULL, acknowledged_at {real}, resolved_at {real},
  PRIMARY KEY (number), UNIQUE (id)
)""",
    """
CREATE TABLE baselines (
  number {number}, id TEXT NOT NULL, taken_at {real} NOT NULL, metric TEXT NOT NULL, source TEXT NOT NULL,
  purpose TEXT NOT NULL, provider TEXT NOT NULL, model TEXT NOT NULL, first_at {real} NOT NULL,
  last_at {real} NOT NULL, points {whole} NOT NULL, center {real} NOT NULL, sigma {real} NOT NULL,
  transform TEXT NOT NULL, actor TEXT NOT NULL, lag1 {real}, residual_sigma {real},
  PRIMARY KEY (number), UNIQUE (id)
)""",
    "CREATE INDEX telemetry_by_time ON telemetry (taken_at)",
    "CREATE INDEX incidents_by_time ON incidents (taken_at)",
    "CREATE INDEX baselines_by_metric ON baselines (metric, taken_at)",
)
_SQLITE = {"number": "INTEGER NOT NULL", "whole": "INTEGER", "real": "DOUBLE"}
_SERVER = {"number": "BIGSERIAL NOT NULL", "whole": "BIGINT", "real": "DOUBLE PRECISION"}


def upgrade(connection: Connection) -> None:
    """Make the three tables."""
    types = _SQLITE if connection.dialect.name == "sqlite" else _SERVER
    for statement in _TABLES:
        connection.exec_driver_sql(statement.format(**types))
