"""The line under an answer: an estimate never looks like a measurement, and what is not known says so."""

from __future__ import annotations

from ui.receipt import details, energy_words, line

MEASURED = {"method": "measured", "gross_wh": 0.0123, "bound_wh": 0.0002, "net_wh": -1e-5, "net_bound_wh": 3e-5, "source": "rapl"}  # fmt: skip
ESTIMATED = {
    "method": "estimated",
    "gross_wh": 0.00053,
    "bound_wh": None,
    "source": "a table",
    "fit": "another machine",
}
USAGE = {"prompt_tokens": 41, "completion_tokens": 12, "time_to_first_token_s": 0.31, "duration_s": 1.2}


def test_measured_and_estimated_look_different() -> None:
    assert energy_words(MEASURED) == "12.3 ± 0.2 mWh measured"
    assert energy_words(ESTIMATED) == "≈ 530 µWh estimate"
    told = {**USAGE, "receipt": {"energy": ESTIMATED, "tokens_per_second": 45.06}}
    assert line(told) == "41 tokens in · 12 out · 1.20 s (first word 0.31 s) · 45.1 tok/s · *≈ 530 µWh estimate*"


def test_the_unknown_is_said_and_is_not_0() -> None:
    nothing = {"gross_wh": None, "reason": "the counter was reset in between"}
    assert energy_words(nothing) == "energy not known"
    assert "the counter was reset in between" in details({"receipt": {"energy": nothing}})


def test_unfolded_it_tells_origins_overhead_and_the_simulations() -> None:
    told = {
        "tokens": {"user": 9, "system_prompt": 116, "tool_descriptions": 520, "thinking": None, "answer": 12, "cached": 7},
        "token_reasons": {"thinking": "the server did not count them"},
        "energy": MEASURED,
        "overhead": {"tool_calls": 2, "extra_rounds": 1, "extra_tokens": 668, "rounds_wh": 0.07, "tools_wh": 0.001, "method": "measured"},
        "simulations": {"gw_lattice": {"gross_wh": 0.034, "cpu_s": 4.2}, "mera": {"gross_wh": None, "cpu_s": 0.1, "reason": "no package"}},
    }  # fmt: skip
    text = details({**USAGE, "receipt": told})
    for words in (
        "| tool descriptions | 520 |",
        "not known: the server did not count them",
        "-10 µWh ± 30 µWh",
        "2 tool calls, 1 extra round of the model, 668 tokens, 70 mWh in the extra rounds",
        "`gw_lattice` used 4.20 s of processor time, 34 mWh (derived)",
        "energy not known: no package",
    ):
        assert words in text
