"""What a report is made of before it is LaTeX or HTML: blocks whose words are sentences with tokens (see ``inline``)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

Author = Literal["template", "model"]


@dataclass(frozen=True)
class Paragraph:
    """Some sentences. ``by`` is who wrote them."""

    text: str
    by: Author = "template"


@dataclass(frozen=True)
class Bullets:
    """A list of short paragraphs."""

    items: Sequence[str]


@dataclass(frozen=True)
class Table:
    """A table with a caption above. ``columns`` has a letter each: ``l`` words, ``r`` numbers, ``p`` words that wrap.

    ``wide`` asks for the whole page where the text has two columns.
    """

    label: str
    caption: str
    columns: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    wide: bool = False


@dataclass(frozen=True)
class Figure:
    """A picture by the name of its file in ``figures/``, with a caption below. ``words`` says what is seen, for HTML."""

    label: str
    caption: str
    name: str
    wide: bool = False


@dataclass(frozen=True)
class Equation:
    """A displayed formula in LaTeX; the only place where digits are part of the mathematics."""

    label: str
    tex: str


@dataclass(frozen=True)
class Heading:
    """A heading inside a section."""

    text: str


Block = Paragraph | Bullets | Table | Figure | Equation | Heading


@dataclass(frozen=True)
class Section:
    """A section by the name of its file."""

    name: str
    title: str
    blocks: Sequence[Block]

    @property
    def by_model(self) -> bool:
        """Whether a model wrote any of it."""
        return any(isinstance(block, Paragraph) and block.by == "model" for block in self.blocks)


@dataclass(frozen=True)
class Document:
    """A whole report. ``title`` is a sentence with tokens; ``abstract`` and ``sections`` in their order."""

    id: str
    title: str
    subtitle: str
    abstract: Sequence[Paragraph]
    sections: Sequence[Section]
    columns: int = 1
    cited: Sequence[str] = field(default_factory=tuple)
