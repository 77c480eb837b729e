"""What the machine used while the run lasted: in all, by domain, and the simulation's own share of it."""

from __future__ import annotations

from typing import Any

from whitepapers.book import numbered
from whitepapers.paper import Paper
from whitepapers.queries.run_energy import newest, part_of

ORDER = 45
WATCHED = {"duration_s": "s", "carbon_g": "g", "source": "", "idle_w": "W", "idle_with": "", "own_cpu_s": "s"}
NO_METER = "no meter ran beside this run"
NOT_SAID = "the meter does not say"


def gather(paper: Paper) -> None:
    """Take the record of the run's meter, or the reason why there is none."""
    book, found = paper.book, newest(paper.archive, paper.run.id)
    if found is None:
        reason = (paper.unmetered or NO_METER).rstrip(".")
        book.note("energy.run", None, "Wh", source="the meter of the runs", reason=reason)
        book.note("energy.run_reason", reason, source="the meter of the runs")
        return
    record: dict[str, Any] = found.details["energy"]
    _amount(paper, "energy.run", found.id, record, "gross_wh", "bound_wh")
    _amount(paper, "energy.run_net", found.id, record, "net_wh", "net_bound_wh")
    for name in ("reason", "net_reason"):
        if record[name]:
            book.note(f"energy.run_{name}", record[name].rstrip("."), source="the meter of the runs")
    for what, unit in WATCHED.items():
        key = f"energy.run_{what.removesuffix('_s').removesuffix('_w').removesuffix('_g')}"
        book.ask(key, "run_energy", unit, event=found.id, what=what, reason=NOT_SAID)
    for key, what, part in (
        ("own", "own_wh", part_of(paper.archive, paper.run.id, record)),
        ("engine", "engine_wh", record["e_llm"]),
    ):
        book.ask(
            f"energy.run_{key}",
            "run_energy",
            "Wh",
            method="derived",
            event=found.id,
            what=what,
            reason=part.get("reason") or NOT_SAID,
        )
    if "energy.run" in book:
        book.derive("energy.run_power", "energy.run / energy.run_duration", "W")
    if "energy.run_duration" in book and book.value("run.duration"):
        book.derive("energy.run_covered", "energy.run_duration / run.duration", "%")
    for letter, (name, one) in numbered(record["domains"].items()):
        _domain(paper, f"domain.{letter}", found.id, name, one)


def _domain(paper: Paper, key: str, event: str, name: str, one: dict[str, Any]) -> None:
    for what in ("name", "kind", "source", "method"):
        paper.book.ask(f"{key}.{what}", "run_energy", event=event, what=what, domain=name)
    _amount(paper, f"{key}.energy", event, one, "gross_wh", "bound_wh", domain=name)
    if f"{key}.energy" in paper.book:
        paper.book.derive(f"{key}.power", f"{key}.energy / energy.run_duration", "W")


def _amount(paper: Paper, key: str, event: str, said: dict[str, Any], what: str, bound: str, **where: Any) -> None:  # noqa: PLR0917
    """Take an energy with its bound, which is a fact of its own so that it can be asked again."""
    reason = said["net_reason" if what == "net_wh" else "reason"] or NOT_SAID
    within = paper.book.ask(f"{key}_bound", "run_energy", "Wh", event=event, what=bound, reason=reason, **where)
    paper.book.ask(key, "run_energy", "Wh", method=said["method"] or "measured", event=event, what=what, reason=reason,
                   uncertainty=within if isinstance(within, float) else None, **where)  # fmt: skip
