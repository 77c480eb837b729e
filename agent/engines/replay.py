"""Recorded answers, served over HTTP like any other engine: for tests that need a model's words to be known.

The recording is a JSON file, a list of ``{"when": "part of the last user message", "answer": "text" | null, "tool_calls":
[{"name", "arguments"}]}``; the first whose ``when`` occurs in the newest user message is given, once a tool has returned its
``after`` text. What is not recorded is answered with an error, never invented.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from agent.engines.base import Capabilities, Engine, EngineOptions, Probe
from measurement.errors import EngineError

Entry = dict[str, Any]


class Server(Engine):
    """Serves a recording on a loopback port of its own."""

    name = "replay"

    def __init__(self, options: EngineOptions) -> None:
        super().__init__(options)
        self._http: ThreadingHTTPServer | None = None

    @classmethod
    def probe(cls) -> Probe:
        return Probe(True)

    def start(self) -> None:
        if self.options.recording is None:
            raise EngineError("The engine replay needs a recording: --recording answers.json")
        entries = _load(self.options.recording)
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), lambda *args: _Replayer(entries, *args))
        threading.Thread(target=self._http.serve_forever, name="replay", daemon=True).start()
        self._become("ready")

    def wait_ready(self, timeout_s: float, progress: Callable[[str], None] = lambda line: None) -> None:
        if self.state != "ready":
            raise EngineError("The replay engine is not started.")

    def stop(self) -> None:
        if self._http:
            self._http.shutdown()
            self._http.server_close()
        self._become("stopped")

    @property
    def base_url(self) -> str:
        assert self._http
        return f"http://127.0.0.1:{self._http.server_address[1]}/v1"

    @property
    def api_key(self) -> str:
        return "replay"

    @property
    def model(self) -> str:
        return "replay"

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(tool_calls=self.options.tool_calls or "native")


def _load(path: Path) -> list[Entry]:
    try:
        entries = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise EngineError(f"The recording {path} cannot be read: {error}.") from error
    if not isinstance(entries, list) or not all(isinstance(entry, dict) and "when" in entry for entry in entries):
        raise EngineError(f"The recording {path} is not a list of entries with 'when'.")
    return entries


class _Replayer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, entries: list[Entry], *args: Any) -> None:
        self._entries = entries
        super().__init__(*args)

    def log_message(self, format: str, *args: Any) -> None:
        """Keep quiet; the recorder logs requests."""

    def do_GET(self) -> None:  # the base class names it
        self._send(200, {"object": "list", "data": [{"id": "replay", "object": "model"}]})

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))))
        entry = self._find(asked["messages"])
        if entry is None:
            self._send(404, {"error": {"message": "this request is not in the recording"}})
        elif asked.get("stream"):
            self._stream(entry)
        else:
            self._send(200, _completion(_message(entry), entry))

    def _find(self, messages: list[dict[str, Any]]) -> Entry | None:
        said = next((_text(m) for m in reversed(messages) if m["role"] == "user"), "")
        returned = messages[-1]["role"] == "tool"
        fitting = (
            entry for entry in self._entries if entry["when"] in said and bool(entry.get("after_tools")) == returned
        )
        return next(fitting, None)

    def _send(self, status: int, answer: dict[str, Any]) -> None:
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _stream(self, entry: Entry) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        for delta in _deltas(entry):
            chunk = {
                **_frame("chat.completion.chunk"),
                "choices": [{"index": 0, "delta": delta, "finish_reason": None}],
            }
            self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
            self.wfile.flush()
            time.sleep(float(entry.get("pause_s", 0)))
        last = {
            **_frame("chat.completion.chunk"),
            "choices": [
                {"index": 0, "delta": {}, "finish_reason": "tool_calls" if entry.get("tool_calls") else "stop"}
            ],
        }
        self.wfile.write(f"data: {json.dumps(last)}\n\ndata: [DONE]\n\n".encode())
        self.close_connection = True


def _frame(kind: str) -> dict[str, Any]:
    return {"id": "replay", "object": kind, "created": 0, "model": "replay"}


def _text(message: dict[str, Any]) -> str:
    content = message.get("content") or ""
    return content if isinstance(content, str) else " ".join(part.get("text", "") for part in content)


def _message(entry: Entry) -> dict[str, Any]:
    return {"role": "assistant", "content": entry.get("answer"), "tool_calls": _calls(entry) or None}


def _calls(entry: Entry) -> list[dict[str, Any]]:
    return [
        {
            "index": i,
            "id": f"replay-{i}",
            "type": "function",
            "function": {"name": call["name"], "arguments": json.dumps(call.get("arguments", {}))},
        }
        for i, call in enumerate(entry.get("tool_calls") or [])
    ]


def _deltas(entry: Entry) -> Iterator[dict[str, Any]]:
    for word in (entry.get("answer") or "").split(" "):
        if word:
            yield {"role": "assistant", "content": word + " "}
    for call in _calls(entry):
        yield {"role": "assistant", "tool_calls": [call]}


def _completion(message: dict[str, Any], entry: Entry) -> dict[str, Any]:
    reason = "tool_calls" if entry.get("tool_calls") else "stop"
    return {**_frame("chat.completion"), "choices": [{"index": 0, "message": message, "finish_reason": reason}]}
