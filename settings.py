"""What a launch is to be: flags before environment (``LODGER_…``) before ``lodger.toml``, checked once, then frozen."""

from __future__ import annotations

import argparse
import os
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn

from pydantic import Field, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from measurement.carbon import grid
from measurement.errors import NotFound, SettingsError

ROOT = Path(__file__).resolve().parent
VERSION: str = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
LOOPBACK = ("127.0.0.1", "localhost", "::1")
# Set by Lodger itself for its children (or read by the SDK); not settings of a launch.
_INNER = {
    "LODGER_CHANNEL",
    "LODGER_PARAMETERS",
    "LODGER_RESTORE",
    "LODGER_INSTANCE",
    "LODGER_ENGINE_KEY",
    "LODGER_WORKLOAD_THREADS",
    "LODGER_MEMORY_BYTES",
    "LODGER_GPU_MEMORY_FRACTION",
}

# Names that other programs and containers use already; they mean the same as LODGER_… and yield to it.
_USUAL = ("POWERCAP_ROOT", "SCAPHANDRE_URL", "SCAPHANDRE_CMD", "SCAPHANDRE_AUTOSTART")

Share = Annotated[float, Field(ge=0.0, le=1.0)]


class Settings(BaseSettings):
    """One launch. Field names are the flags with underscores, and the environment's names after ``LODGER_``."""

    model_config = SettingsConfigDict(
        env_prefix="LODGER_", frozen=True, extra="forbid", nested_model_default_partial_update=False
    )

    mode: Literal["full", "llm-only", "sim-only"] = Field("full", description="what to start")
    engine: str = Field("llama_cpp", description="LLM server: a file of agent/engines/")
    model: str | None = Field(None, description="name, path of a .gguf file, or hub id owner/repository:quantisation")
    engine_url: str | None = Field(None, description="address of a running OpenAI-compatible server, ending in /v1")
    engine_key: str | None = Field(None, description="key that this server wants", repr=False)
    tool_calls: Literal["native", "grammar", "adapter"] | None = Field(
        None, description="how the model is asked for tools (default: as the engine says)"
    )
    recording: Path | None = Field(None, description="file of recorded answers, for the engine replay")
    threads: int | None = Field(
        None, ge=1, le=1024, description="threads of the engine (default: one core less than there are, 8 at most)"
    )
    nice: int = Field(0, ge=-20, le=19, description="niceness of the engine")
    context_tokens: int = Field(4096, ge=512, le=1_048_576, description="context of one request, tokens")
    parallel: int = Field(3, ge=1, le=64, description="requests that the engine answers at once")
    llm_memory: Share = Field(0.15, description="share of the device's memory for the LLM")
    sim_memory: Share = Field(0.80, description="share of the device's memory for the simulations")
    workload: Annotated[tuple[str, ...], NoDecode] = Field(
        ("gw_lattice",),
        description="built-in name, file.py[:function], a command in quotes, or unix:/path or tcp:host:port of a program that "
        "listens; NAME= before it says what it is called; may be repeated",
    )
    channel_token: str | None = Field(
        None, min_length=8, description="what a program that listens wants to be shown", repr=False
    )
    workload_nice: int = Field(
        5, ge=-20, le=19, description="niceness of the simulations, so that the LLM answers promptly"
    )
    checkpoint_every_s: float = Field(
        30.0, gt=0, le=86_400, description="seconds between two checkpoints of a simulation that can be checkpointed"
    )
    host: str = Field("127.0.0.1", description="address of the page")
    port: int = Field(7860, ge=1, le=65535, description="port of the page")
    token: str | None = Field(
        None, min_length=8, description="token that every client must show; needed off loopback", repr=False
    )
    monitor_interval: float = Field(
        2.0, ge=0, le=3600, description="seconds between two probes of the LLM for its control charts; 0 turns them off"
    )
    monitor_false_alarms_per_day: float = Field(
        1.0, gt=0, le=1000, description="how many alarms a day a stable engine may raise by chance"
    )
    monitor_alarm: Literal["cusum", "ewma"] = Field("cusum", description="the chart that raises alarms")
    readings_full_days: float = Field(
        1.0,
        ge=0.01,
        le=36_500,
        description="days that readings of runs are kept in full; older ones are merged, ten seconds each",
    )
    telemetry_full_days: float = Field(7.0, gt=0, le=3660, description="days of telemetry kept in full detail")
    telemetry_days: float = Field(366.0, gt=0, le=3660, description="days of telemetry kept, the older as minutes")
    powercap_root: Path = Field(
        Path("/sys/class/powercap"), description="the kernel's tree of energy counters (also POWERCAP_ROOT)"
    )
    scaphandre_url: str | None = Field(
        None, description="page of a Scaphandre exporter (default: http://127.0.0.1:8080/metrics; also SCAPHANDRE_URL)"
    )
    scaphandre_cmd: str | None = Field(None, description="command that starts the exporter (also SCAPHANDRE_CMD)")
    scaphandre_autostart: bool = Field(
        False, description="start the exporter when none answers (also SCAPHANDRE_AUTOSTART)"
    )
    grid_country: str = Field("WORLD", description="whose electricity it is, for carbon: a country or its code")
    grid_g_per_kwh: float | None = Field(
        None, ge=0, le=2000, description="a grid intensity that you know better, grams of CO2 per kilowatt-hour"
    )
    alert_thresholds: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description='alerts, such as "correlation < 0.8", "heat.energy rises by 5 % -> pause"; may be repeated'
    )
    auto_generate_papers: Literal["never", "completion", "alert", "both"] = Field(
        "never", description="when a white paper is written by itself: at a run's end, at an alert, or both"
    )
    report_prose: Literal["auto", "model", "template"] = Field(
        "auto", description="who writes the prose of white papers: auto asks models that call tools natively"
    )
    data_dir: Path = Field(Path("lodger-data"), description="folder for the database, logs and checkpoints")
    database: str | None = Field(None, description="SQLAlchemy URL of another database (default: SQLite in data_dir)")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    @model_validator(mode="before")
    @classmethod
    def _split_workloads(cls, values: Any) -> Any:
        """``LODGER_WORKLOAD=a,b`` is a list, as a repeated flag is."""
        for name in ("workload", "alert_thresholds") if isinstance(values, dict) else ():
            if isinstance(given := values.get(name), str):
                values[name] = tuple(part.strip() for part in given.split(",") if part.strip())
        return values

    @model_validator(mode="after")
    def _fits_together(self) -> Settings:
        if self.llm_memory + self.sim_memory > 1.0 + 1e-9:
            raise ValueError(
                f"the memory shares sum to {self.llm_memory + self.sim_memory:.2f} (llm_memory {self.llm_memory} + sim_memory {self.sim_memory}); together they may be 1 at most"
            )
        if self.host not in LOOPBACK and not self.token:
            raise ValueError(
                f"the page would be open to others at {self.host}; give a token (LODGER_TOKEN=…, eight characters or more) or stay on 127.0.0.1"
            )
        try:
            grid(self.grid_country)
        except NotFound as error:
            raise ValueError(error.message) from error
        if len(set(self.workload)) != len(self.workload):
            raise ValueError("the same workload is named twice; give each once")
        return self

    @property
    def with_llm(self) -> bool:
        return self.mode != "sim-only"

    @property
    def watch(self) -> tuple[float, float]:
        """What the monitor is told: seconds between two probes, false alarms a day."""
        return self.monitor_interval, self.monitor_false_alarms_per_day

    @property
    def with_workloads(self) -> bool:
        return self.mode != "llm-only"


