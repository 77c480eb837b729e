"""A conversation as the chat shows it: turn events and stored messages become bubbles, folded tool cards, plots and sources.

Pure: it keeps what it was told and draws it. Words of a workload or a model are escaped where they become a title; the chat
component sanitises the rest.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import gradio as gr

from measurement.clock import local_hms
from measurement.facts import with_unit
from measurement.store import Message
from tools.contract import Series
from ui.charts import axis_title, series_figure
from ui.receipt import receipt

MARKS = {"done": "done", "refused": "refused", "failed": "failed", "pending": "waiting"}
SHOWN_MESSAGES = 80
TITLE_CHARACTERS = 72
RESULT_CHARACTERS = 4000


@dataclass
class Call:
    """One tool call of an answer, from its announcement to its result."""

    id: str
    tool: str
    args: dict[str, Any]
    status: str = ""
    result: Any = None
    summary: str = ""
    series: Series | None = None


@dataclass
class Answer:
    """One answer while it grows."""

    words: str = ""
    calls: dict[str, Call] = field(default_factory=dict)
    facts: list[dict[str, Any]] = field(default_factory=list)
    usage: dict[str, Any] = field(default_factory=dict)
    error: str = ""
    notice: str = ""
    finished: bool = False
    interrupted: bool = False

    def take(self, event: Mapping[str, Any]) -> None:
        """Take in one event of ``/ws``; an unknown kind changes nothing."""
        reader = _READERS.get(str(event.get("type")))
        if reader is not None:
            reader(self, event)

    def messages(self) -> list[gr.ChatMessage]:
        """The bubbles of this answer: cards, plots, words, sources."""
        shown = [_card(call) for call in self.calls.values()]
        if self.words or not (shown or self.error or self.finished):
            shown.append(gr.ChatMessage(role="assistant", content=self.words or f"*{self.notice or '…'}*"))
        shown += [
            gr.ChatMessage(
                role="assistant", content=gr.Plot(series_figure(call.series), show_label=False, container=False)
            )
            for call in self.calls.values()
            if call.series is not None
        ]
        if self.error:
            shown.append(gr.ChatMessage(role="assistant", content=f"**No answer.** {self.error}"))
        if self.interrupted:
            shown.append(gr.ChatMessage(role="assistant", content="*Stopped here, as asked.*"))
        if self.finished and self.facts:
            shown.append(_sources(self.facts))
        if self.finished and (slip := receipt(self.usage)) is not None:
            shown.append(slip)
        return shown

    def asking(self) -> list[gr.ChatMessage]:
        """The bubbles, with buttons for the answers to what was asked back; for the newest answer only."""
        shown = self.messages()
        answers = [str(word) for call in self.calls.values() if call.status == "pending" for word in _offered(call)]
        if self.finished and shown and answers:
            shown[-1].options = [{"value": word} for word in dict.fromkeys(answers)]
        return shown


def stored_messages(messages: Iterable[Message]) -> list[gr.ChatMessage]:
    """A conversation out of the store, as it was shown when it was new; only its newest part when it is long."""
    shown: list[gr.ChatMessage] = []
    newest = list(messages)[-SHOWN_MESSAGES:]
    for message in newest:
        if message.role == "user":
            shown.append(user_bubble(message.content))
        elif message.role == "assistant":
            answer = _stored_answer(message)
            shown += answer.asking() if message is newest[-1] else answer.messages()
    return shown


def user_bubble(words: str) -> gr.ChatMessage:
    """What the person said, as typed."""
    return gr.ChatMessage(role="user", content=words)


def series_of(told: Any, result: Any) -> Series | None:
    """The numbers to draw: as the event brought them, or out of a stored history result."""
    if isinstance(told, Series):
        return told
    if isinstance(told, Mapping) and told.get("x"):
        return Series(
            str(told.get("title", "")),
            _numbers(told["x"]),
            _numbers(told.get("y", [])),
            str(told.get("x_label", "step")),
            str(told.get("y_label", "")),
        )
    if isinstance(result, Mapping) and isinstance(result.get("steps"), Sequence) and result.get("values"):
        name = axis_title(str(result.get("metric", "")), str(result.get("unit") or ""))
        return Series(
            f"{name}, last {len(result['steps'])} readings",
            _numbers(result["steps"]),
            _numbers(result["values"]),
            "step",
            name,
        )
    return None


def _stored_answer(message: Message) -> Answer:
    answer = Answer(
        words=message.content, facts=message.facts, usage=message.usage, finished=True, interrupted=message.interrupted
    )
    for number, told in enumerate(message.tool_calls):
        _take_call(answer, {"id": str(number), **told})
        _take_result(answer, {"id": str(number), **told})
    return answer


def _take_token(answer: Answer, event: Mapping[str, Any]) -> None:
    answer.words += str(event.get("text", ""))


def _take_reset(answer: Answer, _event: Mapping[str, Any]) -> None:
    """The engine died in the middle and answers from the beginning."""
    answer.words = ""


def _take_notice(answer: Answer, event: Mapping[str, Any]) -> None:
    answer.notice = str(event.get("text", ""))


def _take_call(answer: Answer, event: Mapping[str, Any]) -> None:
    call = Call(str(event.get("id", "")), str(event.get("tool", "")), dict(event.get("args") or {}))
    answer.calls[call.id] = call


def _take_result(answer: Answer, event: Mapping[str, Any]) -> None:
    key = str(event.get("id", ""))
    call = answer.calls.setdefault(key, Call(key, str(event.get("tool", "")), dict(event.get("args") or {})))
    call.status = str(event.get("status", ""))
    call.result = event.get("result")
    call.summary = str(event.get("summary") or "")
    call.series = series_of(event.get("series"), call.result)


def _take_response(answer: Answer, event: Mapping[str, Any]) -> None:
    answer.words = str(event.get("response") or answer.words)
    answer.facts = list(event.get("facts") or answer.facts)
    answer.usage = dict(event.get("usage") or {})
    answer.interrupted = bool(event.get("interrupted"))
    for told in event.get("tool_calls") or []:
        call = answer.calls.get(str(told.get("id", "")))
        if call is not None and not call.status:
            _take_result(answer, told)
    answer.finished = True


def _take_error(answer: Answer, event: Mapping[str, Any]) -> None:
    answer.error = str(event.get("error", "The answer broke off; the log has the details."))
    answer.finished = True


_READERS = {
    "token": _take_token,
    "reset": _take_reset,
    "notice": _take_notice,
    "tool_call": _take_call,
    "tool_result": _take_result,
    "response": _take_response,
    "error": _take_error,
}


def _offered(call: Call) -> Sequence[Any]:
    return call.result.get("answers", ()) if isinstance(call.result, Mapping) else ()


def _card(call: Call) -> gr.ChatMessage:
    """A folded card: the tool and its arguments in the title; all of it inside."""
    given = ", ".join(f"{name} = {_short(value)}" for name, value in call.args.items() if value is not None)
    title = _clip(f"{call.tool}({given})".replace("\n", " "), TITLE_CHARACTERS)
    parts = [f"**Arguments**\n{_code(call.args)}"]
    if call.status:
        parts.append(f"**Result** · {MARKS.get(call.status, call.status)}\n{_code(call.result)}")
    # without a status the card would stand open; "pending" turns a spinner while the tool works
    metadata: dict[str, Any] = {
        "title": f"`{title.replace('`', chr(39))}`",
        "id": call.id,
        "status": "done" if call.status else "pending",
    }
    if call.status:
        metadata["log"] = MARKS.get(call.status, call.status)
    return gr.ChatMessage(role="assistant", content="\n\n".join(parts), metadata=metadata)  # type: ignore[arg-type]


def _sources(facts: Sequence[Mapping[str, Any]]) -> gr.ChatMessage:
    """The fold that every number of the answer can be traced in."""
    lines = ["| name | value | how | source | taken |", "|---|---|---|---|---|"]
    lines += [_source_row(fact) for fact in facts]
    metadata: Any = {
        "title": "Where these numbers come from",
        "status": "done",
        "log": f"{len(facts)} facts" if len(facts) > 1 else "1 fact",
    }
    return gr.ChatMessage(role="assistant", content="\n".join(lines), metadata=metadata)


def _source_row(fact: Mapping[str, Any]) -> str:
    value = fact.get("value")
    shown = (
        with_unit(value, str(fact.get("unit") or ""))
        if value is not None
        else f"unknown: {fact.get('reason') or 'no reason given'}"
    )
    taken = fact.get("taken_at")
    cells = (
        fact.get("name", ""),
        shown,
        fact.get("method", ""),
        fact.get("source", ""),
        local_hms(float(taken)) if taken else "–",
    )
    return "| " + " | ".join(_cell(str(cell)) for cell in cells) + " |"


def _code(value: Any) -> str:
    """JSON in a fence that its content cannot close."""
    words = json.dumps(value, indent=2, ensure_ascii=False, default=str)
    return f"````json\n{_clip(words, RESULT_CHARACTERS).replace('````', '` ` ` `')}\n````"


def _short(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _clip(words: str, characters: int) -> str:
    return words if len(words) <= characters else words[: characters - 1] + "…"


def _plain(words: str) -> str:
    """A title is Markdown to the chat component: what would be a mark there is escaped."""
    escaped = words.replace("&", "&amp;").replace("<", "&lt;")
    return "".join(f"\\{mark}" if mark in "\\`*_[]#|~!$" else mark for mark in escaped.replace("\n", " "))


def _cell(words: str) -> str:
    return _plain(words)


def _numbers(values: Iterable[Any]) -> list[float]:
    """JSON names what it cannot carry (``"NaN"``); ``float`` reads those names back."""
    return [float("nan") if value is None else float(value) for value in values]
