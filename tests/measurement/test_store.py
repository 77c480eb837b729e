"""What the store promises in good times: everything comes back as it was, also after a kill and beside another process."""

from __future__ import annotations

import math
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from measurement.errors import NotFound, StoreError
from measurement.facts import Fact
from measurement.requests import Request
from measurement.store import Audit, Event, Message, Reading, Store

ROOT = Path(__file__).resolve().parents[2]
SOON_S = 30.0


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "new" / "folder" / "lodger.db") as opened:
        yield opened


def an_audit(id: str, taken_at: float = 1.0, conversation: str | None = None) -> Audit:
    return Audit(id, taken_at, "user", "ada", conversation, "set dt to 2e-3", "set_parameter", args={"name": "dt"})


def a_message(id: str, conversation: str, content: str = "hello") -> Message:
    return Message(id, conversation, 1.0, "user", content)


def test_readings_come_back_as_they_were_not_a_number_included(store: Store) -> None:
    values = [1.5, math.nan, math.inf, -math.inf, 5e-324]
    given = [
        Reading("run-1", "t", step, value, 10.0 + step, "K", 3, -math.inf, value) for step, value in enumerate(values)
    ]
    given.append(Reading("run-1", "t", 5, 7.0, 15.0))
    store.add_readings(given).result(SOON_S)
    store.add_readings([Reading("run-1", "other", 0, 0.0, 0.0), Reading("run-2", "t", 0, 0.0, 0.0)]).result(SOON_S)

    assert repr(store.readings("run-1", "t")) == repr(given)  # repr: NaN is not equal to itself
    assert [reading.step for reading in store.readings("run-1", "t", last_n=2)] == [4, 5]
    assert store.readings("run-1", "t", last_n=0) == [] == store.readings("nowhere", "t")


def test_last_readings_are_the_last_to_arrive_after_a_restored_checkpoint(store: Store) -> None:
    store.add_readings([Reading("r", "t", step, float(step), 0.0) for step in (98, 99, 100)])
    store.add_readings([Reading("r", "t", step, -float(step), 0.0) for step in (50, 51)]).result(SOON_S)
    assert [reading.step for reading in store.readings("r", "t", last_n=3)] == [100, 50, 51]


def test_facts_keep_the_type_of_their_value(store: Store) -> None:
    facts = [Fact("x", value=value, reason="why") for value in (1, 1.0, 0.1, "1", True, None, 10**30, math.nan, "NaN")]
    store.add_facts(facts).result(SOON_S)
    store.add_facts(facts[:2]).result(SOON_S)  # handed in twice, kept once

    back = [store.fact(fact.id) for fact in facts]
    assert repr(back) == repr(facts)
    assert [type(fact.value) for fact in back if fact] == [type(fact.value) for fact in facts]
    assert store.fact("f-unknown") is None


def test_a_run_is_updated_by_what_is_given_alone(store: Store) -> None:
    parameters = {"dt": math.nan, "kind": "none"}
    run = store.begin_run("heat", None, parameters, "cpu")
    parameters["kind"] = "changed afterwards"
    store.update_run(run, state="failed", step=12, last_words="Killed", ended_at=5.0)
    assert store.update_run(run).result(SOON_S) == 0
    assert store.update_run("run-unknown", step=1).result(SOON_S) == 0
    other = store.begin_run("waves", 10, {}, "cuda:0")

    assert [each.id for each in store.runs()] == [other, run]
    (kept,) = store.runs("heat")
    assert (kept.state, kept.step, kept.last_words, kept.ended_at) == ("failed", 12, "Killed", 5.0)
    assert kept.parameters == {"dt": "NaN", "kind": "none"}


def test_an_action_is_audited_from_pending_to_done(store: Store) -> None:
    for number in range(3):
        store.add_audit(an_audit(f"a{number}", taken_at=float(number), conversation="c" if number else None))
    changes = [{"name": "dt", "old": 1e-3, "new": math.inf, "unit": "s", "step": 7}]
    assert store.update_audit("a1", status="done", changes=changes).result(SOON_S) == 1

    assert [entry.id for entry in store.audit(limit=2)] == ["a2", "a1"]
    assert [entry.id for entry in store.audit(conversation="c")] == ["a2", "a1"]
    entry = store.audit_entry("a1")
    assert entry is not None
    assert entry.status == "done"
    assert entry.changes == [{**changes[0], "new": "Infinity"}]
    assert entry.words == "set dt to 2e-3"


def test_conversations_are_kept_renamed_and_deleted(store: Store) -> None:
    for id, owner in (("c1", "ada"), ("c2", "bob")):
        store.ensure_conversation(id, title=id, owner=owner)
    store.ensure_conversation("c1", title="again")
    odd = "half a pair \ud83d, a NUL \0, ünïcödé 漢字 🙂"
    store.add_message(a_message("m1", "c1", odd))
    store.add_message(
        Message("m2", "c1", 0.5, "assistant", "", [{"tool": "x"}], [{"v": 1}], {"n": 2}, interrupted=True)
    )
    store.set_system_prompt("c1", "Be brief.")
    store.rename_conversation("c1", "Heat")

    assert [each.id for each in store.conversations()] == ["c1", "c2"]  # the latest used first
    (kept,) = store.conversations(owner="ada")
    assert (kept.title, kept.system_prompt) == ("Heat", "Be brief.")
    first, second = store.messages("c1")
    assert first.content == odd.replace("\ud83d", "?")
    assert second.interrupted is True
    assert second.tool_calls == [{"tool": "x"}]
    assert second.usage == {"n": 2}

    store.delete_conversation("c1")
    assert store.messages("c1") == []
    assert [each.id for each in store.conversations()] == ["c2"]
    with pytest.raises(NotFound, match="c1"):
        store.rename_conversation("c1", "x")