def parse(argv: Sequence[str], environment: Mapping[str, str]) -> tuple[Settings, argparse.Namespace]:
    """Read a launch from its three sources; the second result holds what is asked of this call only (``--plan``).

    Raises:
        SettingsError: one sentence for each thing that is unknown, out of range or does not fit.
    """
    arguments = _parser().parse_args(argv)
    flags = {
        name: value for name, value in vars(arguments).items() if name in Settings.model_fields and value is not None
    }
    toml = _toml_file(arguments.config)
    _refuse_unknown(environment)
    configured = type(
        "Settings",
        (Settings,),
        {"model_config": SettingsConfigDict(**{**Settings.model_config, "toml_file": toml}), "__module__": __name__},
    )
    try:
        return configured(**{**_usual(environment), **flags}), arguments
    except ValidationError as error:
        raise SettingsError("; ".join(_complaint(problem) for problem in error.errors()) + ". See --help.") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{toml} is not valid TOML: {error}.") from error


def _usual(environment: Mapping[str, str]) -> dict[str, str]:
    """What is said by a name without our prefix, where nothing is said with it."""
    return {
        name.lower(): environment[name]
        for name in _USUAL
        if environment.get(name) and f"LODGER_{name}" not in environment
    }


class _Flags(argparse.ArgumentParser):
    """Flags whose mistakes are told like every other mistake: in one sentence."""

    def error(self, message: str) -> NoReturn:
        raise SettingsError(f"{message[:1].upper()}{message[1:]}. See --help.")


