"""Run one function of a user's Python file as a workload: ``python -m workloads.call_function FILE FUNCTION``.

The function takes no arguments and calls ``steer.attach`` itself. The file is imported under its own name, so that what
stands under ``if __name__ == "__main__"`` does not run.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path


def main(file: str, function: str) -> None:
    """Import the file and call the function.

    Raises:
        SystemExit: the file has no such function.
    """
    path = Path(file)
    sys.path[0] = str(path.parent)  # its neighbours can be imported, as if it were run itself
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise SystemExit(f"{file} cannot be imported as Python.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    call = getattr(module, function, None)
    if not callable(call):
        raise SystemExit(
            f"{file} has no function {function}(); write it, or give the file alone to run it as a script."
        )
    call()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
