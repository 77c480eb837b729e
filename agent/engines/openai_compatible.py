"""A server that runs already and speaks the OpenAI chat API: vLLM elsewhere, Ollama, LM Studio, a gateway.

Lodger neither starts nor stops it. Whether its model calls tools natively cannot be seen from outside; ``native`` is
assumed and ``--tool-calls grammar`` says otherwise.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import httpx2

from agent.engines.base import Capabilities, Engine, EngineOptions, Probe
from measurement.errors import EngineError, NotFound


class Server(Engine):
    """A foreign server, by its URL."""

    name = "openai_compatible"

    def __init__(self, options: EngineOptions) -> None:
        super().__init__(options)
        self._model = options.model or ""

    @classmethod
    def probe(cls) -> Probe:
        return Probe(True)

    def start(self) -> None:
        if not self.options.base_url:
            raise EngineError("The engine openai_compatible needs an address: --engine-url http://127.0.0.1:11434/v1")
        self._become("starting")

    def wait_ready(self, timeout_s: float, progress: Callable[[str], None] = lambda line: None) -> None:
        deadline = time.monotonic() + timeout_s
        while True:
            try:
                self._choose_model(self._list_models())
                return self._become("ready")
            except httpx2.HTTPError as error:
                if time.monotonic() > deadline:
                    self._become("failed", str(error))
                    raise EngineError(
                        f"No LLM server answers at {self.base_url} ({error}); start it or correct --engine-url."
                    ) from error
                progress(f"waiting for {self.base_url}")
                time.sleep(0.5)

    def stop(self) -> None:
        self._become("stopped")

    @property
    def base_url(self) -> str:
        return (self.options.base_url or "").rstrip("/")

    @property
    def api_key(self) -> str:
        return self.options.api_key or "none"

    @property
    def model(self) -> str:
        return self._model

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(tool_calls=self.options.tool_calls or "native")

    def _list_models(self) -> list[str]:
        headers = {"Authorization": f"Bearer {self.api_key}"}
        answer = httpx2.get(f"{self.base_url}/models", headers=headers, timeout=5)
        answer.raise_for_status()
        try:
            return [str(entry["id"]) for entry in answer.json()["data"]]
        except (ValueError, KeyError, TypeError) as error:
            raise EngineError(
                f"{self.base_url}/models did not answer as the OpenAI API does; is it the right address?"
            ) from error

    def _choose_model(self, offered: list[str]) -> None:
        if not self._model and offered:
            self._model = offered[0]
        if self._model not in offered:
            raise NotFound(
                f"The server at {self.base_url} has no model '{self._model}'; it offers {', '.join(offered) or 'none'}.",
                suggestions=offered,
            )
