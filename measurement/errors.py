"""The one tree of errors.

Each message is a sentence for the person who meets it: what went wrong, the value, what is allowed, and what to do.
A vendor's exception is translated here at the border with ``raise … from``. Tracebacks are for logs.
"""

from __future__ import annotations

from typing import Any


class LodgerError(Exception):
    """Anything Lodger refuses or fails to do.

    ``status`` is the HTTP status that a route answers with; ``details`` carries machine-readable context
    (bounds, choices, suggestions) that goes out beside the message.
    """

    status = 500

    def __init__(self, message: str, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.details = details


class SettingsError(LodgerError):
    """A flag, variable, or line of the configuration file that cannot be used."""

    status = 400


class Refused(LodgerError):
    """A request that is understood and not allowed: bounds, type, choice, guard. Nothing was changed."""

    status = 422


class Ambiguous(Refused):
    """A request that can be read in more than one way: the message is the question to ask back."""


class NotFound(LodgerError):
    """A name or id that does not exist; ``details['suggestions']`` may hold close ones."""

    status = 404


class Conflict(LodgerError):
    """A request that does not fit the present state, such as pausing what has finished."""

    status = 409


class Unavailable(LodgerError):
    """Something that is there but cannot answer now: an engine restarting, a workload not yet up."""

    status = 503


class WorkloadError(LodgerError):
    """A workload that could not start, died, or broke the steering protocol."""


class EngineError(Unavailable):
    """An LLM server that could not start or answer."""


class StoreError(Unavailable):
    """The database cannot be opened or written: full disk, read-only folder, newer schema."""


class OutOfMemory(Refused):
    """A reservation that does not fit what is left of the device."""


class ReportError(LodgerError):
    """A report that cannot be built: an unknown fact, a number without one, a unit that does not fit, a failed compilation."""