def test_requests_and_events_are_listed_newest_first_and_by_kind(store: Store) -> None:
    store.add_request(Request("q1", 1.0, "chat", "llama_cpp", "m", prompt_tokens=5, energy={"gross_j": None}))
    store.add_request(Request("q2", 2.0, "probe", "llama_cpp", "m", outcome="error: no answer")).result(SOON_S)
    store.add_event(Event("e1", 1.0, "alert", "heat", "NaN in temperature", {"value": math.nan}))
    store.add_event(Event("e2", 2.0, "state", "waves", "finished")).result(SOON_S)

    assert [request.id for request in store.requests()] == ["q2", "q1"]
    (chat,) = store.requests(purpose="chat")
    assert (chat.prompt_tokens, chat.duration_s, chat.energy) == (5, None, {"gross_j": None})
    assert [event.id for event in store.events()] == ["e2", "e1"]
    assert [event.details for event in store.events(workload="heat", kind="alert")] == [{"value": "NaN"}]


def test_a_row_that_cannot_be_stored_fails_alone(store: Store) -> None:
    good = [store.add_readings([Reading("r", "t", step, 0.0, 0.0)]) for step in range(10)]
    bad = store.add_readings([Reading("r", "t", 2**70, 0.0, 0.0)])
    good += [store.add_readings([Reading("r", "t", step, 0.0, 0.0)]) for step in range(10, 20)]

    assert [future.result(SOON_S) for future in good] == [1] * 20
    with pytest.raises(StoreError, match="refuses"):
        bad.result(SOON_S)
    store.add_audit(an_audit("twice"))
    with pytest.raises(StoreError, match="refuses"):
        store.add_audit(an_audit("twice"))
    assert store.problem is None


def test_a_closed_store_says_so_and_never_raises_at_who_does_not_wait(tmp_path: Path) -> None:
    store = Store(tmp_path / "lodger.db")
    handed_in = store.add_readings([Reading("r", "t", 0, 0.0, 0.0)])
    store.close()
    store.close()
    assert handed_in.result(0) == 1
    late = store.add_readings([Reading("r", "t", 1, 0.0, 0.0)])
    with pytest.raises(StoreError, match="closed"):
        late.result(0)


WRITER = """
import sys, time
from measurement.store import Audit, Message, Reading, Store
store = Store(sys.argv[1])
name = sys.argv[2]
run = store.begin_run(name, None, {}, "cpu")
print("run", run, flush=True)
step = 0
while step < int(sys.argv[3]):
    step += 1
    store.add_readings([Reading(run, "t", step, float(step), time.time())]).add_done_callback(
        lambda future, step=step: print("reading", step, future.result(), flush=True))
    if step % 5 == 0:
        print("audit", store.add_audit(Audit(f"{name}-{step}", time.time(), "user", "", None, None, "pause")), flush=True)
        print("message", store.add_message(Message(f"{name}-{step}", name, 0.0, "user", "hi")), flush=True)
store.close()
"""


def start_writer(database: Path, name: str, steps: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, str(database), name, str(steps)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def test_every_acknowledged_row_outlives_kill_9(tmp_path: Path) -> None:
    database = tmp_path / "lodger.db"
    child = start_writer(database, "killed", 10**9)
    assert child.stdout
    said = [child.stdout.readline() for _ in range(300)]
    child.kill()
    said += child.stdout.readlines()  # what it still acknowledged before it died
    child.wait(SOON_S)
    words = [line.split() for line in said if line.endswith("\n")]
    run = words[0][1]

    with Store(database) as store:
        steps = {reading.step for reading in store.readings(run, "t", last_n=10**6)}
        acknowledged = {int(word[1]) for word in words if word[0] == "reading"}
        assert len(acknowledged) > 20
        assert acknowledged <= steps
        assert {word[1] for word in words if word[0] == "audit"} <= {entry.id for entry in store.audit(limit=10**6)}
        assert {word[1] for word in words if word[0] == "message"} <= {each.id for each in store.messages("killed")}
        assert store.problem is None


def test_processes_that_open_the_same_new_file_at_once_share_it(tmp_path: Path) -> None:
    database = tmp_path / "lodger.db"
    children = [start_writer(database, name, 200) for name in ("one", "two", "three")]
    for child in children:
        output, _ = child.communicate(timeout=60)
        assert child.returncode == 0
        assert output.count("reading") == 200

    with Store(database) as store:
        assert {run.workload: len(store.readings(run.id, "t", 1000)) for run in store.runs()} == {
            "one": 200,
            "two": 200,
            "three": 200,
        }
    with sqlite3.connect(database) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert raw.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    raw.close()
