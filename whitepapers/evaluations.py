"""Evaluations of language models as ``launcher.py evaluate`` wrote them: found again by the name of their file and its digest.

Covers reading them; how a request is judged is for whoever wrote them.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from measurement.errors import NotFound, ReportError

log = logging.getLogger(__name__)
FOLDER = "evaluations"
COMMAND = "python launcher.py evaluate"
MOST_FILES = 200
_NAME = re.compile(r"[\w.-]{1,120}\.json")


@dataclass(frozen=True)
class Evaluation:
    """One evaluation: what its file says, and the SHA-256 of that file in hexadecimal digits."""

    file: str
    digest: str
    told: Mapping[str, Any]

    @property
    def taken_at(self) -> float:
        """When it was over, in Unix seconds."""
        return datetime.fromisoformat(self.told["taken_at"]).timestamp()

    @property
    def of(self) -> tuple[str, str]:
        """The engine and the model that were evaluated."""
        return str(self.told["engine"]), str(self.told["model"])


def read(folder: Path | None, file: str) -> Evaluation:
    """The evaluation in ``file`` of that folder. Raises: NotFound; ReportError for a file that is none."""
    if folder is None or not _NAME.fullmatch(file) or not (folder / file).is_file():
        raise NotFound(f"There is no evaluation {file!r} in {folder or 'this launch'}; it may have been moved.")
    try:
        content = (folder / file).read_bytes()
        found = Evaluation(file, hashlib.sha256(content).hexdigest(), json.loads(content))
        _ = found.taken_at, found.of, found.told["shares"]["all"]["count"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ReportError(f"{folder / file} is not the file of an evaluation: {error!r}.") from error
    return found


def newest(folder: Path | None, until: float, served: tuple[str, str] | None) -> Evaluation | None:
    """The newest evaluation of that engine and model up to ``until``; without one, the newest of any model."""
    known = [one for one in _all(folder) if one.taken_at <= until]
    known.sort(key=lambda one: one.taken_at, reverse=True)
    return next((one for one in known if one.of == served), known[0] if known else None)


def _all(folder: Path | None) -> list[Evaluation]:
    """The evaluations of the folder; a file that is none is left out, and the log says so."""
    if folder is None or not folder.is_dir():
        return []
    found: list[Evaluation] = []
    for path in sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime, reverse=True)[:MOST_FILES]:
        try:
            found.append(read(folder, path.name))
        except (NotFound, ReportError) as error:
            log.warning("an evaluation is left out: %s", error.message)
    return found
