"""A report as LaTeX: KOMA-Script, siunitx for numbers, booktabs for tables; every fact a link to its row in the appendix."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from whitepapers.book import Evidence
from whitepapers.document import Bullets, Equation, Figure, Heading, Paragraph, Section, Table
from whitepapers.escape import escape
from whitepapers.marks import Writer
from whitepapers.shown import Shown, shown

PREAMBLE = Path(__file__).with_name("preamble.tex")
MOST_ROWS = 24
BIBLIOGRAPHY_STYLE = "unsrtnat"
NAMES = {Table: "Table", Figure: "Figure", Equation: "Equation"}


def number(said: Shown) -> str:
    """A fact in print, as siunitx sets it."""
    if said.number is None:
        return escape(said.words)
    return rf"\qty{{{said.number}}}{{{written_unit(said.unit)}}}" if said.unit else rf"\num{{{said.number}}}"


def written_unit(unit: str) -> str:
    """A unit as siunitx is told it."""
    return escape(unit).replace("~", r"\,")


def _tabular(columns: str, heads: str, rows: Sequence[str]) -> str:
    """The lines of a table; one that is wider than the page shrinks to it, one that fits keeps its size."""
    wraps = "Y" in columns
    begin = r"\begin{tabularx}{\linewidth}" if wraps else r"\begin{tabular}"
    end = r"\end{tabularx}" if wraps else r"\end{tabular}"
    lines = "\n".join(rows)
    inner = f"{begin}{{@{{}}{columns}@{{}}}}\n    \\toprule\n    {heads} \\\\\n    \\midrule\n{lines}\n    \\bottomrule\n  {end}"
    return inner if wraps else f"\\begin{{adjusted}}\n  {inner}\n  \\end{{adjusted}}"


class Latex(Writer):
    """Writes ``report.tex``."""

    def whole(self) -> str:
        """The file. Raises: ReportError for whatever a sentence must not say."""
        document = self.document
        abstract = "\n\n".join(self.paragraph(block) for block in document.abstract)
        body = "\n".join(self._section(section) for section in document.sections)
        title, subtitle = self.sentence(document.title), self.sentence(document.subtitle)
        options = "a4paper,10pt,twocolumn,DIV=15" if document.columns == 2 else "a4paper,11pt,DIV=12"
        preamble = PREAMBLE.read_text("utf-8").replace("%OPTIONS%", options)
        cited = f"\\bibliographystyle{{{BIBLIOGRAPHY_STYLE}}}\n\\bibliography{{references}}\n" if self.cited else ""
        head = (
            f"\\reporttitle{{{title}}}{{{subtitle}}}\n\\begin{{reportabstract}}\n{abstract}\n\\end{{reportabstract}}\n"
        )
        return f"{preamble}\n\\begin{{document}}\n{self._over_columns(head)}{body}\n{cited}{self._appendix()}\\end{{document}}\n"

    def _over_columns(self, head: str) -> str:
        """The head of the first page, over both columns where there are two."""
        return f"\\twocolumn[{{%\n{head}\\bigskip\\bigskip}}]\n" if self.document.columns == 2 else head

    def words(self, text: str) -> str:
        return escape(text)

    def fact(self, evidence: Evidence, said: Shown) -> str:
        return rf"\fact{{{evidence.fact.id}}}{{{number(said)}}}"

    def citation(self, keys: Sequence[str]) -> str:
        return rf"\citep{{{','.join(keys)}}}"

    def reference(self, label: str) -> str:
        return rf"{NAMES[type(self.labels[label])]}~\ref{{{label}}}"

    def emphasis(self, text: str) -> str:
        return rf"\emph{{{escape(text)}}}"

    def mathematics(self, tex: str) -> str:
        return f"${tex}$"

    def paragraph(self, block: Paragraph) -> str:
        words = self.sentence(block.text)
        return f"{words}\\modelmark{{}}\n" if block.by == "model" else f"{words}\n"

    def bullets(self, block: Bullets) -> str:
        items = "\n".join(f"  \\item {self.sentence(item)}" for item in block.items)
        return f"\\begin{{itemize}}\n{items}\n\\end{{itemize}}\n"

    def table(self, block: Table) -> str:
        """A long table goes on in parts, the head repeated, so that a page may end between them."""
        heads = " & ".join(rf"\textbf{{{escape(head)}}}" for head in block.heads)
        rows = ["    " + " & ".join(self.sentence(cell) for cell in row) + r" \\" for row in block.rows]
        columns = "".join({"l": "l", "r": "r", "p": "Y"}[letter] for letter in block.columns)
        parts = [_tabular(columns, heads, rows[first : first + MOST_ROWS]) for first in range(0, len(rows), MOST_ROWS)]
        caption = f"  \\caption[]{{{self.sentence(block.caption)}}}\\label{{{block.label}}}\n"
        captions = [caption, *[""] * (len(parts) - 1)]
        return "".join(
            self._float("table", block.wide, f"{words}  \\centering\\small\n  {part}\n")
            for words, part in zip(captions, parts, strict=True)
        )

    def figure(self, block: Figure) -> str:
        width = r"\linewidth" if block.wide or self.document.columns == 2 else r"0.62\linewidth"
        shown = f"  \\centering\n  \\includegraphics[width={width}]{{figures/{block.name}.pdf}}\n"
        caption = f"  \\caption[]{{{self.sentence(block.caption)}}}\\label{{{block.label}}}\n"
        return self._float("figure", block.wide, shown + caption)

    def _float(self, kind: str, wide: bool, inner: str) -> str:
        """Two columns let it float, over both of them if it is ``wide``; in one it stands where it is spoken of."""
        if self.document.columns == 1:
            return f"\\begin{{placed}}{{{kind}}}\n{inner}\\end{{placed}}\n"
        name = f"{kind}*" if wide else kind
        return f"\\begin{{{name}}}[htbp]\n{inner}\\end{{{name}}}\n"

    def equation(self, block: Equation) -> str:
        return f"\\begin{{equation}}\\label{{{block.label}}}\n  {block.tex}\n\\end{{equation}}\n"

    def heading(self, block: Heading) -> str:
        return f"\\subsection{{{escape(block.text)}}}\n"

    def _section(self, section: Section) -> str:
        inner = "\n".join(self.block(block) for block in section.blocks)
        return f"\\section{{{escape(section.title)}}}\\label{{sec:{section.name}}}\n\n{inner}"

    def _appendix(self) -> str:
        rows = "\n".join(self._row(evidence) for evidence in self.book)
        return f"\\begin{{facttable}}\n{rows}\n\\end{{facttable}}\n"

    def _row(self, evidence: Evidence) -> str:
        """Key, exact value, how it was had, when, id and digest."""
        fact = evidence.fact
        value = number(shown(fact, exact=True)) if fact.value is not None else f"\\emph{{{escape(fact.reason or '')}}}"
        obtained = (
            f"{fact.method}: {evidence.obtained}"
            if not evidence.formula
            else f"formula: {evidence.formula.replace(' - ', ' − ')}"
        )
        cells = (escape(evidence.key), value, escape(obtained), escape(f"{fact.id} {evidence.digest}"))
        return f"\\factrow{{{fact.id}}}" + "".join(f"{{{cell}}}" for cell in cells)
