"""An alarm speaks once an incident."""

from __future__ import annotations

from measurement.clock import SystemClock
from workloads.alarm import Alarm


class HandClock(SystemClock):
    def __init__(self) -> None:
        object.__setattr__(self, "now", 0.0)

    def monotonic_s(self) -> float:
        return self.now  # type: ignore[attr-defined]

    def move(self, seconds: float) -> None:
        object.__setattr__(self, "now", self.monotonic_s() + seconds)


def test_an_alarm_speaks_once_an_incident_and_counts_what_it_did_not_say() -> None:
    clock = HandClock()
    alarm = Alarm(clock, quiet_s=30)
    assert [alarm.begins("nan"), alarm.begins("nan")] == [0, None]
    for _ in range(5):
        alarm.ends("nan")
        assert alarm.begins("nan") is None
    alarm.ends("nan")
    clock.move(31)
    assert alarm.begins("nan") == 5
