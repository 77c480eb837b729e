"""Control charts of the house's own telemetry: what is charted, judged a point at a time, and drawn from the store.

The statistics are ``measurement.spc``; here is which metric is judged on which scale, against which frozen limits, and
what an alarm is. Nothing here asks an engine or opens an incident; that is ``agent.monitoring.monitor``.
"""

from measurement.control.alarms import AlarmDesign, design
from measurement.control.chart import ControlChart, control_chart
from measurement.control.course import Courses, Points, Process, processes
from measurement.control.freezing import Frozen, freeze, from_record, to_record
from measurement.control.metrics import METRICS, Metric, metric_named
from measurement.control.views import VIEWS
from measurement.control.watch import Judgement, Watch

__all__ = [
    "METRICS",
    "VIEWS",
    "AlarmDesign",
    "ControlChart",
    "Courses",
    "Frozen",
    "Judgement",
    "Metric",
    "Points",
    "Process",
    "Watch",
    "control_chart",
    "design",
    "freeze",
    "from_record",
    "metric_named",
    "processes",
    "to_record",
]
