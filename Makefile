# Two commands do all: `make demo` shows the main job, `make test` proves the project.
# Both make their own .venv from requirements/dev.lock with nothing but python3 (>= 3.11), git and make.

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.PHONY: demo test deep check docs lock clean

demo: $(READY)
	$(BIN)/govern demo
	$(BIN)/govern demo --story partial-rollback
	$(BIN)/govern demo --story re-entry
	$(BIN)/govern demo --story drill

test: $(READY) check
	$(BIN)/pytest -n auto -m "not deep"

check: $(READY)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

deep: $(READY)
	$(BIN)/pytest -n auto -m deep

$(READY): requirements/dev.lock pyproject.toml
	$(PYTHON) -c 'import sys; assert sys.version_info >= (3, 11), "govern needs Python 3.11 or newer"'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements/dev.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

# The reference, and what commands print on the other pages. Tests compare both with the program.
docs: $(READY)
	$(BIN)/python docs/generate.py
	$(BIN)/python tests/docs/refresh.py

# The lock holds versions and hashes and names no index, so that any mirror serves.
lock:
	uv pip compile pyproject.toml --group dev --generate-hashes --no-emit-index-url --no-header --universal \
	  --python-version 3.11 --output-file requirements/dev.lock
	uv pip compile pyproject.toml --group dev --group scale --generate-hashes --no-emit-index-url --no-header --universal \
	  --python-version 3.11 --constraint requirements/dev.lock --output-file requirements/scale.lock

clean:
	rm -rf .venv build dist
