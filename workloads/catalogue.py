"""What can be run: the simulations in this folder, found by looking, and any Python file of the user's own.

A built-in is a module with ``WORKLOAD = True`` and a function ``main``. It is read, not imported: the heavy libraries
that it needs load in its own process.
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path

from measurement.errors import NotFound, SettingsError
from workloads.parameters import unknown

FOLDER = Path(__file__).parent


def builtins() -> dict[str, str]:
    """Every built-in's name with the first line of its docstring."""
    trees = {path.stem: ast.parse(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.py"))}
    return {name: (ast.get_docstring(tree) or "").partition("\n")[0] for name, tree in trees.items() if _runs(tree)}


def command_for(spec: str) -> list[str]:
    """The command of a workload: ``gw_lattice`` or ``path/to/my_sim.py``.

    Raises:
        NotFound: there is no such file or built-in; with what there is.
        SettingsError: the path is no Python file.
    """
    if spec.endswith(".py") or "/" in spec:
        return [sys.executable, str(_file(Path(spec).expanduser()))]
    names = builtins()
    if spec not in names:
        error = unknown("workload", spec, names)
        raise NotFound(
            f"{error.message} Built in: {', '.join(names)}; or give the path of a .py file.", **error.details
        )
    return [sys.executable, "-m", f"workloads.{spec}"]


def name_for(spec: str) -> str:
    """What people call it: the built-in's name, or the file's without ``.py``."""
    return Path(spec).stem if spec.endswith(".py") or "/" in spec else spec


def _file(path: Path) -> Path:
    if not path.is_file():
        raise NotFound(f"There is no workload file {path} (looked for {path.resolve()}).")
    if path.suffix != ".py":
        raise SettingsError(f"{path} is no Python file; a workload is a .py file or a built-in's name.")
    return path.resolve()


def _runs(tree: ast.Module) -> bool:
    marked = any(
        isinstance(node, ast.Assign)
        and any(isinstance(target, ast.Name) and target.id == "WORKLOAD" for target in node.targets)
        and isinstance(node.value, ast.Constant)
        and node.value.value is True
        for node in tree.body
    )
    return marked and any(isinstance(node, ast.FunctionDef) and node.name == "main" for node in tree.body)
