"""The energy laboratory: runs whose prompts are put together piece by piece, and what each of them cost.

Covers plans (``plan.py``), prompts (``prompt.py``), asking the engine (``asking.py``), results and their statistics
(``result.py``, ``spread.py``), named benchmarks (``benchmarks.py``), sweeps and calibration (``sweep.py``, ``calibration.py``), and
the service that does one run after another (``laboratory.py``). It opens no counter itself: a request comes back with its
energy from the recording transport.
"""
