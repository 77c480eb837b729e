"""Blood pressure in the large arteries, for the blind requests: a heart that ejects into a three-element windkessel.

The arteries are a compliance C that empties through the resistance R towards the venous pressure; the aorta's
characteristic impedance Z comes before it. The heart ejects its stroke volume in a half sine once a beat::

    C dP/dt = q − (P − P_v)/R,   p = P + Z q

The baroreflex moves R slowly so that the mean pressure stays near 93 mmHg, by a third up or down at most; standing and
sitting keep some of the stroke volume in the legs. A step is ten milliseconds, explicit Euler. One beat is like the other.

Source: N. Westerhof, J.-W. Lankhaar, B. Westerhof, Med. Biol. Eng. Comput. 47, 131 (2009).
"""

from __future__ import annotations

import math
import time

from workloads import steer

WORKLOAD = True
PACE_S = 0.01
STEP_S = 0.01
IMPEDANCE = 0.05  # mmHg s/mL
AVERAGED_S, REFLEX_S = 3.0, 8.0
HELD_MMHG, REFLEX_RANGE = 93.0, 1.0 / 3.0
POSTURES = {"supine": 1.0, "sitting": 0.88, "standing": 0.8}  # what is left of the stroke volume


class Arteries:
    """Heart and arteries; parameters are those of ``sim``."""

    def __init__(self, sim: steer.Simulation) -> None:
        self.stored_mmhg, self.mean_mmhg, self.phase, self.reflex = 90.0, 93.0, 0.0, 0.0
        self.heart_rate = sim.parameter(
            "heart_rate", 70.0, minimum=20.0, maximum=220.0, unit="1/min", doc="beats of the heart per minute",
            aliases=["HR", "pulse", "heartbeat", "pulse rate", "beat rate"],
        )  # fmt: skip
        self.stroke_volume = sim.parameter(
            "stroke_volume", 75.0, minimum=10.0, maximum=200.0, unit="mL", doc="blood that a beat ejects, lying down",
            aliases=["SV", "ejected volume", "volume per beat"],
        )  # fmt: skip
        self.peripheral_resistance = sim.parameter(
            "peripheral_resistance", 1.0, minimum=0.1, maximum=6.0, unit="mmHg*s/mL", doc="resistance of the small vessels",
            aliases=["resistance", "TPR", "SVR", "vascular resistance"],
        )  # fmt: skip
        self.arterial_compliance = sim.parameter(
            "arterial_compliance", 1.3, minimum=0.1, maximum=5.0, unit="mL/mmHg", doc="how far the arteries give way",
            aliases=["compliance", "elasticity", "artery compliance"],
        )  # fmt: skip
        self.venous_pressure = sim.parameter(
            "venous_pressure", 5.0, minimum=0.0, maximum=30.0, unit="mmHg", doc="pressure in the large veins",
            aliases=["CVP", "central venous pressure", "vein pressure"],
        )  # fmt: skip
        self.ejection_time = sim.parameter(
            "ejection_time", 280.0, minimum=80.0, maximum=500.0, unit="ms", doc="how long a beat ejects",
            aliases=["ejection duration", "systole", "systolic time"],
        )  # fmt: skip
        self.posture = sim.parameter(
            "posture", "supine", choices=list(POSTURES), doc="how the body is held",
            aliases=["body position", "position", "stance"],
        )  # fmt: skip
        self.baroreflex = sim.parameter(
            "baroreflex", True, doc="whether the vessels answer to the mean pressure",
            aliases=["reflex", "pressure reflex", "baroreceptor reflex"],
        )  # fmt: skip
        sim.metric("arterial_pressure", unit="mmHg", doc="pressure in the aorta")
        sim.metric("mean_pressure", unit="mmHg", doc="arterial pressure, averaged over some seconds")
        sim.metric("aortic_flow", unit="mL/s", doc="blood that leaves the heart")
        sim.metric("cardiac_output", unit="L/min", doc="blood that the heart moves in a minute")

    def flow(self, ejected_ml: float, beat_s: float) -> float:
        """Flow out of the heart at this phase of the beat, mL/s; systole takes at most 0.8 of the beat."""
        systole_s = min(1e-3 * float(self.ejection_time), 0.8 * beat_s)
        since_s = self.phase * beat_s
        if since_s >= systole_s:
            return 0.0
        return ejected_ml * math.pi / (2.0 * systole_s) * math.sin(math.pi * since_s / systole_s)

    def advance(self) -> dict[str, float]:
        """Integrate one step and give the metrics."""
        beat_s = 60.0 / float(self.heart_rate)
        ejected_ml = float(self.stroke_volume) * POSTURES[str(self.posture)]
        flow = self.flow(ejected_ml, beat_s)
        self.phase = (self.phase + STEP_S / beat_s) % 1.0
        wanted = max(-REFLEX_RANGE, min(REFLEX_RANGE, (HELD_MMHG - self.mean_mmhg) / 40.0)) if self.baroreflex else 0.0
        self.reflex += (wanted - self.reflex) * STEP_S / REFLEX_S
        resistance = float(self.peripheral_resistance) * (1.0 + self.reflex)
        away = (self.stored_mmhg - float(self.venous_pressure)) / resistance
        self.stored_mmhg = max(0.0, self.stored_mmhg + (flow - away) * STEP_S / float(self.arterial_compliance))
        pressure = self.stored_mmhg + IMPEDANCE * flow
        self.mean_mmhg += (pressure - self.mean_mmhg) * STEP_S / AVERAGED_S
        return {
            "arterial_pressure": pressure, "mean_pressure": self.mean_mmhg, "aortic_flow": flow,
            "cardiac_output": 1e-3 * ejected_ml * float(self.heart_rate),
        }  # fmt: skip


def main(total_steps: int | None = 100_000_000) -> None:
    """Run without a person waiting for the end, a hundred steps a second."""
    sim = steer.attach("windkessel", total_steps=total_steps, doc="a beating heart and the large arteries")
    arteries = Arteries(sim)
    for _ in sim.steps():
        sim.report(**arteries.advance())
        time.sleep(PACE_S)


if __name__ == "__main__":
    main()
