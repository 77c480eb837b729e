"""The machine and what runs on it: processor, memory, GPUs or why there are none, processes, the memory plan."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from measurement import host
from ui.house import House
from ui.replies import StrictJSON


class System(BaseModel):
    """The machine now. ``gpus`` is null where there is none, and ``gpu_reason`` says why."""

    model_config = ConfigDict(extra="allow")
    version: str
    started_at: float
    machine: dict[str, Any]
    usage: dict[str, Any]
    gpus: list[dict[str, Any]] | None
    gpu_reason: str | None
    processes: list[dict[str, Any]]
    memory_plan: dict[str, Any] | None
    reservations: dict[str, Any]
    settings: dict[str, Any]


def router(house: House) -> APIRouter:
    """The route of ``/api/system``."""
    routes = APIRouter(prefix="/system")

    @routes.get("", response_model=System, summary="Machine, memory, processes")
    def system() -> StrictJSON:
        now = host.usage()
        return StrictJSON(
            {
                "version": house.version,
                "started_at": house.started_at,
                "machine": house.machine,
                "usage": now,
                "gpus": now.gpus,
                "gpu_reason": now.gpu_reason,
                "processes": list(_processes(house)),
                "memory_plan": house.memory_plan and house.memory_plan.to_json(),
                "reservations": house.ledger.reservations if house.ledger is not None else {},
                "settings": house.settings_summary,
                "store_problem": house.store.problem,
            }
        )

    return routes


def _processes(house: House) -> Iterator[dict[str, Any]]:
    """Each of our processes with its role and what it uses; one that ended meanwhile is left out."""
    roles = dict(_roles(house))
    for used in host.process_usage(list(roles)):
        yield {
            "role": roles[used.pid],
            "pid": used.pid,
            "name": used.name,
            "rss_bytes": used.rss_bytes,
            "cpu_percent": used.cpu_percent,
            "started_at": used.started_at,
        }


def _roles(house: House) -> Iterator[tuple[int, str]]:
    yield os.getpid(), "control plane"
    if house.engine is not None:
        yield from ((pid, f"engine {house.engine.name}") for pid in house.engine.pids())
    for workload in house.workloads:
        pid = workload.snapshot().pid
        if pid is not None:
            yield pid, f"workload {workload.name}"
