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


def blanked(text: str) -> str | None:
    """The text without the verb that it begins with; None where it begins with none of these."""
    found = _VERBS.match(text)
    return " " * found.end() + text[found.end() :] if found else None
