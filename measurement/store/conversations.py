"""The shelf of what was said and what was done on it: conversations, messages, and the audit of actuators."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any

from sqlalchemy import Executable, delete, select, update

from measurement.errors import NotFound
from measurement.store import schema
from measurement.store.coding import encode_json, record_of
from measurement.store.desk import INSERT, INSERT_IF_ABSENT, Desk, at_most, record_row
from measurement.store.rows import Audit, AuditStatus, Conversation, Message


class ConversationShelf(Desk):
    """Conversations with their messages. Every change waits until it is on the disk."""

    def ensure_conversation(self, id: str, title: str = "", owner: str = "") -> None:
        """Begin a conversation unless it exists (then nothing changes).

        Raises: StoreError when it cannot be written.
        """
        now = self._clock.wall_s()
        row = record_row(schema.conversations, Conversation(id, title, owner, now, now, None))
        self._wait((INSERT_IF_ABSENT["conversations"], [row]))

    def conversations(self, limit: int = 50, owner: str | None = None) -> list[Conversation]:
        """The conversations of an owner, or of all, the latest used first."""
        table = schema.conversations
        query = select(table).order_by(table.c.updated_at.desc(), table.c.number.desc()).limit(at_most(limit))
        if owner is not None:
            query = query.where(table.c.owner == owner)
        return [record_of(Conversation, row) for row in self._select(query)]

    def conversation(self, id: str) -> Conversation | None:
        """The conversation of that id."""
        rows = self._select(select(schema.conversations).where(schema.conversations.c.id == id))
        return record_of(Conversation, rows[0]) if rows else None

    def set_system_prompt(self, id: str, text: str | None) -> None:
        """Give a conversation instructions of its own, or with ``None`` take them away.

        Raises: NotFound, StoreError.
        """
        self._edit(id, system_prompt=text)

    def rename_conversation(self, id: str, title: str) -> None:
        """Give a conversation another title.

        Raises: NotFound, StoreError.
        """
        self._edit(id, title=title)

    def delete_conversation(self, id: str) -> None:
        """Delete a conversation and its messages; the audit of what was done in it stays.

        Raises: NotFound, StoreError.
        """
        conversation = delete(schema.conversations).where(schema.conversations.c.id == id)
        self._found(id, conversation, delete(schema.messages).where(schema.messages.c.conversation == id))

    def add_message(self, message: Message) -> str:
        """Keep a message; returns its id once it is on the disk.

        Raises: StoreError when it cannot be written.
        """
        self._wait(
            (INSERT["messages"], [record_row(schema.messages, message)]),
            (_touch(message.conversation, updated_at=self._clock.wall_s()), ()),
        )
        return message.id

    def messages(self, conversation: str) -> list[Message]:
        """The messages of a conversation, oldest first."""
        table = schema.messages
        query = select(table).where(table.c.conversation == conversation).order_by(table.c.number)
        return [record_of(Message, row) for row in self._select(query)]

    def answers(self, limit: int, conversation: str | None = None) -> list[Message]:
        """The newest ``limit`` answers of a conversation, or of all, oldest first."""
        table = schema.messages
        query = select(table).where(table.c.role == "assistant")
        if conversation is not None:
            query = query.where(table.c.conversation == conversation)
        rows = self._select(query.order_by(table.c.number.desc()).limit(at_most(limit)))
        return [record_of(Message, row) for row in reversed(rows)]

    def _edit(self, id: str, **values: Any) -> None:
        self._found(id, _touch(id, updated_at=self._clock.wall_s(), **values))

    def _found(self, id: str, *statements: Executable) -> None:
        if not self._wait(*((statement, ()) for statement in statements)):
            raise NotFound(
                f"There is no conversation {id!r}; it may have been deleted. Choose another or begin a new one."
            )


class AuditShelf(Desk):
    """Who changed what, when, on whose words."""

    def add_audit(self, entry: Audit) -> str:
        """Keep an entry; returns its id once it is on the disk, so that nothing is done unrecorded.

        Raises: StoreError when it cannot be written.
        """
        self._wait((INSERT["audit"], [record_row(schema.audit, entry)]))
        return entry.id

    def update_audit(
        self,
        id: str,
        *,
        status: AuditStatus | None = None,
        changes: list[dict[str, Any]] | None = None,
        error: str | None = None,
    ) -> Future[int]:
        """Change what is given, leave the rest. The future gives 1, or 0 when there is no such entry."""
        return self._submit_change(schema.audit, id, status=status, changes=encode_json(changes), error=error)

    def audit(self, limit: int = 100, conversation: str | None = None) -> list[Audit]:
        """The entries, newest first."""
        table = schema.audit
        query = select(table).order_by(table.c.taken_at.desc(), table.c.number.desc()).limit(at_most(limit))
        if conversation is not None:
            query = query.where(table.c.conversation == conversation)
        return [record_of(Audit, row) for row in self._select(query)]

    def audit_entry(self, id: str) -> Audit | None:
        """The entry of that id."""
        rows = self._select(select(schema.audit).where(schema.audit.c.id == id))
        return record_of(Audit, rows[0]) if rows else None


def _touch(id: str, **values: Any) -> Executable:
    return update(schema.conversations).where(schema.conversations.c.id == id).values(**values)
