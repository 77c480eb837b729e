"""The System tab's lines on energy: which sources are used, the watts of this moment, and why the others are not."""

from __future__ import annotations

from measurement.powerhouse import PowerHouse
from ui.fragments import table, text
from ui.house import House


def power_lines(house: House) -> str:
    """A section of HTML; empty when this launch meters nothing."""
    power = house.find(PowerHouse)
    if power is None:
        return ""
    rows = [
        (f"<b>{text(source.name)}</b>", text(", ".join(source.domains) or "–"), text(source.reason or "used"))
        for source in power.sources()
        if source.name != "estimate"
    ]
    listed = table(("source", "domains", "state"), rows, "This launch knows no source.", long=("state",))
    return f"<h3>Energy</h3><p>{text(_first_upper(power.sentence))}.</p>{now_line(power)}{_idle(power)}{listed}"


def now_line(power: PowerHouse) -> str:
    """The watts of this moment, in total and by domain; empty when they are not known."""
    now = power.now()
    if now.total_w is None:
        return ""
    parts = ", ".join(f"{text(one.name)} {one.power_w:.1f} W" for one in now.domains if one.power_w is not None)
    return f'<p><b>{now.total_w:.1f} W</b> just now <span class="quiet">({parts})</span></p>'


def _idle(power: PowerHouse) -> str:
    baseline = power.meter.baseline
    if not power.measured:
        return ""
    if baseline is None:
        return '<p class="quiet">The idle baseline is taken as soon as the model has a few quiet seconds.</p>'
    beside = f", with {', '.join(power.baseline_of)} running" if power.baseline_of else ""
    idle_w = sum(baseline.idle[one.key].power_w for one in power.counted if one.key in baseline.idle)
    return f'<p class="quiet">Idle baseline {idle_w:.1f} W, over {baseline.duration_s:.1f} s{text(beside)}.</p>'


def _first_upper(words: str) -> str:
    return words[:1].upper() + words[1:]
