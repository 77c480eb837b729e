"""What was going on when an alarm sounded: the machine, the engine, the simulations, and what was changed before."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from agent.engines.base import Engine
from measurement.busiest import busiest
from measurement.clock import Clock
from measurement.facts import json_value
from measurement.host import process_usage, usage
from measurement.store import Store, Telemetry
from workloads.runner import Workloads

BEFORE_S = 300.0
CHANGES_LOOKED_AT = 200


class Surroundings:
    """Looks around once; finding the busiest processes takes a quarter of a second."""

    def __init__(self, store: Store, workloads: Workloads, engine: Engine | None, clock: Clock) -> None:
        self._store, self._workloads, self._engine, self._clock = store, workloads, engine, clock

    def snapshot(self, started_at: float, newest: Telemetry | None) -> dict[str, Any]:
        """Everything at once, as strict JSON; ``started_at`` is where the window before begins to count."""
        now = usage()
        return {
            "taken_at": self._clock.wall_s(),
            "cpu_percent": now.cpu_percent if newest is None or newest.cpu_percent is None else newest.cpu_percent,
            "busiest": [asdict(one) for one in busiest()],
            "memory_used_bytes": now.memory_used_bytes,
            "memory_available_bytes": now.memory_available_bytes,
            "gpus": [{"index": gpu.index, "memory_used_bytes": gpu.memory_used_bytes,
                      "utilization_percent": gpu.utilization_percent} for gpu in now.gpus] if now.gpus else None,
            "gpu_reason": now.gpu_reason,
            "request": newest and {name: getattr(newest, name) for name in (
                "purpose", "latency_s", "time_to_first_token_s", "completion_tokens", "tokens_per_second", "outcome")},
            "engine": self._engine_state(),
            "workloads": {workload.name: self._workload_state(workload) for workload in self._workloads},
            "changes": self._changes(started_at - BEFORE_S),
        }  # fmt: skip

    def _engine_state(self) -> dict[str, Any] | None:
        engine = self._engine
        if engine is None:
            return None
        return {"name": engine.name, "model": engine.model, "state": engine.state, **_used(engine.pids())}

    def _workload_state(self, workload: Any) -> dict[str, Any]:
        shown = workload.snapshot()
        metrics = {name: json_value(value) for name, value in shown.metrics.items()}
        return {"state": shown.state, "step": shown.step, "metrics": metrics, **_used(workload.pids())}

    def _changes(self, since: float) -> list[dict[str, Any]]:
        """What anybody did to a simulation since then, newest first."""
        return [
            {"taken_at": entry.taken_at, "tool": entry.tool, "workload": entry.workload, "by": entry.actor_kind,
             "changes": entry.changes}
            for entry in self._store.audit(limit=CHANGES_LOOKED_AT)
            if entry.taken_at >= since and entry.status in ("done", "undone")
        ]  # fmt: skip


def _used(pids: list[int]) -> dict[str, Any]:
    found = process_usage(pids)
    known = [one.cpu_percent for one in found if one.cpu_percent is not None]
    return {"memory_bytes": sum(one.rss_bytes for one in found), "cpu_percent": sum(known) if known else None}
