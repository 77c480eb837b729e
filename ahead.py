"""Imports what takes seconds to import while the launch waits for others: the engine that loads, the first step."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from importlib import import_module

log = logging.getLogger("lodger")
LLM = ("agent.warmup", "agent.session")  # the warm-up comes first, so its modules do
PAGE = ("ui.server", "ui.page", "ui.tabs.chat")


class Ahead:
    """One thread that imports modules in their order. ``stop`` lets the one at hand end and begins no other."""

    def __init__(self, modules: Sequence[str]) -> None:
        self._modules, self._enough = modules, threading.Event()
        # No daemon: the interpreter must not end in the middle of an import of compiled code.
        self._thread = threading.Thread(target=self._import_all, name="load ahead", daemon=False)

    def start(self) -> None:
        """Begin, if it has not begun."""
        if self._thread.ident is None:
            self._thread.start()

    def wait(self, progress: Callable[[str], None], text: str) -> None:
        """Return when all is imported; ``progress`` is told ``text`` meanwhile."""
        while self._thread.is_alive():
            progress(text)
            self._thread.join(0.1)

    def stop(self) -> None:
        """Begin no other import; does not wait."""
        self._enough.set()

    def _import_all(self) -> None:
        for name in self._modules:
            if self._enough.is_set():
                return
            try:
                import_module(name)
            except Exception:  # the thread's border: whoever needs it imports it again, and tells the person
                log.warning("importing %s ahead failed", name, exc_info=True)
