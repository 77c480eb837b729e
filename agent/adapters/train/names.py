"""The stuff of random workloads: words from which names, units, aliases, choices and metrics are put together.

None of it may be a name or an alias of a workload that the model is judged on; ``held_out.py`` sees to that.
"""

# ruff: noqa: SIM905 (a list of words reads better as a line of words)

from __future__ import annotations

from dataclasses import dataclass

PARTS = (
    "pump inlet outlet boundary wall core shell rotor fan laser cavity probe trap spring blade nozzle valve tank plasma beam ocean ice cloud"
    " soil root leaf enzyme cell membrane axon synapse agent predator prey trader lane signal robot arm wheel belt furnace kiln mirror lens"
    " photon spin vortex mesh grid kernel filter buffer queue server packet antenna coil magnet target source bath sample layer crystal grain"
    " dust star disk halo jet shock wave tide river canal forest fire drop bubble foam gel polymer ion anode cathode left right upper lower"
    " first second main outer inner north south primary secondary front rear"
).split()


@dataclass(frozen=True)
class Quantity:
    """A kind of parameter: its noun, units to choose from, other words for it, and verbs for more and for less of it."""

    noun: str
    units: str
    others: str = ""
    symbol: str = ""
    more: str = ""
    less: str = ""
    whole: bool = False


