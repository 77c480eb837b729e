"""The energy laboratory in words and tables: state, statistics, runs, log, session. Pure: JSON in, HTML out.

A number that was estimated carries ≈ and a dotted line in another colour; a measured one carries its bound.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from measurement.clock import local_hms
from ui.fragments import bar, duration, table, text

Json = Mapping[str, Any]
STATES = {"queued": "starting", "done": "finished"}
ROWS = {
    "total_wh": ("total", "Wh"),
    "net_wh": ("net of idle", "Wh"),
    "prefill_wh": ("prefill", "Wh"),
    "decode_wh": ("decode", "Wh"),
    "wh_per_1000_output_tokens": ("per 1,000 output tokens", "Wh"),
    "prefill_wh_per_1000_input_tokens": ("prefill per 1,000 input tokens", "Wh"),
    "decode_wh_per_1000_output_tokens": ("decode per 1,000 output tokens", "Wh"),
    "e_llm_wh_per_1000_output_tokens": ("E_llm per 1,000 output tokens", "Wh"),
    "m_eff_wh_per_1000_output_tokens": ("M_eff per 1,000 output tokens", "Wh"),
    "carbon_g": ("carbon", "g CO₂e"),
    "time_to_first_token_s": ("time to first token", "s"),
    "tokens_per_second": ("tokens per second", ""),
    "duration_s": ("latency", "s"),
}
TIMED = ("time_to_first_token_s", "tokens_per_second", "duration_s")  # measured whatever the energy is
RUNS_SHOWN = 30
NOTHING_YET = "No run yet. Write a question on the left and press Run; what it cost stands here."


def number(value: float | None, estimated: bool = False, why: str = "", digits: int = 4) -> str:
    """A number as a cell: four digits or fewer; ≈ for an estimate; a dash with its reason for what is not known."""
    if value is None:
        return f'<span class="unknown" title="{text(why)}">–</span>'
    shown = text(f"{value:.4g}")
    return (
        f'<span class="estimate" title="estimated">≈ {shown}</span>'
        if estimated
        else f'<span class="num">{shown}</span>'
    )


def badge(method: str | None) -> str:
    """How numbers were got, as a pill."""
    words = {"measured": "measured", "estimated": "≈ estimated"}.get(method or "", "unknown")
    return f'<span class="method" data-method="{text(method or "unknown")}">{words}</span>'


def head(summary: Json) -> str:
    """What measures here, and by which benchmark estimates are made."""
    how = "measured" if summary["measures"] else "estimated"
    grid = summary["grid"]
    carbon = f" · {text(grid['country'])} grid, {grid['g_per_kwh']:.0f} g/kWh ({grid['year']})" if grid else ""
    return f'<div class="bench-head">{badge(how)} <span class="quiet">{text(summary["power"] or "no power source")}{carbon}</span></div>'


def provenance(benchmark: Json | None) -> str:
    """Where a benchmark comes from."""
    if benchmark is None:
        return '<p class="doc quiet">No benchmark fits this model; add your own below, or calibrate one.</p>'
    out, into = benchmark["wh_per_1000_output_tokens"], benchmark["wh_per_1000_input_tokens"]
    split = "input included" if into is None else f"{into:.4g} Wh per 1,000 input tokens"
    batch = "unknown" if benchmark["batch"] is None else benchmark["batch"]
    facts = (f"{out:.4g} Wh per 1,000 output tokens, {split}", benchmark["hardware"], benchmark["engine"],
             f"batch {batch}", benchmark["date"], benchmark["source"])  # fmt: skip
    return f'<p class="doc quiet">{text(benchmark["origin"])}: {text(" · ".join(filter(None, facts)))}</p>'


def progress(view: Json | None) -> str:
    """The state of the batch, and its bar with what is left."""
    if view is None:
        return f'<p class="quiet">{NOTHING_YET}</p>'
    done, total, left_s = (view["progress"][name] for name in ("done", "total", "eta_s"))
    state = view["state"]
    left = f", about {duration(left_s)} left" if state == "running" and left_s else ""
    label = f"{done} of {total} runs{left}"
    pill = f'<span class="pill" data-state="{STATES.get(state, state)}"><i></i>{text(state)}</span>'
    trouble = f'<p class="trouble">{text(view["error"])}</p>' if view["error"] else ""
    return f'<div class="lab-progress">{pill}{bar(done / total if total else None, label)}</div>{trouble}'


def statistics(view: Json | None) -> str:
    """The spread of every quantity over the batch."""
    title = "<h3>Over the runs of this batch</h3>"
    if view is None or not view["statistics"]["runs"]:
        return f'{title}<p class="quiet">The mean, its confidence interval and the spread stand here once a run is over.</p>'
    if view["plan"]["kind"] == "sweep":
        return f'{title}<p class="quiet">The prompts of a sweep differ in length, so a mean over them says nothing; see the chart.</p>'
    found = view["statistics"]
    known = [
        name for name in ROWS if found[name]["mean"] is not None
    ]  # why the others are missing stands below the runs
    rows = [_spread_row(name, found[name], found["method"] == "estimated") for name in known]
    heads = ("quantity", "mean", "95 % of the mean", "median", "sd", "5 – 95 %", "CV")
    failed = f' <span class="trouble">{found["failed"]} failed</span>' if found["failed"] else ""
    return f"{title[:-5]} {badge(found['method'])}{failed}</h3>{table(heads, rows, 'No run was answered.')}"


def _spread_row(name: str, spread: Json, estimated: bool) -> list[str]:
    title, unit = ROWS[name]
    guess = estimated and name not in TIMED
    factor, unit = _scale(spread["mean"], unit)

    def cell(*values: float | None) -> str:
        known = [value for value in values if value is not None]
        shown = " … ".join(f"{value * factor:.4g}" for value in known)
        return shown and (f'<span class="estimate">≈ {shown}</span>' if guess else f'<span class="num">{shown}</span>')

    sd = 0.0 if spread["cv"] is not None and spread["cv"] < 1e-9 else spread["sd"]  # what rounding leaves is no scatter
    return [
        f'{text(title)} <span class="quiet">{text(unit)}</span>',
        cell(spread["mean"]),
        cell(spread["ci_low"], spread["ci_high"]),
        cell(spread["median"]),
        number(None, why=spread["reason"] or "") if sd is None else f"{sd * factor:.3g}",
        cell(spread["p5"], spread["p95"]),
        "–" if spread["cv"] is None else f"{spread['cv']:.1%}",
    ]


def _scale(value: float, unit: str) -> tuple[float, str]:
    """Thousandths or millionths where a small energy or mass would need many zeros."""
    if not unit.startswith(("Wh", "g")) or not 0.0 < abs(value) < 0.1:
        return 1.0, unit
    return (1e3, f"m{unit}") if abs(value) >= 1e-4 else (1e6, f"µ{unit}")


def runs(view: Json | None) -> str:
    """The runs one by one, newest first, with their tokens by origin and the two efficiencies."""
    rows = [_run_row(one) for one in reversed((view or {}).get("results", [])[-RUNS_SHOWN:])]
    heads = ("run", "energy, Wh", "prefill / decode", "E_llm / M_eff", "in / out", "s", "answer")
    reasons = _missing(view)
    return f"<h3>Runs</h3>{table(heads, rows, 'None yet.', long=('answer',))}{reasons}"


def _run_row(result: Json) -> list[str]:
    guess, reasons = result["method"] == "estimated", result["reasons"]
    bound = "" if result["bound_wh"] is None else f' <span class="quiet">± {result["bound_wh"]:.2g}</span>'

    def cell(name: str) -> str:
        return number(result[name], guess, reasons.get(name, ""), digits=3)

    tokens = result["tokens"]
    pieces = ", ".join(f"{name.replace('_', ' ')} {count}" for name, count in tokens.items() if count)
    answer = result["text"] if result["outcome"] == "ok" else f"{result['outcome']} {result['finish_reason'] or ''}"
    return [
        str(result["number"]),
        f'{cell("total_wh")}{bound}<br><span class="quiet">net {cell("net_wh")}</span>',
        f"{cell('prefill_wh')} / {cell('decode_wh')}",
        _efficiencies(result),
        f'<span title="{text(pieces)}">{_count(result["input_tokens"])} / {_count(result["output_tokens"])}</span>',
        number(result["duration_s"], why=reasons.get("duration_s", "")),
        text(answer[:120] + ("…" if len(answer) > 120 else "")),
    ]


def _count(count: int | None) -> str:
    return "–" if count is None else f"{count:,}"


def _efficiencies(result: Json) -> str:
    e_llm, m_eff = (result[f"{name}_wh_per_1000_output_tokens"] for name in ("e_llm", "m_eff"))
    if e_llm is None:
        return number(None, why=result["reasons"].get("e_llm_wh_per_1000_output_tokens", ""))
    apart = result["m_eff_deviation"]
    tone = "trouble" if apart is not None and apart > 0.2 else "quiet"
    told = "" if apart is None else f'<br><span class="{tone}">{apart:.0%} apart</span>'
    return f"{number(e_llm, digits=3)} / {number(m_eff, digits=3)}{told}"


def _missing(view: Json | None) -> str:
    """Why the newest run lacks what it lacks, each reason once."""
    if not view or not view["results"]:
        return ""
    told: dict[str, list[str]] = {}
    for name, why in view["results"][-1]["reasons"].items():
        if name in ROWS:
            told.setdefault(why, []).append(ROWS[name][0])
    items = "".join(f"<li>{text(', '.join(names))}: {text(why)}</li>" for why, names in told.items())
    notes = "".join(f"<li>{text(note)}</li>" for note in view["results"][-1]["notes"])
    fit = view["results"][-1]["fit"]
    which = f"<li>the estimate is of {text(fit)}</li>" if fit else ""
    return f'<ul class="notes quiet">{items}{which}{notes}</ul>' if items or notes or which else ""


def live_log(view: Json | None) -> str:
    """The batch's own log, newest at the end."""
    lines = (view or {}).get("log", [])
    body = "\n".join(f"{local_hms(line['taken_at'])}  {line['text']}" for line in lines)
    return f'<h3>Live log</h3><div class="log-end"><div class="log">{text(body or "Nothing has run yet.")}</div></div>'


