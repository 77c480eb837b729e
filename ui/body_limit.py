"""How much a program may send: a body of the API is read up to a limit and no further.

FastAPI has a limit of its own, but answers it in plain text; the API's callers are promised JSON.
"""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.replies import error_reply

BODY_LIMIT_BYTES = 1 << 20


class BodyLimit:
    """Reads the bodies under ``prefix`` before the routes do, and refuses what is larger than the limit."""

    def __init__(self, app: ASGIApp, prefix: str, limit_bytes: int = BODY_LIMIT_BYTES) -> None:
        self.app = app
        self.prefix = prefix
        self.limit_bytes = limit_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(self.prefix):
            await self.app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "0")
        body = await self._read(receive) if announced.isdigit() and int(announced) <= self.limit_bytes else None
        if body is None:
            sentence = f"The body is larger than {self.limit_bytes >> 20} MiB, which is as much as is read; send less."
            await error_reply(sentence, 413)(scope, receive, send)
        else:
            await self.app(scope, _replayed(body, receive), send)

    async def _read(self, receive: Receive) -> Message | None:
        """The whole body as one message; None when it is too large."""
        body = bytearray()
        while True:
            message = await receive()
            if message["type"] != "http.request":
                return message
            body += message.get("body", b"")
            if len(body) > self.limit_bytes:
                return None
            if not message.get("more_body", False):
                return {"type": "http.request", "body": bytes(body), "more_body": False}


def _replayed(first: Message, receive: Receive) -> Receive:
    """A receiver that gives ``first`` once, and then what really comes."""
    waiting = [first]

    async def next_message() -> Message:
        return waiting.pop() if waiting else await receive()

    return next_message
