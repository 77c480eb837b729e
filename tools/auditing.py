"""The bracket around every actuator: a row before it acts, the same row with the outcome afterwards.

What is refused leaves a row too, with the reason. A change is not made when its row cannot be written; ending or pausing a run
is, because a full disk must not keep anybody from stopping a simulation, and the answer says that it is not on record.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from concurrent.futures import TimeoutError as LateError
from contextlib import contextmanager
from typing import Any

from measurement.clock import SYSTEM_CLOCK
from measurement.errors import LodgerError, StoreError
from measurement.facts import json_value, new_id
from measurement.store import Audit, AuditStatus
from tools.contract import ToolContext
from tools.target import target
from workloads.runner import Change, SetResult

log = logging.getLogger(__name__)
WRITTEN_WITHIN_S = 5.0


class Entry:
    """The row of one action. ``pending`` leaves it open: ``settle`` closes it when the workload answers late."""

    def __init__(self, context: ToolContext, id: str, unrecorded: str | None) -> None:
        self.id, self.unrecorded = id, unrecorded
        self.changes: list[dict[str, Any]] = []
        self.pending = False
        self._store = context.store

    def plan(self, changes: list[dict[str, Any]]) -> None:
        """Write down what is about to change, so that a crash in between leaves a trace."""
        self.changes = changes
        if self.unrecorded is None:
            self._store.update_audit(self.id, changes=changes)

    def settle(self, result: SetResult | LodgerError) -> None:
        """Close the row of a change that was pending."""
        if isinstance(result, LodgerError):
            self.close("refused" if result.status < 500 else "failed", error=result.message)
        else:
            self.changes = changed(result.changes)
            self.close("done")

    def close(self, status: AuditStatus, error: str | None = None) -> None:
        """Write the outcome and wait until it is on the disk, so that the next action can read it."""
        if self.unrecorded is not None:
            return
        written = self._store.update_audit(self.id, status=status, changes=self.changes, error=error)
        try:
            written.result(WRITTEN_WITHIN_S)
        except (StoreError, LateError):
            log.warning("the outcome of %s (%s) is not on the disk", self.id, status, exc_info=True)


@contextmanager
def audited(
    context: ToolContext,
    tool: str,
    args: dict[str, Any],
    workload: str | None,
    *,
    undo_of: str | None = None,
    essential: bool = False,
) -> Iterator[Entry]:
    """Open a row, run the block, close the row as done, refused or failed.

    Args:
        essential: act even if the row cannot be written.

    Raises: StoreError when it cannot be written and the action is not essential; whatever the block raises.
    """
    entry = _opened(context, tool, args, _meant(context, workload), undo_of=undo_of, essential=essential)
    try:
        yield entry
    except LodgerError as error:
        entry.close("refused" if error.status < 500 else "failed", error=error.message)
        error.details.setdefault("audit_id", entry.id)
        raise
    except Exception:
        entry.close("failed", error="It failed unexpectedly; the log has the details.")
        raise
    if not entry.pending:
        entry.close("done")


def changed(changes: list[Change]) -> list[dict[str, Any]]:
    """Changes as rows keep them and REST answers with them."""
    return [{key: json_value(value) for key, value in change.to_json().items()} for change in changes]


def _meant(context: ToolContext, workload: str | None) -> str | None:
    """The workload's name, for the row; as it was asked for when there is no such workload."""
    try:
        return target(context, workload).name
    except LodgerError:
        return workload or context.workload


def _opened(
    context: ToolContext, tool: str, args: dict[str, Any], workload: str | None, *, undo_of: str | None, essential: bool
) -> Entry:
    actor = context.actor
    row = Audit(
        new_id("a"), SYSTEM_CLOCK.wall_s(), actor.kind, actor.name, actor.conversation, actor.words, tool,
        args={key: json_value(value) for key, value in args.items() if value is not None},
        workload=workload, undo_of=undo_of,
    )  # fmt: skip
    try:
        return Entry(context, context.store.add_audit(row), None)
    except StoreError as error:
        if not essential:
            sentence = f"Nothing was changed, because the change could not be put on record: {error.message}"
            raise StoreError(sentence) from error
        return Entry(context, row.id, error.message)
