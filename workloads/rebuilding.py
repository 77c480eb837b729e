"""Rebuild what a parameter shapes: prepared while a change may still be refused, taken into use at the next step.

A hook that replaced arrays at once could not give them back when another hook refuses the same request. So a hook only
prepares beside what runs; the next step takes it up when the parameters still say so, and drops it otherwise.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from workloads.steer import Parameter

Shape = TypeVar("Shape")
Built = TypeVar("Built")


class Rebuilding(Generic[Shape, Built]):
    """One thing built for a shape that parameters give.

    Args:
        shape: reads the parameters; two shapes that are equal need no rebuild.
        build: makes the thing for a shape out of the one before (None at first); it may refuse with a ValueError, and
            must leave the one before as it was.
        parameters: whose changes prepare a rebuild.
    """

    def __init__(
        self,
        shape: Callable[[], Shape],
        build: Callable[[Shape, Built | None], Built],
        parameters: list[Parameter[float]] | list[Parameter[int]],
    ) -> None:
        self._read, self._build = shape, build
        self._shape = shape()
        self._built = build(self._shape, None)
        self._prepared: tuple[Shape, Built] | None = None
        for parameter in parameters:
            parameter.on_change(self._prepare)

    @property
    def shape(self) -> Shape:
        """The shape that runs."""
        return self._shape

    @property
    def built(self) -> Built:
        """The thing that runs."""
        return self._built

    def _prepare(self, _value: object) -> None:
        shape = self._read()
        if shape == self._shape:
            self._prepared = None
        elif self._prepared is None or self._prepared[0] != shape:
            self._prepared = None  # given back before the next one is made
            self._prepared = (shape, self._build(shape, self._built))

    def take_up(self) -> bool:
        """Take into use what was prepared; tells whether there was anything."""
        if self._prepared is None:
            return False
        (self._shape, self._built), self._prepared = self._prepared, None
        return True
