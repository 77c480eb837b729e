"""The control plane's end of the steering channel: the door to it, for all other floors.

``Workload`` is one simulation under control, ``Workloads`` all of a launch. Behind them: ``lifecycle.py`` starts and
ends, ``session.py`` is one process with its channel, ``intake.py`` takes what it says, ``live.py`` holds the present,
``record.py`` writes it down and tells it, ``attendant.py`` looks after what is due.
"""

from workloads.exits import RestartPolicy
from workloads.fleet import Workloads
from workloads.parameters import ParameterInfo
from workloads.snapshot import (
    ALIVE,
    Change,
    CheckpointResult,
    Picture,
    SetResult,
    Snapshot,
    State,
    StateResult,
    WorkloadEvent,
)
from workloads.workload import Workload

__all__ = [
    "ALIVE",
    "Change",
    "CheckpointResult",
    "ParameterInfo",
    "Picture",
    "RestartPolicy",
    "SetResult",
    "Snapshot",
    "State",
    "StateResult",
    "Workload",
    "WorkloadEvent",
    "Workloads",
]
