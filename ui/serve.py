"""Runs the page's server: takes the port, says when it is ready, and stops without waiting for open sockets.

The port is taken first (``listen``), so that one in use is said before anything expensive starts. The server runs in a
thread of its own; ``serve`` is the same for a main thread that has nothing else to do.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import uvicorn
from starlette.types import ASGIApp

from measurement.errors import Conflict, LodgerError, SettingsError

LOG = logging.getLogger("lodger.page")
WS_FRAME_LIMIT_BYTES = 1 << 20
DRAIN_S = 1
START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 10.0


def listen(host: str, port: int) -> socket.socket:
    """Take the port. Raises ``Conflict`` when another program has it, ``SettingsError`` when the host is not ours."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        taken = socket.socket(family, kind, protocol)
    except OSError as error:
        raise SettingsError(f"{host!r} is not an address of this machine; choose another with --host.") from error
    try:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(address)
        taken.listen(2048)
    except (OSError, OverflowError) as error:
        taken.close()
        raise _cannot_listen(host, port, error) from error
    return taken


def _cannot_listen(host: str, port: int, error: OSError | OverflowError) -> LodgerError:
    code = getattr(error, "errno", None)
    if code == errno.EADDRINUSE:
        return Conflict(
            f"Port {port} on {host} is already in use, perhaps by another Lodger; "
            f"stop that program or choose another port with --port."
        )
    if code == errno.EACCES:
        return SettingsError(f"Port {port} needs more rights than this user has; choose one above 1023 with --port.")
    return SettingsError(f"Lodger cannot listen on {host} port {port} ({error}); choose others with --host and --port.")


class PageServer:
    """The running server. ``start`` returns when it answers; ``stop`` returns when it is gone."""

    def __init__(
        self, app: ASGIApp, host: str = "127.0.0.1", port: int = 7860, taken: socket.socket | None = None
    ) -> None:
        self._socket = taken or listen(host, port)
        self._host = host
        self._port: int = self._socket.getsockname()[1]
        self._server = _Server(_config(app))
        self._thread = threading.Thread(target=self._run, name="page server", daemon=True)
        self._failure: BaseException | None = None

    @property
    def port(self) -> int:
        """The port in use; the one the system chose where 0 was asked for."""
        return self._port

    @property
    def url(self) -> str:
        """What to open in a browser on this machine."""
        shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self._host, self._host)
        return f"http://{f'[{shown}]' if ':' in shown and '[' not in shown else shown}:{self.port}"

    def start(self) -> str:
        """Start answering; returns the URL. Raises ``LodgerError`` when the application does not come up."""
        self._thread.start()
        self._server.up.wait(START_TIMEOUT_S)
        if self._failure is not None or not self._server.started:
            raise LodgerError("The page did not start; the log says why.") from self._failure
        return self.url

    def stop(self) -> None:
        """Stop answering: sockets are told, streams are cut after a second, the port is free afterwards."""
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join(STOP_TIMEOUT_S)
        if self._thread.is_alive():
            LOG.error("the page's server did not stop within %.0f s", STOP_TIMEOUT_S)
        self._socket.close()

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait until the server ends; returns whether it has."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            self._server.run(sockets=[self._socket])
        except BaseException as error:  # the thread's border: SystemExit is uvicorn's word for a start that failed
            self._failure = error
            LOG.error("the page's server ended: %r", error, exc_info=error)
        finally:
            self._server.up.set()


def serve(app: ASGIApp, host: str, port: int, ready: Callable[[str], None] | None = None) -> None:
    """Run the server until Ctrl-C or SIGTERM, then return. ``ready`` is called with the URL once it answers."""
    server = PageServer(app, host, port)
    with _stop_signal() as asked_to_stop:
        try:
            url = server.start()
            if ready is not None:
                ready(url)
            while not asked_to_stop.is_set() and not server.wait(0.2):
                pass
        finally:
            server.stop()


@contextmanager
def _stop_signal() -> Iterator[threading.Event]:
    """An event that Ctrl-C and SIGTERM set; the handlers before are put back."""
    asked = threading.Event()

    def ask(_number: int, _frame: FrameType | None) -> None:
        asked.set()

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _not_cut_by_us(record: logging.LogRecord) -> bool:
    """Keep the log quiet about the streams that a stop cuts on purpose: every open page has one."""
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, asyncio.CancelledError) and "timeout graceful shutdown exceeded" not in str(record.msg)


class _Server(uvicorn.Server):
    """Uvicorn's server, which also says when it is up."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = threading.Event()
        logging.getLogger("uvicorn.error").addFilter(_not_cut_by_us)  # the same filter is added only once

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()


def _config(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        lifespan="on",
        log_config=None,
        access_log=False,  # an address may carry a token
        proxy_headers=False,  # nobody's X-Forwarded-For is believed
        server_header=False,
        ws_max_size=WS_FRAME_LIMIT_BYTES,
        ws_max_queue=8,
        timeout_graceful_shutdown=DRAIN_S,
    )
