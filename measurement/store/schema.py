"""The tables, as the newest version of Lodger has them.

A change here comes with a file in ``upgrades/`` that does the same to the databases people already have.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Double, Index, Integer, MetaData, Table

from measurement.store.coding import JsonText, Words

metadata = MetaData()

_WIDE = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows by itself only in a column called INTEGER


def _number() -> Column[int]:
    """The order of arrival: what happened in the same instant still has a before and an after."""
    return Column("number", _WIDE, primary_key=True, autoincrement=True)


def _id() -> Column[str]:
    return Column("id", Words, nullable=False, unique=True)


def _words(name: str, *, optional: bool = False) -> Column[str]:
    return Column(name, Words, nullable=optional)


def _time(name: str = "taken_at", *, optional: bool = False) -> Column[float]:
    """Unix seconds."""
    return Column(name, Double, nullable=optional)


schema_version = Table(
    "schema_version",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    _time("upgraded_at"),
)

runs = Table(
    "runs",
    metadata,
    _number(),
    _id(),
    _words("workload"),
    _time("started_at"),
    _time("ended_at", optional=True),
    _words("state"),
    Column("step", _WIDE, nullable=False),
    Column("total_steps", _WIDE),
    Column("parameters", JsonText, nullable=False),
    _words("device"),
    _words("last_words", optional=True),
    Index("runs_by_workload", "workload", "started_at"),
)

readings = Table(
    "readings",
    metadata,
    _number(),
    _words("run"),
    _words("metric"),
    Column("step", _WIDE, nullable=False),
    Column("value", Double),
    _time(),
    _words("unit"),
    Column("count", _WIDE, nullable=False),
    Column("minimum", Double),
    Column("maximum", Double),
    Column("non_finite", JsonText),
    # The latest values are the last to arrive: after a restored checkpoint the steps go back, the arrivals do not.
    Index("readings_by_metric", "run", "metric", "number"),
)

facts = Table(
    "facts",
    metadata,
    _number(),
    _id(),
    _words("name"),
    _words("value", optional=True),
    _words("kind"),
    _words("unit"),
    _words("method"),
    Column("uncertainty", Double),
    _words("source"),
    _time(),
    _words("run", optional=True),
    _words("reason", optional=True),
    Index("facts_by_run", "run"),
)

requests = Table(
    "requests",
    metadata,
    _number(),
    _id(),
    _time(),
    _words("purpose"),
    _words("engine"),
    _words("model"),
    _words("conversation", optional=True),
    _words("prompt_hash", optional=True),
    *(Column(name, _WIDE) for name in ("prompt_tokens", "completion_tokens", "thinking_tokens", "cached_tokens")),
    *(Column(name, Double) for name in ("time_to_first_token_s", "prefill_s", "decode_s", "duration_s")),
    _words("outcome"),
    Column("energy", JsonText),
    Index("requests_by_time", "taken_at"),
)

audit = Table(
    "audit",
    metadata,
    _number(),
    _id(),
    _time(),
    _words("actor_kind"),
    _words("actor_name"),
    _words("conversation", optional=True),
    _words("words", optional=True),
    _words("tool"),
    Column("args", JsonText, nullable=False),
    _words("workload", optional=True),
    _words("status"),
    Column("changes", JsonText, nullable=False),
    _words("error", optional=True),
    _words("undo_of", optional=True),
    Index("audit_by_time", "taken_at"),
    Index("audit_by_conversation", "conversation", "taken_at"),
)

conversations = Table(
    "conversations",
    metadata,
    _number(),
    _id(),
    _words("title"),
    _words("owner"),
    _time("created_at"),
    _time("updated_at"),
    _words("system_prompt", optional=True),
    Index("conversations_by_time", "updated_at"),
)

messages = Table(
    "messages",
    metadata,
    _number(),
    _id(),
    _words("conversation"),
    _time(),
    _words("role"),
    _words("content"),
    *(Column(name, JsonText, nullable=False) for name in ("tool_calls", "facts", "usage")),
    Column("interrupted", Boolean, nullable=False),
    Index("messages_by_conversation", "conversation", "number"),
)

events = Table(
    "events",
    metadata,
    _number(),
    _id(),
    _time(),
    _words("kind"),
    _words("workload", optional=True),
    _words("text"),
    Column("details", JsonText, nullable=False),
    Index("events_by_time", "taken_at"),
)


telemetry = Table(
    "telemetry",
    metadata,
    _number(),
    _time(),
    *(_words(name) for name in ("source", "purpose", "provider", "model", "outcome")),
    Column("count", _WIDE, nullable=False),
    *(Column(name, Double) for name in ("latency_s", "time_to_first_token_s", "inter_token_s", "tokens_per_second")),
    *(Column(name, Double) for name in ("prefill_s", "decode_s", "load_s", "wh_per_1000_tokens", "completion_tokens")),
    *(Column(name, Double) for name in ("cpu_percent", "memory_bytes", "gpu_memory_bytes")),
    *(Column(name, JsonText) for name in ("others", "extremes")),
    Index("telemetry_by_time", "taken_at"),
)

incidents = Table(
    "incidents",
    metadata,
    _number(),
    _id(),
    _time(),
    *(_words(name) for name in ("metric", "source", "purpose", "provider", "model", "alarm")),
    _time("started_at"),
    _words("status"),
    _time("ended_at", optional=True),
    Column("rules", JsonText, nullable=False),
    _words("direction", optional=True),
    Column("size_sigma", Double),
    _words("note", optional=True),
    *(Column(name, JsonText, nullable=False) for name in ("points", "snapshot")),
    *(_time(name, optional=True) for name in ("acknowledged_at", "resolved_at")),
    Index("incidents_by_time", "taken_at"),
)

baselines = Table(
    "baselines",
    metadata,
    _number(),
    _id(),
    _time(),
    *(_words(name) for name in ("metric", "source", "purpose", "provider", "model")),
    *(_time(name) for name in ("first_at", "last_at")),
    Column("points", _WIDE, nullable=False),
    *(Column(name, Double, nullable=False) for name in ("center", "sigma")),
    *(_words(name) for name in ("transform", "actor")),
    *(Column(name, Double) for name in ("lag1", "residual_sigma")),
    Index("baselines_by_metric", "metric", "taken_at"),
)

batches = Table(
    "batches",
    metadata,
    _number(),
    _id(),
    _time(),
    _words("state"),
    _words("error", optional=True),
    *(Column(name, JsonText, nullable=False) for name in ("plan", "observations", "power", "log")),
    *(Column(name, JsonText) for name in ("benchmark", "calibrated")),
    Index("batches_by_time", "taken_at"),
)


def json_columns(table: Table) -> frozenset[str]:
    """The names of the columns that hold JSON."""
    return frozenset(column.name for column in table.columns if isinstance(column.type, JsonText))
