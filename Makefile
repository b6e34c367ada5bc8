# Two commands: `make demo` shows the main job, `make test` proves it. Both set everything up first.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.PHONY: demo test lint types imports unit soak bench score lock clean

demo: $(READY)
	$(BIN)/python -m tests.demo.run $(if $(SERVE),--serve)

test: lint types imports unit

lint: $(READY)
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .

types: $(READY)
	$(BIN)/mypy

imports: $(READY)
	$(BIN)/lint-imports --no-logo

unit: $(READY)
	$(BIN)/pytest -q -n 2 -m "not soak"

soak: $(READY)
	$(BIN)/pytest -q -m soak

bench: $(READY)
	$(BIN)/python -m pip install --quiet --require-hashes -r constraints-bench.txt
	$(BIN)/python -m tests.bench

# The numbers on a labelled set: make score BENCH=folder. Fails below the floors in tests/bench/floors.toml.
score: $(READY)
	$(BIN)/python -m tests.bench.score $(BENCH)

# Take the newest releases within pyproject.toml's bounds.
lock: $(READY)
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --group dev --universal --generate-hashes --no-emit-index-url --no-annotate \
		--no-header --python-version 3.11 --upgrade --quiet -o constraints.txt
	$(BIN)/uv pip compile --group bench --constraint constraints.txt --universal --generate-hashes \
		--no-emit-index-url --no-annotate --no-header --python-version 3.11 --upgrade --quiet -o constraints-bench.txt

clean:
	rm -rf .venv demo data .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(READY): constraints.txt pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes -r constraints.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	touch $@
