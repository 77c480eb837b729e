"""The receipt under an answer: one line, folded; inside, where its tokens came from and what they cost.

An estimate never looks like a measurement: it is marked ≈ and called an estimate in the line itself. What is not known says why.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import gradio as gr

LABELS = {"measured": "measured", "derived": "derived", "estimated": "estimate"}
ORIGINS = {
    "user": "your words",
    "system_prompt": "system prompt",
    "conversation_context": "conversation so far",
    "tool_descriptions": "tool descriptions",
    "tool_results": "tool calls and results sent back",
    "template": "chat format",
}
WRITTEN = {"thinking": "thinking", "tool_calls": "choosing tools", "answer": "answer"}


def receipt(usage: Mapping[str, Any]) -> gr.ChatMessage | None:
    """The folded receipt of an answer; None where there is none."""
    told = usage.get("receipt")
    if not isinstance(told, Mapping):
        return None
    metadata: Any = {"title": line(usage), "status": "done"}
    return gr.ChatMessage(role="assistant", content=details(usage), metadata=metadata)


def line(usage: Mapping[str, Any]) -> str:
    """``41 in · 12 out · 1.20 s (first word 0.31 s) · 45.1 tok/s · *≈ 0.53 mWh estimate*``."""
    told = usage.get("receipt") or {}
    first, whole = usage.get("time_to_first_token_s"), usage.get("duration_s")
    parts = [f"{count} {way}" for name, way in (("prompt_tokens", "tokens in"), ("completion_tokens", "out"))
             if (count := usage.get(name)) is not None]  # fmt: skip
    if whole is not None:
        parts.append(f"{whole:.2f} s" + (f" (first word {first:.2f} s)" if first is not None else ""))
    if told.get("tokens_per_second") is not None:
        parts.append(f"{told['tokens_per_second']:.1f} tok/s")
    energy = told.get("energy") or {}
    mark = "*" if energy.get("method") == "estimated" else "**"  # the page gives an estimate a colour of its own
    return " · ".join([*parts, f"{mark}{energy_words(energy)}{mark}"])


def energy_words(energy: Mapping[str, Any]) -> str:
    """``12.3 ± 0.2 mWh measured``, ``≈ 0.53 mWh estimate``, or ``energy not known``."""
    if energy.get("gross_wh") is None:
        return "energy not known"
    method = str(energy.get("method"))
    value, unit = scaled(energy["gross_wh"])
    bound = energy.get("bound_wh")
    within = f" ± {bound / energy['gross_wh'] * float(value):.2g}" if bound and energy["gross_wh"] else ""
    return f"{'≈ ' if method == 'estimated' else ''}{value}{within} {unit} {LABELS.get(method, method)}"


def scaled(energy_wh: float) -> tuple[str, str]:
    """Watt-hours in the unit in which they are read with three digits."""
    size = abs(energy_wh)
    for factor, unit in ((1.0, "Wh"), (1e3, "mWh"), (1e6, "µWh")):
        if size * factor >= 1 or unit == "µWh":
            return f"{energy_wh * factor:.3g}", unit
    raise AssertionError("the last unit takes everything")


def grams(mass_g: float) -> str:
    """A mass in the unit in which it is read with two digits."""
    factor, unit = next(((f, u) for f, u in ((1.0, "g"), (1e3, "mg")) if abs(mass_g) * f >= 1), (1e6, "µg"))
    return f"{mass_g * factor:.2g} {unit}"


def details(usage: Mapping[str, Any]) -> str:
    """What the line stands for, as Markdown."""
    told = usage.get("receipt") or {}
    parts = [_tokens(told), _energy(told.get("energy") or {}), _overhead(told), _simulations(told)]
    return "\n\n".join(part for part in parts if part)


def _tokens(told: Mapping[str, Any]) -> str:
    tokens, reasons = told.get("tokens") or {}, told.get("token_reasons") or {}
    read = _rows(tokens, reasons, ORIGINS)
    written = _rows(tokens, reasons, WRITTEN)
    if not read and not written:
        return ""
    cached = tokens.get("cached")
    note = f"\n\nOf what was read, {cached} tokens were in the engine's cache." if cached else ""
    return "| tokens | read |\n|---|---|\n" + read + "\n\n| tokens | written |\n|---|---|\n" + written + note


def _rows(tokens: Mapping[str, Any], reasons: Mapping[str, str], names: Mapping[str, str]) -> str:
    shown = {
        name: tokens[name] for name in names if name in tokens and (tokens[name] != 0 or name in ("user", "answer"))
    }
    said = {name: count if count is not None else f"not known: {reasons.get(name)}" for name, count in shown.items()}
    return "\n".join(f"| {names[name]} | {words} |" for name, words in said.items())


def _energy(energy: Mapping[str, Any]) -> str:
    if energy.get("gross_wh") is None:
        return f"**Energy** is not known: {energy.get('reason') or 'it was not measured'}."
    rows = [("in all", energy_words(energy))]
    if energy.get("net_wh") is not None:
        net, bound = energy["net_wh"], energy.get("net_bound_wh") or 0.0
        value, unit = scaled(net)
        within = f" ± {scaled(bound)[0]} {scaled(bound)[1]}" if bound else ""
        rows.append(("beyond the idle baseline", f"{value} {unit}{within}"))
    elif energy.get("net_reason"):
        rows.append(("beyond the idle baseline", f"not known: {energy['net_reason']}"))
    rows += [(words, " ".join(scaled(energy[name]))) for name, words in (("prefill_wh", "prefill"), ("decode_wh", "decode"))
             if energy.get(name) is not None]  # fmt: skip
    own = energy.get("e_llm") or {}
    if own.get("gross_wh") is not None:
        rows.append(
            ("the engine's own processes", f"{' '.join(scaled(own['gross_wh']))} by {own.get('source')}, derived")
        )
    if energy.get("carbon_g") is not None:
        grid = energy.get("grid") or {}
        rows.append(("carbon", f"{grams(energy['carbon_g'])} CO₂ ({grid.get('country')}, {grid.get('year')})"))
    said_by = f"{energy['source']}: {energy['fit']}" if energy.get("fit") else str(energy.get("source"))
    rows.append(("said by", said_by))
    rows += [("note", str(note)) for note in energy.get("notes") or ()]
    return "| energy | |\n|---|---|\n" + "\n".join(f"| {_cell(name)} | {_cell(value)} |" for name, value in rows)


def _overhead(told: Mapping[str, Any]) -> str:
    over = told.get("overhead") or {}
    if not over.get("tool_calls") and not over.get("extra_rounds"):
        return ""
    parts = [_count(over.get("tool_calls"), "tool call"), _count(over.get("extra_rounds"), "extra round of the model")]
    if over.get("extra_tokens") is not None:
        parts.append(f"{over['extra_tokens']} tokens")
    mark = "≈ " if over.get("method") == "estimated" else ""
    known = [f"{mark}{' '.join(scaled(over[name]))} {words}" for name, words in (("rounds_wh", "in the extra rounds"), (
        "tools_wh", "in the tools and around them")) if over.get(name) is not None]  # fmt: skip
    return "**Agentic overhead**: " + ", ".join([part for part in parts if part] + known) + "."


def _simulations(told: Mapping[str, Any]) -> str:
    lines = []
    for name, used in (told.get("simulations") or {}).items():
        wh = used.get("gross_wh")
        energy = f"{' '.join(scaled(wh))} (derived)" if wh is not None else f"energy not known: {used.get('reason')}"
        lines.append(f"`{name}` used {used.get('cpu_s', 0.0):.2f} s of processor time, {energy}.")
    return "**Meanwhile**: " + " ".join(lines) if lines else ""


def _count(number: Any, noun: str) -> str:
    plural = noun.replace("call", "calls").replace("round", "rounds")
    return f"{number} {noun if number == 1 else plural}" if number else ""


def _cell(words: str) -> str:
    return words.replace("|", "\\|")
