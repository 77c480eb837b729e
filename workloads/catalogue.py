"""What can be run: the simulations in this folder, found by looking, any Python file or command of the user's own, and
programs that run elsewhere and listen.

A built-in is a module with ``WORKLOAD = True`` and a function ``main``. It is read, not imported: the heavy libraries
that it needs load in its own process.
"""

from __future__ import annotations

import ast
import re
import shlex
import shutil
import sys
from pathlib import Path

from measurement.errors import NotFound, SettingsError
from workloads.parameters import unknown

FOLDER = Path(__file__).parent


def builtins() -> dict[str, str]:
    """Every built-in's name with the first line of its docstring."""
    trees = {path.stem: ast.parse(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.py"))}
    return {name: (ast.get_docstring(tree) or "").partition("\n")[0] for name, tree in trees.items() if _runs(tree)}


def is_address(spec: str) -> bool:
    """Whether it names a program that was started elsewhere: ``unix:/path`` or ``tcp:host:port``."""
    return spec.startswith(("unix:", "tcp:"))


def command_for(spec: str) -> list[str]:
    """The command of a workload: ``gw_lattice``, ``my_sim.py``, ``my_sim.py:main``, ``"./my_sim --fast"``, ``unix:/path``.

    ``NAME=…`` before any of them says what it is called. An address stays as it is.

    Raises:
        NotFound: there is no such file, program or built-in; with what there is.
        SettingsError: the path is neither Python nor a program, or an address that cannot be one.
    """
    _, spec = _split(spec)
    if is_address(spec):
        return [_address(spec)]
    file, _, function = spec.rpartition(":")
    if file.endswith(".py") and function.isidentifier():
        return [sys.executable, "-m", "workloads.call_function", str(_file(Path(file).expanduser())), function]
    if spec.endswith(".py") and (" " not in spec or Path(spec).expanduser().is_file()):
        return [sys.executable, str(_file(Path(spec).expanduser()))]
    if " " in spec.strip() or "/" in spec:
        return _command(spec)
    names = builtins()
    if spec not in names:
        error = unknown("workload", spec, names)
        raise NotFound(
            f"{error.message} Built in: {', '.join(names)}; or give the path of a .py file.", **error.details
        )
    return [sys.executable, "-m", f"workloads.{spec}"]


def name_for(spec: str) -> str:
    """What people call it: the name given with it, the built-in's, or the file's without its ending."""
    name, spec = _split(spec)
    if name:
        return name
    if spec.startswith("tcp:"):
        return f"port-{spec.rpartition(':')[2]}"
    words = [spec.removeprefix("unix:")] if is_address(spec) or Path(spec).suffix == ".py" else shlex.split(spec)
    script = next((word for word in words if word.partition(":")[0].endswith(".py")), words[0])
    return re.sub(r"[^\w.-]", "_", Path(script.partition(":")[0]).stem) or "workload"


def _split(spec: str) -> tuple[str | None, str]:
    """``heat=./heat --fast`` -> ``heat``, ``./heat --fast``."""
    match = re.match(r"([\w-][\w.-]*)=(?=\S)(.*)", spec.strip(), re.S)
    return (match.group(1), match.group(2)) if match else (None, spec.strip())


def _address(spec: str) -> str:
    """Check an address. Raises: SettingsError."""
    if not re.fullmatch(r"unix:/.+|tcp:.+:\d{1,5}", spec):
        raise SettingsError(f"{spec} is no address of a program: give unix:/absolute/path or tcp:host:port.")
    return spec


def _command(spec: str) -> list[str]:
    """A command line, its program found. Raises: NotFound, SettingsError."""
    try:
        words = shlex.split(spec)
    except ValueError as error:
        raise SettingsError(f"The command {spec!r} cannot be read: {error}.") from error
    program = Path(words[0]).expanduser()
    if "/" in words[0] and not program.is_file():
        raise NotFound(f"There is no workload file {program} (looked for {program.resolve()}).")
    found = str(program.resolve()) if "/" in words[0] else shutil.which(words[0])
    if not found or not shutil.which(found):
        raise SettingsError(
            f"{words[0]} is no Python file and no program; a workload is a .py file, a command or a built-in's name."
        )
    return [found, *words[1:]]


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
