"""Tokens by origin, counted by the engine's own tokenizer.

The engine counts a prompt as a whole; each piece is counted alone here, and ``template`` is what the chat format adds (and what
tokens that span two pieces save). A server without a tokenizer at the door leaves the pieces unknown, with the reason.
"""

from __future__ import annotations

import httpx2

from agent.engines.base import Engine
from agent.lab.observation import Tokens
from agent.lab.prompt import Prompt
from measurement.requests import Request

NO_TOKENIZER = "the engine has no tokenizer that can be asked"
NOT_COUNTED = "the server did not count them"
MOST_REMEMBERED = 256


class Tokenizer:
    """Asks ``/tokenize`` of llama.cpp's server, once for each text."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._known: dict[str, int] = {"": 0}

    async def count(self, text: str) -> int | None:
        """Give the number of tokens of a text; None where the engine cannot be asked."""
        if text in self._known:
            return self._known[text]
        if not self._engine.capabilities.tokenizer:
            return None
        try:
            count = len(await self._tokens(text))
        except (httpx2.HTTPError, ValueError, KeyError):
            return None  # the reason stands beside it: it could not be asked
        if len(self._known) > MOST_REMEMBERED:
            self._known = {"": 0}
        self._known[text] = count
        return count

    async def _tokens(self, text: str) -> list[int]:
        url = self._engine.base_url.removesuffix("/v1") + "/tokenize"
        headers = {"Authorization": f"Bearer {self._engine.api_key}"}
        # Loading certificates takes longer than counting, and a plain address has no use for them.
        secure = url.startswith("https:")
        async with httpx2.AsyncClient(headers=headers, timeout=10, verify=secure) as client:
            answer = await client.post(url, json={"content": text})
        answer.raise_for_status()
        return answer.json()["tokens"]


async def by_origin(
    tokenizer: Tokenizer, prompt: Prompt, request: Request, thinking: str
) -> tuple[Tokens, dict[str, str]]:
    """Count a request's tokens by where they come from; the reasons are those of the counts that are None."""
    pieces: Tokens = {name: await tokenizer.count(text) for name, text in prompt.pieces().items()}
    thought = request.thinking_tokens if request.thinking_tokens is not None else await tokenizer.count(thinking)
    known = [count for count in pieces.values() if count is not None]
    whole, out = request.prompt_tokens, request.completion_tokens
    tokens: Tokens = {
        **pieces,
        "tool_descriptions": 0,  # the laboratory offers the model no tools
        "tool_results": 0,
        "template": whole - sum(known) if whole is not None and len(known) == len(pieces) else None,
        "prompt": whole,
        "cached": request.cached_tokens,
        "thinking": thought,
        "answer": out - thought if out is not None and thought is not None else None,
        "completion": out,
    }
    counted_by_server = ("prompt", "cached", "completion")
    reasons = {
        f"tokens.{name}": NOT_COUNTED if name in counted_by_server else NO_TOKENIZER
        for name, count in tokens.items()
        if count is None
    }
    return tokens, reasons
