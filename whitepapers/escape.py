"""Words from outside as LaTeX that prints them and does nothing else.

Every character of TeX's own is written as its command. What the fonts have is printed, other letters lose their accents or
appear by their name in Unicode. A word that is longer than a line may break anywhere.
"""

from __future__ import annotations

import re
import unicodedata

LONGEST_WORD = 24
_COMMANDS = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "_": r"\_", "^": r"\textasciicircum{}", "&": r"\&", "%": r"\%",
    "#": r"\#", "$": r"\$", "~": r"\textasciitilde{}", "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}",
    '"': r"\textquotedbl{}", "'": r"\textquotesingle{}", "`": r"\textasciigrave{}", "-": "-", "\t": " ", "\n": " ",
    "\r": " ", "\u00a0": "~", "–": r"\textendash{}", "—": "---", "…": r"\dots{}", "’": "'", "‘": "`", "“": "``", "”": "''",
    "„": r"\quotedblbase{}", "€": r"\texteuro{}", "•": r"\textbullet{}", "™": r"\texttrademark{}", "\u202f": "~",
    "\u2009": r"\,", "\u2011": "-",
}  # fmt: skip
_MATHS = {
    "×": r"\times", "±": r"\pm", "−": "-", "·": r"\cdot", "÷": r"\div", "≤": r"\leq", "≥": r"\geq", "≠": r"\neq",
    "≈": r"\approx", "→": r"\rightarrow", "←": r"\leftarrow", "∞": r"\infty", "√": r"\surd", "∑": r"\sum", "Σ": r"\Sigma",
    "∫": r"\int", "∂": r"\partial", "⟨": r"\langle", "⟩": r"\rangle", "°": r"{}^\circ", "²": "{}^2", "³": "{}^3",
    "⁻": "{}^{-}", "¹": "{}^1", "µ": r"\mu", "½": r"\frac12", "∝": r"\propto", "⊗": r"\otimes", "∈": r"\in",
}  # fmt: skip
_GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "varepsilon", "ζ": "zeta", "η": "eta", "θ": "theta",
    "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi", "π": "pi", "ρ": "rho", "σ": "sigma",
    "τ": "tau", "υ": "upsilon", "φ": "varphi", "χ": "chi", "ψ": "psi", "ω": "omega", "Γ": "Gamma", "Δ": "Delta",
    "Θ": "Theta", "Λ": "Lambda", "Ξ": "Xi", "Π": "Pi", "Φ": "Phi", "Ψ": "Psi", "Ω": "Omega",
}  # fmt: skip
# what T1 fonts print as it is: the printable part of Latin-1 and the letters of Latin Extended-A
_PRINTED = re.compile(r"[\x20-\x7e¡-ÿĀ-ğĞİıĹ-ŁłŃ-ňŐőŒœŔŕŘ-śŞşŠšŢ-ťŮ-űŸ-ž]")


def escape(text: str) -> str:
    """Write ``text`` so that LaTeX prints it: one line, no command, no mathematics of its own."""
    return "".join(_word(word) for word in re.split(r"(\s+)", text))


def _word(word: str) -> str:
    if not word or word.isspace():
        return " " if word else ""
    written = ["{-}" if _ambiguous(word, place) else _character(one) for place, one in enumerate(word)]
    if len(word) <= LONGEST_WORD:
        return "".join(written)
    return "".join(f"{piece}\\hspace{{0pt}}" if _breaks(word, place) else piece for place, piece in enumerate(written))


def _breaks(word: str, place: int) -> bool:
    """Whether a line may end behind this character of a long word."""
    return word[place] in "/._-:,;=?&" or place % 8 == 7


def _ambiguous(word: str, place: int) -> bool:
    """Whether a hyphen stands between a letter and a digit, where it could be taken for a dash."""
    if word[place] != "-" or not 0 < place < len(word) - 1:
        return False
    return word[place - 1].isdigit() or word[place + 1].isdigit()


def _character(character: str) -> str:
    if character in _COMMANDS:
        return _COMMANDS[character]
    if character in _MATHS:
        return rf"\ensuremath{{{_MATHS[character]}}}"
    if character in _GREEK:
        return rf"\ensuremath{{\{_GREEK[character]}}}"
    if _PRINTED.fullmatch(character):
        return character
    return _named(character)


def _named(character: str) -> str:
    """The letter without its accents, nothing for what is not seen, else its name: ``[grinning face]``."""
    if unicodedata.category(character) in ("Cc", "Cf", "Mn", "Me", "Cs", "Co", "Cn"):
        return ""
    if character.isspace():
        return " "
    plain = unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode()
    if plain.strip():
        return "".join(_COMMANDS.get(one, one) for one in plain)
    name = unicodedata.name(character, "")
    return f"[U+{ord(character):04X}]" if not name or re.search(r"\d", name) else f"[{name.lower()}]"
