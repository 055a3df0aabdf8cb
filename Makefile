# Debian 12 or another Linux or macOS with python3 >= 3.11 and make. On Windows: the commands of pip in README.md.
PYTHON ?= python3
ARGS ?=
VENV := .venv
BIN := $(VENV)/bin
RUNTIME := $(VENV)/.runtime
DEV := $(VENV)/.dev
# Where the system's Python was replaced by a newer one, what is installed for the old one does not count.
$(shell test -x $(BIN)/python || rm -f $(RUNTIME) $(DEV))
# What a command that is missing is called in Debian.
is_missing = $(if $(shell command -v $(1) 2>/dev/null),,$(2))
find_chromium = $(or $(CHROMIUM),$(shell command -v chromium 2>/dev/null || command -v chromium-browser 2>/dev/null))
# Chromium without its windows: tests of the pages take half as long in it.
find_shell = $(or $(CHROMIUM),$(shell command -v chromium-headless-shell 2>/dev/null))

.PHONY: help run test test-bluez lint web bench faults fuzz load validate estimators soak measures security settings pictures recordings wheel clean system
.DEFAULT_GOAL := help

help: ## say what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(RUNTIME) ## start the server and say where its pages are; ARGS="--strap simulated" for another strap
	@exec $(BIN)/python -m biofeedback serve --strap auto $(ARGS)

test: system lint web ## everything that CI checks
	$(BIN)/python -m tests
	@$(BIN)/python -m coverage report --fail-under=95
	@$(BIN)/python -m coverage report --fail-under=100 --include='biofeedback/core/*'

test-bluez: $(DEV) ## the tests of the collector over the real BlueZ, in a guest; skipped where there is none
	$(BIN)/python tests/bluez/host.py $(ARGS)

lint: $(DEV) ## format, rules, types and the direction of imports
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports

web: ## tests of the pages' own code
	@if command -v node >/dev/null 2>&1; then set -x; node --test tests/web/*.test.js; \
	else echo "SKIPPED tests/web: there is no node"; fi

bench: $(DEV) ## eight cards beside a circle; CPU and start-up times, beside neurokit2, and docs/artefacts.md; never a test
	PYTHONPATH=tests/browser $(BIN)/python -m tests.bench.pages
	$(BIN)/python -m tests.bench
	$(BIN)/python -m tests.bench.correction

faults: $(DEV) ## docs/faults.md: kills under load, full disks, poisoned sessions, a bad network; goes on where it stopped
	PYTHONPATH=tests $(BIN)/python -m tests.faults $(ARGS)

load: $(DEV) ## docs/load.md: what thousands of viewers and straps take of one core, beside a naive server
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m tests.load $(ARGS)

fuzz: $(DEV) ## a million payloads and many sessions of spoilt bytes; with atheris (pip install -e '.[fuzz]') guided as well
	$(BIN)/python -m tests.fuzz $(ARGS)

security: $(DEV) ## bandit, pip-audit, and a hundred thousand requests to the running server; needs pip install -e '.[security]'
	$(BIN)/python -m tests.security $(ARGS)

validate: $(DEV) ## docs/validation.md: error rates of the answers, within an hour; goes on where it stopped
	$(BIN)/python -m tests.validation $(ARGS)

estimators: $(DEV) ## docs/estimators.md: four estimators of the exhale answer on the same beats
	$(BIN)/python -m tests.validation.estimators $(ARGS)

soak: $(DEV) ## docs/soak.md: eight straps over Bluetooth for an hour, ten times as fast: what is held, what a frame takes
	PYTHONPATH=tests/straps $(BIN)/python -m tests.soak $(ARGS)

measures: $(DEV) ## docs/measures.md: every measure, and what it does when only the breathing rate changes
	$(BIN)/python docs/measures.py

settings: $(DEV) ## docs/settings.md: every setting of the server
	$(BIN)/python docs/settings.py

pictures: $(DEV) ## the pictures of README.md, from the screenshots that make test left
	$(BIN)/python docs/pictures.py

recordings: $(DEV) ## make the reference recordings and their expected results anew
	$(BIN)/python recordings/rebuild.py

wheel: $(DEV) ## dist/*.whl, with the pages in it
	$(BIN)/python -m build --wheel --no-isolation --outdir dist

clean: ## remove what was made here, the virtual environment as well
	rm -rf $(VENV) dist build .coverage .coverage.* .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache

# Programs that some tests drive. Where they are not to be had, those tests are skipped and say so.
system: $(DEV)
	@missing="$(strip $(if $(find_chromium),,chromium chromium-sandbox) \
		$(call is_missing,dbus-daemon,dbus-daemon) $(call is_missing,node,nodejs))"; \
	$(BIN)/python -m playwright --version >/dev/null 2>&1 || missing="$$missing libatomic1"; \
	test -z "$$missing" || .ci/install $$missing || echo "going on without: tests that need them are skipped"
	@test -n "$(find_shell)" || .ci/install chromium-headless-shell || echo "going on with the whole Chromium, which takes longer"

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "$(PYTHON) is older than 3.11; name a newer one: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || .ci/install $(notdir $(PYTHON))-venv
	$(PYTHON) -m venv --clear $(VENV)

# Each stamp is as old as what it stands for: a second call installs nothing.
$(RUNTIME): pyproject.toml $(BIN)/python
	@echo "installing what biofeedback needs into $(VENV), once"
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(DEV): pyproject.toml $(BIN)/python
	@echo "installing what biofeedback and its tests need into $(VENV), once"
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $(RUNTIME) $@
