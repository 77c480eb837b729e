"""What the assistant did while the run lasted: requests, tokens, seconds, joules."""

from __future__ import annotations

from collections import Counter
from typing import Any

from whitepapers.paper import Paper

ORDER = 50
NO_WINDOW = "no request carries a window of energy: no power source could be read, or the meter was off"


def gather(paper: Paper) -> None:
    """Take the sums; energy as it was metered with the requests, never computed from anything else."""
    book = paper.book
    for what in ("requests", "failed_requests", "metered_requests"):
        book.ask(f"assistant.{what}", "count", what=what)
    for field, unit in (("prompt_tokens", ""), ("completion_tokens", ""), ("duration_s", "s")):
        book.ask(f"assistant.{field.removesuffix('_s')}", "request_total", unit, method="derived", field=field,
                 reason="no request says so")  # fmt: skip
    windows = [one.energy for one in paper.archive.requests(paper.run.id) if one.energy]
    why = _reason(windows)
    for field in ("gross", "net"):
        book.ask(
            f"energy.assistant_{field}", "request_total", "J", method=_method(windows), field=f"{field}_j", reason=why
        )
    book.note("energy.assistant_gross_reason", why.rstrip("."), source="store, requests")
    if "energy.assistant_gross" in book and book.value("assistant.completion_tokens"):
        book.derive("energy.per_token", "energy.assistant_gross / assistant.completion_tokens", "J")


def _total(window: dict[str, Any]) -> dict[str, Any]:
    inner = window.get("whole", window)
    return inner.get("total", inner) if isinstance(inner, dict) else {}


def _method(windows: list[dict[str, Any]]) -> Any:
    """The weakest way by which any of them was had."""
    found = {str(_total(window).get("method", "measured")) for window in windows}
    return next((method for method in ("estimated", "derived") if method in found), "measured")


def _reason(windows: list[dict[str, Any]]) -> str:
    reasons = Counter(str(_total(window)["reason"]) for window in windows if _total(window).get("reason"))
    return reasons.most_common(1)[0][0] if reasons else NO_WINDOW
