# Every target sets up what it needs; `make` alone lists them.
PYTHON ?= python3
BIN    := .venv/bin
READY  := .venv/.ready
# Tests run on all processors, at most four; each test process has a database server of its own.
# All tests of one file run in one process, because they share what the file sets up. The files
# begin in the order of tests/conftest.py, the longest first.
PYTEST := $(BIN)/python -m pytest -q --numprocesses logical --maxprocesses 4 \
	--dist loadfile --no-loadscope-reorder
# The rules, the house rules, and for each dialect one story over HTTP by the vendor's own client.
QUICK  := tests/core tests/house $(wildcard tests/dialects/*/test_story.py)
PIP    := $(BIN)/python -m pip -qq --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help setup demo serve test test-quick check fix docs bench lock clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY)  ## make .venv with everything in it, as locked
	@echo 'Ready: .venv holds what the lock says.'

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo 'Polaris needs Python 3.11 or later; try: make PYTHON=python3.12 ...'; exit 1; }
	@echo 'Setting up .venv (a minute the first time) ...'
	@test -x $(BIN)/pip || $(PYTHON) -m venv .venv
	@$(PIP) install --require-hashes --requirement requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(READY)  ## seed a tenant, run the main job, show what happened, then serve
	@$(BIN)/polaris demo

serve: $(READY)  ## serve on http://127.0.0.1:8000: today whether it is well, and metrics
	@$(BIN)/polaris serve

test: $(READY)  ## run every test, on all processors
	@$(PYTEST)

test-quick: $(READY)  ## run within a minute: core, house rules, a story for each dialect
	@$(PYTEST) $(QUICK)

check: $(READY)  ## hold the house rules: style, types, imports, house tests, docs in step
	@$(BIN)/ruff check --quiet --output-format concise
	@$(BIN)/ruff format --check --quiet || { echo 'Not formatted; make fix does it.'; exit 1; }
	@$(BIN)/mypy --no-error-summary
	@said=$$($(BIN)/lint-imports --no-logo --no-cache) || { echo "$$said"; exit 1; }
	@$(BIN)/python -m pytest -q tests/house
	@$(BIN)/python -m polaris.reference --check
	@echo 'The house rules hold.'

fix: $(READY)  ## format, and mend what can be mended by itself
	@$(BIN)/ruff check --fix --quiet || true
	@$(BIN)/ruff format --quiet
	@$(BIN)/ruff check

docs: $(READY)  ## write docs/reference from the tables in the code
	@$(BIN)/python -m polaris.reference

bench: $(READY)  ## measure against this machine's own ceilings
	@$(BIN)/python -m bench

lock:  ## resolve the dependencies again (after a change in pyproject.toml)
	@test -x build/uv/bin/uv || { $(PYTHON) -m venv build/uv && build/uv/bin/pip install -q uv; }
	@build/uv/bin/uv pip compile --quiet --universal --python-version 3.11 --extra dev \
		--generate-hashes --no-header --no-annotate --no-emit-index-url \
		--output-file requirements.lock pyproject.toml

clean:  ## remove what was made here (.venv too)
	@rm -rf .venv build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
