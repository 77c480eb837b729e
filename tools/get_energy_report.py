"""The tool that tells what the last answers cost in watt-hours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from measurement.errors import Refused
from measurement.facts import Fact, Method
from measurement.store import Message
from tools.contract import Outcome, ToolContext
from tools.wording import table

ACTUATOR = False
MOST = 200
WORST: tuple[Method, ...] = ("measured", "derived", "estimated")
NOTHING = "No answer with a receipt was given yet, so there is nothing to report."


def get_energy_report(context: ToolContext, last_n: int = 5) -> Outcome:
    """Tell how much energy the last answers of the language model used, with method, bound, tokens, and carbon.

    Args:
        last_n: how many of the newest answers; 5 unless the user says another number.
    """
    if not 1 <= last_n <= MOST:
        raise Refused(f"A report covers 1 to {MOST} answers, not {last_n}.")
    here = context.store.answers(last_n, context.actor.conversation) if context.actor.conversation else []
    answers = here or context.store.answers(last_n)
    if not answers:
        return Outcome("done", NOTHING, {"answers": [], "total_wh": None, "reason": NOTHING})
    told = [_told(message) for message in answers]
    facts = _facts(told)
    where = "of this conversation" if here else "of all conversations"
    return Outcome("done", _summary(facts, told, where), _result(told, facts), facts)


def _told(message: Message) -> dict[str, Any]:
    """One answer's line; what was not measured stays None with its reason."""
    receipt = message.usage.get("receipt") or {}
    energy = receipt.get("energy") or {}
    return {
        "message": message.id,
        "taken_at": message.taken_at,
        "gross_wh": energy.get("gross_wh"),
        "bound_wh": energy.get("bound_wh"),
        "method": energy.get("method"),
        "reason": energy.get("reason"),
        "carbon_g": energy.get("carbon_g"),
        "tokens": message.usage.get("completion_tokens"),
        "duration_s": message.usage.get("duration_s"),
        "tool_calls": len(message.tool_calls),
    }


def _facts(told: Sequence[dict[str, Any]]) -> list[Fact]:
    known = [one for one in told if one["gross_wh"] is not None]
    missing = next((one["reason"] or "it was not measured" for one in told if one["gross_wh"] is None), None)
    methods = [WORST.index(one["method"]) for one in known if one["method"] in WORST]
    method = WORST[max(methods)] if methods else "measured"
    bounds = [one["bound_wh"] for one in known]
    bound = sum(bounds) if bounds and None not in bounds else None
    source, taken_at = f"receipts of {len(known)} answers", told[-1]["taken_at"]
    total, carbon = (sum(one[name] or 0.0 for one in known) if known else None for name in ("gross_wh", "carbon_g"))

    def fact(name: str, value: Any, unit: str, **more: Any) -> Fact:
        return Fact(name, value, unit, **{"method": method, "source": source, "taken_at": taken_at, **more})

    return [
        fact("energy", _rounded(total), "Wh", uncertainty=_rounded(bound), reason=missing if total is None else None),
        fact("carbon", _rounded(carbon), "g", method="derived" if method == "measured" else method),
        fact("answers", len(told), "", method="measured"),
        fact("answers with a known energy", len(known), "", method="measured", reason=missing),
    ]


def _summary(facts: list[Fact], told: Sequence[dict[str, Any]], where: str) -> str:
    energy, carbon, asked, known = facts
    count = "answer" if asked.value == 1 else f"{asked.value} answers"
    if energy.value is None:
        return f"What the last {count} {where} used is **not known**: {energy.reason}."
    sign, label = ("≈ ", "an estimate by published figures, not measured here") if energy.method == "estimated" else (
        "", energy.method)  # fmt: skip
    bound = f" ± {energy.uncertainty}" if energy.uncertainty is not None else ""
    said = f"The last {count} {where} used {sign}**{energy.value}{bound} Wh** ({label}), {carbon.value} g of CO₂."
    if known.value != asked.value:
        said += f" Of these, {known.value} have a known energy; of the others: {known.reason}."
    rows = [_row(number, one) for number, one in enumerate(told, 1)]
    return f"{said}\n\n{table(('answer', 'Wh', 'how', 'tokens out', 'seconds'), rows)}"


def _row(number: int, one: dict[str, Any]) -> tuple[Any, ...]:
    mark = "≈ " if one["method"] == "estimated" else ""
    energy = "not known" if one["gross_wh"] is None else f"{mark}{_rounded(one['gross_wh'])}"
    seconds = "–" if one["duration_s"] is None else f"{one['duration_s']:.1f}"
    return number, energy, one["method"] or one["reason"] or "–", _or_dash(one["tokens"]), seconds


def _result(told: list[dict[str, Any]], facts: list[Fact]) -> dict[str, Any]:
    energy, carbon = facts[0], facts[1]
    return {
        "answers": told,
        "total_wh": energy.value,
        "bound_wh": energy.uncertainty,
        "method": energy.method if energy.value is not None else None,
        "carbon_g": carbon.value,
        "reason": energy.reason,
    }


def _rounded(value: float | None) -> float | None:
    """Three significant digits: no bound here is smaller."""
    return None if value is None else float(f"{value:.3g}")


def _or_dash(value: Any) -> Any:
    return "–" if value is None else value
