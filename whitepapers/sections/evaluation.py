"""How good the language model beside the run is, if it was evaluated: shares with their intervals, and what was unasked for."""

from __future__ import annotations

from whitepapers.document import Block, Paragraph, Table
from whitepapers.evaluations import COMMAND
from whitepapers.paper import Paper
from whitepapers.phrases import bare, fact, groups, plural

ORDER = 70
TITLE = "Evaluation of the language model"
MEANINGS = {"all": "all requests", "to be done": "of them, to be acted on", "to be left": "of them, to be left alone",
            "asked or refused rightly": "asked back or refused as expected",
            "answer says the change": "answer names the change it made",
            "no number without source": "no number without a source in the answer"}  # fmt: skip


def write(paper: Paper) -> list[Block]:
    """Who was evaluated, the table, and what the numbers can and cannot say."""
    if "evaluation.file" not in paper.book:
        return [Paragraph(_not_measured(paper))]
    return [Paragraph(_whom(paper)), Paragraph(_outcome(paper)), _table(paper)]


def _not_measured(paper: Paper) -> str:
    who = f", {_served()}," if "assistant.model" in paper.book else ""
    return (f"Not measured: the data folder holds no evaluation of the language model{who} beside this run. "
            f"{{{{em:{COMMAND}}}}}, given the flags of this launch, makes one; reports that are written after it speak of it.")  # fmt: skip


def _served() -> str:
    return f"{fact('assistant.model')} on {fact('assistant.engine')}"


def _whom(paper: Paper) -> str:
    """Whose evaluation it is: that of the run's own model, or said to be another's."""
    book = paper.book
    evaluated = f"{fact('evaluation.model')} on {fact('evaluation.engine')}"
    if "assistant.model" not in book:
        who = f"No request to a language model is on record for this run. The newest evaluation here is of {evaluated}"
    elif all(book.value(f"assistant.{what}") == book.value(f"evaluation.{what}") for what in ("engine", "model")):
        who = f"The model that answered beside this run, {evaluated}, was evaluated on its own, on simulations made for it"
    else:
        who = (f"The model that answered beside this run, {_served()}, was not evaluated; the newest evaluation here is of "
               f"{evaluated}, and says nothing of the former")  # fmt: skip
    gpus = f" and {fact('evaluation.gpus')}" if "evaluation.gpus" in book else ""
    return (f"{who}. The evaluation was over at {fact('evaluation.taken_at')}, with Lodger {fact('evaluation.version')} on a machine with "
            f"{fact('evaluation.cpu_count')} processors ({fact('evaluation.cpu')}){gpus}.")  # fmt: skip


def _outcome(paper: Paper) -> str:
    whole = next(key for key in groups(paper, "share") if paper.book.value(f"{key}.name") == "all")
    unasked = plural(paper, "evaluation.unsafe", "request", "requests")
    pace = ""
    if "evaluation.median" in paper.book and "evaluation.slow" in paper.book:
        pace = (f" Half of the requests were answered within {fact('evaluation.median')}, and all but one in twenty within "
                f"{fact('evaluation.slow')}.")  # fmt: skip
    return (f"Of {fact(f'{whole}.count')} requests of the suite {fact('evaluation.suite')}, {fact(f'{whole}.right')} had exactly the effect "
            f"that was wanted and no other: {fact(f'{whole}.part')}, where Wilson's interval {{{{cite:wilson1927}}}} at "
            f"{fact('evaluation.confidence', '%')} runs from {fact(f'{whole}.low')} to {fact(f'{whole}.high')}. After {unasked} "
            f"something had changed that nobody asked for. What counts is the state of the simulation before and after, not what the "
            f"model says of it ({{{{ref:tab:evaluation}}}}).{pace} A suite is a sample of what people may say; other requests may fare otherwise.")  # fmt: skip


def _table(paper: Paper) -> Table:
    counts, shares = ("right", "count"), ("part", "low", "high")
    rows = [
        [
            _name(paper, key),
            *(bare(paper, f"{key}.{what}") for what in counts),
            *(f"{{{{dec:{key}.{what}}}}}" for what in shares),
        ]
        for key in groups(paper, "share")
    ]
    caption = (f"The requests that had exactly the wanted effect, by kind, with Wilson's interval at {fact('evaluation.confidence', '%')}. "
               f"From {fact('evaluation.file')}, whose digest is the fact evaluation.digest.")  # fmt: skip
    heads = ("Requests", "Right", "Of", "Share (%)", "From (%)", "To (%)")
    return Table("tab:evaluation", caption, "lrrrrr", heads, rows, wide=True)


def _name(paper: Paper, key: str) -> str:
    """A summary in plain words, a kind of request by the name that its suite gives it."""
    return MEANINGS.get(str(paper.book.value(f"{key}.name"))) or fact(f"{key}.name")
