"""The fixtures of this folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tools.pendulum import Bench, steered_pendulum


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """A simulation of quick steps."""
    yield from steered_pendulum(tmp_path, 0.005)


@pytest.fixture
def slow_bench(tmp_path: Path) -> Iterator[Bench]:
    """A simulation whose steps take longer than a tool waits."""
    yield from steered_pendulum(tmp_path, 7.0)
