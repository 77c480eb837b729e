"""What a trained model may answer for one request, as a JSON schema, and what its answer means as calls of tools.

Names are those of the live run; a value is one of the spans that stand in the person's own words, so no number can be invented, and a
request without a number cannot set one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from agent.adapters.prompt import TOOLS, Call, Named
from workloads.parameters import ParameterInfo
from workloads.snapshot import Snapshot

MOST_CALLS = 6
# how a change said in the trained tools is said in words that ``tools/quantity`` reads
CHANGES = {
    "raise_parameter": "up by {}",
    "lower_parameter": "down by {}",
    "multiply_parameter": "up by a factor of {}",
    "divide_parameter": "down by a factor of {}",
}
_ON_A_METRIC = ("get_metrics_history", "get_control_chart")
_COUNT = re.compile(r"(?<![\w.,])\d{1,4}(?![\w.,]\d|\w)")
_SAYS_IT_ITSELF = re.compile(
    r"\b(?:more|less|higher|lower|larger|smaller|double|halve|twice|half|times|factor|up|down)\b", re.I
)
_SWITCHED = ("on", "off")


def named(snapshot: Snapshot) -> list[Named]:
    """The run's parameters as the prompt shows them."""
    return [Named(info.name, info.unit, info.aliases, _choices(info)) for info in snapshot.parameters.values()]


def schema(snapshot: Snapshot, tools: Iterable[str], spans: Sequence[str], text: str) -> dict[str, Any]:
    """Make the schema of an answer to one request.

    Args:
        tools: the names of the tools that there are.
        spans: the values that stand in the person's own words.
    """
    entries = [*_changes(snapshot, list(dict.fromkeys(spans))), *_reads(snapshot, set(tools), text)]
    entries += [_entry(tool) for tool in TOOLS if tool in tools and tool not in (*_ON_A_METRIC, "set_parameter")]
    return {
        "type": "array",
        "minItems": 1,
        "maxItems": MOST_CALLS,
        "items": {"anyOf": [*entries, _entry("reply")]},
    }


def meant(calls: Sequence[Call]) -> list[Call]:
    """Translate an answer into the house's own tools; talk drops out, and nothing is done twice."""
    tools = [_meant(call) for call in calls if call.get("tool") != "reply"]
    return [call for place, call in enumerate(tools) if call not in tools[:place]]


def said(performed: Iterable[tuple[str, Mapping[str, Any]]]) -> list[Call]:
    """Translate calls of the house's tools back into an answer as the model gives it, for the next turn's prompt."""
    return [_said(tool, args) for tool, args in performed if tool in TOOLS]


def _choices(info: ParameterInfo) -> tuple[str, ...]:
    return _SWITCHED if info.kind == "bool" else tuple(str(choice) for choice in info.choices or ())


def _changes(snapshot: Snapshot, spans: list[str]) -> Iterator[dict[str, Any]]:
    numbers = [info.name for info in snapshot.parameters.values() if not _choices(info)]
    if spans and numbers:
        for tool in ("set_parameter", *CHANGES):
            yield _entry(tool, name={"enum": numbers}, value={"enum": spans})
    for info in snapshot.parameters.values():
        if choices := _choices(info):
            yield _entry("set_parameter", name={"const": info.name}, value={"enum": list(choices)})


def _reads(snapshot: Snapshot, tools: set[str], text: str) -> Iterator[dict[str, Any]]:
    metrics = {"enum": list(snapshot.metric_names)}
    if not metrics["enum"]:
        return
    counts = list(dict.fromkeys(int(count) for count in _COUNT.findall(text) if int(count)))
    for tool in _ON_A_METRIC:
        if tool in tools:
            yield _entry(tool, metric=metrics)
    if counts:
        yield _entry("get_metrics_history", metric=metrics, last_n={"enum": counts})


def _entry(tool: str, **properties: Any) -> dict[str, Any]:
    shape = {"tool": {"const": tool}, **properties}
    return {"type": "object", "properties": shape, "required": list(shape), "additionalProperties": False}


def _meant(call: Call) -> Call:
    if call["tool"] not in CHANGES:
        return dict(call)
    value = str(call["value"])
    words = value if _SAYS_IT_ITSELF.search(value) else CHANGES[call["tool"]].format(value)
    return {"tool": "set_parameter", "name": call["name"], "value": words}


def _said(tool: str, args: Mapping[str, Any]) -> Call:
    value = str(args.get("value", ""))
    for trained, form in reversed(CHANGES.items()):  # the factors first: they begin like the others
        if value.startswith(form.format("")):
            return {"tool": trained, "name": args["name"], "value": value.removeprefix(form.format(""))}
    return {"tool": tool, **{key: given for key, given in args.items() if key in ("name", "value", "metric", "last_n")}}
