"""What the machine used while the run lasted, whose it was as far as that can be told, and what the assistant used of it."""

from __future__ import annotations

from whitepapers.document import Block, Heading, Paragraph, Table
from whitepapers.paper import Paper
from whitepapers.phrases import fact, groups, known, plural

ORDER = 60
TITLE = "Energy"
METHODS = {
    "measured": "measured",
    "derived": "derived: power was added up over time, or a share was taken of what was measured",
    "estimated": "estimated, not measured",
}


def write(paper: Paper) -> list[Block]:
    """The run first, then the requests to the language model."""
    return [Heading("The machine while the run lasted"), *_run(paper), Heading("The assistant"), *_assistant(paper)]


def _run(paper: Paper) -> list[Block]:
    book = paper.book
    if "energy.run" not in book:
        return [Paragraph(f"Not measured: {fact('energy.run_reason')}.")]
    covered = f", {fact('energy.run_covered')} of the run" if "energy.run_covered" in book else ""
    said = (f"The meter watched for {fact('energy.run_duration')}{covered}. In that time the whole machine used {fact('energy.run')}, "
            f"{fact('energy.run_power')} on average ({{{{ref:tab:domains}}}}), as read by {fact('energy.run_source')}; this is "
            f"{METHODS[book['energy.run'].fact.method]}. Whatever ran on the machine is in it: the simulation, the language model, and all else.")  # fmt: skip
    if "energy.run_carbon" in book:
        said += f" By the mean intensity of the grid that is {fact('energy.run_carbon')} of carbon dioxide equivalents."
    return [Paragraph(said), Paragraph(" ".join([_net(paper), *_shares(paper)])), *_domains(paper)]


def _net(paper: Paper) -> str:
    """What was used beyond the idle machine, or why that is not known."""
    book = paper.book
    beside = f" with {fact('energy.run_idle_with')} running" if "energy.run_idle_with" in book else ""
    idle = f" While nobody asked the model anything the machine drew {fact('energy.run_idle')}{beside}." if "energy.run_idle" in book else ""  # fmt: skip
    if "energy.run_net" in book:
        return f"Above the idle machine it used {fact('energy.run_net')}.{idle}"
    return f"What it used above the idle machine is not known: {fact('energy.run_net_reason')}.{idle}"


def _shares(paper: Paper) -> list[str]:
    """The simulation's and the engine's own parts."""
    book, said = paper.book, []
    if "energy.run_own" in book:
        said.append(f"The simulation's processes took {fact('energy.run_own_cpu')} of processor time; by their share of the time that "
                    f"all processors worked, {fact('energy.run_own')} of the processor packages' energy were theirs. That share counts time, "
                    "not what the time was used for, and holds nothing of an accelerator.")  # fmt: skip
    if "energy.run_engine" in book:
        said.append(f"The processes of the language model took {fact('energy.run_engine')}.")
    return said


def _domains(paper: Paper) -> list[Block]:
    rows = [[fact(f"{key}.name"), fact(f"{key}.kind"), known(paper, f"{key}.energy"), known(paper, f"{key}.power"),
             f"{fact(f'{key}.method')}, {fact(f'{key}.source')}"] for key in groups(paper, "domain")]  # fmt: skip
    caption = ("Energy by domain while the meter watched; the truth lies within the bound behind a number. A domain may be a part of "
               "another, such as the cores of a package; the total counts nothing twice.")  # fmt: skip
    heads = ("Domain", "Kind", "Energy", "Mean power", "How")
    return [Table("tab:domains", caption, "llrrl", heads, rows, wide=True)] if rows else []


def _assistant(paper: Paper) -> list[Block]:
    """Requests and tokens, then energy or the reason why there is none."""
    book = paper.book
    if not book.value("assistant.requests"):
        return [Paragraph("Nobody asked the language model anything while the run lasted, so it used nothing for answers.")]  # fmt: skip
    failed = (
        f"{fact('assistant.failed_requests')} of them failed"
        if book.value("assistant.failed_requests")
        else "none of them failed"
    )
    said = (f"The language model answered {plural(paper, 'assistant.requests', 'request', 'requests')} while the run lasted ({failed}); it read "
            f"{known(paper, 'assistant.prompt_tokens', 'an unknown number of')} tokens, "
            f"wrote {known(paper, 'assistant.completion_tokens', 'an unknown number of')}, and took {known(paper, 'assistant.duration', 'an unknown time')} in all.")  # fmt: skip
    if "energy.assistant_gross" not in book:
        return [Paragraph(f"{said} Its energy was not measured: {fact('energy.assistant_gross_reason')}.")]
    net = f", {fact('energy.assistant_net')} of it above the idle machine" if "energy.assistant_net" in book else ""
    each = f" That is {fact('energy.per_token')} for each token written." if "energy.per_token" in book else ""
    metered = plural(paper, "assistant.metered_requests", "request that was metered", "requests that were metered")
    how = METHODS[book["energy.assistant_gross"].fact.method]
    return [Paragraph(f"{said} The {metered} took {fact('energy.assistant_gross')}{net}. This is {how}.{each}")]
