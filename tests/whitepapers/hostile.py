"""A simulation whose every word is an attack on LaTeX."""

import os
import sys

sys.path.insert(0, os.environ["LODGER_ROOT"])
from workloads import steer

DOC = r"\input{/etc/passwd} \write18{touch pwned} $x^2_ & % # ~ {unbalanced } 😀 漢字 \end{document}" + "a" * 400
sim = steer.attach("hostile", total_steps=40, doc=r"\immediate\write18{id} 100% _evil_ {")
knob = sim.parameter("knob", 0.5, minimum=0.0, maximum=1.0, unit="%", doc=DOC)
name = sim.parameter("label", r"\jobname$", doc="a label")
sim.metric("ratio", unit="m^2/s", doc=r"\def\x{\x}\x")
for step in sim.steps():
    sim.report(ratio=float(step) * 1e-21)
