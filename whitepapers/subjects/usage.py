"""What the assistant did while the run lasted: requests, tokens, seconds, watt-hours."""

from __future__ import annotations

from collections import Counter
from typing import Any

from whitepapers.paper import Paper

ORDER = 50
NOT_METERED = "no request was metered"


def gather(paper: Paper) -> None:
    """Take the sums; energy as it was metered with the requests, never computed from anything else."""
    book = paper.book
    for what in ("requests", "failed_requests", "metered_requests"):
        book.ask(f"assistant.{what}", "count", what=what)
    for field, unit in (("prompt_tokens", ""), ("completion_tokens", ""), ("duration_s", "s")):
        book.ask(f"assistant.{field.removesuffix('_s')}", "request_total", unit, method="derived", field=field,
                 reason="no request says so")  # fmt: skip
    records = [one.energy for one in paper.archive.requests(paper.run.id) if one.energy]
    why = _reason(records)
    for field in ("gross", "net"):
        book.ask(
            f"energy.assistant_{field}", "request_total", "Wh", method=_method(records), field=f"{field}_wh", reason=why
        )
    book.note("energy.assistant_gross_reason", why.rstrip("."), source="store, requests")
    if "energy.assistant_gross" in book and book.value("assistant.completion_tokens"):
        book.derive("energy.per_token", "energy.assistant_gross / assistant.completion_tokens", "J")


def _method(records: list[dict[str, Any]]) -> Any:
    """The weakest way by which any of them was had."""
    found = {str(record["method"]) for record in records}
    return next((method for method in ("estimated", "derived") if method in found), "measured")


def _reason(records: list[dict[str, Any]]) -> str:
    reasons = Counter(str(record["reason"]) for record in records if record["reason"])
    return reasons.most_common(1)[0][0] if reasons else NOT_METERED
