"""How floor 6 answers: strict JSON, and one sentence for every error.

A non-finite number travels as its name (``"NaN"``), because strict JSON has no other way. A traceback goes to the log,
never to the caller.
"""

from __future__ import annotations

import contextlib
import json
import logging
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import asdict, is_dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, cast

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from measurement.errors import LodgerError
from measurement.facts import json_value

LOG = logging.getLogger("lodger.page")
SHOWN_CHARACTERS = 80


def plain(value: Any) -> Any:
    """Turn dataclasses, models, tuples and paths into strict JSON's kinds; non-finite floats become their names."""
    if is_dataclass(value) and not isinstance(value, type):
        to_json = getattr(value, "to_json", None)
        return plain(to_json() if callable(to_json) else asdict(value))
    if isinstance(value, BaseModel):
        return plain(value.model_dump())
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in cast("Mapping[Any, Any]", value).items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in cast("Iterable[Any]", value)]
    return str(value) if isinstance(value, Path) else json_value(value)


def strict_json(value: Any) -> str:
    """One line of JSON that every parser accepts; half a character (a lone surrogate) leaves as its escape."""
    text = json.dumps(plain(value), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode("utf-8", "backslashreplace").decode()


class StrictJSON(JSONResponse):
    """A JSON answer that can carry NaN (as the word) and our dataclasses."""

    def render(self, content: Any) -> bytes:
        return strict_json(content).encode()


class ErrorReply(BaseModel):
    """What every route answers when it does not do what was asked."""

    error: str
    details: dict[str, Any] = {}


def error_reply(sentence: str, status: int, details: Mapping[str, Any] | None = None) -> StrictJSON:
    """``{"error": sentence, "details": {…}}`` with its status."""
    return StrictJSON({"error": sentence, "details": dict(details or {})}, status_code=status)


def incident() -> str:
    """A short mark that leads from an answer to its place in the log."""
    return secrets.token_hex(4)


def internal_sentence(mark: str) -> str:
    """What a person reads when something broke inside: no traceback, but where to find it."""
    return f"Something went wrong inside Lodger; see the log, it holds the details under incident {mark}."


def validation_sentence(errors: Iterable[Mapping[str, Any]]) -> str:
    """One readable sentence out of pydantic's list: where, what is wrong, and what was given."""
    return "; ".join(_one_problem(error) for error in errors) + "."


def _one_problem(error: Mapping[str, Any]) -> str:
    if error.get("type") == "json_invalid":
        return f"This is not valid JSON ({error.get('ctx', {}).get('error', 'it cannot be read')})"
    where = tuple(error.get("loc", ()))
    place = ".".join(str(part) for part in where[1:] or where or ("request",))
    return f"{place}: {error.get('msg', 'not understood')} (given: {shown(error.get('input'))})"


def shown(given: Any) -> str:
    """What somebody sent, cut to what fits a sentence."""
    text = repr(given)
    return text if len(text) <= SHOWN_CHARACTERS else text[:SHOWN_CHARACTERS] + "…"


def speak_in_sentences(app: FastAPI) -> None:
    """Make ``app`` answer every error that has a meaning with its sentence and status."""
    app.add_exception_handler(LodgerError, _lodger_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_error)


async def _lodger_error(_: Request, error: Exception) -> StrictJSON:
    known = cast("LodgerError", error)
    if known.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        LOG.warning("%s", known.message, exc_info=known.__cause__)
    return error_reply(known.message, known.status, known.details)


async def _validation_error(_: Request, error: Exception) -> StrictJSON:
    return error_reply(validation_sentence(cast("RequestValidationError", error).errors()), 422)


async def _http_error(_: Request, error: Exception) -> StrictJSON:
    known = cast("HTTPException", error)
    answer = error_reply(str(known.detail), known.status_code)
    answer.headers.update(known.headers or {})
    return answer


class LastResort:
    """The border of floor 6: what nobody foresaw is logged in full and answered with a sentence, never a traceback."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] in ("http.response.start", "websocket.accept")
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except Exception:
            mark = incident()
            LOG.exception("incident %s at %s %s", mark, scope.get("method", scope["type"]), scope.get("path"))
            if scope["type"] == "http" and not begun:
                await error_reply(internal_sentence(mark), 500)(scope, receive, send)
            elif scope["type"] == "websocket":
                with contextlib.suppress(RuntimeError):  # the other side may have closed it already
                    await send({"type": "websocket.close", "code": 1011})
