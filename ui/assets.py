"""The page's own files in ``ui/static``: read once, handed to Gradio as text, so that the browser asks for nothing more."""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from pathlib import Path

STATIC = Path(__file__).parent / "static"


@cache
def static(name: str) -> str:
    """A file of ``ui/static``, read once."""
    return (STATIC / name).read_text(encoding="utf-8")


def icon() -> str:
    """The logo as an address that needs no request."""
    return "data:image/svg+xml;base64," + b64encode(static("logo.svg").encode()).decode()
