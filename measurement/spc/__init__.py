"""Control charts: is the process in control? Pure statistics on NumPy, no store, no clock, no page.

Covers limits of individual values, moving ranges and subgroups; Nelson's and Western Electric's rules over a series or
a point at a time; CUSUM and EWMA with their calibration; baselines, incidents, transforms. ``docs/control-charts.md``
tells a quality engineer each convention, its source and the alternatives.
"""

from measurement.spc.analysis import Analysis, Transform, analyze
from measurement.spc.baseline import Baseline, chosen_range, first_points, longest_in_control
from measurement.spc.cusum import CusumChart, CusumDesign, CusumStream, cusum
from measurement.spc.ewma import EwmaChart, EwmaDesign, ewma
from measurement.spc.incidents import Direction, Incident, group
from measurement.spc.limits import (
    LEAST_BASELINE,
    PREFERRED_BASELINE,
    Limits,
    Series,
    SigmaMethod,
    as_series,
    individuals,
    moving_range_chart,
    moving_ranges,
)
from measurement.spc.nelson import (
    EVERY_RULE,
    NELSON,
    PRESETS,
    TITLES,
    WESTERN_ELECTRIC,
    Conventions,
    rule_flags,
    violations,
)
from measurement.spc.run_length import (
    LONE_RULE_ARL,
    RunLength,
    cusum_arl,
    cusum_h,
    ewma_arl,
    ewma_l,
    false_alarms_per_day,
    points_between_false_alarms,
    siegmund_cusum_arl,
    simulated_arl,
)
from measurement.spc.streaming import RuleStream
from measurement.spc.subgroups import SubgroupChart, by_minute, mean_and_range
from measurement.spc.transform import (
    Autocorrelation,
    ar1_residuals,
    autocorrelation,
    back,
    logarithm,
    quantile_limits,
    share_beyond,
)

__all__ = [
    "EVERY_RULE",
    "LEAST_BASELINE",
    "LONE_RULE_ARL",
    "NELSON",
    "PREFERRED_BASELINE",
    "PRESETS",
    "TITLES",
    "WESTERN_ELECTRIC",
    "Analysis",
    "Autocorrelation",
    "Baseline",
    "Conventions",
    "CusumChart",
    "CusumDesign",
    "CusumStream",
    "Direction",
    "EwmaChart",
    "EwmaDesign",
    "Incident",
    "Limits",
    "RuleStream",
    "RunLength",
    "Series",
    "SigmaMethod",
    "SubgroupChart",
    "Transform",
    "analyze",
    "ar1_residuals",
    "as_series",
    "autocorrelation",
    "back",
    "by_minute",
    "chosen_range",
    "cusum",
    "cusum_arl",
    "cusum_h",
    "ewma",
    "ewma_arl",
    "ewma_l",
    "false_alarms_per_day",
    "first_points",
    "group",
    "individuals",
    "logarithm",
    "longest_in_control",
    "mean_and_range",
    "moving_range_chart",
    "moving_ranges",
    "points_between_false_alarms",
    "quantile_limits",
    "rule_flags",
    "share_beyond",
    "siegmund_cusum_arl",
    "simulated_arl",
    "violations",
]
