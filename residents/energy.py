"""Energy: the power house, to which every request to the engine is metered."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from agent.engines.recorder import requests_under_way
from measurement.carbon import Grid, grid, own_grid
from measurement.clock import SYSTEM_CLOCK
from measurement.power.base import PowerSettings
from measurement.powerhouse import PowerHouse
from residents import Site
from settings import environment
from workloads.process import RestartPolicy, SupervisedProcess

ORDER = 0
GIVEN = "given with --grid-g-per-kwh"


def open(site: Site) -> PowerHouse:
    """Open every source that this launch names, and have the engine's requests metered by it. Raises NotFound, Refused."""
    programs: list[SupervisedProcess] = []

    def start(name: str, argv: Sequence[str]) -> SupervisedProcess:
        program = SupervisedProcess(
            name,
            list(argv),
            env=dict(environment()),
            cwd=site.data,
            log_path=site.data / "logs" / f"{name}.log",
            run_folder=site.data / "run",
            restart=RestartPolicy(),
        )
        programs.append(program)
        program.start()
        return program

    def simulations() -> Mapping[str, Sequence[int]]:
        return {workload.name: workload.pids() for workload in site.workloads}

    house = PowerHouse(
        _power_settings(site, start),
        _grid(site),
        busy=lambda: requests_under_way() > 0,
        simulations=simulations,
        ending=lambda: [program.stop() for program in programs],
    )
    if site.engine is not None:
        site.engine.gauge = house
    return house


def _power_settings(site: Site, start: Callable[[str, Sequence[str]], object]) -> PowerSettings:
    settings, engine = site.settings, site.engine
    return PowerSettings(
        powercap_root=settings.powercap_root,
        scaphandre_url=settings.scaphandre_url,
        scaphandre_cmd=settings.scaphandre_cmd,
        scaphandre_autostart=settings.scaphandre_autostart,
        visible_gpus=environment().get("CUDA_VISIBLE_DEVICES"),
        engine_pids=engine.pids if engine is not None else lambda: (),
        start_program=start,
    )


def _grid(site: Site) -> Grid:
    settings = site.settings
    if settings.grid_g_per_kwh is None:
        return grid(settings.grid_country)
    year = int(SYSTEM_CLOCK.wall_s() // 31_556_952) + 1970
    return own_grid(settings.grid_g_per_kwh, year, GIVEN)
