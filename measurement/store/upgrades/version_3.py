"""Version 3: the energy laboratory keeps its batches."""

from __future__ import annotations

from sqlalchemy import Connection

_BATCHES = """
CREATE TABLE batches (
  number {number}, id TEXT NOT NULL, taken_at {real} NOT NULL, state TEXT NOT NULL, error TEXT, plan TEXT NOT NULL,
  observations TEXT NOT NULL, power TEXT NOT NULL, log TEXT NOT NULL, benchmark TEXT, calibrated TEXT,
  PRIMARY KEY (number), UNIQUE (id)
)"""
_SQLITE = {"number": "INTEGER NOT NULL", "real": "DOUBLE"}
_SERVER = {"number": "BIGSERIAL NOT NULL", "real": "DOUBLE PRECISION"}


def upgrade(connection: Connection) -> None:
    """Make the table and its index."""
    types = _SQLITE if connection.dialect.name == "sqlite" else _SERVER
    connection.exec_driver_sql(_BATCHES.format(**types))
    connection.exec_driver_sql("CREATE INDEX batches_by_time ON batches (taken_at)")
