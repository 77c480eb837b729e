"""The references that Lodger ships: checked for form, and only those that a report cites are given to it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from measurement.errors import ReportError

FOLDER = Path(__file__).with_name("references")
NEEDED = {
    "article": ("author", "title", "journal", "year"), "book": ("author", "title", "publisher", "year"),
    "inproceedings": ("author", "title", "booktitle", "year"), "techreport": ("author", "title", "institution", "year"),
    "misc": ("title", "year"), "phdthesis": ("author", "title", "school", "year"),
}  # fmt: skip
_HEAD = re.compile(r"@(\w+)\s*\{\s*([\w:.-]+)\s*,")
_FIELD = re.compile(r"(\w+)\s*=\s*\{")


@dataclass(frozen=True)
class Entry:
    """One work. ``source`` is its text as BibTeX reads it."""

    key: str
    kind: str
    fields: dict[str, str]
    source: str

    @property
    def plain(self) -> str:
        """The work as a line of words."""
        said = [
            self.fields.get(name, "")
            for name in ("author", "title", "journal", "booktitle", "publisher", "volume", "pages", "year")
        ]
        return ", ".join(_plain(part) for part in said if part) + "."


@cache
def shipped() -> dict[str, Entry]:
    """Every entry of ``references/``. Raises: ReportError for one that is not well formed or is there twice."""
    found: dict[str, Entry] = {}
    for path in sorted(FOLDER.glob("*.bib")):
        for entry in entries(path.read_text("utf-8"), path.name):
            if entry.key in found:
                raise ReportError(f"The reference {entry.key} is there twice, again in {path.name}.")
            found[entry.key] = entry
    return found


def cited(keys: list[str]) -> str:
    """The text of ``references.bib`` for these keys. Raises: ReportError for one that is not shipped."""
    known = shipped()
    missing = [key for key in keys if key not in known]
    if missing:
        raise ReportError(f"The report cites {', '.join(missing)}, which no file of references/ has.")
    return "\n\n".join(known[key].source for key in keys) + "\n"


def entries(text: str, where: str) -> list[Entry]:
    """Read a BibTeX file.

    Raises: ReportError for braces that do not match, an unknown kind, a missing field, or a year that is none.
    """
    found, at = [], 0
    while head := _HEAD.search(text, at):
        end = closing(text, text.index("{", head.start()), where)
        found.append(_entry(head, text[head.start() : end + 1], where))
        at = end
    return found


def closing(text: str, opening: int, where: str) -> int:
    """The index of the brace that closes the one at ``opening``. Raises: ReportError when there is none."""
    depth = 0
    for place in range(opening, len(text)):
        escaped = place > 0 and text[place - 1] == "\\" and (place < 2 or text[place - 2] != "\\")
        depth += 0 if escaped else {"{": 1, "}": -1}.get(text[place], 0)
        if depth == 0:
            return place
    raise ReportError(f"A brace in {where} is never closed: {text[opening : opening + 60]!r}.")


def _entry(head: re.Match[str], source: str, where: str) -> Entry:
    kind, key = head[1].lower(), head[2]
    fields = {}
    for field in _FIELD.finditer(source, head.end() - head.start()):
        fields.setdefault(field[1].lower(), source[field.end() : closing(source, field.end() - 1, where)])
    missing = [name for name in NEEDED.get(kind, ()) if not fields.get(name, "").strip()]
    if kind not in NEEDED or missing or not re.fullmatch(r"\d{4}", fields.get("year", "")):
        problem = f"is of the unknown kind {kind}" if kind not in NEEDED else f"lacks {', '.join(missing) or 'a year'}"
        raise ReportError(f"The reference {key} in {where} {problem}.")
    return Entry(key, kind, fields, source)


def _plain(text: str) -> str:
    """Without TeX's braces and accents as commands."""
    accents = {
        r"{\'a}": "á",
        r"{\'A}": "Á",
        r"{\'e}": "é",
        r"{\"o}": "ö",
        r"{\"u}": "ü",
        r"\&": "&",
        "--": "–",
        " and ": ", ",
    }
    for tex, word in accents.items():
        text = text.replace(tex, word)
    return text.replace("{", "").replace("}", "")
