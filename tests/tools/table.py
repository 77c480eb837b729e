"""The table of spans, and the words that random requests are made of."""

# ruff: noqa: SIM905 (a list of words reads better as a line of words)

from __future__ import annotations

import csv
from pathlib import Path

with Path(__file__).with_name("spans.tsv").open(encoding="utf-8") as _file:
    ROWS = list(csv.DictReader(_file, delimiter="\t", quoting=csv.QUOTE_NONE))
WORDS = (
    "5 1.2 1,234 10 kHz Hz ms m K % °C nodes half double twice quarter of to by per a an the it its maximum min range than more"
    " less higher up or between and add increase ten million point times x × ^ * / - − + ( ) , . ⁻²¹ ½ pi e-21 order magnitude factor"
).split()
