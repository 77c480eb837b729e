"""What the System tab shows: processes, memory against its plan, logs, versions, settings. It reads and formats."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr

from measurement import host
from measurement.clock import SYSTEM_CLOCK
from ui.fragments import bar, duration, gibibytes, pill, table, text
from ui.power_lines import power_lines

if TYPE_CHECKING:
    from ui.house import House

TAIL_BYTES = 24_000
TAIL_LINES = 120
PACKAGES = ("gradio", "fastapi", "pydantic-ai-slim", "torch", "xllamacpp", "sqlalchemy", "plotly")


class Census:
    """The handlers of the tab."""

    def __init__(self, house: House) -> None:
        self._house = house

    def refresh(self, log: str | None) -> tuple[Any, ...]:
        """Everything on the tab; the log is the chosen one, or the first."""
        names = [path.name for path in self._logs()]
        chosen = log if log in names else (names[0] if names else None)
        return self.engine(), self.processes(), self.memory(), gr.update(choices=names, value=chosen), self.tail(chosen)

    def engine(self) -> str:
        """The language model and the store, each with the reason when something is wrong."""
        engine = self._house.engine
        if engine is None:
            told = "<p>This launch was asked for without a language model.</p>"
        else:
            reason = f'<p class="trouble">{text(engine.reason)}</p>' if engine.reason else ""
            told = (
                f"<p>{pill(str(engine.state))} <b>{text(engine.model or 'no model yet')}</b> "
                f'<span class="quiet">served by {text(engine.name)}</span></p>{reason}'
            )
        problem = self._house.store.problem
        store = (
            f'<p class="trouble">{text(problem)}</p>'
            if problem
            else '<p class="quiet">The store writes and answers.</p>'
        )
        return (
            f'<div class="section"><h3>Language model</h3>{told}<h3>Store</h3>{store}{power_lines(self._house)}</div>'
        )

    def processes(self) -> str:
        """Every process of this launch: role, state, memory, processor."""
        roles = {pid: (role, state, restarts) for pid, role, state, restarts in self._roles()}
        rows = [_process_row(used, *roles[used.pid]) for used in host.process_usage(list(roles))]
        head = ("role", "state", "process", "memory", "processor", "up", "restarts")
        return '<div class="section"><h3>Processes</h3>' + table(head, rows, "No process could be read.") + "</div>"

    def memory(self) -> str:
        """The plan of the memory against what is held now."""
        now, plan = host.usage(), self._house.memory_plan
        total = now.memory_used_bytes + now.memory_available_bytes
        whole = bar(
            now.memory_used_bytes / total if total else None,
            f"{gibibytes(now.memory_used_bytes)} used of {gibibytes(total)}, {gibibytes(now.memory_available_bytes)} left",
        )
        processor = bar(
            None if now.cpu_percent is None else now.cpu_percent / 100,
            "not known yet" if now.cpu_percent is None else f"{now.cpu_percent:.0f} % of the processor",
        )
        rows = [("memory", whole), ("processor", processor)] + ([] if plan is None else self._shares(plan))
        lines = "".join(f'<div class="share"><span>{text(name)}</span>{drawn}</div>' for name, drawn in rows)
        gpu = "".join(f"<p>{text(used)}</p>" for used in now.gpus or ())
        if now.gpus is None and now.gpu_reason:
            gpu = f'<p class="quiet">No GPU is used: {text(now.gpu_reason)}.</p>'
        return f'<div class="section"><h3>Memory and processor</h3>{lines}{gpu}</div>'

    def _shares(self, plan: Any) -> list[tuple[str, str]]:
        """A line an owner of the plan: what it holds of its part, where that can be seen from here."""
        held = self._held() if plan.kind == "cpu" else {}
        return [(row.owner, _share(held.get(row.owner), row.bytes)) for row in plan.rows]

    def _held(self) -> dict[str, int]:
        """Resident bytes by owner of the plan; an owner without a process is left out."""
        owners: dict[str, Sequence[int]] = {
            workload.name: pids for workload in self._house.workloads if (pids := workload.pids())
        }
        if self._house.engine is not None and self._house.engine.pids():
            owners["llm"] = self._house.engine.pids()
        return {owner: host.resident_bytes(pids) for owner, pids in owners.items()}

    def about(self) -> str:
        """Versions, machine and settings: what does not change while it runs."""
        machine = self._house.machine
        known = [
            ("Lodger", self._house.version),
            ("Python", sys.version.split()[0]),
            *((name, _version(name)) for name in PACKAGES),
        ]
        versions = _pairs({name: found or "not installed" for name, found in known})
        there = (
            _pairs(
                {
                    "processor": f"{machine.cpu_name}, {machine.cpu_count} for us",
                    "memory": gibibytes(machine.memory_bytes),
                    "system": machine.os,
                    "started": duration(SYSTEM_CLOCK.wall_s() - self._house.started_at) + " ago",
                }
            )
            if machine
            else ""
        )
        return (
            f'<div class="section"><h3>This machine</h3>{there}<h3>Versions</h3>{versions}<h3>Settings</h3>'
            f"{_pairs(self._house.settings_summary)}</div>"
        )

    def tail(self, name: str | None) -> str:
        """The end of a log; only files of the log folder are read."""
        path = next((path for path in self._logs() if path.name == name), None)
        if path is None:
            return '<p class="quiet">No process has written a log yet.</p>'
        return f'<div class="log-end" tabindex="0"><pre class="log">{text(_tail(path))}</pre></div>'

    def _logs(self) -> list[Path]:
        folder = self._house.log_folder
        return sorted(folder.glob("*.log")) if folder.is_dir() else []

    def _roles(self) -> Iterator[tuple[int, str, str, int | None]]:
        yield os.getpid(), "control plane", "running", None
        engine = self._house.engine
        if engine is not None:
            yield from (
                (pid, f"engine {engine.name}", str(engine.state), getattr(engine, "restarts", None))
                for pid in engine.pids()
            )
        for workload in self._house.workloads:
            yield from ((pid, f"workload {workload.name}", workload.state, None) for pid in workload.pids())


def _share(held_bytes: int | None, planned_bytes: int) -> str:
    if held_bytes is None or not planned_bytes:
        return bar(None, f"{gibibytes(planned_bytes)} planned; what is held cannot be seen from here")
    return bar(held_bytes / planned_bytes, f"{gibibytes(held_bytes)} held of {gibibytes(planned_bytes)} planned")


def _process_row(used: host.ProcessUsage, role: str, state: str, restarts: int | None) -> tuple[str, ...]:
    percent = "–" if used.cpu_percent is None else f"{used.cpu_percent:.0f} %"
    up = duration(SYSTEM_CLOCK.wall_s() - used.started_at)
    return (
        f"<b>{text(role)}</b>",
        pill(state),
        f'<span class="num">{used.pid}</span>',
        gibibytes(used.rss_bytes),
        percent,
        up,
        "–" if restarts is None else str(restarts),
    )


def _pairs(known: Mapping[str, Any]) -> str:
    rows = "".join(f"<dt>{text(name)}</dt><dd>{_said(value)}</dd>" for name, value in known.items())
    return f'<dl class="pairs">{rows}</dl>'


def _said(value: Any) -> str:
    if value is None:
        return '<span class="quiet">not set</span>'
    return text(", ".join(map(str, value)) if isinstance(value, list | tuple) else value)


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _tail(path: Path) -> str:
    """The last lines of a file that may be long and may be written to meanwhile."""
    try:
        with path.open("rb") as opened:
            opened.seek(max(0, path.stat().st_size - TAIL_BYTES))
            lines = opened.read().decode("utf-8", "replace").splitlines()
    except OSError as error:
        return f"The log cannot be read: {error.strerror or error}."
    return "\n".join(lines[-TAIL_LINES:]) or "(empty)"
