# Two commands are enough for a newcomer: `make demo` and `make test`.
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
export TF_CPP_MIN_LOG_LEVEL ?= 2
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help demo snippets digits entities questions masks trees test test-slow check format catalogue bench clean

help: ## show these targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

# The stamp is newer than what it was made from, so that a second call starts at once.
.venv/installed: setup.cfg pyproject.toml
	@echo "Making .venv and installing ftkeras (TensorFlow is large: some minutes the first time) ..."
	@$(PYTHON) -c 'import sys; sys.exit("ftkeras needs Python 3.11 or newer; try make PYTHON=python3.12") if sys.version_info < (3, 11) else None'
	@$(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --editable '.[test]'
	@touch $@

.venv/reference: .venv/installed
	@echo "Installing the reference implementations for the slow tests ..."
	@$(BIN)/pip install --quiet --editable '.[test,reference]'
	@touch $@

demo: .venv/installed ## fine-tune and judge MiniLM on tweets, from nothing
	@$(BIN)/python -m experiments.assets minilm tweets
	@$(BIN)/python -m ftkeras.run --flagfile=experiments/tweet_sentiment/run.flags

snippets: .venv/installed ## the same for 10,605 movie snippets, with probabilities calibrated and a threshold chosen
	@$(BIN)/python -m experiments.assets minilm snippets
	@$(BIN)/python -m ftkeras.run --flagfile=experiments/movie_snippets/run.flags

digits: .venv/installed ## the same road for images: EfficientNet-Lite0 on handwritten digits
	@$(BIN)/python -m experiments.assets lite0 digits
	@$(BIN)/python -m ftkeras.run --flagfile=experiments/digits_lite0/run.flags

entities: .venv/installed ## a tag for each word: entities in tweets
	@$(BIN)/python -m experiments.assets minilm tweet_entities
	@$(BIN)/python -m ftkeras.run --flagfile=experiments/named_entities/run.flags

questions: .venv/installed ## answers that are pieces of a text: a part of SQuAD
	@$(BIN)/python -m experiments.assets minilm squad
	@$(BIN)/python -m ftkeras.run --flagfile=experiments/squad/run.flags

masks: .venv/installed ## a class for each pixel: digits on photographs
	@$(BIN)/python -m experiments.assets lite0 trees digits
	@$(BIN)/python -m experiments.digit_masks.compose
	@$(BIN)/python -m ftkeras.run --flagfile=experiments/digit_masks/run.flags

trees: .venv/installed ## boxes around things: crowns of trees from the air
	@$(BIN)/python -m experiments.assets lite0 trees
	@$(BIN)/python -m ftkeras.run --flagfile=experiments/trees_lite0/run.flags

# Two workers have two cores: threads of their own would only wait for each other.
test: export OMP_NUM_THREADS := 1
test: export TF_NUM_INTRAOP_THREADS := 1
test: export TF_NUM_INTEROP_THREADS := 1
test: .venv/installed ## the tests (10 to 14 minutes on 2 cores)
	$(BIN)/python -m pytest -m "not slow" -n 2 --dist loadfile --no-loadscope-reorder --durations=20

test-slow: .venv/reference ## the tests that need real weights, references or minutes
	@$(BIN)/python -m experiments.assets minilm tweets lite0 digits
	$(BIN)/python -m pytest -m slow

check: .venv/installed ## lint, types, import contracts, spelling, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell ftkeras experiments README.md BUILD.md CHANGELOG.md
	@$(MAKE) --no-print-directory test

format: .venv/installed ## put the code into shape
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

catalogue: .venv/installed ## collect the sentences of reports, and compile their translations
	$(BIN)/pybabel -q extract -F ftkeras/report/locale/babel.cfg -k message -k counted:1,2 --no-location --sort-output --project=ftkeras -o build/ftkeras.pot ftkeras
	$(BIN)/pybabel -q update -D ftkeras -i build/ftkeras.pot -d ftkeras/report/locale --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date --no-wrap
	$(BIN)/pybabel compile -D ftkeras -d ftkeras/report/locale --statistics

bench: .venv/reference ## the benchmarks, side by side with their peers
	@$(BIN)/python -m experiments.assets minilm tweets
	@for file in experiments/benchmarks/[a-z]*.py; do echo "== $$file"; $(BIN)/python -m experiments.benchmarks.$$(basename $$file .py) || exit 1; done

clean: ## remove what was made (not the fetched weights and data)
	rm -rf .venv build *.egg-info .pytest_cache .mypy_cache .ruff_cache
