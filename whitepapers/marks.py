"""What every writer of a report does with the tokens of a sentence: look facts up, remember what is cited and referred to."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from measurement.errors import ReportError
from whitepapers.bibliography import shipped
from whitepapers.book import Book, Evidence
from whitepapers.document import Block, Bullets, Document, Equation, Figure, Heading, Paragraph, Table
from whitepapers.inline import NUMBERS, Span, spans
from whitepapers.shown import Shown, shown


class Writer(ABC):
    """Writes sentences and blocks in one language. ``cited`` and ``used`` say what it has met."""

    def __init__(self, book: Book, document: Document) -> None:
        self.book, self.document = book, document
        self.cited: list[str] = []
        self.labels = {
            block.label: block for block in _blocks(document) if isinstance(block, Table | Figure | Equation)
        }

    def sentence(self, text: str) -> str:
        """A sentence with its tokens resolved. Raises: ReportError."""
        return "".join(self._span(span) for span in spans(text))

    def _span(self, span: Span) -> str:
        if span.kind in NUMBERS:
            key = self.book.derived(span.text, span.unit or "") if span.kind == "calc" else span.text
            said = shown(self.book[key].fact, span.unit, places=1 if span.kind == "dec" else None)
            return self.fact(self.book[key], said.bare(span.kind in ("fact", "calc")))
        if span.kind == "cite":
            return self.citation(self._cite(span.text))
        if span.kind == "ref" and span.text not in self.labels:
            raise ReportError(f"The text refers to {span.text}, which the report does not have.")
        writers = {"ref": self.reference, "em": self.emphasis, "math": self.mathematics, "words": self.words}
        return writers[span.kind](span.text)

    def _cite(self, text: str) -> list[str]:
        keys = [key.strip() for key in text.split(",")]
        for key in keys:
            if key not in shipped():
                raise ReportError(f"The text cites {key!r}, which no file of references/ has.")
        self.cited += [key for key in keys if key not in self.cited]
        return keys

    @abstractmethod
    def words(self, text: str) -> str: ...
    @abstractmethod
    def fact(self, evidence: Evidence, said: Shown) -> str: ...
    @abstractmethod
    def citation(self, keys: Sequence[str]) -> str: ...
    @abstractmethod
    def reference(self, label: str) -> str: ...
    @abstractmethod
    def emphasis(self, text: str) -> str: ...
    @abstractmethod
    def mathematics(self, tex: str) -> str: ...
    @abstractmethod
    def paragraph(self, block: Paragraph) -> str: ...
    @abstractmethod
    def bullets(self, block: Bullets) -> str: ...
    @abstractmethod
    def table(self, block: Table) -> str: ...
    @abstractmethod
    def figure(self, block: Figure) -> str: ...
    @abstractmethod
    def equation(self, block: Equation) -> str: ...
    @abstractmethod
    def heading(self, block: Heading) -> str: ...

    def block(self, block: Block) -> str:
        """One block in this language."""
        if isinstance(block, Paragraph):
            return self.paragraph(block)
        if isinstance(block, Bullets):
            return self.bullets(block)
        if isinstance(block, Table):
            return self.table(block)
        if isinstance(block, Figure):
            return self.figure(block)
        return self.equation(block) if isinstance(block, Equation) else self.heading(block)


def _blocks(document: Document) -> list[Block]:
    return [block for section in document.sections for block in section.blocks]
