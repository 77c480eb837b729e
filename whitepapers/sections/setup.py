"""On what and with what the run was made: machine, versions, parameters, and every change with its time and author."""

from __future__ import annotations

from whitepapers.document import Block, Paragraph, Table
from whitepapers.paper import Paper
from whitepapers.phrases import fact, groups, known, plural

ORDER = 30
TITLE = "Set-up"


def write(paper: Paper) -> list[Block]:
    """Machine, parameters, changes."""
    blocks: list[Block] = [_machine(paper)]
    parameters = groups(paper, "param")
    if parameters:
        blocks.append(_parameters(paper, parameters))
    return [*blocks, *_changes(paper)]


def _parameters(paper: Paper, keys: list[str]) -> Table:
    """First and last values; what they mean, if the program that says so still runs."""
    caption = f"{plural(paper, 'count.parameters', 'parameter', 'parameters')} at the beginning of the run and at its end, or as of this report."
    told = any(f"{key}.doc" in paper.book for key in keys)
    rows = [
        [
            fact(f"{key}.name"),
            *(known(paper, f"{key}.{what}") for what in ("start", "end", *(("doc",) if told else ()))),
        ]
        for key in keys
    ]
    heads = ("Parameter", "First", "Last", "Meaning") if told else ("Parameter", "First", "Last")
    return Table("tab:parameters", caption, "lrrp" if told else "lrr", heads, rows, wide=True)


def _machine(paper: Paper) -> Paragraph:
    gpu = f" Accelerators: {fact('machine.gpus')}." if "machine.gpus" in paper.book else " No accelerator was in use."
    device = f" The simulation ran on {fact('run.device')}." if paper.run.device else ""
    end = (
        f"ended at {fact('run.ended_at')}"
        if "run.ended_at" in paper.book and not paper.going_on
        else "had not ended when this report was written"
    )
    return Paragraph(
        f"The run began at {fact('run.started_at')} and {end}. The machine has {fact('machine.cpus')} processors "
        f"({fact('machine.cpu')}) and {fact('machine.memory')} of memory, under {fact('machine.os')} with Python "
        f"{fact('machine.python')} and Lodger {fact('report.version')}.{gpu}{device}"
    )


def _changes(paper: Paper) -> list[Block]:
    changes = groups(paper, "change")
    if not changes:
        return [Paragraph("No parameter was changed while the run lasted.")]
    rows = [[known(paper, f"{key}.step"), fact(f"{key}.name"), fact(f"{key}.old"), fact(f"{key}.new"), fact(f"{key}.at"),
             fact(f"{key}.author")] for key in changes]  # fmt: skip
    words = plural(paper, "count.changes", "parameter change", "parameter changes")
    return [
        Paragraph(f"While the run lasted there {'was' if len(changes) == 1 else 'were'} {words} ({{{{ref:tab:changes}}}})."),
        Table("tab:changes", "Parameter changes in the order in which they took effect, with the step, the time and whoever asked for it.",
              "rlrrlp", ("Step", "Parameter", "From", "To", "Time", "Author"), rows, wide=True),
    ]  # fmt: skip
