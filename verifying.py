"""``launcher.py verify report.tex``: checks a white paper against the database that it was written from."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from measurement.errors import NotFound, SettingsError
from measurement.store import Store
from whitepapers.checking import check

NAME = "verify"
STANDS, DOES_NOT = 0, 1


class _Flags(argparse.ArgumentParser):
    """Flags whose mistakes are told in one sentence."""

    def error(self, message: str) -> None:  # type: ignore[override]  # it raises, as the original exits
        raise SettingsError(f"{message[:1].upper()}{message[1:]}. See launcher.py {NAME} --help.")


def verify(argv: Sequence[str]) -> int:
    """Print the verdict; 0 when the report stands, 1 when it does not. Raises: LodgerError when it cannot be checked."""
    parser = _Flags(f"launcher.py {NAME}", description="Check every number of a white paper against the store.")
    parser.add_argument("report", type=Path, help="the report.tex, with facts.json beside it")
    parser.add_argument(
        "--database", help="file or SQLAlchemy URL (default: the lodger.db of the report's data folder)"
    )
    given = parser.parse_args(argv)
    with Store(_database(given.report.resolve(), given.database)) as store:
        verdict = check(given.report, store)
    print(verdict.words)
    return DOES_NOT if verdict.problems else STANDS


def _database(report: Path, given: str | None) -> str | Path:
    """The database named, or the one beside ``whitepapers/``. Raises: NotFound rather than making an empty one."""
    if given is not None and "://" in given:
        return given
    path = Path(given) if given else report.parent.parent.parent / "lodger.db"
    if not path.is_file():
        raise NotFound(f"There is no database {path}; name it with --database.")
    return path
