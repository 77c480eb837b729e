"""Let a simulation be watched and steered: three lines to use, standard library only, one file that may be copied.

    from workloads import steer

    sim = steer.attach("heat", total_steps=1000)
    dt = sim.parameter("dt", 1e-3, minimum=1e-6, maximum=1e-2, unit="s", doc="time step")
    for step in sim.steps():          # the safe point: changes, pause, stop and checkpoints happen here and nowhere else
        ...
        sim.report(temperature=t_max)

Who owns the loop calls ``sim.next_step()`` instead; for a loop inside a library there is ``sim.reporter(…)``; with
``listen="unix:/path"`` a program that was started elsewhere can be attached to, left and attached to again; with
``comm=MPI.COMM_WORLD`` rank 0 speaks for all. See ``docs/attach.md``.

Covered: Python programs on POSIX. A program that nobody manages runs as if nothing were there. In a managed one daemon
threads read and write JSON lines; the simulation's own thread never waits for them. Not covered: other languages
(speak the lines yourself, see ``docs/attach.md``) and processes that the simulation forks (they run unmanaged).
"""

from __future__ import annotations

import atexit
import base64
import contextlib
import hmac
import json
import math
import numbers
import operator
import os
import pickle
import socket
import stat
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Generic, TypeVar

PROTOCOL = 1
MAX_LINE_BYTES = 1 << 20
FLUSH_S = 0.05  # metrics leave 20 times a second
MAX_ROWS = 256  # of one metric in one message; above it neighbours are merged
PICTURE_EVERY_S = 0.5
PICTURE_SIDE = 128
HANDSHAKE_S = 5.0  # who attaches must show the token within
SHORTEST_TOKEN = 8
MAX_WAITING = 256  # notes are dropped (and counted) while this many messages wait for a reader

Value = float | int | bool | str
T = TypeVar("T", bound=Value)
F = TypeVar("F", bound=Callable[..., Any])


def kind_of(value: object, choices: object = None) -> str:
    """``float``, ``int``, ``bool``, ``str`` or ``choice``, from a parameter's default."""
    if choices:
        return "choice"
    for kind, types in (("bool", bool), ("int", numbers.Integral), ("float", numbers.Real), ("str", str)):
        if isinstance(value, types):
            return kind
    raise TypeError(f"A parameter's default is a number, a bool or a str, not {value!r}.")


def check_value(spec: Mapping[str, Any], value: object) -> Value:
    """Give ``value`` as the parameter's own type; both ends of the channel use this one rule.

    ``spec`` has name, kind, minimum, maximum, choices, unit. Nothing is clamped or guessed.

    Raises:
        ValueError: a sentence with the value and what is allowed.
    """
    reader = {"choice": _choice, "bool": _bool, "str": _str, "int": _number, "float": _number}[spec["kind"]]
    return reader(spec, value)


def _choice(spec: Mapping[str, Any], value: object) -> Value:
    for choice in spec["choices"]:
        same_word = isinstance(choice, str) and isinstance(value, str) and choice.casefold() == value.casefold()
        if same_word or (choice == value and isinstance(choice, bool) == isinstance(value, bool)):
            return choice
    raise ValueError(f"{spec['name']} cannot be {value!r}; choose one of {', '.join(map(str, spec['choices']))}.")


