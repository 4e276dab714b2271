# `make` lists what there is. Everything sets itself up first; no other command is needed.

BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help setup demo check test fmt db lock

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-6s %s\n", $$1, $$2 }' Makefile

setup: ## Make .venv with what the lock file says (PYTHON=… chooses the interpreter)
	@PYTHON="$(PYTHON)" .ci/setup

demo: setup ## Run everything on this machine, with an organisation to try it on (PORT=… moves it)
	@exec $(BIN)/handover demo $(if $(PORT),--port $(PORT))

test: check ## Run everything that continuous integration runs
	$(BIN)/pytest -n auto

check: setup ## Run the fast half: formatting, lint, types, who may import whom
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fmt: setup ## Format the code and repair what the linter can repair
	$(BIN)/ruff check --fix --exit-zero .
	$(BIN)/ruff format .

db: setup ## Open psql on the running demo's database, as its superuser
	@exec $(BIN)/python -m app.local_postgres

# dev.txt decides; the smaller two may only choose from it. UPGRADE=1 takes newer releases.
COMPILE = $(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 \
	--generate-hashes --no-annotate --no-header
lock: setup ## Write the lock files anew from pyproject.toml (UPGRADE=1 takes newer releases)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/lock.txt
	$(COMPILE) $(if $(UPGRADE),--upgrade) --all-extras requirements/build.in -o requirements/dev.txt
	$(COMPILE) -c requirements/dev.txt --extra local -o requirements/local.txt
	$(COMPILE) -c requirements/dev.txt -o requirements/base.txt
