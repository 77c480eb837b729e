"""The alerts of this launch: what people and settings asked to be watched, and what is watched of itself.

Rules that people made are kept in a file, so that they are there again after a restart. Thread-safe.
"""

from __future__ import annotations

import json
import logging
import os
import threading
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal, cast

from measurement.clock import SYSTEM_CLOCK
from measurement.errors import NotFound, Refused
from measurement.facts import new_id
from workloads.alert_rules import ACTIONS, Action, Condition, read

MOST_RULES = 200
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Rule:
    """One alert. ``workload`` None means any; ``origin`` is who asked: a person, the settings, or Lodger itself.

    ``conversation`` is where it is told, ``words`` what the person said.
    """

    id: str
    condition: Condition
    workload: str | None = None
    action: Action = "tell"
    origin: Literal["person", "settings", "built in"] = "person"
    conversation: str | None = None
    words: str | None = None
    made_at: float = 0.0

    def concerns(self, workload: str, metric: str) -> bool:
        wanted = self.condition.metric
        return self.workload in (None, workload) and (wanted in ("*", metric) or _ends(metric, wanted))

    def to_json(self) -> dict[str, Any]:
        """The shape that REST answers with."""
        return {
            "id": self.id, "workload": self.workload, "metric": self.condition.metric,
            "condition": self.condition.words(), "action": self.action, "origin": self.origin,
            "conversation": self.conversation, "words": self.words, "made_at": self.made_at,
        }  # fmt: skip


def _ends(metric: str, wanted: str) -> bool:
    return wanted.startswith("*") and metric.endswith(wanted[1:])


# What is wrong with a simulation whatever it simulates. Conserved quantities go by these names.
BUILT_IN = (
    Rule("any-grows", Condition("*", "grows", 1e6), origin="built in"),
    Rule("norm-moves", Condition("norm", "moves", 0.01, relative=True), origin="built in"),
    Rule("drift-above", Condition("*_drift", "above", 0.01), origin="built in"),
)


class Watchlist:
    """All rules. ``path`` None keeps nothing over a restart."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._lock = threading.Lock()
        self.version = 0  # grows with every change, so that who keeps rules by metric knows when to look again
        self._rules = {rule.id: rule for rule in (*BUILT_IN, *self._kept())}

    def rules(self) -> list[Rule]:
        """All, the built-in ones first."""
        return list(self._rules.values())

    def made(self) -> list[Rule]:
        """Those that people or the settings made."""
        return [rule for rule in self.rules() if rule.origin != "built in"]

    def concerning(self, workload: str, metric: str) -> list[Rule]:
        return [rule for rule in self._rules.values() if rule.concerns(workload, metric)]

    def add(self, rule: Rule) -> Rule:
        """Add one; the same condition on the same workload again replaces the earlier.

        Raises:
            Refused: there are too many.
        """
        rule = replace(rule, id=rule.id or new_id("alert"), made_at=rule.made_at or SYSTEM_CLOCK.wall_s())
        with self._lock:
            same = [r.id for r in self.made() if (r.condition, r.workload) == (rule.condition, rule.workload)]
            kept = {id: r for id, r in self._rules.items() if id not in same}
            if len(kept) >= MOST_RULES:
                raise Refused(f"There are {MOST_RULES} alerts already; remove one before you add another.")
            self._rules = {**kept, rule.id: rule}
            self.version += 1
            self._keep()
        return rule

    def remove(self, ids: Iterable[str]) -> list[Rule]:
        """Remove rules by id.

        Raises:
            NotFound: there is no such rule; nothing was removed.
        """
        with self._lock:
            ids = list(ids)
            if missing := [id for id in ids if id not in self._rules]:
                raise NotFound(f"There is no alert {missing[0]}.", suggestions=[rule.id for rule in self.made()])
            gone = [self._rules[id] for id in ids]
            self._rules = {id: rule for id, rule in self._rules.items() if id not in ids}
            self.version += 1
            self._keep()
        return gone

    def from_settings(self, thresholds: Iterable[str]) -> None:
        """Add the rules of the settings: ``correlation < 0.8``, or with the workload before: ``heat.energy > 3``.

        Raises:
            Refused: one is no condition; with how one is written.
        """
        for threshold in thresholds:
            text, _, action = (part.strip() for part in threshold.partition("->"))
            if action and action not in ACTIONS:
                raise Refused(f"{action!r} is nothing that an alert can do; it can {', '.join(ACTIONS)}.")
            condition = read(text)
            workload, _, metric = condition.metric.rpartition(".")
            condition = replace(condition, metric=metric)
            self.add(Rule("", condition, workload or None, _action(action), origin="settings"))

    def _kept(self) -> list[Rule]:
        if self._path is None or not self._path.is_file():
            return []
        try:
            rows = json.loads(self._path.read_text("utf-8"))
            return [Rule(**{**row, "condition": Condition(**row["condition"])}) for row in rows]
        except (OSError, ValueError, TypeError, KeyError) as error:
            _log.warning("the alerts in %s cannot be read (%s); they have to be made again", self._path, error)
            return []

    def _keep(self) -> None:
        if self._path is None:
            return
        rows = [asdict(rule) for rule in self._rules.values() if rule.origin == "person"]
        beside = self._path.with_suffix(".writing")
        try:
            beside.write_text(json.dumps(rows), "utf-8")
            os.replace(beside, self._path)
        except OSError as error:  # they hold for this launch all the same
            _log.warning("the alerts cannot be kept for the next launch: %s", error)


def _action(word: str) -> Action:
    return cast("Action", word) if word in ACTIONS else "tell"