def _parser() -> argparse.ArgumentParser:
    parser = _Flags(
        "launcher.py",
        description="Lodger: a local LLM beside your simulation, in one web page.",
        epilog="'launcher.py evaluate --suite steering' tells how well a model steers; 'launcher.py evaluate --help' has more.",
        allow_abbrev=False,
    )
    modes = parser.add_mutually_exclusive_group()
    for mode, meaning in (
        ("full", "LLM, simulations and page (the default)"),
        ("llm-only", "LLM and page"),
        ("sim-only", "simulations and page"),
    ):
        modes.add_argument(f"--{mode}", dest="mode", action="store_const", const=mode, help=meaning)
    for name, field in Settings.model_fields.items():
        if name != "mode":
            flag, action = f"--{name.replace('_', '-')}", "append" if isinstance(field.default, tuple) else "store"
            parser.add_argument(flag, dest=name, action=action, metavar=name.upper(), help=_help(field))
    parser.add_argument(
        "--config", type=Path, metavar="FILE", help="settings as TOML (default: lodger.toml if there is one)"
    )
    parser.add_argument(
        "--plan", nargs="?", const="table", choices=("table", "json"), help="print the memory plan and start nothing"
    )
    parser.add_argument("--version", action="version", version=f"Lodger {VERSION}")
    return parser


def _help(field: Any) -> str:
    default = ", ".join(field.default) if isinstance(field.default, tuple) else field.default
    described = (field.description or "").replace("%", "%%")  # argparse formats it
    return described + (f" (default: {default})" if default is not None else "")


def _toml_file(given: Path | None) -> Path | None:
    if given is None:
        usual = Path("lodger.toml")
        return usual if usual.is_file() else None
    if not given.is_file():
        raise SettingsError(f"The configuration file {given} does not exist.")
    return given


def _refuse_unknown(environment: Mapping[str, str]) -> None:
    known = {f"LODGER_{name.upper()}" for name in Settings.model_fields} | _INNER
    unknown = sorted(name for name in environment if name.startswith("LODGER_") and name not in known)
    if unknown:
        raise SettingsError(
            f"Unknown setting in the environment: {', '.join(unknown)}. Known are {', '.join(sorted(known - _INNER))}."
        )


def _complaint(problem: Any) -> str:
    where = ".".join(str(part) for part in problem["loc"])
    if problem["type"] == "extra_forbidden":
        return f"unknown setting '{where}'"
    said = problem["msg"].removeprefix("Value error, ")
    shown = "" if where in ("token", "engine_key", "channel_token") else f" (given: {problem['input']!r})"
    return f"{where.replace('_', '-')}: {said[0].lower()}{said[1:]}{shown}" if where else said[0].upper() + said[1:]


def environment() -> Mapping[str, str]:
    """The process environment; read here and in the launcher, nowhere else."""
    return os.environ
