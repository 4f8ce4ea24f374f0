# Sets up, runs, tests and measures jupyterlab-cache. Needs Python 3.10+, Node.js 20 and make.
#
#   make lab        open JupyterLab on examples/ with the extension (LAB_ARGS="--no-browser --port 8899")
#   make test       run all tests (SUITES="python jest" chooses some; see scripts/run_suites.py)
#   make test-integrations  run what needs book builders, other caches and shared stores; test-all runs both
#   make bench      measure (BENCHMARKS="bundle start" chooses some)
#   make soak       the long forms of the hardest tests (SOAK_MINUTES=60, SOAK_SEED=… repeats a run)
#   make reliability  write docs/reliability.md from what the last soak found
#   make tour       make the screenshots of docs/tour.md anew
#   make translations  write the template of all strings that can be translated
#   make docs       build the documentation site into build/docs; its notebooks come from the cache
#   make constraints  pin the newest versions of all Python dependencies anew
#   make clean      remove everything that was built or installed

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON ?= python3
LAB_ARGS ?=
SUITES ?=
BENCHMARKS ?=
SOAK_MINUTES ?= 60
SOAK_SEED ?=

VENV := .venv
STAMPS := .stamps
PY := $(VENV)/bin/python
LABEXTENSION := jupyterlab_cache/labextension
BUNDLE := $(LABEXTENSION)/static/style.js
INSTALLED := $(VENV)/share/jupyter/labextensions/jupyterlab-cache
FRONTEND_SOURCES := $(shell find src style schema -type f -not -path '*/__tests__/*') tsconfig.json
AS_ROOT := $(if $(filter 0,$(shell id -u)),--allow-root,)

NEEDS_R := $(if $(SUITES),$(filter python,$(SUITES)),r)
NEEDS_BROWSER := $(if $(SUITES),$(filter browser,$(SUITES)),browser)

export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD := 1

.PHONY: help setup lab test test-integrations test-all bench soak reliability browser tour translations docs constraints clean

help:
	@sed -n 's/^#   //p' $(firstword $(MAKEFILE_LIST))

setup: $(STAMPS)/python $(BUNDLE)

lab: setup
	jupyter lab --ServerApp.root_dir=examples $(AS_ROOT) $(LAB_ARGS)

test: setup $(STAMPS)/ui-tests $(if $(NEEDS_BROWSER),browser $(STAMPS)/beside) $(if $(NEEDS_R),r)
	$(PY) scripts/run_suites.py $(SUITES)

test-integrations: setup $(STAMPS)/integrations
	$(PY) scripts/run_suites.py integrations

test-all: setup $(STAMPS)/ui-tests browser $(STAMPS)/beside r $(STAMPS)/integrations
	$(PY) scripts/run_suites.py all

bench: setup browser
	$(PY) benchmarks/run.py $(BENCHMARKS)

soak: setup
	JUPYTERLAB_CACHE_SOAK_MINUTES=$(SOAK_MINUTES) JUPYTERLAB_CACHE_SOAK_SEED=$(SOAK_SEED) \
	  $(PY) -m pytest --timeout 0 soak
	JUPYTERLAB_CACHE_SOAK_MINUTES=$(SOAK_MINUTES) JUPYTERLAB_CACHE_EXAMPLES=50 \
	  $(PY) -m pytest --timeout 0 -n 2 $(if $(SOAK_SEED),--hypothesis-seed=$(SOAK_SEED)) \
	  tests/hostile tests/rest/test_contract_examples.py tests/inputs/test_random_projects.py

reliability: setup
	$(PY) scripts/reliability.py

# The extension's dependencies and the extension itself, whose front end is built on the way.
$(STAMPS)/python: pyproject.toml constraints.txt package.json install.json $(STAMPS)/node
	@# A reinstallation must not delete the build through the link that is set below.
	@if [ -L $(INSTALLED) ]; then rm $(INSTALLED); fi
	$(PY) -m pip install -qq -c constraints.txt -e ".[dev,test]"
	@$(MAKE) --no-print-directory link
	@mkdir -p $(@D) && touch $@

$(STAMPS)/node: package.json yarn.lock .yarnrc.yml $(VENV)/pyvenv.cfg
	jlpm install --immutable
	@mkdir -p $(@D) && touch $@

$(VENV)/pyvenv.cfg:
	$(PYTHON) -m venv $(VENV)
	$(PY) -m pip install -qq -c constraints.txt jupyter-builder

$(BUNDLE): $(FRONTEND_SOURCES) package.json | $(STAMPS)/python
	@# Installing has just built it, unless a source changed since then.
	@if [ -z "$$(find $(FRONTEND_SOURCES) package.json -newer $@ 2>/dev/null)" ] && [ -e $@ ]; \
	  then touch $@; else jlpm build:prod && touch $@; fi
	@$(MAKE) --no-print-directory link

# JupyterLab looks at the build itself, so what is built anew is there after a reload.
.PHONY: link
link:
	@rm -rf $(INSTALLED) && mkdir -p $(dir $(INSTALLED)) && ln -s $(CURDIR)/$(LABEXTENSION) $(INSTALLED)

browser: $(STAMPS)/ui-tests
	@scripts/ensure_browser.sh

# Both install with apt, which does not let two work at once.
.PHONY: r
r: | $(if $(NEEDS_BROWSER),browser)
	@scripts/ensure_r.sh

$(STAMPS)/ui-tests: ui-tests/package.json ui-tests/yarn.lock $(VENV)/pyvenv.cfg
	cd ui-tests && jlpm install --immutable
	@mkdir -p $(@D) && touch $@

tour: setup browser
	cd ui-tests && node_modules/.bin/playwright test --config tour.config.ts

translations: $(VENV)/pyvenv.cfg
	$(PY) scripts/translation_template.py

$(STAMPS)/beside: scripts/install_beside.py pyproject.toml constraints.txt $(STAMPS)/python
	$(PY) scripts/install_beside.py
	@mkdir -p $(@D) && touch $@

$(STAMPS)/integrations-packages: scripts/install_integrations.py pyproject.toml constraints-integrations.txt
	$(PYTHON) scripts/install_integrations.py
	@mkdir -p $(@D) && touch $@

# The front end is there already, so that installing does not build it.
$(STAMPS)/integrations: $(STAMPS)/integrations-packages package.json | $(BUNDLE)
	$(PYTHON) scripts/install_integrations.py --project
	@mkdir -p $(@D) && touch $@

docs: setup $(STAMPS)/integrations
	build/integrations/bin/sphinx-build -W --keep-going -b html docs build/docs

constraints:
	$(PYTHON) scripts/constraints.py

clean:
	rm -rf $(VENV) $(STAMPS) node_modules ui-tests/node_modules lib build $(LABEXTENSION) tsconfig.tsbuildinfo
	rm -rf ui-tests/test-results .mypy_cache .pytest_cache .ruff_cache .eslintcache .stylelintcache
