"""Which workload, parameter or metric a tool's arguments mean."""

from __future__ import annotations

from collections.abc import Iterable

from measurement.errors import Ambiguous, NotFound
from tools.contract import ToolContext
from tools.names import Match, resolve
from workloads.runner import ParameterInfo, Snapshot, Workload


def target(context: ToolContext, workload: str | None = None) -> Workload:
    """The workload of that name (a close one counts), else the one the context means, else the first.

    Raises: NotFound with what there is; Ambiguous with the question.
    """
    asked = workload or context.workload
    names = context.workloads.names()
    if asked is None or asked in names or not names:
        return context.workloads.get(asked)
    return context.workloads.get(resolve(asked, dict.fromkeys(names, ()), "workload").name)


def find_parameter(asked: str, snapshot: Snapshot) -> tuple[ParameterInfo, Match]:
    """The parameter that is meant. Raises: NotFound, which says so when the name is a metric's; Ambiguous."""
    try:
        match = resolve(asked, {name: info.aliases for name, info in snapshot.parameters.items()})
    except NotFound as error:
        metric = _exactly(asked, snapshot.metric_names)
        if metric is None:
            raise
        listed = ", ".join(snapshot.parameters)
        sentence = f"{metric} is a metric: the simulation computes it, nobody can set it. The parameters are {listed}."
        raise NotFound(sentence, **error.details) from error
    return snapshot.parameters[match.name], match


def find_metric(asked: str, snapshot: Snapshot) -> Match:
    """The metric that is meant. Raises: NotFound, which says so when the name is a parameter's; Ambiguous."""
    try:
        return resolve(asked, dict.fromkeys(snapshot.metric_names, ()), "metric")
    except NotFound as error:
        parameter = _exactly(asked, snapshot.parameters)
        if parameter is None:
            raise
        sentence = f"{parameter} is a parameter, not a metric; it has no history. The metrics are {_listed(snapshot)}."
        raise NotFound(sentence, **error.details) from error


def _listed(snapshot: Snapshot) -> str:
    return ", ".join(snapshot.metric_names) or "none yet"


def _exactly(asked: str, names: Iterable[str]) -> str | None:
    """The name itself if ``asked`` is one, in whatever spelling."""
    try:
        return resolve(asked, dict.fromkeys(names, ())).name
    except (NotFound, Ambiguous):
        return None
