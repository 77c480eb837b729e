"""Steps from one version of the schema to the next: one file a step, found by its name.

``version_2.py`` holds ``upgrade(connection)``, which turns a version 1 database into version 2, and so on. A step is
history: it speaks plain SQL, never the tables of ``schema.py``, which go on changing. All steps of one opening run in
one transaction: a database is upgraded as a whole or stays as it was.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping

from sqlalchemy import Connection

Step = Callable[[Connection], None]


def found_steps() -> Mapping[int, Step]:
    """The steps of this folder by the version that they lead to."""
    names = [module.name for module in pkgutil.iter_modules(__path__) if module.name.startswith("version_")]
    return {int(name.removeprefix("version_")): _step(name) for name in names}


def _step(name: str) -> Step:
    return importlib.import_module(f"{__name__}.{name}").upgrade


def newest_version(steps: Mapping[int, Step]) -> int:
    """The version that these steps lead to; without any, the first.

    Raises: RuntimeError when a step is missing in between (a mistake in the folder, not in a database).
    """
    newest = max(steps, default=1)
    if missing := set(range(2, newest + 1)) - set(steps):
        raise RuntimeError(f"The folder of schema upgrades lacks the step to version {min(missing)}.")
    return newest
