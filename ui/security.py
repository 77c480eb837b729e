"""Who may call: the checks in front of every route, Gradio's own and the WebSockets included.

* **Host**: a page elsewhere that points its own name at 127.0.0.1 (DNS rebinding) calls with that name, and is refused.
* **Origin**: a browser says which page a request comes from; one that changes something, or opens a WebSocket, must
  come from ours. Programs that send no Origin are not browsers and carry nobody's cookies.
* **Token**: when one is set, nothing answers without it but the login form. Binding off loopback without a token is
  refused before this, by the settings.

Not covered: TLS. A page that is reached over a network that is not trusted belongs behind a proxy or an SSH tunnel.
"""

from __future__ import annotations

import hmac
import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from fastapi.responses import RedirectResponse
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.replies import error_reply

LOGIN_PATH = "/login"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
LOOPBACK_NAMES = frozenset({"localhost", "ip6-localhost"})
DEFAULT_PORTS = {"http": 80, "ws": 80, "https": 443, "wss": 443}

# Gradio writes its start-up script and its styles into the page and compiles listeners from strings, hence the two
# 'unsafe' words; everything else, and every other host, is shut: the page works without a network.
CONTENT_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "media-src 'self' data: blob:",
        "worker-src 'self' blob:",
        "connect-src 'self' data: blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
RESPONSE_HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@dataclass(frozen=True)
class Door:
    """Who is let in: ``host`` is the bound address, ``names`` further ones that a proxy calls by."""

    host: str = "127.0.0.1"
    names: tuple[str, ...] = ()
    token: str | None = None

    def knows_host(self, header: str) -> bool:
        """Say whether a Host header names this machine as it was told to be called."""
        name = host_name(header)
        address = _address(name)
        if name in LOOPBACK_NAMES or (address is not None and address.is_loopback):
            return True
        if name in {self.host.lower(), *(known.lower() for known in self.names)}:
            return True
        # Bound to every address: rebinding needs a name, so a bare address is as good as this machine's own name.
        return self._bound_to_all() and (address is not None or name in _own_names())

    def _bound_to_all(self) -> bool:
        bound = _address(self.host)
        return bound is not None and bound.is_unspecified

    def opens_for(self, secret: str) -> bool:
        """Compare a token in constant time."""
        return self.token is not None and hmac.compare_digest(secret.encode(), self.token.encode())

    def lets_in(self, connection: HTTPConnection) -> bool:
        """Say whether this request carries the token (bearer, or the cookie of the login) where one is needed."""
        if self.token is None:
            return True
        scheme, _, secret = connection.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and self.opens_for(secret.strip()):
            return True
        given = connection.cookies.get(self.cookie_name, "")
        return hmac.compare_digest(given.encode(), self.cookie_value.encode())

    @property
    def cookie_value(self) -> str:
        """What the cookie holds: derived from the token, which itself never leaves the login form."""
        return hmac.new((self.token or "").encode(), b"lodger page cookie", "sha256").hexdigest()

    @property
    def cookie_name(self) -> str:
        """Its name; cookies know no port, so two Lodgers on one machine need two names."""
        return f"lodger_{hmac.new((self.token or '').encode(), b'lodger cookie name', 'sha256').hexdigest()[:8]}"


def host_name(header: str) -> str:
    """``[::1]:7860`` -> ``::1``, ``Localhost:80`` -> ``localhost``; empty for what is no host."""
    try:
        return (urlsplit(f"//{header}").hostname or "").rstrip(".").lower()
    except ValueError:
        return ""


def same_origin(origin: str, host_header: str) -> bool:
    """Say whether a page at ``origin`` was served by the host it calls; behind a TLS proxy the scheme may differ."""
    try:
        theirs = urlsplit(origin)
        port = DEFAULT_PORTS.get(theirs.scheme)
        ours = urlsplit(f"//{host_header}")
        return bool(theirs.hostname) and (theirs.hostname, theirs.port or port) == (ours.hostname, ours.port or port)
    except ValueError:
        return False


def _address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None


def _own_names() -> frozenset[str]:
    name = socket.gethostname().lower()
    return frozenset({name, f"{name}.local", name.split(".")[0]})


class Gate:
    """The checks, in front of the whole application."""

    def __init__(self, app: ASGIApp, door: Door) -> None:
        self.app = app
        self.door = door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        refusal = self._refusal(connection)
        if refusal is None:
            await self.app(scope, receive, _with_headers(send))
        elif scope["type"] == "http":
            await refusal(scope, receive, _with_headers(send))
        else:
            await send({"type": "websocket.close", "code": 1008})  # before it is accepted: the caller gets a 403

    def _refusal(self, connection: HTTPConnection) -> Response | None:
        host = connection.headers.get("host", "")
        if not self.door.knows_host(host):
            return error_reply(
                f"This Lodger is not called {host[:80]!r}; open it under the address that it printed at start.", 421
            )
        if _may_change_something(connection.scope) and not _from_our_page(connection.headers, host):
            return error_reply("This request comes from another site's page; only Lodger's own page may send it.", 403)
        if connection.scope["path"] == LOGIN_PATH or self.door.lets_in(connection):
            return None
        return _ask_for_token(connection)


def _may_change_something(scope: Scope) -> bool:
    return scope["type"] == "websocket" or scope["method"] not in SAFE_METHODS


def _from_our_page(headers: Headers, host: str) -> bool:
    origin = headers.get("origin")
    return origin is None or same_origin(origin, host)


def _ask_for_token(connection: HTTPConnection) -> Response:
    wants_page = "text/html" in connection.headers.get("accept", "")
    if wants_page and connection.scope.get("method") in SAFE_METHODS:
        return RedirectResponse(LOGIN_PATH, status_code=303)
    answer = error_reply(
        "This Lodger asks for its token: send 'Authorization: Bearer <token>', or log in at /login in a browser.", 401
    )
    answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def _with_headers(send: Send) -> Send:
    async def dressed(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in RESPONSE_HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return dressed
