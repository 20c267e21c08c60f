SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:

PYTHON ?= $(shell command -v python3.11 || command -v python3 || echo python3)
PORT ?= 8501
VENV := .venv
BIN := $(VENV)/bin
# The stamp is written last: an interrupted installation is simply done again.
INSTALLED := $(VENV)/.installed

.PHONY: help setup lock run worker test check bench screenshots backup restore

help: ## list what a developer can do
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(INSTALLED) ## make .venv from requirements.lock (again only when the lock changes)

$(INSTALLED): requirements.lock
	@.ci/python-ready "$(PYTHON)"
	@test -x $(BIN)/python || { rm -rf $(VENV); "$(PYTHON)" -m venv $(VENV); }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	@echo "Compiling the model's kernels, once"
	@$(BIN)/python -c "from core.mmm.sampling.nuts import warm_up; warm_up()"
	@touch $@

lock: $(INSTALLED) ## compile requirements.lock from requirements-dev.txt
	@index="$${UV_DEFAULT_INDEX:-$$($(BIN)/python -m pip config get global.index-url 2>/dev/null || true)}"; \
	if [ -n "$$index" ]; then export UV_DEFAULT_INDEX="$$index"; fi; \
	$(BIN)/uv pip compile --quiet --python-version 3.11 --no-emit-index-url requirements-dev.txt -o requirements.lock

run: $(INSTALLED) ## start the app on http://127.0.0.1:8501 (PORT=... for another port)
	@exec $(BIN)/streamlit run app.py --server.port $(PORT)

worker: $(INSTALLED) ## start one more training worker (needs DATABASE_URL of a shared server)
	@exec $(BIN)/python -m core.worker

test: $(INSTALLED) ## run every test; installs Debian's chromium and postgresql-15 when it may
	@.ci/test-tools
	@$(BIN)/python -m pytest -q $(ARGS)

check: $(INSTALLED) ## format, lint, types, doors between the rooms
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(INSTALLED) ## measure what the app promises, peers beside it; ARGS=--all for everything that takes long
	@$(BIN)/python -m tests.bench $(ARGS)

screenshots: $(INSTALLED) ## make docs/screenshots from the running app
	@$(BIN)/python -m tests.browser.pictures test-results/screenshots
	@cp test-results/screenshots/{home_light_wide,results_dark_wide}.png docs/screenshots/

backup: $(INSTALLED) ## save a backup of database and artifacts
	@$(BIN)/python -m core.backup save

restore: $(INSTALLED) ## put a backup in place of the present data: make restore NAME=... (without NAME: list them)
	@$(BIN)/python -m core.backup $(if $(NAME),restore "$(NAME)",list)
