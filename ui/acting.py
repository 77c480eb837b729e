"""How a route calls a tool: through the registry, as everybody does, and its outcome as an HTTP answer."""

from __future__ import annotations

from typing import Any

from fastapi import Request

from measurement.errors import LodgerError
from tools import registry
from tools.contract import Actor, Outcome
from ui.house import House
from ui.replies import StrictJSON, error_reply

STATUS_OF_OUTCOME = {"done": 200, "pending": 202, "refused": 422, "failed": 500}


def actor_of(request: Request) -> Actor:
    """The program that asks, by its address."""
    return Actor("rest", request.client.host if request.client else "")


def run_tool(
    house: House, request: Request, tool: str, workload: str, args: dict[str, Any] | None = None
) -> StrictJSON:
    """Call ``tool`` on the named workload. Raises ``NotFound`` when there is no such workload (exact names only)."""
    house.workloads.get(workload)
    outcome = registry.call(tool, house.context(actor_of(request), workload), args)
    return outcome_reply(outcome)


def outcome_reply(outcome: Outcome) -> StrictJSON:
    """The result with 200 (202 while a change waits for its step boundary), or the error's sentence and status."""
    status = STATUS_OF_OUTCOME[outcome.status]
    if status < 400:
        return StrictJSON({**outcome.result, "summary": outcome.summary}, status_code=status)
    error = outcome.error or LodgerError(outcome.summary)
    return error_reply(error.message, outcome.error.status if outcome.error else status, error.details)
