"""Verbs of the field itself as orders: "charge a tax of 2 %", "send in a dozen crews", "follow 80 patches".

No table holds the verbs of every field. These count where a request begins with one and says nothing else but names and values.
"""

from __future__ import annotations

import re

_BEFORE = r"^\W*(?:(?:and|then|now|please|pls|ok|okay|so|well|right|also|kindly|just|next|let['’]?s|let us|could you|can you|would you|will you|you can|you could|i['’]d say|bitte|hey|hi)\W+)*"
_VERBS = re.compile(
    _BEFORE
    + r"(?:charge|follow|simulate|employ|fire|run(?: it| this)?|start(?: it)?|launch|feed|pump|inject|supply|deliver|provide|keep(?: it)?|hold(?: it)?|maintain|allow|permit|fix|load|fill|plant|get|send(?: in| out)?|bring in|call in|impose|introduce|expose|illuminate|irradiate|excite|drive|spin|rotate|tilt|point"
    r"|aim|steer|fly|sail|compress|squeeze|twist|open|close|dose|mix|stir|blow|heat|cool|warm|dampen|damp|mute|amplify|attenuate|restrict|limit|cap|constrain|confine|allocate|hire|staff|stock|price|tax|seed|populate|sample|discreti[sz]e|refine|coarsen|prolong|accelerate|decelerate|delay|postpone|throttle|pressuri[sz]e"
    r"|evacuate|flood|drain|irrigate|fertili[sz]e|water|harvest|hunt|fish|stake|bias|clamp|lock|park|tighten|relax|anneal|quench|ramp|stick (?:with|to)|proceed with|work with|continue with|go ahead with|test(?: with)?|plug in|type|put in|key in|program|configure|specify|order|request)\b",
    re.I,
)


# an unknown word before an article is a verb as well ("dial the gain to 3"), unless it asks, tells or joins
_NO_ORDERS = """
    tell give write name compare list explain translate describe calculate compute solve draw show plot imagine suppose assume guess remember recall note consider mention quote read see check verify
    confirm report print display find determine estimate predict evaluate discuss analyse analyze summarise summarize interpret derive prove define watch view inspect let hear know think believe hope wish forget ignore
    why what when where which who how because since while although though unless if with without for at in on of from and or but like unlike than before after yes no not only just maybe perhaps probably obviously
    here there this that these those my your his her their our thanks thank was were has had does did are can could would should will shall may might must both all any each every some such about over under into per
    warum wie wann bei mit für wenn falls weil ohne zeig zeige nenne erkläre beschreibe vergleiche berechne war hat ist sind und oder aber nur auch von aus nach seit über
    pourquoi comment quand avec sans pour dans montre explique calcule est sont et mais aussi chez sur sous depuis
    laisse laissez lass lasse lassen deja dejad
    por como cuando con sin para muestra explica calcula compara y pero sobre desde
""".split()  # noqa: SIM905
_UNKNOWN = re.compile(
    _BEFORE
    + rf"(?!(?:{'|'.join(_NO_ORDERS)})\b)(?![^\W\d_]*(?:ed|ing|s|ly|tion)\b)[^\W\d_]{{3,}}(?=\s+(?:the|a|an|der|die|das|den|dem|le|la|les|l['’]|el|los|las|una?|une|up|down|it)\b)",
    re.I,
)


def blanked(text: str) -> str | None:
    """The text without the verb that it begins with; None where it begins with none of these."""
    found = _VERBS.match(text) or _UNKNOWN.match(text)
    return " " * found.end() + text[found.end() :] if found else None
