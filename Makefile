# Two commands for people: `make demo` and `make test`. Both set themselves up in .venv.
# Only Python 3.11+ with venv, and make, are needed. uv is used when it is there, because it is faster.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
UV     := $(shell command -v uv 2>/dev/null)

# uv first, where there is one; pip does the same when uv is absent or cannot reach the index.
install = $(if $(UV),$(UV) pip install --quiet --python $(BIN)/python $(1) || )$(BIN)/python -m pip install --quiet --disable-pip-version-check $(1)

.PHONY: demo test lint types floors tests docs lock bench validation clean

demo: $(VENV)/run.stamp          ## read, screen, schedule, simulate and report the five demo studies
	$(BIN)/protorun demo --output demo

test: lint types floors tests docs   ## every check

lint: $(VENV)/test.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/test.stamp
	$(BIN)/mypy

floors: $(VENV)/test.stamp
	$(BIN)/lint-imports --no-cache

tests: $(VENV)/test.stamp
	$(BIN)/pytest

docs: $(VENV)/test.stamp         ## the documentation site, offline and strict, into site/
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

bench: $(VENV)/test.stamp        ## every benchmark, one table each
	for b in benchmarks/*.py; do $(BIN)/python $$b || exit 1; done

validation: $(VENV)/test.stamp   ## the figures of both pages of comparisons, anew from the reference data
	PYTHONPATH=tests $(BIN)/python -m oracle.dosefinding
	PYTHONPATH=tests $(BIN)/python -m oracle.endpoints

lock:                            ## renew both lock files (needs uv)
	uv pip compile pyproject.toml --group build --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate -q -o requirements.lock
	uv pip compile pyproject.toml --group build --group test --group docs --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate -q -c requirements.lock -o requirements-dev.lock

clean:
	rm -rf $(VENV) site demo .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "protorun needs Python 3.11 or newer; set PYTHON=... to point at one"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "cannot create $(VENV): install the venv module of your Python (on some systems the package python3-venv)"; exit 1; }

$(VENV)/run.stamp: requirements.lock pyproject.toml | $(BIN)/python
	$(call install,--require-hashes -r requirements.lock)
	$(call install,--no-deps --no-build-isolation -e .)
	@touch $@

$(VENV)/test.stamp: requirements-dev.lock pyproject.toml | $(BIN)/python
	$(call install,--require-hashes -r requirements-dev.lock)
	$(call install,--no-deps --no-build-isolation -e .)
	@touch $@ $(VENV)/run.stamp
