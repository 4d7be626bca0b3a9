# Two commands are enough: `make demo` and `make test`. Both set everything up first.
SHELL := /bin/bash
.DEFAULT_GOAL := help
BIN := $(CURDIR)/.venv/bin
export PATH := $(BIN):$(PATH)
READY := .venv/.ready
READY_FOR_TESTS := .venv/.ready-for-tests
LOCKS := requirements.lock pyproject.toml deploy/setup.sh deploy/node.lock deploy/node/package-lock.json front/package-lock.json
BUILT := src/hocvuso/site/static/built/site.js
TEST_LOCKS := tests/front/package-lock.json tests/peers/package-lock.json

.PHONY: help demo test check soak bench bench-grading bench-site load setup lint front screenshots lock clean

help: ## show the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

demo: setup ## set up, take a sample class through the lessons, serve the site at http://127.0.0.1:8000
	$(BIN)/hocvuso demo

setup: $(READY) $(BUILT) ## only set up: .venv, JupyterHub's proxy, bubblewrap

$(READY): $(LOCKS)
	bash deploy/setup.sh
	@touch $@

$(BUILT): front/build.mjs front/editor.js $(wildcard front/live/*) $(wildcard src/hocvuso/site/static/*.js) | $(READY)
	npm run build --silent --prefix front

$(READY_FOR_TESTS): $(READY) $(BUILT) $(TEST_LOCKS)
	bash deploy/setup.sh --for-tests
	@touch $@

lint: $(READY) build ## code and lessons: style, types, import contracts, the rules of content (docs/rules)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache >build/imports.txt || (cat build/imports.txt; exit 1)
	$(BIN)/hocvuso lint

front: $(READY_FOR_TESTS)
	npm test --silent --prefix tests/front

check: $(READY_FOR_TESTS) build lint front ## lint, types, import contracts, rules of content and the fast tests (under 3 minutes)
	$(BIN)/pytest -q -m "not slow and not browser and not soak"

# Front-end tests run first and stop the run when they fail; one pytest run then collects all the rest,
# nbval included, so that its closing line is the last.
test: $(READY_FOR_TESTS) build lint front ## everything that decides (under 40 minutes)
	$(BIN)/python -m tests.nbval.cases
	$(BIN)/pytest --nbval -m "not soak" tests build/nbval

soak: $(READY_FOR_TESTS) build ## long runs
	$(BIN)/pytest -m soak --no-header -rN

bench: $(READY_FOR_TESTS) build ## measure everything, against nbgrader and Voila (QUICK=1: fewer of all); figures in build/bench
	$(BIN)/python -m tests.bench

bench-grading: $(READY_FOR_TESTS) build ## only the grader, beside nbgrader autograde (QUICK=1: under 5 minutes)
	$(BIN)/python -m tests.bench grading

load: $(READY_FOR_TESTS) build ## 2,000 learners at once on this machine, 150 in a live lesson (QUICK=1: under 3 minutes; STEPS=1: until it breaks)
	$(BIN)/python -m tests.load

bench-site: $(READY_FOR_TESTS) build ## only the learner's site, beside stock Voila (QUICK=1: under 5 minutes)
	$(BIN)/python -m tests.bench site

screenshots: $(READY_FOR_TESTS) build ## make the README's pictures anew from the running site
	$(BIN)/python docs/screenshots.py

lock: $(READY) ## resolve the dependencies anew
	bash deploy/lock.sh

build:
	@mkdir -p build

clean: ## remove what was built, not what learners did
	rm -rf build .ruff_cache .mypy_cache
	find source release -mindepth 1 -maxdepth 1 ! -name README.md -exec rm -rf {} +
