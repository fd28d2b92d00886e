# `make` alone lists the targets. Each target first installs what it needs.
PYTHON ?= python3
BIN    := .venv/bin
READY  := .venv/.ready
# Tests often wait, so there is one more test process than processors, at most five. Each process
# has its own database server. All tests of a file run in one process, because they share
# fixtures. tests/conftest.py starts the slowest files first.
CORES  := $(shell getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
PYTEST := $(BIN)/python -m pytest -q --numprocesses $$(( $(CORES) + 1 )) --maxprocesses 5 \
	--dist loadfile --no-loadscope-reorder
# The core, the house rules, and for each dialect one story over HTTP with the vendor's client.
QUICK  := tests/core tests/house $(wildcard tests/dialects/*/test_story.py)
PIP    := $(BIN)/python -m pip -qq --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help setup demo serve browser test test-quick check fix docs bench lock clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY)  ## create .venv with the locked dependencies
	@echo 'Ready: .venv contains the locked dependencies.'

$(READY): requirements.lock pyproject.toml hatch_build.py
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo 'Polaris needs Python 3.11 or later. Try: make PYTHON=python3.12 ...'; exit 1; }
	@echo 'Setting up .venv (the first time takes a minute) ...'
	@test -x $(BIN)/pip || $(PYTHON) -m venv .venv
	@$(PIP) install --no-deps --require-hashes --requirement requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(READY)  ## issue, pay and void demo invoices, then start the API
	@$(BIN)/polaris demo

serve: $(READY)  ## start the API on http://127.0.0.1:8000
	@$(BIN)/polaris serve

browser:  ## install Chromium if it is missing; the tests of the console need it
	@sh tests/console/browser/install.sh

test: $(READY) browser  ## run all tests, in parallel
	@$(PYTEST)

test-quick: $(READY)  ## run the core and house tests, and one story per dialect (one minute)
	@$(PYTEST) $(QUICK)

check: $(READY)  ## check style, types, imports, house rules and generated docs
	@$(BIN)/ruff check --quiet --output-format concise
	@$(BIN)/ruff format --check --quiet || { echo 'The code is not formatted. Run: make fix'; exit 1; }
	@$(BIN)/mypy --no-error-summary
	@out=$$($(BIN)/lint-imports --no-logo --no-cache) || { echo "$$out"; exit 1; }
	@$(BIN)/python -m pytest -q tests/house
	@$(BIN)/python -m polaris.reference --check
	@echo 'All checks passed.'

fix: $(READY)  ## format the code and apply automatic fixes
	@$(BIN)/ruff check --fix --quiet || true
	@$(BIN)/ruff format --quiet
	@$(BIN)/ruff check

docs: $(READY) browser  ## generate docs/reference from the code, and the pictures of the console
	@$(BIN)/python -m polaris.reference
	@POLARIS_SCREENSHOTS=1 $(BIN)/python -m pytest -q tests/console/browser/test_runbooks.py

bench: $(READY)  ## run the benchmark
	@$(BIN)/python -m bench

# django-htmx is locked for the file htmx.js that it carries; Django itself is not needed.
lock:  ## update requirements.lock after a change of pyproject.toml
	@test -x build/uv/bin/uv || { $(PYTHON) -m venv build/uv && build/uv/bin/pip install -q uv; }
	@build/uv/bin/uv pip compile --quiet --universal --python-version 3.11 --extra dev \
		--generate-hashes --no-header --no-annotate --no-emit-index-url \
		--no-emit-package django --no-emit-package sqlparse \
		--output-file requirements.lock pyproject.toml

clean:  ## delete .venv, build results and caches
	@rm -rf .venv build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