def session(summary: Json) -> str:
    """What the whole session used, measured and estimated apart."""
    cells = {"batches": str(summary["batches"]), "runs": str(summary["runs"])}
    if summary["failed_runs"]:
        cells["failed runs"] = str(summary["failed_runs"])
    drawn = "".join(
        f'<div class="stat"><span>{name}</span><b class="num">{value}</b></div>' for name, value in cells.items()
    )
    rows = [_sum_row(method, summary[method]) for method in ("measured", "estimated") if summary[method]["runs"]]
    heads = ("how", "runs", "energy, Wh", "Wh per 1,000 out", "carbon, g CO₂e", "tokens in", "out")
    return f'<h3>This session</h3><div class="stats">{drawn}</div>{table(heads, rows, "Nothing was used yet.")}'


def _sum_row(method: str, sums: Json) -> list[str]:
    guess = method == "estimated"
    why = f"{sums['runs_without_energy']} runs have no energy"
    return [
        badge(method),
        str(sums["runs"]),
        number(sums["total_wh"], guess, why),
        number(sums["wh_per_1000_output_tokens"], guess, why),
        number(sums["carbon_g"], guess, why),
        _count(sums["input_tokens"]),
        _count(sums["output_tokens"]),
    ]


def crossing(crossover: Any) -> str:
    """The crossover in a sentence."""
    if crossover is None:
        return ""
    found = crossover.at_tokens
    said = (
        f"Prefill passes decode at about {found:.0f} tokens of prompt."
        if found
        else f"No crossover: {crossover.reason}."
    )
    note = f" ({crossover.note})" if crossover.note else ""
    return f'<p class="doc quiet">{text(said + note)}</p>'


def choices(batches: Sequence[Json]) -> list[tuple[str, str]]:
    """The session's batches for a list, newest first."""
    return [
        (f"{local_hms(one['taken_at'])} · {one['kind']} · {one['runs']} of {one['total']}", one["id"])
        for one in reversed(batches)
    ]
