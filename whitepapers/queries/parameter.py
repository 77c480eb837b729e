"""A parameter's value when a run began, or at the moment of the report."""

from __future__ import annotations

from measurement.errors import NotFound
from measurement.facts import Value
from whitepapers.archive import Archive
from whitepapers.queries.change import applied


def answer(archive: Archive, run: str, parameter: str, when: str) -> Value:
    """``when`` is start or end. The store keeps the newest value; earlier ones follow from the changes on record."""
    newest = archive.run(run).parameters
    if parameter not in newest:
        raise NotFound(f"The run {run} has no parameter {parameter!r}; it has {', '.join(newest)}.")
    own = [change for _, change in applied(archive, run) if change["name"] == parameter]
    if not own:
        return newest[parameter]
    return own[0]["old"] if when == "start" else own[-1]["new"]
