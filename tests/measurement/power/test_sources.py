"""The sources that are no RAPL: what they add up, whom they match, and what they refuse to say."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from measurement import carbon
from measurement.errors import NotFound
from measurement.meter import Meter
from measurement.power import source
from measurement.power.base import PowerSettings
from measurement.power.estimate import coefficient, coefficients, estimate, nearest
from measurement.power.kinship import descendants
from measurement.power.nvml import DriverError, GpuName, NotOfferedError, Power, Use
from measurement.power.nvml import Source as Nvml
from measurement.power.scaphandre import Source as Scaphandre
from measurement.power.scaphandre import parse
from tests.measurement.power.plant import Plant, PlantZone

GPU = "GPU-1"


@dataclass
class RecordedDriver:
    """A GPU that is played back: a counter that ticks every 100 ms, a power, and who used it."""

    clock: Plant
    watts: Callable[[float], float]
    has_counter: bool = True
    used_by: Sequence[Use] = ()
    present: Collection[int] = ()
    split: bool = False
    lost_j: float = 0.0
    broken: bool = False
    began_s: float = field(init=False)

    def __post_init__(self) -> None:
        self.began_s = self.clock.now_s

    def truth_j(self, until_s: float) -> float:
        steps = int((until_s - self.began_s) * 1000)
        return sum(self.watts(self.began_s + step / 1000) for step in range(steps)) / 1000

    def gpus(self) -> Sequence[GpuName]:
        return [GpuName(GPU, "Recorded GPU", 0, self.split)]

    def energy_j(self, uuid: str) -> float:
        if self.broken:
            raise DriverError("GPU is lost")
        if not self.has_counter:
            raise NotOfferedError("Not Supported")
        ticked_s = self.began_s + int((self.clock.now_s - self.began_s) / 0.1) * 0.1
        return 5000.0 + self.truth_j(ticked_s) - self.lost_j

    def power(self, uuid: str) -> Power:
        return Power(self.watts(self.clock.now_s), instant=True)

    def uses(self, uuid: str) -> Sequence[Use]:
        return self.used_by

    def pids(self, uuid: str) -> Collection[int]:
        return self.present


def gpu_meter(clock: Plant, driver: RecordedDriver) -> Meter:
    settings = PowerSettings(clock=clock, engine_pids=lambda: [os.getpid()])
    return Meter([Nvml(settings, driver)], clock=clock, pause=clock.run, boottime_s=clock.boottime_s)


@pytest.fixture
def clock(tmp_path: Path) -> Plant:
    return Plant(tmp_path / "clock", [])


def run(clock: Plant, meter: Meter, duration_s: float) -> None:
    for _poll in range(round(duration_s / 0.1)):
        clock.run(0.1)
        meter.poll()


def test_a_gpu_window_is_recovered_and_its_short_prefill_withheld(clock: Plant) -> None:
    driver = RecordedDriver(clock, lambda now_s: 300.0)
    meter = gpu_meter(clock, driver)
    with meter.window("chat") as window:
        start_s = clock.now_s
        clock.run(0.03)
        window.split("first_token")
        run(clock, meter, 3.0)
        end_s = clock.now_s
    result = window.result()
    truth_j = driver.truth_j(end_s) - driver.truth_j(start_s)
    assert result.total.gross_j == pytest.approx(truth_j, abs=result.total.bound_j)
    assert (result.total.bound_j or truth_j) < 0.1 * truth_j
    assert result.prefill is not None
    assert result.prefill.gross_j is None
    assert "split would be a guess" in (result.split_reason or "")


def test_a_gpu_without_a_counter_has_its_power_added_up_and_says_so(clock: Plant) -> None:
    driver = RecordedDriver(clock, lambda now_s: 200.0 + 50.0 * (now_s > 102.0), has_counter=False)
    meter = gpu_meter(clock, driver)
    with meter.window("chat") as window:
        start_s = clock.now_s
        run(clock, meter, 4.0)
        end_s = clock.now_s
    total = window.result().total
    assert total.method == "derived"
    assert "no energy counter" in meter.domains[0].note
    a_step_of_the_truth_j = 0.25
    truth_j = driver.truth_j(end_s) - driver.truth_j(start_s)
    assert total.gross_j == pytest.approx(truth_j, abs=(total.bound_j or 0.0) + a_step_of_the_truth_j)


def test_a_driver_that_was_reloaded_is_a_reset(clock: Plant) -> None:
    driver = RecordedDriver(clock, lambda now_s: 300.0)
    meter = gpu_meter(clock, driver)
    with meter.window("chat") as window:
        run(clock, meter, 1.0)
        driver.lost_j = 5200.0
        run(clock, meter, 1.0)
    total = window.result().total
    assert total.gross_j is None
    assert "reset" in (total.reason or "")


def test_the_engines_share_of_a_gpu_and_the_strangers_on_it(clock: Plant) -> None:
    uses = [Use(os.getpid(), 60.0, 10.0), Use(1, 20.0, 80.0)]
    driver = RecordedDriver(clock, lambda now_s: 100.0, used_by=uses, present={os.getpid(), 1}, split=True)
    meter = gpu_meter(clock, driver)
    with meter.window("chat") as window:
        run(clock, meter, 4.0)
    result = window.result()
    share = result.whole.domains["gpu-0-engine"]
    assert share.method == "derived"
    assert share.gross_j == pytest.approx(0.75 * (result.total.gross_j or 0.0), abs=30.0)
    notes = " ".join(meter.probes["nvml"].notes)
    assert "process 1" in notes
    assert "MIG" in notes


def test_without_a_gpu_the_reason_is_given() -> None:
    probe = source("nvml", PowerSettings(visible_gpus="-1")).probe()
    assert not probe.available
    assert "GPU" in (probe.reason or "")


@pytest.mark.gpu
def test_the_real_driver_counts(clock: Plant) -> None:
    probe = source("nvml", PowerSettings()).probe()
    if not probe.available:
        pytest.skip(probe.reason or "no GPU")
    meter = Meter([source("nvml", PowerSettings())])
    with meter.window("idle") as window:
        meter.pause(2.0)
    total = window.result().total
    assert total.gross_j is not None, total.reason
    assert 1.0 < total.gross_j / total.duration_s < 1500.0


PAGE = """# HELP scaph_host_power_microwatts Power measurement on the whole host, in microwatts
# TYPE scaph_host_power_microwatts gauge
scaph_host_power_microwatts {host_uw}
# TYPE scaph_process_power_consumption_microwatts gauge
scaph_process_power_consumption_microwatts{{pid="{ours}",exe="/usr/bin/llama-server",cmdline="llama-server"}} 4000000
scaph_process_power_consumption_microwatts{{pid="{child}",exe="/bin/worker",cmdline="worker"}} 2000000
scaph_process_power_consumption_microwatts{{pid="1",exe="/bin/tail",cmdline="tail -f llama-server.log"}} 9000000
"""


@pytest.fixture
def exporter() -> Iterator[Callable[[str], str]]:
    """Serve a page as Scaphandre does; gives its address."""
    servers: list[HTTPServer] = []

    def serve(page: str) -> str:
        class Page(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.end_headers()
                self.wfile.write(page.encode())

            def log_message(self, format: str, *args: object) -> None:
                """Be quiet."""

        server = HTTPServer(("127.0.0.1", 0), Page)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}/metrics"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


def test_scaphandre_counts_the_engines_tree_and_not_its_namesakes(exporter: Callable[[str], str], clock: Plant) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        url = exporter(PAGE.format(ours=os.getpid(), child=child.pid, host_uw=55_000_000))
        settings = PowerSettings(
            powercap_root=Path("/nowhere"), scaphandre_url=url, engine_pids=lambda: [os.getpid()], clock=clock
        )
        scaphandre = Scaphandre(settings)
        probe = scaphandre.probe()
        clock.run(10.0)
        scaphandre.look()
        readings = scaphandre.read()
        scaphandre.close()
        child.communicate(b"\n", timeout=30)
    assert probe.available, probe.reason
    assert [domain.kind for domain in probe.domains] == ["process", "package"]
    assert readings["scaphandre:engine"].power_w == pytest.approx(6.0)
    assert readings["scaphandre:engine"].energy_j == pytest.approx(60.0, rel=0.01)
    assert readings["scaphandre:host"].power_w == pytest.approx(55.0)


def test_no_exporter_is_unavailable_with_the_remedy() -> None:
    probe = source("scaphandre", PowerSettings(scaphandre_url="http://127.0.0.1:9/metrics")).probe()
    assert not probe.available
    assert "scaphandre prometheus" in (probe.reason or "")


def test_another_programs_page_is_not_taken_for_scaphandres(exporter: Callable[[str], str]) -> None:
    url = exporter("# TYPE node_load1 gauge\nnode_load1 0.3\n")
    probe = source("scaphandre", PowerSettings(scaphandre_url=url)).probe()
    assert not probe.available
    with pytest.raises(ValueError, match="none of Scaphandre"):
        parse("node_load1 0.3\n")


def test_descendants_are_found_to_the_last_generation() -> None:
    grandchild = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'print(1, flush=True); input()'])"
    with subprocess.Popen(
        [sys.executable, "-c", grandchild], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        found = descendants([child.pid])
        child.communicate("\n", timeout=30)
    assert child.pid in found
    assert len(found) == 2


def test_the_process_share_follows_cpu_time_and_is_called_a_share(tmp_path: Path) -> None:
    """A real child works on a real clock; the plant's package draws 100 W of plant time meanwhile."""
    plant = Plant(tmp_path / "tree", [PlantZone("intel-rapl:0", "package-0")])
    plant.draw(package=100.0)
    burn = "import time; end = time.process_time() + 0.6\nwhile time.process_time() < end: pass\nprint(1, flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", burn], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        shares = source(
            "process_share", PowerSettings(powercap_root=plant.root, clock=plant, engine_pids=lambda: [child.pid])
        )
        probe = shares.probe()
        shares.read()
        assert child.stdout is not None
        child.stdout.readline()
        plant.run(2.0)
        reading = next(iter(shares.read().values()))
        child.communicate("\n", timeout=30)
    assert probe.domains[0].method == "derived"
    assert not probe.domains[0].counted
    assert reading.energy_j is not None
    assert 0.0 < reading.energy_j <= 200.0


