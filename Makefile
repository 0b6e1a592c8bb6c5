# make demo   a synthetic office with simulated partners     make test   every test, on both databases
# make lint   everything that is checked without running it  make bench  the figures, side by side with peers
# HYPOTHESIS_PROFILE=nightly make test     many more examples       PYTHON=…   the interpreter for a new .venv
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test lint bench shots locale rules keys lock clean

# tests and demo start many processes; without compiled modules each would compile them anew
unexport PYTHONDONTWRITEBYTECODE

BIN := .venv/bin
READY := .venv/leitstand.ready
LOCALE := core/locale/de/LC_MESSAGES/leitstand
LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate
RULES := docs/rules.md
KEYS := docs/tasten.md
WORKERS ?= auto

help:
	@sed -n '1,/^\./{/^#/s/^# //p;}' Makefile

$(READY): requirements/build.txt requirements/dev.txt requirements/install.sh pyproject.toml hatch_build.py
	@PYTHON='$(PYTHON)' requirements/install.sh
	@touch $@

$(LOCALE).mo: $(LOCALE).po $(READY)
	@$(BIN)/python hatch_build.py
	@touch $@

demo: $(READY) $(LOCALE).mo
	@$(BIN)/leitstand demo $(ARGS)

test: $(READY) $(LOCALE).mo
	@$(BIN)/pytest -n $(WORKERS) --dist worksteal $(ARGS)

# make -k lint goes on after the first complaint
CHECKS := ruff format imports tree texts schema rules keys types
lint: $(CHECKS:%=lint-%)
lint-%: $(READY) $(LOCALE).mo
	@$(check-$*)

check-ruff = $(BIN)/ruff check .
check-format = $(BIN)/ruff format --check .
check-imports = $(BIN)/lint-imports --no-logo
check-tree = $(BIN)/python -m tests.checks.tree
check-texts = $(BIN)/python -m tests.checks.translations
check-schema = $(BIN)/python -W ignore::UserWarning -m tests.checks.schema
check-rules = test ! -e $(RULES) || $(BIN)/leitstand rules page --lang de | diff -u $(RULES) -
check-keys = $(BIN)/python -m tui.key_tables de | diff -u $(KEYS) -
check-types = PYRIGHT_PYTHON_IGNORE_WARNINGS=1 $(BIN)/pyright

bench: $(READY) $(LOCALE).mo
	@$(BIN)/python -m bench $(ARGS)

# gather what stands in core/locale/fragments, compile
locale: $(READY)
	@$(BIN)/python -m tests.checks.translations --merge
	@$(BIN)/python hatch_build.py

# the rule catalogue, generated from the registry
rules: $(READY) $(LOCALE).mo
	@$(BIN)/leitstand rules page --lang de >$(RULES).new
	@mv $(RULES).new $(RULES)

# the handbook's tables of keys, generated from the verbs
keys: $(READY) $(LOCALE).mo
	@$(BIN)/python -m tui.key_tables de >$(KEYS).new
	@mv $(KEYS).new $(KEYS)

# the screenshots of the README, from the demo office
shots: $(READY) $(LOCALE).mo
	@$(BIN)/python -m tests.shots docs/shots

# what pyproject.toml asks for, pinned with hashes; UPGRADE=--upgrade takes the newest. Names no index.
lock:
	$(LOCK) $(UPGRADE) pyproject.toml --all-extras --group build --output-file requirements/dev.txt
	$(LOCK) $(UPGRADE) pyproject.toml --constraint requirements/dev.txt --output-file requirements/runtime.txt
	$(LOCK) $(UPGRADE) --group build --constraint requirements/dev.txt --output-file requirements/build.txt

clean:
	rm -rf .venv build dist .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -prune -exec rm -rf {} + -o -name '*.mo' -exec rm -f {} +
