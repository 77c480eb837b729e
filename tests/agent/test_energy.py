"""The real small model answers while another process advances the counters at known watts: receipts, report, power, exposition."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from agent.engines.base import Engine
from agent.session import Conversations
from measurement.carbon import grid
from measurement.exposition import Exposition
from measurement.power import source
from measurement.power.base import PowerSettings
from measurement.powerhouse import PowerHouse
from measurement.store import Store
from tests.advancing import advancing_tree
from tools import counting
from workloads.runner import Workloads

pytestmark = [pytest.mark.model, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(600)]
WATTS = 60.0


@pytest.fixture(scope="module")
def house(engine: Engine, workloads: Workloads, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PowerHouse]:
    until(lambda: workloads.get("gw_lattice").snapshot().metrics)
    with advancing_tree(tmp_path_factory.mktemp("tree") / "powercap", WATTS) as root:
        settings = PowerSettings(powercap_root=root, engine_pids=engine.pids)
        sources = [source(name, settings) for name in ("rapl", "process_share")]
        pids = lambda: {one.name: one.pids() for one in workloads}  # noqa: E731  # a door as the roof builds it
        with PowerHouse(settings, grid("WORLD"), sources=sources, simulations=pids, baseline_s=0.5) as house:
            engine.gauge = house
            yield house
            engine.gauge = None


@pytest.fixture(scope="module")
def talk(house: PowerHouse, store: Store, workloads: Workloads, engine: Engine) -> Conversations:
    talk = Conversations(store, workloads, engine)
    talk.services = (house,)
    return talk


def until(true: Callable[[], object]) -> None:
    deadline_s = time.monotonic() + 120.0
    while not true():
        assert time.monotonic() < deadline_s
        time.sleep(0.05)


async def say(talk: Conversations, message: str, conversation: str) -> dict[str, Any]:
    ending: dict[str, Any] = {}
    async for event in talk.send(message, conversation):
        ending = event
    assert ending["type"] == "response", ending
    return ending


def of_the_truth(energy: dict[str, Any], lasted_s: float) -> bool:
    truth_wh = WATTS * lasted_s / 3600.0
    return abs(energy["gross_wh"] - truth_wh) <= max(0.02 * truth_wh, energy["bound_wh"])


async def test_an_answer_is_measured_to_two_percent_or_its_bound(talk: Conversations, store: Store) -> None:
    id = talk.start()
    receipt = (await say(talk, "Hello! Who are you?", id))["usage"]["receipt"]
    energy, tokens = receipt["energy"], receipt["tokens"]
    assert energy["method"] == "measured"
    assert of_the_truth(energy, energy["duration_s"])
    request = next(one for one in store.requests(20) if one.conversation == id)
    assert request.energy is not None
    assert of_the_truth(request.energy, request.energy["duration_s"])
    assert request.energy["duration_s"] == pytest.approx(request.duration_s, abs=0.5)
    assert energy["e_llm"]["gross_wh"] > 0
    assert tokens["user"] > 0
    assert tokens["system_prompt"] > tokens["user"]
    assert tokens["answer"] > 0
    assert tokens["answer"] + tokens["tool_calls"] == tokens["completion"]  # it is asked first whether to act
    origins = ("user", "system_prompt", "conversation_context", "tool_descriptions", "tool_results", "template")
    assert sum(tokens[name] for name in origins) == tokens["prompt"]
    assert receipt["simulations"]["gw_lattice"]["gross_wh"] >= 0
    assert receipt["overhead"]["extra_rounds"] == len(receipt["rounds"]) - 1


async def test_what_tools_add_is_told_apart(talk: Conversations) -> None:
    receipt = (await say(talk, "set gw amplitude to 3e-21", talk.start()))["usage"]["receipt"]
    overhead = receipt["overhead"]
    assert overhead["tool_calls"] == 1
    if receipt["rounds"]:  # where the words leave nothing to pick, no round of the model is needed
        assert overhead["extra_tokens"] > 0
        assert overhead["rounds_wh"] > 0
        assert receipt["tokens"]["tool_descriptions"] > 0
    assert overhead["tools_wh"] is not None


async def test_the_model_reaches_both_tools(talk: Conversations, house: PowerHouse) -> None:
    id = talk.start()
    await say(talk, "hello", id)
    asked = await say(talk, "how much energy did your last 5 answers use?", id)
    assert [call["tool"] for call in asked["tool_calls"]] == ["get_energy_report"]
    (call,) = asked["tool_calls"]
    assert call["result"]["method"] == "measured"
    assert call["result"]["total_wh"] > 0
    until(lambda: house.now().total_w is not None)
    drawn = await say(talk, "how much power are you drawing?", id)
    assert [call["tool"] for call in drawn["tool_calls"]] == ["get_power"]
    assert drawn["tool_calls"][0]["result"]["total_w"] == pytest.approx(WATTS, rel=0.2)
    assert "W" in drawn["response"]


async def test_what_is_scraped_can_be_read_back(talk: Conversations, house: PowerHouse) -> None:
    exposition = Exposition(house, lambda: (), counting.counted)
    await say(talk, "hello there", talk.start())
    families = {one.name: one for one in text_string_to_metric_families(exposition.text().decode())}
    assert all(family.documentation for family in families.values())
    joules = families["lodger_energy_joules"]
    assert joules.type == "counter"
    assert {sample.labels["domain"] for sample in joules.samples} >= {"package-0"}
    first = families["lodger_time_to_first_token_seconds"]
    assert any(sample.name.endswith("_count") and sample.value >= 1 for sample in first.samples)
    outcomes = [sample.labels["outcome"] for sample in families["lodger_requests"].samples]
    assert set(outcomes) == {"ok"}
    exposition.leave()


async def test_names_are_as_prometheus_lints_them(house: PowerHouse) -> None:
    """The rules of ``promtool check metrics``: no colon, no capital, base units, ``_total`` on counters and only there, help."""
    text = Exposition(house, lambda: (), counting.counted).text().decode()
    kinds = dict(line.split()[2:4] for line in text.splitlines() if line.startswith("# TYPE"))
    helps = {line.split()[2] for line in text.splitlines() if line.startswith("# HELP")}
    assert kinds.keys() == helps
    for name, kind in kinds.items():
        assert name == name.lower()
        assert ":" not in name
        assert name.endswith("_total") == (kind == "counter")
        assert not name.endswith(("_count", "_sum", "_bucket", "_created", "_info"))
        assert not any(part in name for part in ("milli", "_ms", "_wh", "kilo", "minute", "hour"))
        assert kind not in name
