"""The tool that ends a sweep."""

from __future__ import annotations

from measurement.errors import Conflict
from tools.auditing import audited
from tools.contract import Outcome, ToolContext
from tools.get_sweep import sweep_result, sweep_words

ACTUATOR = True


def stop_sweep(context: ToolContext) -> Outcome:
    """Stop the sweep that is running; the values that are done keep their results."""
    with audited(context, "stop_sweep", {}, None, essential=True) as row:
        sweep = context.workloads.sweeper.stop()
        if sweep is None:
            raise Conflict("No sweep is running, so there is none to stop.")
    return Outcome("done", sweep_words(sweep), sweep_result(sweep), audit_id=row.id)
