# make run and make test do all the set-up: a virtual environment in .venv with the versions that requirements.lock pins,
# brought up to date when they change.

PYTHON ?= $(shell for python in python3.13 python3.12 python3.11 python3 python; do \
	"$$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null && echo "$$python" && break; done)
VENV := .venv
BIN := $(VENV)/bin
RUNNING := $(VENV)/installed-to-run
TESTING := $(VENV)/installed-to-test

INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint requirements.lock

.PHONY: run test check bench model gallery lock clean help

help:  ## list what can be made
	@grep -hE '^[a-z]+:.*##' Makefile | sed 's/:.*##/\t/'

run: $(RUNNING)  ## start the app; PRESENTER_PASSPHRASE and ARGS="--server.address 0.0.0.0" open it to a room
	$(BIN)/streamlit run app.py $(ARGS)

test: $(TESTING)  ## run all tests; ARGS="-k ink" runs some
	$(BIN)/python -m pytest $(ARGS)

check: $(TESTING)  ## linter, formatter, type checker and the order of the rooms
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

bench: $(TESTING)  ## measure everything; PACKS="a.npz b.npz" name other pen-drawn digits, FONTS="a.woff b.ttf" handwritten typefaces
	$(BIN)/python -m benchmarks.startup
	$(BIN)/python -m benchmarks.latency
	$(BIN)/python -m benchmarks.load
	$(BIN)/python -m benchmarks.recipes
	$(BIN)/python -m benchmarks.retrain
	$(BIN)/python -m benchmarks.ensembles
	$(BIN)/python -m benchmarks.distillation
	$(BIN)/python -m benchmarks.exports
	$(BIN)/python -m benchmarks.compression
	$(BIN)/python -m benchmarks.take_home
	$(BIN)/python -m benchmarks.handwriting
	$(BIN)/python -m benchmarks.nodigits $(PACKS)
	$(BIN)/python -m benchmarks.hostile
	$(BIN)/python -m benchmarks.drawn $(PACKS)
	$(BIN)/python -m benchmarks.views $(PACKS)
	$(BIN)/python -m benchmarks.numbers $(PACKS)
	$(BIN)/python -m benchmarks.teaching $(PACKS)
	$(BIN)/python -m benchmarks.ablation $(PACKS)
	$(if $(FONTS),$(BIN)/python -m benchmarks.typefaces $(FONTS))

model: $(RUNNING)  ## train the shipped model anew
	$(BIN)/python -m mnist_core train --recipe default --output mnist_core/models/shipped

gallery: $(RUNNING)  ## draw all pictures of docs/gallery.md anew, with a small model and a K-fold validation beside the shipped model
	home=$$(mktemp -d) && trap 'rm -rf "$$home"' EXIT && export MNIST_STUDIO_HOME="$$home" && \
		$(BIN)/python -m mnist_core train --recipe quick --name quick && \
		$(BIN)/python -m mnist_core kfold --recipe quick --subset 6000 && \
		$(BIN)/python -m mnist_core compress --model shipped && \
		$(BIN)/python -m mnist_core figure all --model shipped --model quick --output docs/gallery

lock: | $(BIN)/python  ## pin all packages anew after the requirements have changed; ARGS=--upgrade takes their newest versions
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "uv~=0.13.0"
	$(BIN)/uv pip compile --quiet --universal --fork-strategy fewest --python-version 3.11 --annotation-style line \
		--custom-compile-command "make lock" --output-file requirements.lock requirements-dev.txt $(ARGS)

clean:  ## remove the virtual environment and all caches
	rm -rf $(VENV) .pytest_cache .mypy_cache .import_linter_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "MNIST Studio needs Python 3.11, 3.12 or 3.13, and none was found."; exit 1; }
	"$(PYTHON)" -m venv $(VENV) || { echo "On Debian and Ubuntu: sudo apt install python3-venv"; rm -rf $(VENV); exit 1; }

$(RUNNING): requirements.txt requirements.lock | $(BIN)/python
	$(INSTALL) -r requirements.txt
	touch $@

$(TESTING): requirements.txt requirements-dev.txt requirements.lock | $(BIN)/python
	$(INSTALL) -r requirements-dev.txt
	touch $(RUNNING) $@
