#!/usr/bin/env bash
# Writes requirements.lock and requirements-dev.lock from pyproject.toml: what a fresh environment resolves to today.
# Not locked are pip itself, and the CUDA libraries that some builds of torch bring along.
set -euo pipefail
cd "$(dirname "$0")/.."
scratch=$(mktemp -d); trap 'rm -rf "$scratch"' EXIT
"$1" -m venv "$scratch/venv"
pip() { "$scratch/venv/bin/python" -m pip --disable-pip-version-check --quiet "$@"; }
frozen() { pip freeze | sed -E 's/^(torch==[0-9.]+)\+.*/\1/' | grep -vE '^(pip|setuptools|nvidia-(cublas|cuda|cudnn|cufft|cufile|curand|cusolver|cusparse|nccl|nvjitlink|nvshmem|nvtx)|triton|cuda-)' | sort -f; }
list() { "$1" - "$2" <<'PY'
import sys, tomllib
project = tomllib.load(open("pyproject.toml", "rb"))["project"]
print("\n".join(project["dependencies"] if sys.argv[1] == "run" else project["optional-dependencies"]["dev"]))
PY
}
list "$1" run > "$scratch/run.txt"; pip install -r "$scratch/run.txt"; frozen > "$scratch/run.lock"
list "$1" dev > "$scratch/dev.txt"; pip install -r "$scratch/dev.txt"; frozen > "$scratch/all.lock"
{ echo "# What make run installs. Written by make lock."; cat "$scratch/run.lock"; } > requirements.lock
{ echo "# What the tests need beside it. Written by make lock."; comm -13 <(sort "$scratch/run.lock") <(sort "$scratch/all.lock") | sort -f; } > requirements-dev.lock
wc -l requirements.lock requirements-dev.lock
