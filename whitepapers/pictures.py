"""The pictures of a report, drawn in a process of their own that is started before it is known what there is to draw.

Loading what draws takes longer than collecting facts, so the two happen side by side. The pictures for LaTeX come first, those for
the page while LaTeX works.
"""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from measurement.errors import ReportError
from whitepapers.compiling import ROOT, run
from whitepapers.figures import FOR_LATEX, PLOTS

WAITED_S = 0.1


class Pictures:
    """Enter it, and ``order`` what to draw, once. Left early, it gives the drawing up.

    With ``early`` the process is started at once, and waits for the order.
    """

    def __init__(self, folder: Path, stopping: Callable[[], bool], early: bool = True) -> None:
        self._folder, self._stopping, self._early = folder, stopping, early
        self._drawing: Future[None] | None = None
        self._left, self._for_latex = threading.Event(), threading.Event()
        self._pool = ThreadPoolExecutor(1, "report-pictures")

    def __enter__(self) -> Self:
        if self._early:
            self._drawing = self._pool.submit(self._draw)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._left.set()
        self._pool.shutdown()

    def order(self, plots: Mapping[str, Any]) -> None:
        """Have these pictures drawn."""
        whole = self._folder / f"{PLOTS}.part"
        whole.write_text(json.dumps(plots), "utf-8")
        whole.replace(self._folder / PLOTS)  # it is watched for, so it must never be there in part
        self._drawing = self._drawing or self._pool.submit(self._draw)

    def wait_for_latex(self) -> None:
        """Return when LaTeX has its pictures. Raises: ReportError."""
        while not self._for_latex.wait(WAITED_S):
            if self._drawing is None or self._drawing.done():
                self.wait()
                return

    def wait(self) -> None:
        """Return when all are drawn. Raises: ReportError."""
        if self._drawing is None:
            raise ReportError("The pictures were never ordered.")
        self._drawing.result()

    def _draw(self) -> None:
        environment = {
            "PYTHONPATH": str(ROOT),
            "MPLCONFIGDIR": str(self._folder.parent / ".matplotlib"),  # its list of fonts takes seconds to make, once
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
        }
        argv = (sys.executable, "-m", "whitepapers.figures", str(self._folder))
        code, output = run(argv, self._folder, environment, self._given_up, self._hear)
        if code != 0:
            said = output.strip().splitlines() or ["no reason given"]
            raise ReportError(f"The pictures could not be drawn: {said[-1]}")

    def _hear(self, said: str) -> None:
        if FOR_LATEX in said:
            self._for_latex.set()

    def _given_up(self) -> bool:
        return self._stopping() or self._left.is_set()
