"""What the file of an evaluation says: about the whole of it, or about one share of its requests."""

from __future__ import annotations

from collections.abc import Callable

from measurement.errors import ReportError
from measurement.facts import Value
from whitepapers.archive import Archive
from whitepapers.evaluations import Evaluation, read

SUMMARIES = ("all", "to be done", "to be left", "asked or refused rightly", "answer says the change",
             "no number without source")  # fmt: skip
OF_ALL: dict[str, Callable[[Evaluation], Value]] = {
    "taken_at": lambda one: one.taken_at,
    "gpus": lambda one: ", ".join(one.told.get("gpus") or ()) or None,
    "median_s": lambda one: (one.told.get("seconds") or {}).get("p50"),
    "slow_s": lambda one: (one.told.get("seconds") or {}).get("p95"),
}


def answer(  # noqa: PLR0917  # where it is, that it is still the same, and what is wanted of it
    archive: Archive, run: str, file: str, digest: str, what: str, part: str | None = None
) -> Value:
    """``what`` is a name of ``OF_ALL`` or a key of the file, or with ``part`` (a share's name) name, right, count,
    or low, high (in per cent).

    Raises: ReportError when the file is no longer the one of that digest.
    """
    found = read(archive.evaluations, file)
    if found.digest != digest:
        raise ReportError(f"The evaluation {file} is another one than the report read: its digest has changed.")
    if part is not None:
        share = {"name": part, **found.told["shares"].get(part, {})}
        return 100.0 * share[what] if what in ("low", "high") else share.get(what)
    return OF_ALL[what](found) if what in OF_ALL else found.told.get(what)


def categories(found: Evaluation) -> list[str]:
    """The kinds of requests that the suite has."""
    return [name for name in found.told["shares"] if name not in SUMMARIES]
