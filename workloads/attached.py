"""A program that was started elsewhere and listens: attached to, left and attached to again, and never disturbed by it.

The program listens (``steer.attach(listen=…)`` or ``LODGER_CHANNEL``) and wants to be shown its token. We neither start nor
kill it, count its memory or ask it for checkpoints in time; what people ask of it is carried out as anywhere else.
"""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections.abc import Callable, Mapping
from typing import Any

from measurement.errors import WorkloadError
from workloads.channel import Channel
from workloads.ending import Verdict, judge_attached
from workloads.intake import Intake
from workloads.messages import Denied, Hello, Message
from workloads.session import Session, Terms
from workloads.snapshot import Snapshot
from workloads.steer import PROTOCOL

DIAL_S = 10.0


class AttachedSession(Session):
    """One connection, from attaching to detaching. ``exit`` stays None: nobody tells us how the program ends, but its bye."""

    def __init__(
        self,
        terms: Terms,
        intake: Intake,
        on_end: Callable[[Session], None],
        on_hello: Callable[[int | None], None],
    ) -> None:
        super().__init__(terms, intake, on_end)
        self._on_hello = on_hello
        self._refusal: str | None = None
        self._pid: int | None = None
        self._left = False
        self._met = threading.Event()

    def start(self, parameters: Mapping[str, Any], restore: str | None) -> None:
        """Attach. The program keeps its own values: ``parameters`` and ``restore`` are for programs that we start."""
        address, name = self._terms.address or "", self._terms.name
        request = {"type": "attach", "protocol": PROTOCOL, "token": self._terms.token}
        try:
            connection = dial(address)
            connection.sendall(json.dumps(request).encode() + b"\n")
        except (OSError, ValueError) as error:
            raise WorkloadError(f"{name} cannot be attached to: nobody answers at {address} ({error}).") from error
        self._channel = Channel(name, connection, self._take, self.intake.complain, on_end=self._ended)
        self._channel.start()
        if not self._met.wait(DIAL_S):
            self._channel.close()
            raise WorkloadError(
                f"{name} cannot be attached to: {address} is silent for {DIAL_S:g} s; is it a simulation?"
            )
        if self._refusal is not None or not self.intake.greeted:
            self._channel.close()
            raise WorkloadError(
                f"{name} does not let us in: {self._refusal or 'it hung up'} Its token is the setting channel-token."
            )

    def _take(self, message: Message) -> None:
        if not self.intake.greeted:
            if isinstance(message, Denied) and message.id is None:
                self._refusal = message.error
                self._met.set()
                return
            if isinstance(message, Hello):
                self._pid = message.pid
                self._on_hello(message.pid)
        self.intake.take(message)
        self._met.set()

    def _ended(self) -> None:
        self._met.set()
        if self._channel:
            self._channel.close()
        self._conclude(judge=self.intake.greeted)

    @property
    def alive(self) -> bool:
        return self._channel is not None and not self._concluded.is_set()

    @property
    def pid(self) -> int | None:
        """What the program calls itself; on another machine it says nothing here."""
        return self._pid

    def judged(self, known: Snapshot) -> Verdict:
        return judge_attached(self, known, left=self._left)

    def leave(self, timeout_s: float) -> None:
        """Detach; the program goes on as it is."""
        self._left = True
        if self._channel:
            self._channel.close()
        self.wait(timeout_s)

    def end(self, timeout_s: float) -> None:
        """It does not stop: all we can do is to let go."""
        self.forced = True
        self.leave(timeout_s)


def dial(address: str) -> socket.socket:
    """Connect to ``unix:/path`` or ``tcp:host:port``. Raises: OSError, ValueError."""
    scheme, _, place = address.partition(":")
    if scheme == "unix":
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(DIAL_S)
        try:
            connection.connect(place)
        except OSError:
            connection.close()
            raise
    else:
        host, _, port = place.rpartition(":")
        connection = socket.create_connection((host.strip("[]"), int(port)), DIAL_S)
        with contextlib.suppress(OSError):  # small messages, each wanted at once
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.settimeout(None)
    return connection
