"""A PDF's pages as pictures. The only place that knows pdfium, which takes one caller at a time."""

from __future__ import annotations

import io
import threading
from functools import lru_cache
from pathlib import Path
from typing import Any

from measurement.errors import NotFound

DOTS_PER_INCH = 96.0
POINTS_PER_INCH = 72.0
_one_at_a_time = threading.Lock()


def count(pdf: Path) -> int:
    """How many pages it has."""
    return _count(pdf, pdf.stat().st_mtime_ns)


def picture(pdf: Path, number: int) -> bytes:
    """Page ``number``, from 1, as PNG. Raises: NotFound when there is no such page."""
    if not 1 <= number <= count(pdf):
        raise NotFound(f"The report has {count(pdf)} pages; there is no page {number}.")
    return _picture(pdf, number, pdf.stat().st_mtime_ns)


@lru_cache(maxsize=64)
def _count(pdf: Path, _changed_ns: int) -> int:
    import pypdfium2

    with _one_at_a_time:
        document = pypdfium2.PdfDocument(pdf)
        try:
            return len(document)
        finally:
            document.close()


@lru_cache(maxsize=128)
def _picture(pdf: Path, number: int, _changed_ns: int) -> bytes:
    import pypdfium2

    with _one_at_a_time:
        document = pypdfium2.PdfDocument(pdf)
        try:
            scale: Any = DOTS_PER_INCH / POINTS_PER_INCH  # its annotation says int, its documentation any number
            drawn = document[number - 1].render(scale=scale).to_pil()
        finally:
            document.close()
    packed = io.BytesIO()
    drawn.save(packed, "PNG")
    return packed.getvalue()
