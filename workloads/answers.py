"""What a simulation answered, as its callers want it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import cast

from measurement.errors import LodgerError
from workloads.channel import Answer
from workloads.messages import Applied
from workloads.snapshot import Change, SetResult

Settled = Callable[[SetResult | LodgerError], object]


def answer_of(answer: Future[Answer], timeout_s: float) -> Answer | None:
    """The answer, or None when it is not there in time; a refusal is raised."""
    try:
        return answer.result(timeout_s)
    except TimeoutError:
        return None


def set_result(answer: Answer, planned: list[Change]) -> SetResult:
    applied = cast("Applied", answer)
    units = {change.name: change.unit for change in planned}
    return SetResult([Change(name, old, new, units.get(name, ""), applied.step) for name, old, new in applied.changes])


def tell_late(answer: Future[Answer], planned: list[Change], on_applied: Settled | None) -> None:
    if on_applied is None:
        return
    error = answer.exception()
    on_applied(set_result(answer.result(), planned) if error is None else _as_ours(error))


def _as_ours(error: BaseException) -> LodgerError:
    return error if isinstance(error, LodgerError) else LodgerError(str(error))
