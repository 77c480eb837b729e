"""Where the tokens of a request come from, read from what was sent: the person, the instructions, the conversation, the tools.

Covers every request of a conversation, whoever made it. How many tokens a text is, the engine's own tokenizer says; what the chat
format adds, and what tokens that span two pieces save, is ``template``.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from agent import instructions
from agent.engines.recorder import Asked
from agent.lab.tokens import NO_TOKENIZER, NOT_COUNTED, Tokenizer
from measurement.requests import Request

Tokens = dict[str, int | None]
SENT = ("user", "system_prompt", "conversation_context", "tool_descriptions", "tool_results")
TOTALS = ("prompt", "cached", "completion")
_EXAMPLES = {said for pair in (*instructions.TALK_EXAMPLES, *instructions.DECIDE_EXAMPLES) for said in pair}


def pieces(request: Request, asked: Asked) -> dict[str, list[str]]:
    """The texts of a request by origin. A request that only chooses a tool is, but for the person's words, about the tools."""
    found: dict[str, list[str]] = {name: [] for name in SENT}
    messages = [one for one in asked.body.get("messages") or [] if isinstance(one, Mapping)]
    last_user = max((place for place, one in enumerate(messages) if one.get("role") == "user"), default=-1)
    house = "tool_descriptions" if request.purpose == "decide" else "system_prompt"
    for place, message in enumerate(messages):
        text = _text(message)
        if place == last_user:
            found["user"].append(text)
        elif message.get("role") in ("system", "developer") or text in _EXAMPLES:
            found[house].append(text)
        elif message.get("role") == "tool" or message.get("tool_calls"):
            found["tool_results"].append(text)
        else:
            found["conversation_context"].append(text)
    if asked.body.get("tools"):
        found["tool_descriptions"].append(json.dumps(asked.body["tools"], ensure_ascii=False))
    return found


async def tokens_of(
    tokenizer: Tokenizer, requests: Sequence[Request], asked: Sequence[Asked]
) -> tuple[Tokens, dict[str, str]]:
    """Sum the tokens of a turn's requests by origin; the reasons are those of the counts that are None."""
    summed = Counter[str]()
    unknown: set[str] = set()
    for request, said in zip(requests, asked, strict=True):
        for name, count in (await _tokens(tokenizer, request, said)).items():
            if count is None:
                unknown.add(name)
            else:
                summed[name] += count
    names = (*SENT, "template", "thinking", "tool_calls", "answer", *TOTALS)
    told: Tokens = {name: None if name in unknown else summed[name] for name in names}
    reasons = {
        name: NOT_COUNTED if name in TOTALS or (name not in SENT and told["prompt"] is None) else NO_TOKENIZER
        for name in sorted(unknown)
    }
    return told, reasons


async def _tokens(tokenizer: Tokenizer, request: Request, asked: Asked) -> Tokens:
    sent = {name: await _count(tokenizer, texts) for name, texts in pieces(request, asked).items()}
    counted = [count for count in sent.values() if count is not None]
    thought = request.thinking_tokens
    if thought is None:
        thought = await tokenizer.count(asked.thinking)
    whole, out = request.prompt_tokens, request.completion_tokens
    spoken = out - thought if out is not None and thought is not None else None
    choosing = request.purpose == "decide"
    return {
        **sent,
        "template": whole - sum(counted) if whole is not None and len(counted) == len(sent) else None,
        "thinking": thought,
        "tool_calls": spoken if choosing else 0,
        "answer": 0 if choosing else spoken,
        "prompt": whole,
        "cached": request.cached_tokens,
        "completion": out,
    }


async def _count(tokenizer: Tokenizer, texts: Iterable[str]) -> int | None:
    counts = [await tokenizer.count(text) for text in texts]
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None


def _text(message: Mapping[str, Any]) -> str:
    content = message.get("content") or ""
    words = content if isinstance(content, str) else " ".join(str(part.get("text", "")) for part in content)
    calls = message.get("tool_calls")
    return words + (json.dumps(calls, ensure_ascii=False) if calls else "")