QUANTITIES = [
    Quantity("speed", "m/s|km/h|rpm|", "velocity|pace", "v", "speed up|accelerate", "slow down|slow"),
    Quantity("pressure", "Pa|kPa|bar|atm|mbar", "press", "p", "pressurise", "relax"),
    Quantity("temperature", "K|°C|", "heat level|thermal level", "T", "heat|warm up|heat up", "cool|cool down|chill"),
    Quantity("voltage", "V|mV|kV", "potential|bias", "U"),
    Quantity("current", "A|mA|", "amps|electric current", "I"),
    Quantity("power", "W|kW|mW", "wattage|drive power", "P", "power up", "throttle"),
    Quantity("rate", "1/s|Hz|", "pace", "r", "speed up", "slow down"),
    Quantity("density", "kg/m^3|g/cm^3|", "concentration level", "rho", "thicken", "thin out|dilute"),
    Quantity("viscosity", "Pa*s|mPa*s|", "thickness of the fluid|stickiness", "mu"),
    Quantity("length", "m|mm|cm|um", "extent", "L", "lengthen|stretch", "shorten"),
    Quantity("width", "m|mm|nm", "breadth", "w", "widen", "narrow"),
    Quantity("radius", "m|mm|um|", "size of the ball", "R", "enlarge", "shrink"),
    Quantity("thickness", "mm|um|nm", "depth", "d", "thicken", "thin"),
    Quantity("mass", "kg|g|", "weight", "m"),
    Quantity("damping", "|1/s", "friction|drag", "gamma"),
    Quantity("stiffness", "N/m|", "spring constant|hardness", "k", "stiffen", "soften"),
    Quantity("coupling", "|eV|meV", "coupling strength|interaction", "J", "strengthen", "weaken"),
    Quantity("field", "T|mT|V/m|", "field strength|bias field", "B", "strengthen", "weaken"),
    Quantity("angle", "deg|rad", "tilt|orientation", "theta", "tilt up", "tilt down"),
    Quantity("delay", "s|ms|us", "lag|latency offset", "tau", "", ""),
    Quantity("period", "s|ms|min", "cycle time", "", "", ""),
    Quantity("dose", "Gy|mg|", "amount given", "D"),
    Quantity("gain", "|dB", "amplification", "G", "amplify", "attenuate"),
    Quantity("threshold", "|mV", "cutoff|trigger level", "", "", ""),
    Quantity("humidity", "%|", "moisture|wetness", "RH", "moisten", "dry"),
    Quantity("salinity", "g/kg|", "salt|saltiness", "S"),
    Quantity("flux", "W/m^2|1/s", "flow density", "F"),
    Quantity("charge", "C|e|", "electric charge", "q", "charge up", "discharge"),
    Quantity("energy", "J|eV|keV|MeV", "kinetic energy", "E"),
    Quantity("wavelength", "nm|um|m", "colour", "lambda"),
    Quantity("tolerance", "", "precision|accuracy", "tol", "loosen", "tighten"),
    Quantity("learning_rate", "", "lr|step size of training", "eta"),
    Quantity("momentum", "", "inertia", "", "", ""),
    Quantity("dropout", "|%", "drop probability", "", "", ""),
    Quantity("time_step", "s|ms|fs|", "timestep|dt", "dt"),
    Quantity("growth", "1/day|%|", "growth factor", "", "", ""),
    Quantity("mortality", "1/day|%|", "death rate", "", "", ""),
    Quantity("supply", "kg/h|L/min|", "provision|delivery", "", "", ""),
    Quantity("inflow", "L/s|m^3/s", "intake|filling", "Q_in", "open", "throttle"),
    Quantity("load", "N|kN|%", "burden|stress", "F", "load up", "unload"),
    Quantity("contrast", "|%", "visibility", "", "sharpen", "soften"),
    Quantity("opacity", "|%", "absorption", "kappa"),
    Quantity("albedo", "", "reflectivity", "a"),
    Quantity("distance", "m|km|AU|", "separation|gap", "d", "", ""),
    Quantity("count", "", "number|population", "n", "", "", whole=True),
    Quantity("particles", "", "number of particles|particle count", "N", "", "", whole=True),
    Quantity("cells", "", "number of cells|resolution|cell count", "", "refine", "coarsen", whole=True),
    Quantity("layers", "", "depth|number of layers|levels", "", "", "", whole=True),
    Quantity("iterations", "", "sweeps|passes", "", "", "", whole=True),
    Quantity("batch_size", "", "batch", "bs", "", "", whole=True),
    Quantity("workers", "", "threads|number of workers", "", "", "", whole=True),
    Quantity("modes", "", "harmonics|number of modes", "", "", "", whole=True),
    Quantity("units", "", "neurons|hidden units", "", "", "", whole=True),
    Quantity("trials", "", "repetitions|replicas", "", "", "", whole=True),
    Quantity("cars", "", "vehicles|automobiles", "", "", "", whole=True),
]
CHOICES: list[tuple[str, str, str]] = [  # name, aliases, choices
    ("solver", "method|scheme", "euler|heun|rk4|verlet|crank_nicolson|leapfrog"),
    ("boundary", "edges|boundary condition", "open|closed|reflecting|absorbing"),
    ("geometry", "shape|layout", "ring|torus|square|cylinder|sphere"),
    ("optimizer", "optimiser|training method", "sgd|adam|rmsprop|lion"),
    ("activation", "nonlinearity", "relu|tanh|gelu|sigmoid"),
    ("fluid", "liquid|medium", "water|oil|glycerol|mercury|honey"),
    ("material", "substance|stuff", "steel|copper|glass|titanium|rubber"),
    ("gas", "atmosphere|filling gas", "argon|helium|nitrogen|xenon"),
    ("weather", "conditions|sky", "sunny|rainy|foggy|stormy"),
    ("controller", "regulator|control law", "pid|lqr|fuzzy|manual"),
    ("strategy", "policy|behaviour", "greedy|random|cautious|cooperative|selfish"),
    ("potential_form", "pair potential|interaction form", "harmonic|morse|yukawa|buckingham"),
    ("season", "time of year", "spring|summer|autumn|winter"),
    ("pump_profile", "pulse shape|pulse", "gaussian|rectangular|sawtooth|triangular|sech"),
    ("gait", "way of walking", "walk|trot|gallop|crawl"),
    ("topology", "network|graph type", "small_world|scale_free|chain|tree|complete"),
    ("limiter", "flux limiter", "minmod|superbee|van_leer|upwind"),
    ("polarisation", "polarization", "linear|circular|elliptic|unpolarised"),
    ("soil_type", "ground|earth", "clay|sand|loam|peat"),
    ("fuel", "propellant", "hydrogen|methane|kerosene|ethanol"),
    ("drive", "forcing|excitation", "sine|chirp|pulse|white|step_like"),
    ("ordering", "crystal order|phase", "cubic|hexagonal|amorphous|random_packed"),
    ("loss", "objective|cost function", "mse|huber|cross_entropy|hinge"),
    ("scenario", "case|story", "baseline|optimistic|pessimistic|crash"),
    ("palette", "colours|color map", "warm_colours|cold_colours|grey"),
]
SWITCHES = (
    "gravity:weight of things|convection:|heating:heater|cooling:cooler|ventilation:fans|lights:lamp|adaptive_mesh:mesh refinement|logging:log output"
    "|collisions:bumping|periodic:wrap around|evaporation:drying|rotation:spinning|turbulence:|magnetism:magnetic field|feedback:feedback loop"
    "|irrigation:watering|autopilot:|shuffling:shuffle|diffusion:spreading|reflection:mirroring|smoothing:smoother|damper:|recycling:"
)
METRICS = (
    "yield entropy loss_value accuracy throughput_rate queue_length drag lift peak_load efficiency order_parameter magnetisation pressure_drop"
    " mean_speed kinetic_energy total_energy error residual residual_norm survivors infected co2 biomass profit wait_time collisions_per_step"
    " overlap fidelity purity visibility drift roughness coverage fill_level conversion ph_value ph oxygen glucose firing_rate synchrony gini"
    " reward win_rate perplexity grad_norm divergence vorticity enstrophy helicity mass_loss luminosity albedo_mean sea_level ice_area rainfall"
).split()
