"""The same report as one page of HTML that needs nothing beside it: for machines without LaTeX, and for a quick look."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from html import escape
from pathlib import Path

from whitepapers.bibliography import shipped
from whitepapers.book import Book, Evidence
from whitepapers.document import Bullets, Document, Equation, Figure, Heading, Paragraph, Table
from whitepapers.marks import Writer
from whitepapers.shown import Shown, shown

STYLE = Path(__file__).with_name("web.css")
NAMES = {Table: "Table", Figure: "Figure", Equation: "Equation"}


class Web(Writer):
    """Writes ``report.html``. ``folder`` holds the pictures."""

    def __init__(self, book: Book, document: Document, folder: Path) -> None:
        super().__init__(book, document)
        self._folder = folder
        self._numbers: dict[str, int] = {}
        for kind in NAMES:
            like = [label for label, block in self.labels.items() if isinstance(block, kind)]
            self._numbers |= {label: place for place, label in enumerate(like, 1)}

    def whole(self) -> str:
        """The page. Raises: ReportError."""
        document = self.document
        title = self.sentence(document.title)
        abstract = "".join(self.paragraph(block) for block in document.abstract)
        body = "".join(
            f"<h2>{place} {escape(section.title)}</h2>" + "".join(self.block(block) for block in section.blocks)
            for place, section in enumerate(document.sections, 1)
        )
        return (
            f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(document.id)}</title><meta name="viewport" '
            f'content="width=device-width"><style>{STYLE.read_text("utf-8")}</style></head><body><main><h1>{title}</h1>'
            f'<p class="sub">{self.sentence(document.subtitle)}</p><div class="abstract">{abstract}</div>{body}{self._references()}{self._appendix()}'
            "</main></body></html>"
        )

    def words(self, text: str) -> str:
        return escape(text)

    def fact(self, evidence: Evidence, said: Shown) -> str:
        title = f"{evidence.key}: {evidence.fact.method}, {evidence.obtained}"
        return f'<a class="fact" href="#{evidence.fact.id}" title="{escape(title)}">{number(said)}</a>'

    def citation(self, keys: Sequence[str]) -> str:
        marks = ", ".join(f'<a href="#ref-{escape(key)}">{self.cited.index(key) + 1}</a>' for key in keys)
        return f"[{marks}]"

    def reference(self, label: str) -> str:
        return f'<a href="#{escape(label)}">{NAMES[type(self.labels[label])]} {self._numbers[label]}</a>'

    def emphasis(self, text: str) -> str:
        return f"<em>{escape(text)}</em>"

    def mathematics(self, tex: str) -> str:
        return f'<code class="math">{escape(tex)}</code>'

    def paragraph(self, block: Paragraph) -> str:
        mark = ' <sup title="drafted by the language model">LM</sup>' if block.by == "model" else ""
        return f"<p>{self.sentence(block.text)}{mark}</p>"

    def bullets(self, block: Bullets) -> str:
        return "<ul>" + "".join(f"<li>{self.sentence(item)}</li>" for item in block.items) + "</ul>"

    def table(self, block: Table) -> str:
        heads = "".join(
            f'<th class="{kind}">{escape(head)}</th>' for kind, head in zip(block.columns, block.heads, strict=True)
        )
        rows = "".join(
            "<tr>"
            + "".join(
                f'<td class="{kind}">{self.sentence(cell)}</td>' for kind, cell in zip(block.columns, row, strict=True)
            )
            + "</tr>"
            for row in block.rows
        )
        caption = f"<b>Table {self._numbers[block.label]}.</b> {self.sentence(block.caption)}"
        return f'<figure id="{escape(block.label)}"><figcaption>{caption}</figcaption><div class="table"><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div></figure>'

    def figure(self, block: Figure) -> str:
        picture = base64.b64encode((self._folder / "figures" / f"{block.name}.png").read_bytes()).decode()
        caption = f"<b>Figure {self._numbers[block.label]}.</b> {self.sentence(block.caption)}"
        kind = "wide" if block.wide else "narrow"
        return f'<figure id="{escape(block.label)}" class="{kind}"><img alt="" src="data:image/png;base64,{picture}"><figcaption>{caption}</figcaption></figure>'

    def equation(self, block: Equation) -> str:
        return f'<p class="equation" id="{escape(block.label)}"><code>{escape(block.tex)}</code><span>({self._numbers[block.label]})</span></p>'

    def heading(self, block: Heading) -> str:
        return f"<h3>{escape(block.text)}</h3>"

    def _references(self) -> str:
        if not self.cited:
            return ""
        items = "".join(f'<li id="ref-{escape(key)}">{escape(shipped()[key].plain)}</li>' for key in self.cited)
        return f"<h2>References</h2><ol>{items}</ol>"

    def _appendix(self) -> str:
        rows = "".join(
            f'<tr id="{one.fact.id}"><td><code>{escape(one.key)}</code></td><td>{_exact(one)}</td><td>{escape(one.fact.method)}: '
            f"{escape(one.obtained)}</td><td><code>{one.fact.id} {one.digest}</code></td></tr>"
            for one in self.book
        )
        heads = "<th>Key</th><th>Value</th><th>How obtained</th><th>Fact and digest</th>"
        return f'<h2>Facts</h2><div class="table small"><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>'


def number(said: Shown) -> str:
    """A fact in print, as HTML."""
    if said.number is None:
        return escape(said.words)
    mantissa, _, power = said.number.partition("e")
    inner = mantissa.replace("+-", "±").strip().replace("-", "−")
    if power:
        bracketed = f"({inner})" if "±" in inner else inner
        inner = f"{bracketed} × 10<sup>{str(int(power)).replace('-', '−')}</sup>"
    return f"{inner}&nbsp;{escape(said.unit)}" if said.unit else inner


def _exact(evidence: Evidence) -> str:
    if evidence.fact.value is None:
        return f"<em>{escape(evidence.fact.reason or '')}</em>"
    return number(shown(evidence.fact, exact=True))
