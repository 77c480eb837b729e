"""What a database's errors mean for a person: the cause, the remedy, and whether trying again can help."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.exc import DatabaseError, DBAPIError, InternalError, OperationalError, ResourceClosedError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from measurement.errors import StoreError


@dataclass(frozen=True, slots=True)
class Trouble:
    """A cause and its remedy, as halves of a sentence. ``passing`` when it goes by itself, as a lock does."""

    cause: str
    remedy: str
    passing: bool = False


_DAMAGED = Trouble(
    "the file is damaged or is not a database of Lodger",
    "restore a backup, or move the file away and start again with an empty one (it was left as it is)",
)
_KNOWN: tuple[tuple[str, Trouble], ...] = (
    ("is full", Trouble("the disk is full", "free some space; writing then goes on by itself")),
    ("no space left", Trouble("the disk is full", "free some space; writing then goes on by itself")),
    ("could not extend file", Trouble("the disk of the database server is full", "free some space on it")),
    ("readonly", Trouble("the file or its folder is read-only", "make both writable, or name another folder")),
    ("read-only", Trouble("the database is read-only", "make it writable, or name another one")),
    ("locked", Trouble("another program holds it locked", "close that program", passing=True)),
    ("busy", Trouble("another program holds it locked", "close that program", passing=True)),
    ("unable to open", Trouble("it cannot be opened", "check that its folder exists, is writable, and holds no folder "
                               "of that name")),
    ("not a database", _DAMAGED),
    ("malformed", _DAMAGED),
    ("connection", Trouble("the database server cannot be reached", "start it, or correct its address")),
    ("i/o error", Trouble("the disk reports an input/output error", "check that the disk has room and is healthy")),
)  # fmt: skip


def trouble_of(error: BaseException) -> Trouble | None:
    """What stands in the way of every write; ``None`` when the fault lies in the row alone."""
    if isinstance(error, StoreError):  # said while a file that took the old one's place was opened
        if error.__cause__ is None:
            return Trouble(error.message.rstrip("."), "put the former file back, or start Lodger again")
        error = error.__cause__
    if not _of_the_database(error):
        return None
    text = plain_words(error)
    for phrase, trouble in _KNOWN:
        if phrase in text.lower():
            return trouble
    return Trouble(f"it answers “{text}”", "check the database")


def explain(error: BaseException) -> str:
    """Cause and remedy as half a sentence; for an unknown error its own words."""
    trouble = trouble_of(error)
    return f"{trouble.cause}; {trouble.remedy}" if trouble else plain_words(error)


def plain_words(error: BaseException) -> str:
    """The first line of what the database said, without the statement and the values in it (they may be private)."""
    lines = str(error.orig if isinstance(error, DBAPIError) else error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


def _of_the_database(error: BaseException) -> bool:
    """A broken connection, file or disk; in contrast to a value that the database refuses."""
    if isinstance(error, (OperationalError, InternalError, PoolTimeout, ResourceClosedError, OSError)):
        return True
    return isinstance(error, DBAPIError) and (error.connection_invalidated or type(error) is DatabaseError)