def _bool(spec: Mapping[str, Any], value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{spec['name']} is on or off (true or false), not {value!r}.")
    return value


def _str(spec: Mapping[str, Any], value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{spec['name']} is a text, not {value!r}.")
    return value


def _number(spec: Mapping[str, Any], value: object) -> float | int:
    noun = "a whole number" if spec["kind"] == "int" else "a number"
    number: Any = value
    real = isinstance(value, numbers.Real) and not isinstance(value, bool) and math.isfinite(number)
    if not real or (spec["kind"] == "int" and number != int(number)):
        raise ValueError(f"{spec['name']} is {noun}, not {value!r}{_allowed(spec)}.")
    number = int(number) if spec["kind"] == "int" else float(number)
    low, high = spec.get("minimum"), spec.get("maximum")
    if (low is not None and number < low) or (high is not None and number > high):
        side = "below the minimum" if low is not None and number < low else "above the maximum"
        raise ValueError(f"{spec['name']} = {_with_unit(spec, number)} is {side}{_allowed(spec)}.")
    return number


def _with_unit(spec: Mapping[str, Any], number: Any) -> str:
    return f"{number if isinstance(number, int) else f'{number:.6g}'} {spec.get('unit') or ''}".strip()


def _allowed(spec: Mapping[str, Any]) -> str:
    low, high = spec.get("minimum"), spec.get("maximum")
    if low is None and high is None:
        return ""
    if low is None or high is None:
        side, bound = ("at least", low) if high is None else ("at most", high)
        return f"; allowed is {side} {_with_unit(spec, bound)}"
    return f"; allowed is {_with_unit(spec, low)} to {_with_unit(spec, high)}"


def _operators(operate: Callable[[Any, Any], Any]) -> tuple[Callable[..., Any], Callable[..., Any]]:
    def forward(self: Parameter[Any], other: Any) -> Any:
        return operate(self.value, other.value if isinstance(other, Parameter) else other)

    def backward(self: Parameter[Any], other: Any) -> Any:
        return operate(other, self.value)

    return forward, backward


class Parameter(Generic[T]):
    """A value that people may change while the run goes on. It computes like the number that it holds.

    It changes between two steps only, so within a step it is constant. ``float(dt)`` or ``dt.value`` takes it out.
    """

    __array_priority__ = 1000.0  # NumPy arrays leave ``array * dt`` to us

    def __init__(self, spec: dict[str, Any], value: T) -> None:
        self.spec = spec
        self.name: str = spec["name"]
        self._value: T = value
        self.hooks: list[Callable[[Any], Any]] = []

    @property
    def value(self) -> T:
        """The value as its own type; people change it through the channel, not the simulation."""
        return self._value

    def on_change(self, hook: F) -> F:
        """Call ``hook(new_value)`` when a change is applied (also as a decorator).

        A hook that raises refuses the whole request: the message goes to the person and every value is put back. It
        must then have left things as they were; hooks that had already run are called again with their old value.
        """
        self.hooks.append(hook)
        return hook

    def __repr__(self) -> str:
        return f"Parameter({self.name}={self.value!r})"

    def __str__(self) -> str:
        return str(self.value)

    def __format__(self, how: str) -> str:
        return format(self.value, how)

    def __float__(self) -> float:
        return float(self.value)

    def __int__(self) -> int:
        return int(self.value)

    def __index__(self) -> int:
        return operator.index(self.value)  # type: ignore[arg-type]  # a TypeError for what is not an int, as it should be

    def __bool__(self) -> bool:
        return bool(self.value)

    def __hash__(self) -> int:
        return id(self)

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return sys.modules["numpy"].asarray(self.value, dtype=dtype)  # only NumPy asks

    def __neg__(self) -> Any:
        return operator.neg(self.value)  # type: ignore[arg-type]

    def __abs__(self) -> Any:
        return operator.abs(self.value)  # type: ignore[arg-type]

    __add__, __radd__ = _operators(operator.add)
    __sub__, __rsub__ = _operators(operator.sub)
    __mul__, __rmul__ = _operators(operator.mul)
    __truediv__, __rtruediv__ = _operators(operator.truediv)
    __floordiv__, __rfloordiv__ = _operators(operator.floordiv)
    __mod__, __rmod__ = _operators(operator.mod)
    __pow__, __rpow__ = _operators(operator.pow)
    __lt__, __gt__ = _operators(operator.lt)[0], _operators(operator.gt)[0]
    __le__, __ge__ = _operators(operator.le)[0], _operators(operator.ge)[0]
    __eq__, __ne__ = _operators(operator.eq)[0], _operators(operator.ne)[0]


class Simulation:
    """One run as the simulation sees it. Made by :func:`attach`."""

    def __init__(
        self, name: str, total_steps: int | None, doc: str, device: str, line: _Line | None, *, comm: Any = None
    ) -> None:
        self.name, self.total_steps, self.doc = name, total_steps, doc
        self.managed = line is not None
        self._comm: Any = comm if comm is not None and comm.Get_size() > 1 else None
        self._metrics: dict[str, dict[str, Any]] = {}
        self._begun = self._over = False
        self.parameters: dict[str, Parameter[Any]] = {}
        self.step = 0  # steps completed, which is also the index of the one being computed
        self._line, self._device = line, device
        self._paused = self._stopping = False
        self._save: Callable[[], Any] | None = None
        self._load: Callable[[Any], Any] | None = None
        self._pictured: dict[str, float] = {}
        self._start_values: dict[str, Any] = json.loads(os.environ.pop("LODGER_PARAMETERS", None) or "{}")
        self._restoring = _read_checkpoint(os.environ.pop("LODGER_RESTORE", None))
        self._then: dict[str, Any] = {}  # asked for after the checkpoint, or for a branch of it
        if self._restoring:
            self._then, self._start_values = self._start_values, dict(self._restoring["parameters"])
        if self._comm:  # every rank begins with what rank 0 was told
            told = (self._start_values, self._restoring, self._then)
            self._start_values, self._restoring, self._then = self._comm.bcast(told, root=0)
        if line:
            line.introduction = self._introduction
        self._hello()

    # ---- what a simulation declares

    def parameter(
        self, name: str, default: T, *, minimum: float | None = None, maximum: float | None = None,
        unit: str = "", doc: str = "", aliases: list[str] | None = None, choices: list[T] | None = None,
    ) -> Parameter[T]:  # fmt: skip
        """Declare what may be changed; the type is that of ``default``. Bounds are inclusive, in ``unit``.

        Raises:
            ValueError: the name is taken, or the default or the start value is not allowed.
        """
        if name in self.parameters:
            raise ValueError(f"The parameter {name!r} is declared twice.")
        spec = {
            "name": name, "kind": kind_of(default, choices), "minimum": _bound(minimum), "maximum": _bound(maximum),
            "choices": list(choices) if choices else None, "unit": unit, "doc": doc, "aliases": list(aliases or []),
        }  # fmt: skip
        standard = check_value(spec, default)
        value: Any = check_value(spec, self._start_values.pop(name, default))
        spec["default"] = standard
        made = self.parameters[name] = Parameter(spec, value)
        self._post("parameter", **spec, value=value)
        return made

    def metric(self, name: str, unit: str = "", doc: str = "") -> None:
        """Declare a metric's unit and meaning. Optional: ``report`` takes any name."""
        self._metrics[name] = {"name": name, "unit": unit, "doc": doc}
        self._post("metric", **self._metrics[name])

    def checkpoint(self, save: F) -> F:
        """Register (as a decorator) ``save() -> state``, anything that pickles, called between two steps."""
        self._save = save
        self._hello()
        return save

    def restore(self, load: F) -> F:
        """Register (as a decorator) ``load(state)``, which takes back what ``checkpoint`` gave."""
        self._load = load
        self._hello()
        return load

    @property
    def device(self) -> str:
        """Where it computes: ``cpu``, ``cuda:0``."""
        return self._device

    @device.setter
    def device(self, device: str) -> None:
        self._device = str(device)
        self._hello()

    # ---- what a simulation does

    def steps(self) -> Iterator[int]:
        """Count the steps, 0 to ``total_steps - 1``; between two of them do what people asked for."""
        while self.next_step():
            yield self.step

    def next_step(self) -> bool:
        """For who owns the loop (``while sim.next_step():``): the safe point before each step. False: leave the loop."""
        if self._over:
            return False
        line = self._line
        if self._begun:
            self.step += 1
            if line:
                line.step = self.step
        else:
            self._begin()
        if self.total_steps is not None and self.step >= self.total_steps:
            return self._finish()
        if self._comm:
            return self._safe_point_of_all() or self._finish()
        if line and (line.inbox or line.lost) and not self._safe_point(line):
            return self._finish()
        return True

    def reporter(self, stops: type[BaseException] | None = None, **metrics: Callable[..., Any]) -> Reporter:
        """Make a callback for a loop that a library owns; see :class:`Reporter`. Declare the parameters before."""
        return Reporter(self, stops, metrics)

    def __enter__(self) -> Simulation:
        return self

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        """End the run here and not at the end of the process; an exception becomes its last words."""
        if self._line and isinstance(error, Exception):
            self._line.error = "".join(traceback.format_exception_only(kind, error)).strip()
        if not self._over:
            self._finish()
        if self._line:
            self._line.close()

    def _finish(self) -> bool:
        self._over = True
        if self._line:
            self._line.finish("stopped" if self._stopping else "finished")
        return False

    def report(self, **metrics: Any) -> None:
        """Tell this step's metrics. Every one arrives; NaN and infinities arrive as such."""
        if self._line and self._line.attached:
            self._line.report(self.step, metrics)

    def note(self, text: str) -> None:
        """Tell people something in words."""
        if self._line and self._line.attached and len(self._line.outbox) < MAX_WAITING:
            self._post("note", text=str(text)[:4000], step=self.step)
        elif self._line and self._line.attached:
            self._line.notes_dropped += 1

    def picture(self, name: str, array: Any, unit: str = "", doc: str = "") -> None:
        """Show a field: nested lists or a NumPy or torch array ``[rows, columns]``, thinned to 128 x 128, twice a second."""
        now = time.monotonic()
        if not self._line or not self._line.attached or now - self._pictured.get(name, -math.inf) < PICTURE_EVERY_S:
            return
        self._pictured[name] = now
        try:
            rows = _thin(array)
        except (TypeError, ValueError, IndexError, AttributeError) as error:
            self._line.complain(
                f"picture {name}", f"The picture {name} is not two-dimensional numbers ({error}); it is left out."
            )
            return
        self._line.pictures[name] = {
            "rows": rows,
            "name": name,
            "step": self.step,
            "unit": unit,
            "doc": doc,
            "time": time.time(),
        }

    # ---- the safe point

    def _begin(self) -> None:
        self._begun = True
        if unknown := sorted(self._start_values):
            self.note(f"Start values without a parameter of that name were ignored: {', '.join(unknown)}.")
            self._start_values = {}
        if self._restoring:
            if not self._load:
                raise RuntimeError(f"{self.name} cannot start from a checkpoint: it has no @sim.restore.")
            self._load(self._restoring["state"])
            self.step = self._restoring["step"]
            self.note(f"Restored from the checkpoint of step {self.step}.")
            self._restoring = None
            self._change_at_once({name: value for name, value in self._then.items() if name in self.parameters})
        self._tell_state()

    def _change_at_once(self, wanted: dict[str, Any]) -> None:
        """Before the first step after a checkpoint: the values that differ from the checkpoint's."""
        differing = {name: value for name, value in wanted.items() if self.parameters[name].value != value}
        try:
            changes = self._change(differing)
        except (ValueError, MemoryError, RuntimeError) as error:
            self.note(f"Goes on with the values of the checkpoint: {_sentence(error)}")
            return
        if changes:
            self._post("applied", id=None, step=self.step, changes=changes)

    def _safe_point(self, line: _Line) -> bool:
        """Do what is asked, wait while paused; False ends the loop."""
        while True:
            if line.lost:
                raise SystemExit(f"{self.name}: the control plane is gone; stopped at step {self.step}.")
            if line.inbox:
                self._obey(line.inbox.popleft())
            elif self._stopping or not self._paused:
                return not self._stopping
            else:
                line.rest()

    def _safe_point_of_all(self) -> bool:
        """The safe point of many ranks: rank 0 hears the requests, every rank carries them out in the same order."""
        while True:
            requests: list[dict[str, Any]] | None = None
            if self._line:
                if self._paused and not self._stopping and not (self._line.inbox or self._line.lost):
                    self._line.rest()
                requests = [self._line.inbox.popleft() for _ in range(len(self._line.inbox))]
                requests += [{"type": "stop", "id": None}] if self._line.lost else []
            for request in self._comm.bcast(requests, root=0):
                self._obey(request)
            if self._stopping or not self._paused:
                return not self._stopping

    def _agreed(self, refusal: Exception | None) -> str | None:
        """The first rank's refusal, known to all; None when none refuses. Without ranks: one's own."""
        said = _sentence(refusal) if refusal else None
        answers = self._comm.allgather(said) if self._comm else [said]
        return next((answer for answer in answers if answer), None)

    def _obey(self, request: dict[str, Any]) -> None:
        act = getattr(self, f"_on_{request.get('type')}", None)
        try:
            if act is None:
                raise ValueError(f"This simulation does not know the request {request.get('type')!r}.")
            act(request)
        except Exception as error:  # the border to the user's own hooks: refused, and the run goes on
            if not isinstance(error, ValueError | MemoryError | RuntimeError):
                traceback.print_exc()
            self._post("refused", id=request.get("id"), error=_sentence(error))

    def _on_set(self, request: dict[str, Any]) -> None:
        changes: list[dict[str, Any]] = []
        refusal: Exception | None = None
        try:
            if request.get("checkpoint"):  # so that the change can be undone exactly: the state just before it
                self._keep(request["checkpoint"])
            changes = self._change(request["changes"])
        except Exception as error:
            refusal = error
        if (said := self._agreed(refusal)) and refusal is None:  # another rank refuses: all take it back
            self._change({change["name"]: change["old"] for change in changes})
            refusal = ValueError(said)
        if refusal:
            raise refusal
        self._post("applied", id=request.get("id"), step=self.step, changes=changes)

    def _on_pause(self, request: dict[str, Any]) -> None:
        self._paused = True
        self._tell_state(request)

    def _on_resume(self, request: dict[str, Any]) -> None:
        self._paused = False
        self._tell_state(request)

    def _on_stop(self, request: dict[str, Any]) -> None:
        self._stopping = True
        self._tell_state(request)

    def _on_checkpoint(self, request: dict[str, Any]) -> None:
        self._keep(request["path"])
        self._post("checkpointed", id=request.get("id"), path=request["path"], step=self.step)

    def _keep(self, path: str) -> None:
        if not self._save:
            raise ValueError(f"{self.name} cannot be checkpointed: it has no @sim.checkpoint.")
        values = {name: parameter.value for name, parameter in self.parameters.items()}
        state = self._save()  # on every rank, so that it may gather; what rank 0 gives is kept
        if self._line:
            _write_atomically(path, {"step": self.step, "parameters": values, "state": state})

    def _on_restore(self, request: dict[str, Any]) -> None:
        if not self._load:
            raise ValueError(f"{self.name} cannot go back to a checkpoint: it has no @sim.restore.")
        if self._line:
            self._line.post_rows()  # what was reported before the way back arrives before it
        saved = _read_checkpoint(request["path"]) or {}
        changes = self._change({name: value for name, value in saved["parameters"].items() if name in self.parameters})
        try:
            self._load(saved["state"])
        except Exception:
            self._change({change["name"]: change["old"] for change in changes})
            raise
        self.step = saved["step"]
        if self._line:
            self._line.step = self.step
        self._post("applied", id=request.get("id"), step=self.step, changes=changes)

    def _change(self, wanted: dict[str, Any]) -> list[dict[str, Any]]:
        """Apply all of ``wanted`` or nothing."""
        if unknown := [name for name in wanted if name not in self.parameters]:
            raise ValueError(f"There is no parameter {unknown[0]!r}; there are {', '.join(self.parameters) or 'none'}.")
        new = {self.parameters[name]: check_value(self.parameters[name].spec, value) for name, value in wanted.items()}
        old = {parameter: parameter.value for parameter in new}
        told: list[tuple[Callable[[Any], Any], Any]] = []
        for parameter, value in new.items():
            parameter._value = value
        try:
            for parameter, value in new.items():
                for hook in parameter.hooks:
                    hook(value)
                    told.append((hook, old[parameter]))
        except Exception as refusal:
            self._take_back(old, told, refusal)
            raise
        return [{"name": p.name, "old": old[p], "new": p.value} for p in new]

    def _take_back(
        self, old: dict[Parameter[Any], Any], told: list[tuple[Callable[[Any], Any], Any]], why: Exception
    ) -> None:
        for parameter, value in old.items():
            parameter._value = value
        try:
            for hook, value in reversed(told):
                hook(value)
        except Exception as error:  # half-changed: going on would compute something that nobody asked for
            words = f"A change was refused ({_sentence(why)}) and could not be taken back: {_sentence(error)}"
            if self._line:
                self._line.error = words
            raise SystemExit(words) from error

    def _hello(self) -> None:
        self._post("hello", **self._who())

    def _who(self) -> dict[str, Any]:
        return {
            "protocol": PROTOCOL, "name": self.name, "total_steps": self.total_steps, "pid": os.getpid(),
            "device": self._device, "doc": self.doc, "checkpoint": self._save is not None,
            "restore": self._load is not None,
        }  # fmt: skip

    def _introduction(self) -> list[dict[str, Any]]:
        """All that was declared so far and how things stand, for whoever attaches late."""
        said = [{"type": "hello", **self._who()}]
        for known in list(self.parameters.values()):
            said.append({"type": "parameter", **known.spec, "value": known.value})
        said += [{"type": "metric", **known} for known in list(self._metrics.values())]
        if self._begun and not self._over:
            said.append({"type": "state", "state": "paused" if self._paused else "running", "step": self.step})
        return said

    def _tell_state(self, request: dict[str, Any] | None = None) -> None:
        state = "stopping" if self._stopping else "paused" if self._paused else "running"
        if self._line:
            self._line.step = self.step
            self._line.post_rows()
        self._post("state", state=state, step=self.step, id=request.get("id") if request else None)

    def _post(self, type_: str, /, **fields: Any) -> None:
        if self._line:
            self._line.post(type_, **fields)


class Reporter:
    """A callback for loops that a library owns: call it after every step with whatever the library hands over.

    Each metric is a function of what the callback gets: ``sim.reporter(energy=lambda t, y: y @ y)``. A call reports them
    and is the safe point: it waits while paused. It gives 0 to go on and -1 to stop, as ``scipy.integrate.ode``'s solout
    does; with ``stops`` (such as ``StopIteration`` for ``scipy.optimize``) it raises that instead.
    """

    def __init__(
        self, sim: Simulation, stops: type[BaseException] | None, metrics: Mapping[str, Callable[..., Any]]
    ) -> None:
        self._sim, self._stops, self._metrics = sim, stops, dict(metrics)
        sim.next_step()  # the safe point before the first step

    @property
    def stopped(self) -> bool:
        """Whether the loop should end."""
        return self._sim._over

    def __call__(self, *given: Any, **named: Any) -> int:
        if not self._sim._over:
            self._sim.report(**{name: read(*given, **named) for name, read in self._metrics.items()})
        if self._sim.next_step():
            return 0
        if self._stops and self._sim._stopping:
            raise self._stops
        return -1


class _Line:
    """The channel: one thread reads requests, one writes what waits; the simulation's thread only appends."""

    def __init__(self, connection: socket.socket | None) -> None:
        self.inbox: deque[dict[str, Any]] = deque()
        self.outbox: deque[dict[str, Any]] = deque()
        self.pictures: dict[str, dict[str, Any]] = {}
        self.arrived = threading.Event()
        self.step = self.notes_dropped = 0
        self.lost = self.resting = False
        self._ended: str | None = None  # finished or stopped, once the loop is over
        self.error: str | None = None
        self._rows: dict[str, list[tuple[Any, ...]]] = {}  # step, value, time[, count, least, greatest]
        self._merged = 0
        self._told_step = 0
        self._pid = os.getpid()
        self._complained: set[str] = set()
        self._lock = threading.Lock()
        self._urgent = threading.Event()
        self._closing = False
        self._connection = connection
        self.attached = connection is not None
        self.introduction: Callable[[], list[dict[str, Any]]] = list
        self._writer = threading.Thread(target=self._write, name="steer-writer", daemon=True)
        self._writer.start()
        if connection is not None:
            self._hear_from(connection, connection.makefile("rb"))
        self._next_hook, sys.excepthook = sys.excepthook, self._last_words
        atexit.register(self.close)

    def _hear_from(self, connection: socket.socket, lines: Any) -> None:
        threading.Thread(target=self._read, args=(connection, lines), name="steer-reader", daemon=True).start()

    def post(self, type_: str, /, **fields: Any) -> None:
        if self.attached:
            self.outbox.append({"type": type_, **fields})
            self._urgent.set()

    def rest(self) -> None:
        """Wait for a request, or for the end."""
        self.resting = True
        self.arrived.wait()
        self.arrived.clear()
        self.resting = False

    def report(self, step: int, metrics: dict[str, Any]) -> None:
        now = time.time()
        with self._lock:
            for name, value in metrics.items():
                try:
                    number = float(value)
                except (TypeError, ValueError, OverflowError):
                    self.complain(
                        f"metric {name}",
                        f"The metric {name} was given {value!r:.80}, not a number; such values are left out.",
                    )
                    continue
                rows = self._rows.get(name)
                if rows is None:
                    rows = self._rows[name] = []
                elif len(rows) >= MAX_ROWS:
                    self._rows[name] = rows = _merge_neighbours(rows)
                    self._merged += MAX_ROWS // 2
                rows.append((step, number, now))

    def complain(self, about: str, text: str) -> None:
        """Tell a mistake of the simulation's once, not every step."""
        if about not in self._complained:
            self._complained.add(about)
            self.post("note", text=text, step=self.step)

    def post_rows(self) -> None:
        """Move the metrics that wait into the outbox, so that they arrive before what is posted next."""
        with self._lock:
            rows, merged, self._rows, self._merged = self._rows, self._merged, {}, 0
        names = list(rows)
        for start in range(0, len(names), 16):  # 16 metrics of 256 rows stay below the longest line
            part = {name: rows[name] for name in names[start : start + 16]}
            message = {"type": "metrics", "rows": part, "step": self.step, "merged": 0 if start else merged}
            self.outbox.append(message)  # not urgent: the writer comes by 20 times a second

    def finish(self, state: str) -> None:
        """Say that the loop is over; requests from now on are refused at once."""
        self._ended = state
        self.post_rows()
        self.post("state", state=state, step=self.step, id=None)
        self._refuse_rest()

    def _refuse_rest(self) -> None:
        while self.inbox:
            request = self.inbox.popleft()
            if request.get("type") == "stop" and self._ended:
                self.post("state", state=self._ended, step=self.step, id=request.get("id"))
            else:
                self.post("refused", id=request.get("id"), error=f"The run is over ({self._ended}).")

    def _read(self, connection: socket.socket, lines: Any) -> None:
        with lines:
            while True:
                try:
                    line = lines.readline(MAX_LINE_BYTES)
                except OSError:
                    line = b""
                if not line:
                    break
                self._take(line)
        self._lose(connection)

    def _lose(self, connection: socket.socket | None) -> None:
        """Nobody is at the other end any more: a simulation that was started by its control plane ends."""
        self.lost = True
        self.arrived.set()

    def _take(self, line: bytes) -> None:
        try:
            request = json.loads(line)
        except ValueError:
            request = None
        if not isinstance(request, dict):
            self.post("note", text=f"A request that is no JSON object was ignored: {line[:80]!r}")
            return
        self.inbox.append(request)
        self.arrived.set()
        if self._ended:
            self._refuse_rest()

    def _write(self) -> None:
        while not self.lost:
            closing = self._closing
            self._urgent.wait(None if self.resting or not self.attached else FLUSH_S)
            self._urgent.clear()
            connection = self._connection
            try:
                self._flush(connection)
            except OSError:  # nobody is there any more
                self._lose(connection)
            if closing:
                return

    def _flush(self, connection: socket.socket | None) -> None:
        if connection is None:
            return
        if self._rows and len(self.outbox) < MAX_WAITING:
            self.post_rows()
        if self.step != self._told_step:
            self._told_step = self.step
            self.outbox.append({"type": "step", "step": self.step, "time": time.time()})
        if self.notes_dropped:
            dropped, self.notes_dropped = self.notes_dropped, 0
            text = f"{dropped} notes were dropped: they came faster than they could be told."
            self.outbox.append({"type": "note", "text": text, "step": self.step})
        lines = [_encode(self.outbox.popleft()) for _ in range(len(self.outbox))]
        lines += [_encode(_quantise(self.pictures.pop(name))) for name in list(self.pictures)]
        if lines:
            connection.sendall(b"".join(lines))

    def _last_words(self, kind: Any, error: Any, trace: Any) -> None:
        self.error = "".join(traceback.format_exception_only(kind, error)).strip()
        self._next_hook(kind, error, trace)

    def close(self) -> None:
        """Send what is left and ``bye``; wait at most two seconds for a reader that does not read."""
        if os.getpid() != self._pid or self._closing:  # a forked child that ends is not the run
            return
        self.post_rows()
        state = "failed" if self.error else self._ended or "finished"
        self._told_step = self.step  # bye says it, and is the last
        self.post("bye", state=state, step=self.step, error=self.error)
        self._closing = True
        self._urgent.set()
        self._writer.join(2.0)


class _Door(_Line):
    """A channel at which somebody may attach, leave and attach again; the simulation goes on meanwhile."""

    def __init__(self, door: socket.socket, token: str) -> None:
        self._door, self._token = door, token.encode()
        self._path = door.getsockname() if door.family == socket.AF_UNIX else None
        super().__init__(None)
        threading.Thread(target=self._answer_the_door, name="steer-door", daemon=True).start()

    def _answer_the_door(self) -> None:
        while True:
            try:
                connection, _ = self._door.accept()
            except OSError:  # closed: the run is over
                return
            try:
                self._let_in(connection)
            except (OSError, ValueError):  # gone again, silent too long, or no JSON
                connection.close()

    def _let_in(self, connection: socket.socket) -> None:
        connection.settimeout(HANDSHAKE_S)
        lines = connection.makefile("rb")
        request = json.loads(lines.readline(4096))
        shown = str(request.get("token") or "") if isinstance(request, dict) else ""
        refusal = None
        if not isinstance(request, dict) or request.get("type") != "attach":
            refusal = "The first line must be an attach request."
        elif not hmac.compare_digest(shown.encode(), self._token):
            refusal = "The token is wrong; give the one that the simulation was started with."
        elif self.attached:
            refusal = "Somebody is attached already; only one can steer."
        if refusal:
            connection.sendall(json.dumps({"type": "refused", "id": None, "error": refusal}).encode() + b"\n")
            connection.close()
            return
        connection.settimeout(None)
        with self._lock:
            self.outbox.clear()
            self.outbox.extend(self.introduction())
            self._connection, self.attached, self._told_step = connection, True, -1
        self._urgent.set()
        self._hear_from(connection, lines)

    def post(self, type_: str, /, **fields: Any) -> None:
        with self._lock:  # either the introduction holds it, or it comes after
            super().post(type_, **fields)

    def _lose(self, connection: socket.socket | None) -> None:
        if connection is None:
            return
        with self._lock:
            if connection is self._connection:
                self._connection, self.attached = None, False
                self.outbox.clear()
                self._rows, self._merged, self.pictures, self.notes_dropped = {}, 0, {}, 0
        with contextlib.suppress(OSError):  # not connected any more
            connection.shutdown(socket.SHUT_RDWR)
        connection.close()

    def close(self) -> None:
        if os.getpid() != self._pid or self._closing:
            return
        super().close()
        self._door.close()
        if self._path:
            with contextlib.suppress(OSError):
                os.unlink(self._path)


def attach(
    name: str, total_steps: int | None = None, *, doc: str = "", device: str = "cpu",
    listen: str | None = None, token: str | None = None, comm: Any = None,
) -> Simulation:  # fmt: skip
    """Take up the channel that the environment names, if there is one. ``total_steps=None`` runs without end.

    The environment's entry is used up, so that processes started from here are not mistaken for this simulation.

    Args:
        listen: ``unix:/path`` or ``tcp:127.0.0.1:port``; where Lodger may attach to a program that it did not start
            (``LODGER_CHANNEL`` says the same and wins).
        token: what whoever attaches must show (or ``LODGER_CHANNEL_TOKEN``); needed for ``tcp``.
        comm: an MPI communicator; rank 0 speaks, and every rank carries out the same requests at the same step.

    Raises:
        ValueError: ``LODGER_CHANNEL`` or ``listen`` is there and unusable.
    """
    where = os.environ.pop("LODGER_CHANNEL", "") or listen or ""
    token = os.environ.pop("LODGER_CHANNEL_TOKEN", "") or token or ""
    if not where or (comm is not None and comm.Get_rank() > 0):
        return Simulation(name, total_steps, doc, device, None, comm=comm)
    scheme, _, place = where.partition(":")
    try:
        if scheme not in _CHANNELS:
            raise ValueError(f"known are {', '.join(f'{known}:' for known in _CHANNELS)}")
        line = _CHANNELS[scheme](place, token)
    except (OSError, ValueError) as error:
        raise ValueError(f"LODGER_CHANNEL={where!r} cannot be used ({error}); unset it to run alone.") from error
    sim = Simulation(name, total_steps, doc, device, line, comm=comm)
    os.register_at_fork(after_in_child=lambda: _detach(sim))
    return sim


def _inherited(number: str, token: str) -> _Line:
    connection = socket.socket(fileno=int(number))
    connection.set_inheritable(False)
    return _Line(connection)


def _at_path(path: str, token: str) -> _Line:
    """Listen at a socket file that only its owner may open; one that a dead program left is replaced."""
    if os.path.exists(path):
        if not stat.S_ISSOCK(os.stat(path).st_mode):
            raise ValueError(f"{path} is a file and no socket")
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(path)
            except OSError:
                os.unlink(path)
            else:
                raise ValueError(f"another program listens at {path}")
    door = socket.socket(socket.AF_UNIX)
    door.bind(path)
    os.chmod(path, 0o600)  # before anybody can connect
    door.listen(4)
    return _Door(door, token)


def _at_port(place: str, token: str) -> _Line:
    """Listen at ``host:port``, which everybody on the machine (and beyond, off loopback) may reach: a token is a must."""
    host, _, port = place.rpartition(":")
    if len(token) < SHORTEST_TOKEN:
        raise ValueError(f"a TCP port needs a token of {SHORTEST_TOKEN} characters or more in LODGER_CHANNEL_TOKEN")
    host = host.strip("[]") or "127.0.0.1"
    door = socket.create_server((host, int(port)), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    return _Door(door, token)


_CHANNELS: dict[str, Callable[[str, str], _Line]] = {"fd": _inherited, "unix": _at_path, "tcp": _at_port}


def _detach(sim: Simulation) -> None:
    """In a forked child: the channel is the parent's."""
    sim.managed, sim._line = False, None


def _bound(number: float | None) -> float | None:
    return number if number is not None and math.isfinite(number) else None


def _sentence(error: BaseException) -> str:
    text = str(error).strip()
    return text if isinstance(error, ValueError) and text else f"{type(error).__name__}: {text}".rstrip(": ")


def _encode(message: dict[str, Any]) -> bytes:
    if message["type"] == "metrics":
        for name, rows in message["rows"].items():
            message["rows"][name] = [row if math.isfinite(row[1]) else _sendable(row) for row in rows]
    return json.dumps(message, separators=(",", ":"), default=str).encode() + b"\n"


def _sendable(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """JSON has no NaN: non-finite numbers travel by name."""
    return tuple(_named(item) if isinstance(item, float) else item for item in row)


def _named(number: float) -> float | str:
    if math.isfinite(number):
        return number
    return "NaN" if math.isnan(number) else "Infinity" if number > 0 else "-Infinity"


def _merge_neighbours(rows: list[Any]) -> list[tuple[Any, ...]]:
    """Halve an even number of rows: mean, count, extremes. A NaN makes the mean NaN and leaves the extremes alone."""
    full = [row if len(row) > 3 else (*row, 1, row[1], row[1]) for row in rows]
    merged = []
    for (_, a, _, n, low, high), (step, b, taken_at, m, low_b, high_b) in zip(full[::2], full[1::2], strict=True):
        lows = [x for x in (low, low_b) if not math.isnan(x)] or [math.nan]
        highs = [x for x in (high, high_b) if not math.isnan(x)] or [math.nan]
        merged.append((step, (a * n + b * m) / (n + m), taken_at, n + m, min(lows), max(highs)))
    return merged


def _thin(array: Any) -> list[list[float]]:
    """Take every n-th row and column, so that both are at most 128."""
    if hasattr(array, "tolist"):
        rows, columns = array.shape
        thinned = array[:: -(-rows // PICTURE_SIDE) or 1, :: -(-columns // PICTURE_SIDE) or 1].tolist()
    else:
        every = -(-len(array[0]) // PICTURE_SIDE) or 1
        thinned = [row[::every] for row in array[:: -(-len(array) // PICTURE_SIDE) or 1]]
        if len({len(row) for row in thinned}) != 1:
            raise ValueError("rows of different length")
    return [[float(value) for value in row] for row in thinned]


def _quantise(picture: dict[str, Any]) -> dict[str, Any]:
    """Turn rows of numbers into 8 bits each between the extremes; how many were not finite is said."""
    rows = picture["rows"]
    flat = [value for row in rows for value in row]
    finite = [value for value in flat if math.isfinite(value)]
    low, high = (min(finite), max(finite)) if finite else (0.0, 0.0)
    scale = 255.0 / (high - low) if high > low else 0.0
    values = bytes(int((value - low) * scale) if math.isfinite(value) else 0 for value in flat)
    return {
        **picture, "type": "picture", "rows": len(rows), "columns": len(rows[0]) if rows else 0, "minimum": low,
        "maximum": high, "not_finite": len(flat) - len(finite), "values": base64.b64encode(values).decode(),
    }  # fmt: skip


def _write_atomically(path: str, state: dict[str, Any]) -> None:
    """Write beside and rename: a checkpoint is whole or not there."""
    beside = f"{path}.writing"
    with open(beside, "wb") as file:
        pickle.dump(state, file, protocol=pickle.HIGHEST_PROTOCOL)
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, path)


def _read_checkpoint(path: str | None) -> dict[str, Any] | None:
    if not path:
        return None
    with open(path, "rb") as file:
        return pickle.load(file)
