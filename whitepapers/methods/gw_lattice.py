"""The lattice of wave sources as a gravitational-wave detector; the program's own docstring is the authority."""

from __future__ import annotations

from whitepapers.document import Equation, Heading, Paragraph

CONSTANTS = {
    "radius": ("RADIUS_M", "m"),
    "wavelength": ("WAVELENGTH_M", "m"),
    "half_width": ("HALF_WIDTH_M", "m"),
    "side": ("SCREEN_SIDE", ""),
    "power": ("POWER_W", "W"),
    "jitter": ("JITTER_M", "m"),
    "turn": ("SAMPLES_PER_TURN", ""),
    "window": ("WINDOW", ""),
    "fewest": ("FEWEST", ""),
}

INTRODUCTION = (
    "A gravitational wave changes the distances between freely falling bodies; detectors read that change from the interference of "
    "light {{cite:maggiore2008, aasi2015}}. The simulation {{fact:run.workload}} asks how well a lattice of coherent wave sources could "
    "serve as such a detector: a known strain moves the sources, their waves interfere on a screen, and the strain is "
    "read back from the change of the pattern.",
)

METHODS = (
    Heading("Lattice and waves"),
    Paragraph(
        "A number {{math:N}} of nodes, spread evenly over a sphere of radius {{fact:constant.radius}} by the golden angle "
        "{{cite:gonzalez2010}}, emit scalar waves of wavelength {{fact:constant.wavelength}} in phase, {{fact:constant.power}} in all. "
        "A square screen of {{fact:constant.side}} by {{fact:constant.side}} pixels, {{calc:constant.half_width + constant.half_width [m]}} wide, "
        "stands in the centre. At the distance {{math:r_j}} of node {{math:j}} from a pixel the field and its intensity are"
    ),
    Equation("eq:field", r"U = \sum_{j} \sqrt{\frac{P}{4\pi N}}\, \frac{e^{\mathrm{i} k r_j}}{r_j}, \qquad I = |U|^2"),
    Paragraph(
        "with the wave number {{math:k}} and the emitted power {{math:P}}. The lattice turns rigidly about a diagonal once in "
        "{{fact:constant.turn}} samples. One step of the run is one sample."
    ),
    Heading("Signal and noise"),
    Paragraph(
        "A plus-polarised wave {{math:h(t)}} moves the free nodes in the transverse-traceless gauge {{cite:maggiore2008}}, and on every "
        "node, axis and sample acts an independent Gaussian displacement {{math:\\xi}} of standard deviation {{math:\\sigma_0\\sqrt{T}}}, "
        "where {{math:\\sigma_0}} is {{fact:constant.jitter}} and the temperature {{math:T}} is dimensionless. A strain as small as these "
        "vanishes when it is added to a coordinate in floating point, so positions are never moved: the change of the intensity is carried "
        "as an exact directional derivative,"
    ),
    Equation("eq:change", r"\delta I = \frac{\partial I}{\partial h}\, h + \sum_j \frac{\partial I}{\partial \mathbf{x}_j} \cdot \boldsymbol{\xi}_j"),
    Heading("Readout"),
    Paragraph("The strain is read back by least squares against the known pattern {{math:g}}, the derivative of the intensity by the strain:"),
    Equation("eq:readout", r"\hat h = \frac{\langle g, \delta I\rangle}{\langle g, g\rangle}"),
    Paragraph(
        "It equals the strain at zero temperature and otherwise carries noise of a variance that grows with the temperature. "
        "The correlation is Pearson's coefficient of strain and readout over the newest {{fact:constant.window}} samples, reported from "
        "the first {{fact:constant.fewest}} on; with noise of variance {{math:\\sigma^2}} it is expected near"
    ),
    Equation("eq:correlation", r"\rho = {\left(1 + \sigma^2 / \langle h^2 \rangle\right)}^{-1/2}"),
    Paragraph("The fractal dimension is that of the pixels brighter than the mean, by box counting {{cite:falconer2003}}."),
)  # fmt: skip

LIMITS = (
    "The simulation leaves out the cross polarisation, the screen's own motion, inertial and Doppler effects of turning, recoil, shot "
    "noise and the dynamics of the traps: its noise is white in time. A readout against a pattern that is known exactly is the best case.",
)