def test_a_recording_is_played_back(tmp_path: Path, clock: Plant) -> None:
    path = tmp_path / "recording.json"
    snapshots = [{"at_s": step * 0.001, "energy_j": {"p": step * 0.05}} for step in range(4000)]
    path.write_text(
        json.dumps({"domains": [{"key": "p", "name": "package-0", "kind": "package"}], "snapshots": snapshots})
    )
    replay = source("replay", PowerSettings(replay=path, clock=clock))
    meter = Meter([replay], clock=clock, pause=clock.run, boottime_s=clock.boottime_s)
    with meter.window("chat") as window:
        clock.run(1.0)
    assert window.result().total.gross_j == pytest.approx(50.0, abs=0.2)


def test_an_estimate_names_its_source_and_never_adds_the_input_twice() -> None:
    by = nearest("SmolLM2-135M-Instruct")
    assert by is not None
    found = estimate(by, "SmolLM2-135M-Instruct", output_tokens=1000, input_tokens=5000)
    assert found.total_j == pytest.approx(1000 * by.output_j_per_token)
    assert found.prefill_j is None
    assert "not this machine" in found.fit
    assert by.url.startswith("https://")


def test_every_coefficient_says_its_batch_hardware_engine_and_date() -> None:
    for one in coefficients():
        assert one.batch >= 1
        assert all((one.hardware, one.engine, one.published, one.source, one.url, one.figure)), one.name


def test_an_unknown_model_without_a_size_gets_no_estimate() -> None:
    assert nearest("mystery-model") is None
    assert nearest("Qwen2.5-0.5B-Instruct") == coefficient("smollm2-135m-jetson")
    assert nearest("some-13B-chat") == coefficient("mistral-7b-h100-single")


def test_carbon_by_country_with_its_year() -> None:
    germany = carbon.grid("Germany")
    assert germany == carbon.grid("deu")
    assert germany.carbon_g(3.6e6) == pytest.approx(381, abs=1)
    assert germany.year == 2023
    assert germany.carbon_g(None) is None
    with pytest.raises(NotFound, match="Atlantis"):
        carbon.grid("Atlantis")


def test_a_gpu_that_refuses_a_read_is_unknown_with_the_drivers_words(clock: Plant) -> None:
    driver = RecordedDriver(clock, lambda now_s: 100.0)
    meter = gpu_meter(clock, driver)
    with meter.window("chat") as window:
        run(clock, meter, 1.0)
        driver.broken = True
    total = window.result().total
    assert total.gross_j is None
    assert "GPU is lost" in (total.reason or "")
