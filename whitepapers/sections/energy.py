"""What the assistant used while the run lasted, as it was metered."""

from __future__ import annotations

from whitepapers.document import Block, Paragraph
from whitepapers.paper import Paper
from whitepapers.phrases import fact, known, plural

ORDER = 60
TITLE = "Energy and use of the assistant"


def write(paper: Paper) -> list[Block]:
    """Requests and tokens, then energy or the reason why there is none."""
    book = paper.book
    if not book.value("assistant.requests"):
        return [
            Paragraph(
                "Nobody asked the language model anything while the run lasted, so it used nothing for questions. What the monitor's probes and the simulation itself used is not metered by this report."
            )
        ]
    failed = plural(paper, "assistant.failed_requests", "of them failed", "of them failed")
    said = (f"The language model answered {fact('assistant.requests')} requests while the run lasted ({failed}); it read {known(paper, 'assistant.prompt_tokens', 'an unknown number of')} tokens, "
            f"wrote {known(paper, 'assistant.completion_tokens', 'an unknown number of')}, and took {known(paper, 'assistant.duration', 'an unknown time')} in all.")  # fmt: skip
    if "energy.assistant_gross" not in book:
        return [Paragraph(said), Paragraph(f"Energy was not measured: {fact('energy.assistant_gross_reason')}.")]
    how = {"estimated": "estimated, not measured", "derived": "derived from what the whole machine used"}.get(
        book["energy.assistant_gross"].fact.method, "measured"
    )
    net = f", {fact('energy.assistant_net')} of it above the idle machine" if "energy.assistant_net" in book else ""
    each = f" That is {fact('energy.per_token')} for each token written." if "energy.per_token" in book else ""
    return [
        Paragraph(said),
        Paragraph(
            f"The {fact('assistant.metered_requests')} requests that were metered took {fact('energy.assistant_gross')}{net}. This is {how}.{each}"
        ),
    ]
