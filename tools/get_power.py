"""The tool that tells how much power this machine draws now."""

from __future__ import annotations

from measurement.clock import SYSTEM_CLOCK
from measurement.facts import Fact
from measurement.powerhouse import PowerHouse
from tools.contract import Outcome, ToolContext
from tools.wording import table

ACTUATOR = False
NO_HOUSE = "This launch meters nothing, so nobody knows what it draws."


def get_power(context: ToolContext) -> Outcome:
    """Tell how many watts the machine draws now, by domain, who measured it, or why that is not known."""
    house = context.need(PowerHouse, NO_HOUSE)
    now = house.now()
    source = f"power meter ({' + '.join(sorted({one.source for one in now.domains})) or 'no counter'})"

    def fact(name: str, power_w: float | None, method, reason: str | None) -> Fact:
        value = None if power_w is None else round(power_w, 2)
        return Fact(name, value, "W", method, source=source, taken_at=now.taken_at, reason=reason)

    domains = [fact(f"{one.name} power", one.power_w, one.method, one.reason) for one in now.domains]
    total = fact("total power", now.total_w, now.method or "measured", now.reason)
    reasons = {state.name: state.reason for state in house.sources() if not state.available}
    result = {**now.to_json(), "reasons": reasons, "taken_at": SYSTEM_CLOCK.wall_s()}
    return Outcome("done", _summary(total, domains, reasons), result, [total, *domains])


def _summary(total: Fact, domains: list[Fact], reasons: dict[str, str | None]) -> str:
    if total.value is None and not domains:
        why = "\n".join(f"- {name}: {reason}" for name, reason in reasons.items())
        return f"How much power this machine draws is **not known**: no energy counter can be read here.\n\n{why}"
    if total.value is None:
        return f"The total power is **not known**: {total.reason}."
    rows = [(fact.name, "not known" if fact.value is None else f"{fact.value} W", fact.method) for fact in domains]
    said = f"The machine draws **{total.value} W** just now ({total.method}), everything on it together."
    return f"{said}\n\n{table(('domain', 'power', 'how'), rows)}"
