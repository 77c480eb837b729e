"""An engine as a child process whose pace a test sets while it runs: it speaks the chat API and computes between tokens."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from agent.engines.base import Capabilities, Engine, EngineOptions, Probe

ROOT = Path(__file__).resolve().parents[2]
START_S = 20.0


class PacedEngine(Engine):
    """The child's pace stands in a file, in seconds of processor time a token."""

    name = "paced"

    def __init__(self, options: EngineOptions) -> None:
        super().__init__(options)
        self.pace_file = options.run_folder / "pace"
        self._port = 0
        self.process: subprocess.Popen[str] | None = None

    @classmethod
    def probe(cls) -> Probe:
        return Probe(True)

    def pace(self, token_s: float) -> None:
        draft = self.pace_file.with_suffix(".new")
        draft.write_text(str(token_s))
        draft.rename(self.pace_file)

    def start(self) -> None:
        command = [sys.executable, "-m", "tests.agent.paced_engine", str(self._port), str(self.pace_file)]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout
        self._port = int(self.process.stdout.readline())
        self._become("ready")

    def wait_ready(self, timeout_s: float, progress: Callable[[str], None] = lambda line: None) -> None:
        """It is, once it has said its port."""

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait(START_S)

    def pids(self) -> list[int]:
        return [self.process.pid] if self.process else []

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._port}/v1"

    @property
    def api_key(self) -> str:
        return "none"

    @property
    def model(self) -> str:
        return "metronome"

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(tool_calls="native")


def spend(cpu_s: float) -> None:
    """Compute for so much processor time: with the processor to itself that is how long it takes, beside a hog longer."""
    began_s = time.thread_time()
    while time.thread_time() - began_s < cpu_s:
        pass


def serve(port: int, pace_file: Path) -> None:
    class Talker(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            token_s = float(pace_file.read_text())
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.end_headers()
            for _ in range(8):
                spend(token_s * random.uniform(0.7, 1.3))
                self.say({"choices": [{"index": 0, "delta": {"content": "one "}}]})
            self.say({"choices": [], "usage": {"prompt_tokens": 12, "completion_tokens": 8, "total_tokens": 20}})
            self.wfile.write(b"data: [DONE]\n\n")

        def say(self, more: dict[str, object]) -> None:
            chunk = {"id": "x", "object": "chat.completion.chunk", "created": 0, "model": "metronome", **more}
            self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
            self.wfile.flush()

    class Server(ThreadingHTTPServer):
        allow_reuse_address = True

    server = Server(("127.0.0.1", port), Talker)
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    serve(int(sys.argv[1]), Path(sys.argv[2]))
