"""Find the tools and call them: a tool is a file ``tools/<name>.py`` with a function ``<name>`` and a constant ``ACTUATOR``.

Nobody edits a list. Chat, REST, WebSocket and buttons all come through ``call``: arguments are validated here, and whatever goes
wrong comes back as an ``Outcome`` with a sentence, never as an exception.
"""

from __future__ import annotations

import importlib
import inspect
import logging
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model

import tools as _folder
from measurement.errors import LodgerError, NotFound, Refused
from tools import counting
from tools.contract import Outcome, Status, ToolContext

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ToolSpec:
    """One tool as the agent, the API and the page see it.

    ``parameters`` is the JSON schema of the arguments, made from the signature; ``actuator`` says that it can change a run.
    """

    name: str
    function: Callable[..., Outcome]
    description: str
    parameters: dict[str, Any]
    actuator: bool
    arguments: type[BaseModel]


def tools() -> dict[str, ToolSpec]:
    """Every tool of the folder, by name, in alphabetical order."""
    return dict(_found())


def call(name: str, context: ToolContext, args: Mapping[str, Any] | None = None) -> Outcome:
    """Validate ``args`` and run the tool ``name``; a refusal or failure is an ``Outcome`` too, never an exception."""
    outcome = _called(name, context, args)
    counting.count(name if name in _found() else "unknown", outcome.status)
    return outcome


def _called(name: str, context: ToolContext, args: Mapping[str, Any] | None) -> Outcome:
    try:
        spec = _spec(name)
        outcome = spec.function(context, **_validated(spec, args or {}))
        context.store.add_facts(outcome.facts)
        return outcome
    except LodgerError as error:
        return _stopped(error)
    except Exception:
        log.exception("the tool %s failed unexpectedly", name)
        return _stopped(LodgerError(f"{name} failed for a reason that is not your fault; the log has the details."))


@cache
def _found() -> dict[str, ToolSpec]:
    names = sorted(module.name for module in pkgutil.iter_modules(_folder.__path__) if not module.ispkg)
    modules = {name: importlib.import_module(f"tools.{name}") for name in names}
    return {name: _described(name, module) for name, module in modules.items() if hasattr(module, "ACTUATOR")}


def _described(name: str, module: ModuleType) -> ToolSpec:
    function = getattr(module, name)
    description, meanings = _docstring(function)
    arguments = _arguments(name, function, meanings)
    schema = arguments.model_json_schema()
    schema.pop("title", None)
    for field in schema.get("properties", {}).values():
        field.pop("title", None)
    return ToolSpec(name, function, description, schema, bool(module.ACTUATOR), arguments)


def _docstring(function: Callable[..., Outcome]) -> tuple[str, dict[str, str]]:
    """Split a docstring into its prose and what its ``Args:`` lines say about each argument."""
    prose, _, listed = inspect.cleandoc(function.__doc__ or "").partition("\nArgs:\n")
    pairs = (line.strip().partition(": ") for line in listed.splitlines() if line.strip())
    return prose.strip(), {name: meaning for name, _, meaning in pairs}


def _arguments(name: str, function: Callable[..., Outcome], meanings: dict[str, str]) -> type[BaseModel]:
    hints = get_type_hints(function)
    fields: dict[str, Any] = {}
    for parameter in list(inspect.signature(function).parameters.values())[1:]:
        default = ... if parameter.default is inspect.Parameter.empty else parameter.default
        fields[parameter.name] = (hints[parameter.name], Field(default, description=meanings.get(parameter.name)))
    return create_model(name, __config__=ConfigDict(extra="forbid"), **fields)


def _spec(name: str) -> ToolSpec:
    known = _found()
    if name not in known:
        raise NotFound(f"There is no tool {name!r}; there are {', '.join(known)}.", suggestions=list(known))
    return known[name]


def _validated(spec: ToolSpec, args: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments with their declared types. Raises: Refused with one sentence for each that is missing, unknown or wrong."""
    try:
        model = spec.arguments.model_validate(dict(args))
    except ValidationError as error:
        sentences = "; ".join(_complaint(problem, spec) for problem in error.errors(include_url=False))
        raise Refused(f"{spec.name} cannot be called like that: {sentences}.") from error
    return {field: getattr(model, field) for field in spec.arguments.model_fields}


def _complaint(problem: Any, spec: ToolSpec) -> str:
    place = str(problem["loc"][0]) if problem["loc"] else "arguments"
    if problem["type"] == "missing":
        return f"'{place}' is missing"
    if problem["type"] == "extra_forbidden":
        return f"it has no argument '{place}' (it takes {', '.join(spec.arguments.model_fields) or 'none'})"
    return f"'{place}' is {problem['input']!r}: {problem['msg'][:1].lower()}{problem['msg'][1:]}"


def _stopped(error: LodgerError) -> Outcome:
    status: Status = "failed" if error.status >= 500 else "refused"
    result = {"error": error.message, **error.details}
    return Outcome(status, error.message, result, error=error, audit_id=error.details.get("audit_id"))
