"""How good the language model beside the run is, if it was evaluated."""

from __future__ import annotations

from whitepapers.document import Block, Paragraph
from whitepapers.paper import Paper

ORDER = 70
TITLE = "Evaluation of the language model"


def write(paper: Paper) -> list[Block]:
    """Nothing is kept of evaluations that a report could read yet."""
    return [
        Paragraph("Not measured: the store holds no evaluation of the language model that answered beside this run.")
    ]
