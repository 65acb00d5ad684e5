# The first call of any command sets everything up inside this folder: packages in .venv,
# the model in models, everything else that is written in var. Later calls start at once.

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help chat run train test check evaluate bench bench-nlu bench-widget reliability lock clean setup model \
	widget

export RASA_TELEMETRY_ENABLED ?= false
export TF_CPP_MIN_LOG_LEVEL ?= 2
export CUDA_VISIBLE_DEVICES ?= -1
export SQLALCHEMY_SILENCE_UBER_WARNING ?= 1
export RASA_CACHE_DIRECTORY ?= $(CURDIR)/var/cache/rasa
export MPLCONFIGDIR ?= $(CURDIR)/var/cache/matplotlib
export KERAS_HOME ?= $(CURDIR)/var/cache/keras
export HYPOTHESIS_STORAGE_DIRECTORY ?= $(CURDIR)/var/cache/hypothesis

# Rasa's progress bars would fill a log; from this level on it draws none.
ifeq ($(CI),true)
export LOG_LEVEL ?= ERROR
endif

help: ## Show these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

chat: model ## Talk to the advisor in the terminal
	@.venv/bin/advisor chat

run: model widget ## Serve the advisor over HTTP
	@.venv/bin/advisor serve

widget: setup ## Build the chat widget
	@.venv/bin/python -I scripts/build_widget.py

train: setup ## Train the advisor, whether or not its data has changed
	@rm -f models/advisor.sha256
	@.venv/bin/python -I scripts/train.py

test: check model widget ## Run the checks, then all tests, and print the coverage
	@.venv/bin/python -m pytest --cov --cov-report=term-missing:skip-covered

check: setup ## Check the code's style and types, and the knowledge and the data
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/advisor check

evaluate: model ## Measure how well questions are understood
	@.venv/bin/advisor evaluate

bench: model ## Measure speed and memory beside a stock bot, 30 minutes; BENCH=--quick for 5
	@.venv/bin/python -m benchmarks $(BENCH)

bench-nlu: setup ## Measure understanding beside other pipelines, hours; BENCH=--quick for a tenth
	@.venv/bin/python -m benchmarks.nlu $(BENCH)

bench-widget: model widget ## Measure the chat widget in a browser, 3 minutes; BENCH=--quick for 1
	@.venv/bin/python -m benchmarks.widget $(BENCH)

reliability: model ## Provoke every fault and write docs/reliability.md
	@rm -rf var/reliability
	@.venv/bin/python -m pytest tests/faults && .venv/bin/python -m benchmarks.reliability

lock: setup ## Resolve requirements.in and requirements-dev.in into requirements.lock
	@UV_CUSTOM_COMPILE_COMMAND='make lock' UV_CACHE_DIR='$(CURDIR)/var/cache/uv' \
		.venv/bin/uv pip compile --quiet --universal --python-version 3.10 \
		--generate-hashes --no-emit-index-url \
		requirements.in requirements-dev.in --output-file requirements.lock

clean: ## Remove all that was installed, trained or cached; conversations stay
	@rm -rf .venv models widget/node_modules widget/dist var/cache var/setup var/python .rasa .coverage build *.egg-info
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

setup:
	@scripts/setup.sh

model: setup
	@.venv/bin/python -I scripts/train.py
