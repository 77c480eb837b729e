"""How a model is asked for a tool call: one way a file, found by the file's name, which ``Capabilities.tool_calls`` gives.

Each file has ``build(channel, turn) -> pydantic_ai.models.Model``.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from pydantic_ai.models import Model

if TYPE_CHECKING:
    from agent.models.channel import Channel
    from agent.turn import Turn


def build(kind: str, channel: Channel, turn: Turn) -> Model:
    """Make the model for one turn of a conversation."""
    return importlib.import_module(f"{__name__}.{kind}").build(channel, turn)
