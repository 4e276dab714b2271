# `make` lists what there is. Everything sets itself up first; no other command is needed.

BIN := .venv/bin
PACKAGE := cd salesforce_package && ../.ci/node tools

.DEFAULT_GOAL := help
.PHONY: help setup setup-demo demo check test salesforce browser bench fmt db lock

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

setup: ## Make .venv and the Node packages as the lock files say (PYTHON=… chooses the interpreter)
	@PYTHON="$(PYTHON)" .ci/setup

demo: setup-demo ## Run everything on this machine, with an organisation to try it on (PORT=… moves it, CALENDARS=… brings yours, HOSTS=… makes more)
	@exec $(BIN)/handover demo $(if $(PORT),--port $(PORT)) $(if $(CALENDARS),--calendars "$(CALENDARS)") $(if $(HOSTS),--hosts $(HOSTS))

test: browser check ## Run everything that continuous integration runs
	$(BIN)/pytest -n auto
	$(PACKAGE)/check.mjs tools scan unit apex apex-tests

check: setup ## Run the fast half: formatting, lint, types, who may import whom, scripts, Salesforce metadata
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/shellcheck .ci/* salesforce_package/bin/*.sh
	$(PACKAGE)/check.mjs format lint metadata

salesforce: setup ## Run all checks and tests of the Salesforce package alone
	$(PACKAGE)/check.mjs

bench: setup ## Time how free times are found, beside another way and its targets (QUICK=1: a glance)
	$(BIN)/python -m benchmarks.availability $(if $(QUICK),--quick)

fmt: setup ## Format the code and repair what the linters can repair
	$(BIN)/ruff check --fix --exit-zero .
	$(BIN)/ruff format .
	-$(PACKAGE)/lint/check.mjs --fix
	$(PACKAGE)/format/check.mjs --write

# The demo needs less than the checks, so it is there sooner on a fresh machine.
setup-demo:
	@PYTHON="$(PYTHON)" .ci/setup demo

# The pages are tested in a real one.
browser: setup
	@$(BIN)/python -m tests.browser.finding --install

db: setup-demo ## Open psql on the running demo's database, as its superuser
	@exec $(BIN)/python -m app.local_postgres

# dev.txt decides; the smaller two may only choose from it. UPGRADE=1 takes newer releases.
COMPILE = $(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 \
	--generate-hashes --no-annotate --no-header
lock: setup ## Write the lock files anew from pyproject.toml (UPGRADE=1 takes newer releases)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/lock.txt
	$(COMPILE) $(if $(UPGRADE),--upgrade) --all-extras requirements/build.in -o requirements/dev.txt
	$(COMPILE) -c requirements/dev.txt --extra local -o requirements/local.txt
	$(COMPILE) -c requirements/dev.txt -o requirements/base.txt
