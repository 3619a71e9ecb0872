# The two commands of the README are `make run` and `make test`. Each does its own set-up.
SHELL := /bin/bash
.DELETE_ON_ERROR:
.PHONY: help run test lint types imports sizes bench qualification docs tables lock clean

STUDY ?= studies/il2-sle
OUT ?= out
BIN := .venv/bin

help: ## list the commands
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: ## take the low-dose IL-2 trial from its study folder to its report in out/
	@bash scripts/setup.sh run
	@$(BIN)/lupustrial run $(STUDY) --out $(OUT)

test: ## lint, types, import rules, module sizes and all tests
	@bash scripts/setup.sh dev
	@$(MAKE) --no-print-directory lint types imports sizes
	@$(BIN)/python -m pytest -n 2 --dist loadfile

lint: ## style, with everything on
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: ## mypy strict; its Django part reads the settings, which read the environment
	LUPUSTRIAL_STUDY=studies/il2-sle DATABASE_URL=none.db LUPUSTRIAL_KEYS=.mypy_cache/keys $(BIN)/mypy

imports: ## the import rules of the rooms
	$(BIN)/lint-imports --no-cache

sizes: ## the module-size table
	@$(BIN)/python scripts/module_sizes.py

bench: ## time and memory: the road at 60, 600 and 6,000 participants, instruments up to 10 million rows, statistics, allocation, web application, cytometry
	@bash scripts/setup.sh dev
	@$(BIN)/python benchmarks/road.py
	@$(BIN)/python benchmarks/instruments.py
	@$(BIN)/python benchmarks/stats.py
	@$(BIN)/python benchmarks/allocation.py
	@$(BIN)/python benchmarks/capture.py
	@$(BIN)/python benchmarks/cytometry.py
	@$(BIN)/python benchmarks/cytometry_trial.py --participants 20 --visits 3 --trials 1 --nulls 1 --draws 200 --fits 20

qualification: ## run every test of a requirement and write the matrix, clause by clause, to out/qualification
	@bash scripts/setup.sh dev
	@$(BIN)/python scripts/qualification.py --out $(OUT)/qualification

docs: ## build the documentation into site/, every link checked
	@bash scripts/setup.sh dev
	@$(BIN)/python scripts/check_docs.py
	@$(BIN)/python scripts/instrument_tables.py --check
	@$(BIN)/python scripts/comparison_pages.py --check
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --strict

tables: ## write the tables of the instrument pages and the pages of comparison anew
	@$(BIN)/python scripts/instrument_tables.py
	@$(BIN)/python scripts/comparison_pages.py

lock: ## renew the locks (needs network)
	@bash scripts/setup.sh dev
	@bash scripts/lock.sh

clean: ## remove what make made
	rm -rf .venv out .mypy_cache .ruff_cache .pytest_cache
