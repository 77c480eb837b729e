"""What the engine serves: the model's name, its size, and how many tokens there is room for."""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass
from typing import Any

import httpx2

from agent.engines.base import Engine
from measurement.errors import NotFound

log = logging.getLogger("lodger.lab")
NO_LIMIT = "the engine does not say how many tokens there is room for"


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """One model. ``max_tokens`` is the room for prompt and answer together; what the engine does not say is None."""

    name: str
    engine: str
    current: bool = False
    max_tokens: int | None = None
    trained_tokens: int | None = None
    parameters_b: float | None = None
    weights_bytes: int | None = None
    quantization: str | None = None
    reason: str | None = None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


class Models:
    """Asks the engine, and remembers an answer for as long as the model is the same."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._known: tuple[str, list[ModelInfo]] | None = None

    def all(self) -> list[ModelInfo]:
        """Every model that the engine offers; its own alone when it does not answer."""
        name = self._engine.model
        if self._known is None or self._known[0] != name:
            rows = self._rows()
            if rows is None:
                return [ModelInfo(name, self._engine.name, True, reason=NO_LIMIT)]
            self._known = (name, [self._info(row) for row in rows])
        return self._known[1]

    def current(self) -> ModelInfo:
        """The model that requests go to."""
        mine = [one for one in self.all() if one.current]
        return mine[0] if mine else ModelInfo(self._engine.model, self._engine.name, True, reason=NO_LIMIT)

    def info(self, name: str) -> ModelInfo:
        """The model of that name. Raises: NotFound."""
        known = {one.name: one for one in self.all()}
        if name not in known:
            raise NotFound(
                f"There is no model '{name}' here; the engine offers {', '.join(known)}.", suggestions=list(known)
            )
        return known[name]

    def _rows(self) -> list[dict[str, Any]] | None:
        headers = {"Authorization": f"Bearer {self._engine.api_key}"}
        try:
            answer = httpx2.get(f"{self._engine.base_url}/models", headers=headers, timeout=5)
            answer.raise_for_status()
            return [row for row in answer.json()["data"] if isinstance(row, dict) and row.get("id")]
        except (httpx2.HTTPError, ValueError, KeyError, TypeError) as error:
            log.warning("the engine's models could not be listed: %s", error)
            return None

    def _info(self, row: dict[str, Any]) -> ModelInfo:
        """Read llama.cpp's ``meta`` or vLLM's ``max_model_len``."""
        meta: dict[str, Any] = row.get("meta") or {}
        room, size = row.get("max_model_len") or meta.get("n_ctx"), meta.get("n_params")
        return ModelInfo(
            str(row["id"]),
            self._engine.name,
            row["id"] == self._engine.model,
            room,
            meta.get("n_ctx_train"),
            size / 1e9 if size else None,
            meta.get("size"),
            meta.get("ftype"),
            None if room else NO_LIMIT,
        )
