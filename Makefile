SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:

PYTHON ?= $(shell command -v python3.11 || command -v python3 || echo python3)
PORT ?= 8501
# Processes that share the tests; each has a database server of its own.
JOBS ?= $(shell n=$$(nproc 2>/dev/null || echo 2); echo $$((n < 8 ? n : 8)))
VENV := .venv
BIN := $(VENV)/bin
# A stamp is written last: an interrupted installation is simply done again.
RUNTIME := $(VENV)/.runtime
DEVELOP := $(VENV)/.develop

.PHONY: help setup lock run worker test dates check bench screenshots backup restore

help: ## list what a developer can do
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(DEVELOP) ## make .venv with all that developers need (again only when a lock changes)

$(RUNTIME): requirements.lock
	@.ci/install "$(PYTHON)" $(VENV) requirements.lock
	@touch $@

$(DEVELOP): requirements-dev.lock | $(RUNTIME)
	@.ci/install "$(PYTHON)" $(VENV) requirements-dev.lock
	@touch $@

lock: $(DEVELOP) ## compile both locks from requirements.txt and requirements-dev.txt
	@.ci/lock $(BIN)/uv

run: $(RUNTIME) ## start the app on http://127.0.0.1:8501 (PORT=... for another port)
	@exec $(BIN)/streamlit run app.py --server.port $(PORT)

worker: $(RUNTIME) ## start one more training worker (needs DATABASE_URL of a shared server)
	@exec $(BIN)/python -m core.worker

test: $(DEVELOP) ## run every test; installs Debian's chromium and postgresql-15 when it may
	@.ci/test-tools $(BIN)/python
	@$(BIN)/python -m pytest -q -n $(JOBS) --dist loadgroup --no-loadscope-reorder --ignore=tests/browser $(ARGS)
	@$(BIN)/python -m pytest -q tests/browser $(ARGS)

dates: $(DEVELOP) ## run the tests of core and pages on the last of a month, 29 February, 31 December and a DST night
	@.ci/dates $(BIN)/python -n $(JOBS) -m "not slow" tests/core tests/pages $(ARGS)

check: $(DEVELOP) ## format, lint, types, doors between the rooms
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(DEVELOP) ## measure what the app promises, peers beside it; ARGS=--all for everything that takes long
	@$(BIN)/python -m tests.bench $(ARGS)

screenshots: $(DEVELOP) ## make docs/screenshots from the running app
	@$(BIN)/python -m tests.browser.pictures test-results/screenshots
	@cp test-results/screenshots/{home_light_wide,results_dark_wide}.png docs/screenshots/

backup: $(RUNTIME) ## save a backup of database and artifacts
	@$(BIN)/python -m core.backup save

restore: $(RUNTIME) ## put a backup in place of the present data: make restore NAME=... (without NAME: list them)
	@$(BIN)/python -m core.backup $(if $(NAME),restore "$(NAME)",list)
