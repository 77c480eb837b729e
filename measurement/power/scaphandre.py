"""Scaphandre: another program's account of what each process draws, read from its Prometheus page.

The engine's processes are matched by their ids, the whole tree of them, never by a word in a command line. Each value is the
mean since the exporter's last look, so it stands for the interval before it; the interval that holds a window's end is waited
for. The exporter's host power is offered as well where this process may not read the counters itself.

Source: Scaphandre, docs_src/references/metrics.md (https://github.com/hubblo-org/scaphandre).
"""

from __future__ import annotations

import shlex
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field

from measurement.power import rapl
from measurement.power.base import Domain, PowerSettings, Probe, Reading, Snapshot
from measurement.power.integral import PowerIntegral
from measurement.power.kinship import Kin

DEFAULT_URL = "http://127.0.0.1:8080/metrics"
STEP_S = 1.0  # more often, and the exporter's own intervals become too short to mean anything
PATIENCE_S = 2.0
STARTED_WITHIN_S = 5.0
PROCESS = Domain("scaphandre:engine", "engine", "process", "scaphandre", tick_s=STEP_S, method="derived", counted=False)
HOST = Domain("scaphandre:host", "host", "package", "scaphandre", tick_s=STEP_S, method="measured")
_PROCESS_UW = "scaph_process_power_consumption_microwatts"
_HOST_UW = "scaph_host_power_microwatts"


@dataclass(frozen=True)
class Page:
    """What one look at the exporter says: watts by process id, and of the host where it tells."""

    process_w: dict[int, float]
    host_w: float | None

    def engine_w(self, pids: Iterable[int]) -> float:
        """The power of these processes together; one that the exporter does not list draws too little to be listed."""
        return sum(self.process_w.get(pid, 0.0) for pid in pids)


def parse(text: str) -> Page:
    """Read the exporter's page. Raises: ValueError when it is none of Scaphandre's."""
    from prometheus_client.parser import text_string_to_metric_families

    process_w: dict[int, float] = {}
    host_w: float | None = None
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if sample.name == _PROCESS_UW and sample.labels.get("pid", "").isdecimal():
                pid = int(sample.labels["pid"])
                process_w[pid] = process_w.get(pid, 0.0) + sample.value / 1e6
            elif sample.name == _HOST_UW:
                host_w = sample.value / 1e6
    if host_w is None and not process_w:
        raise ValueError("the page holds none of Scaphandre's metrics")
    return Page(process_w, host_w)


@dataclass
class _Account:
    """An integral and the reading that it makes."""

    integral: PowerIntegral = field(default_factory=lambda: PowerIntegral("since the last reading"))
    reading: Reading = field(default_factory=lambda: Reading(None, 0.0, reason="the exporter was not read yet"))
    epoch: int = 0

    def advance(self, power_w: float, at_s: float) -> None:
        energy_j = self.integral.advance(power_w, at_s)
        self.reading = Reading(energy_j, at_s, self.epoch, None, self.integral.error_j, power_w)

    def fail(self, reason: str, at_s: float) -> None:
        """The exporter was silent: what was used meanwhile is lost, so the count begins anew."""
        self.epoch += 1
        self.integral = PowerIntegral("since the last reading")
        self.reading = Reading(None, at_s, self.epoch, reason)


class Source:
    """Follows the exporter from a thread of its own, so that nobody waits for its answer."""

    name = "scaphandre"

    def __init__(self, settings: PowerSettings) -> None:
        self._settings = settings
        self._clock = settings.clock
        self._url = settings.scaphandre_url or DEFAULT_URL
        self._kin = Kin(settings.engine_pids, settings.clock)
        self._accounts = {PROCESS.key: _Account()}
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def probe(self) -> Probe:
        refusal = self._first_look()
        if refusal:
            return Probe(False, refusal)
        domains = (PROCESS,) if rapl.Source(self._settings).probe().available else (PROCESS, HOST)
        self._accounts = {domain.key: _Account() for domain in domains}
        self.look()
        self._thread = threading.Thread(target=self._follow, name="scaphandre", daemon=True)
        self._thread.start()
        return Probe(True, None, domains)

    def read(self, only: Collection[str] | None = None) -> Snapshot:
        return {key: one.reading for key, one in self._accounts.items() if only is None or key in only}

    def close(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join(PATIENCE_S + STEP_S)

    def look(self) -> None:
        """Ask the exporter once and add up what it says."""
        try:
            page = fetch(self._url)
        except (OSError, ValueError) as error:
            for account in self._accounts.values():
                account.fail(f"Scaphandre at {self._url} did not answer: {error}", self._clock.monotonic_s())
            return
        at_s = self._clock.monotonic_s()
        self._accounts[PROCESS.key].advance(page.engine_w(self._kin.pids()), at_s)
        if HOST.key in self._accounts and page.host_w is not None:
            self._accounts[HOST.key].advance(page.host_w, at_s)

    def _follow(self) -> None:
        while not self._stop.wait(STEP_S):
            self.look()

    def _first_look(self) -> str | None:
        """Why there is nothing to follow, or None; starts the exporter first where the settings say so."""
        reason = _refusal(self._url)
        if reason is None or not self._settings.scaphandre_autostart:
            return reason
        if self._settings.start_program is None or not self._settings.scaphandre_cmd:
            return f"{reason} It is to be started, and SCAPHANDRE_CMD does not say how."
        self._settings.start_program("scaphandre", shlex.split(self._settings.scaphandre_cmd))
        return _once_started(lambda: _refusal(self._url))


def fetch(url: str) -> Page:
    """Read the exporter's page at ``url``. Raises: OSError, ValueError."""
    if not url.startswith(("http://", "https://")):
        raise ValueError(f"{url!r} is no http address")
    with urllib.request.urlopen(url, timeout=PATIENCE_S) as answer:
        return parse(answer.read().decode("utf-8", "replace"))


def _refusal(url: str) -> str | None:
    try:
        fetch(url)
    except (OSError, ValueError) as error:
        reason = error.reason if isinstance(error, urllib.error.URLError) else error
        return f"No Scaphandre exporter answers at {url} ({reason}); start it with: scaphandre prometheus"
    return None


def _once_started(refusal: Callable[[], str | None]) -> str | None:
    deadline_s = time.monotonic() + STARTED_WITHIN_S
    while (reason := refusal()) is not None and time.monotonic() < deadline_s:
        time.sleep(0.2)
    return reason
