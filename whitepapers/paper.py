"""What the subjects and sections of one report share: the run, its facts, what is drawn, and who may draft prose."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from measurement.host import Machine
from measurement.store import Run
from whitepapers.archive import Archive
from whitepapers.book import Book
from whitepapers.document import Paragraph
from whitepapers.queries.constant import constants
from workloads.snapshot import Picture, Snapshot

Draft = Callable[[str], str]


@dataclass(frozen=True)
class Wish:
    """What a report is to be about. ``run`` is a run's id or a workload's name, ``focus`` a metric; all may be left out.

    ``columns`` 1 or 2. ``by`` says who asked: a person, a program, or what happened in the run.
    """

    run: str | None = None
    title: str | None = None
    focus: str | None = None
    columns: int = 1
    by: str = "a person"


@dataclass
class Paper:
    """One report in the making. ``plots`` is what the figures are drawn from, by file name.

    ``unmetered`` says why no energy is metered in this launch, None when it is.
    """

    id: str
    wish: Wish
    run: Run
    book: Book
    snapshot: Snapshot | None
    pictures: Mapping[str, Picture]
    machine: Machine
    version: str
    unmetered: str | None = None
    focus: str | None = None
    write_prose: Callable[[Paper, str, str, list[str]], Paragraph] | None = None
    plots: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def archive(self) -> Archive:
        return self.book.archive

    @property
    def method(self) -> ModuleType | None:
        """What ``methods/`` knows of this workload; None when the program no longer has the constants that it speaks of."""
        name = f"whitepapers.methods.{self.run.workload}"
        if not self.run.workload.isidentifier() or find_spec(name) is None:
            return None
        module, known = import_module(name), constants(self.run.workload)
        return module if all(constant in known for constant, _ in module.CONSTANTS.values()) else None

    @property
    def going_on(self) -> bool:
        """Whether the run had not ended when the report was written."""
        return self.archive.ended_at(self.run.id) is None

    def draw(self, name: str, kind: str, **data: Any) -> str:
        """Have ``figures/kind.py`` draw a picture from ``data``; returns the name of its file."""
        self.plots[name] = {"kind": kind, **data}
        return name

    def prose(self, purpose: str, template: str, about: list[str]) -> Paragraph:
        """A paragraph: the model's where it is good enough, else the template's own. ``about`` are beginnings of keys."""
        if self.write_prose is None:
            return Paragraph(template)
        return self.write_prose(self, purpose, template, about)
