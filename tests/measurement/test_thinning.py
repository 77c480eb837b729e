"""Old readings of runs are merged: number, mean, extremes and order stay, and what is not finite is untouched."""

from __future__ import annotations

import math
from pathlib import Path

from measurement.store import Reading, Store
from measurement.store.thinning import PORTION_ROWS


def test_old_readings_are_merged_and_recent_ones_kept(tmp_path: Path) -> None:
    rows = PORTION_ROWS + 500
    with Store(tmp_path / "lodger.db") as store:
        old = [Reading("run-1", "x", step, float(step % 100), step * 0.01) for step in range(rows)]
        old[150] = Reading("run-1", "x", 150, math.nan, 1.5)
        recent = [Reading("run-1", "x", rows + step, 1.0, 1000.0 + step * 0.01) for step in range(50)]
        store.add_readings([*old, *recent]).result(60)
        removed = store.thin_readings(before=500.0)
        kept = store.readings("run-1", "x", 100_000)
        assert len(kept) == rows + 50 - removed < 100
        assert [reading.step for reading in kept if reading.count == 1][-50:] == [reading.step for reading in recent]
        assert sum(reading.count for reading in kept) == rows + 50
        assert sum(math.isnan(reading.value) for reading in kept) == 1
        merged = next(reading for reading in kept if reading.count > 1)
        assert (merged.minimum, merged.maximum) == (0.0, 99.0)
        total = math.fsum(reading.value * reading.count for reading in kept if not math.isnan(reading.value))
        exact = math.fsum(reading.value for reading in [*old, *recent] if not math.isnan(reading.value))
        assert math.isclose(total, exact, rel_tol=1e-12)
        assert store.thin_readings(before=500.0) == 0
    with Store(tmp_path / "lodger.db") as again:
        assert again.thin_readings(before=500.0) <= 2  # the seam between two portions
