"""The house stands as ARCHITECTURE.md draws it: imports point down, foreign libraries stay at home, nothing goes in circles."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# A floor may import itself and the floors below it.
FLOORS = {"measurement": 1, "workloads": 2, "whitepapers": 3, "tools": 4, "agent": 5, "ui": 6}
ROOF = ("launcher", "premises", "residents", "ahead", "data_folder", "settings", "stages", "evaluate", "verifying")
HOMES = {
    "gradio": ("ui",),
    "fastapi": ("ui",),
    "uvicorn": ("ui",),
    "plotly": ("ui",),
    "pydantic_ai": ("agent",),
    "openai": ("agent",),
    "httpx2": ("agent",),
    "xllamacpp": ("agent",),
    "huggingface_hub": ("agent",),
    "matplotlib": ("whitepapers",),
    "pypdfium2": ("whitepapers",),
    "torch": ("workloads", "agent/adapters/train"),
    "quimb": ("workloads",),
    "cotengra": ("workloads",),
    "sqlalchemy": ("measurement",),
    "pynvml": ("measurement",),
    "psutil": ("measurement",),
    "prometheus_client": ("measurement",),
    "pint": ("tools", "measurement"),
    "pydantic_settings": ("settings",),
}
LONGEST_FILE = 300
LONGEST_FUNCTION = 40


def _sources() -> list[Path]:
    files = [path for floor in FLOORS for path in (ROOT / floor).rglob("*.py")]
    roof = [path for name in ROOF for path in [*ROOT.glob(f"{name}.py"), *ROOT.glob(f"{name}/*.py")]]
    return sorted(files + roof)


def _imports(path: Path, top_level_only: bool = False) -> Iterator[str]:
    tree = ast.parse(path.read_text("utf-8"))
    nodes = _module_level(tree) if top_level_only else ast.walk(tree)
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _module_level(tree: ast.Module) -> Iterator[ast.stmt]:
    """Statements that run on import; what stands under TYPE_CHECKING does not."""
    for node in tree.body:
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        yield node


def _house(path: Path) -> str:
    relative = path.relative_to(ROOT)
    return relative.parts[0].removesuffix(".py")


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_imports_point_down() -> None:
    wrong = [
        f"{_name(path)} imports {module}"
        for path in _sources()
        for module in _imports(path)
        if (top := module.split(".")[0]) in FLOORS and FLOORS.get(_house(path), 7) < FLOORS[top]
    ]
    assert not wrong


def test_nobody_imports_the_roof_from_below() -> None:
    wrong = [
        f"{_name(path)} imports {module}"
        for path in _sources()
        if _house(path) in FLOORS
        for module in _imports(path)
        if module.split(".")[0] in ROOF
    ]
    assert not wrong


def _lives(path: Path, homes: tuple[str, ...]) -> bool:
    return _house(path) in homes or any(_name(path).startswith(f"{home}/") for home in homes)


def test_foreign_libraries_stay_at_home() -> None:
    wrong = [
        f"{_name(path)} imports {module}, whose home is {HOMES[top]}"
        for path in _sources()
        for module in _imports(path)
        if (top := module.split(".")[0]) in HOMES and not _lives(path, HOMES[top])
    ]
    assert not wrong


def test_only_the_store_speaks_sql() -> None:
    wrong = [
        _name(path)
        for path in _sources()
        if not _name(path).startswith("measurement/store")
        for module in _imports(path)
        if module.split(".")[0] in ("sqlalchemy", "sqlite3")
    ]
    assert not wrong


def test_only_the_roof_reads_argv_and_environment() -> None:
    """Children (programs of their own, with a ``__main__``) and the SDK inside a simulation are told by environment."""
    wrong = []
    for path in _sources():
        text = path.read_text("utf-8")
        is_program = "__main__" in text or path.name in ("steer.py", "exec_shim.py")
        if _house(path) in FLOORS and not is_program and ("sys.argv" in text or "os.getenv" in text):
            wrong.append(_name(path))
    assert not wrong


def test_sdk_is_standard_library_alone() -> None:
    import sys

    foreign = {module.split(".")[0] for module in _imports(ROOT / "workloads/steer.py", top_level_only=True)} - set(
        sys.stdlib_module_names
    )
    assert not foreign - {"__future__"}


def _is_edge(name: str, other: str, modules: dict[str, Path]) -> bool:
    """A package and what lies in it count as one: a part may name the package that it is imported through."""
    return other in modules and name != other and not name.startswith(f"{other}.") and not other.startswith(f"{name}.")


def test_no_cycles() -> None:
    modules = {_name(path).removesuffix(".py").removesuffix("/__init__").replace("/", "."): path for path in _sources()}
    graph = {
        name: {other for other in _imports(path, top_level_only=True) if _is_edge(name, other, modules)}
        for name, path in modules.items()
    }
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        if name in trail:
            pytest.fail(" → ".join((*trail[trail.index(name) :], name)))
        if name not in done:
            for other in sorted(graph[name]):
                visit(other, (*trail, name))
            done.add(name)

    for name in graph:
        visit(name, ())


def test_files_and_functions_stay_small() -> None:
    wrong = []
    for path in _sources():
        text = path.read_text("utf-8")
        if text.count("\n") > LONGEST_FILE and path.name != "steer.py":
            wrong.append(f"{_name(path)} has {text.count(chr(10))} lines")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or 0) - (node.body[0].lineno if node.body else 0) + 1
                if length > LONGEST_FUNCTION + 15:
                    wrong.append(f"{_name(path)}: {node.name} has {length} lines")
    assert not wrong


def test_no_drawers_for_odds_and_ends() -> None:
    forbidden = {"utils", "util", "helpers", "helper", "common", "misc"}
    assert not [_name(path) for path in _sources() if path.stem in forbidden]


def test_every_dependency_says_why() -> None:
    lines = (ROOT / "pyproject.toml").read_text("utf-8").splitlines()
    wanted = [
        line
        for line in lines
        if line.startswith('    "')
        and line.rstrip().rstrip(",").endswith('"')
        and any(mark in line for mark in (">=", "==", "~="))
    ]
    assert not wanted, "a dependency without its one-line reason"
