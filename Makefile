# Every command of the project. `make help` lists them; CI runs the same ones (.ci/run).
# A machine needs Python >= 3.11 and make, nothing else.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
TESTS ?= tests
.DEFAULT_GOAL := help
.PHONY: help venv demo up test test-long unit simulate planted races kill-matrix day benchmark benchmark-lineage benchmark-impact benchmark-forecast benchmark-orchestration benchmark-peers decision-trust test-spark lint format types lock clients lock-clients lock-peers clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

venv: $(STAMP) ## .venv with everything that the lock file names

demo: $(STAMP) ## a week of real flights through a whole stack of its own; ends by itself
	$(BIN)/headwater demo

up: $(STAMP) ## graph, broker, API and workers on this machine, until Ctrl-C; data stays in .headwater
	$(BIN)/headwater up

test: $(STAMP) ## the whole suite, on both graph engines side by side (TESTS=path for a part of it)
	$(BIN)/pytest -n 2 --dist loadgroup $(TESTS)

test-long: $(STAMP) ## the same with all that the suite leaves out for its time: more kills, histories, orders, engines
	LONG=1 $(BIN)/pytest -n 2 --dist loadgroup $(TESTS)

unit: $(STAMP) ## only the tests that need no process
	$(BIN)/pytest tests/unit

simulate: $(STAMP) ## N histories of the protocol under faults, with fresh seeds (N=100000 takes an hour on two cores)
	$(BIN)/python -m tests.simulation --histories $(or $(N),1000)

planted: $(STAMP) ## after how many histories the simulation notices each planted bug
	$(BIN)/python -m tests.simulation --planted

races: $(STAMP) ## contention in full on both engines: 500 job partitions, 200 claimers a thousand times, 64 writers
	RACES=full $(BIN)/pytest -n 2 --dist loadgroup tests/integration/test_protocol_races.py

kill-matrix: $(STAMP) ## six victims killed at seventeen steps, five times each; all other faults; OPTIONS="--kills 1 --out FILE"
	$(BIN)/python -m tests.kill.matrix $(OPTIONS)
	ALL_FAULTS=1 $(BIN)/pytest tests/kill/test_faults.py

day: $(STAMP) ## a day of the flights estate at 1,000 times its speed, with failures; OPTIONS="--seed 7 --speed 500 --engine neo4j"
	$(BIN)/python -m tests.day $(OPTIONS)

benchmark: $(STAMP) ## what the protocol costs on this machine; OPTIONS="runs starts" for some sections only
	$(BIN)/python -m benchmarks.protocol $(OPTIONS)

benchmark-lineage: $(STAMP) ## lineage next to the bare driver; OPTIONS="--edges 1000000" for the long form, "--url U" for any server
	$(BIN)/python -m benchmarks.lineage $(OPTIONS)

benchmark-impact: $(STAMP) ## verdicts on 50 changes at once in an estate of 100,000 datasets; OPTIONS="--datasets 10000" for a short form
	$(BIN)/python -m benchmarks.impact $(OPTIONS)

benchmark-forecast: $(STAMP) ## what a forecast costs, and how often it is right; OPTIONS="speed --jobs 1000" for a part
	$(BIN)/python -m benchmarks.forecast $(OPTIONS)

decision-trust: $(STAMP) ## verdicts of impact held against changes that are really made; OPTIONS="--seed 7 --pairs 2000", "--examples"
	$(BIN)/python -m benchmarks.decision_trust $(OPTIONS)

benchmark-orchestration: $(STAMP) ## whether the queue stays flat with a million past runs; OPTIONS="--past 1000 100000" for a short form
	$(BIN)/python -m benchmarks.orchestration $(OPTIONS)

benchmark-peers: $(STAMP) ## Headwater beside Airflow, Prefect and Dagster, each for real; OPTIONS="airflow --events 5" for a part
	$(BIN)/python -m benchmarks.peers $(OPTIONS)

clients: $(STAMP) ## the official OpenLineage clients, unchanged, each for real; OPTIONS="dbt spark" for some, "--record" for the tests
	$(BIN)/python -m tests.clients $(OPTIONS)

test-spark: $(STAMP) ## Spark jobs for real, local and on a standalone cluster (PySpark, 490 MB, is fetched once; needs a JDK 17)
	SPARK=1 $(BIN)/pytest tests/spark

lint: $(STAMP) types ## ruff, format, types, and which way imports point
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache

types: $(STAMP) ## only the type checker
	$(BIN)/basedpyright

format: $(STAMP) ## let ruff mend and format everything
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: $(STAMP) ## resolve the dependencies anew into requirements.lock
	$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --extra demo --extra notebook --extra postgresql --group dev --upgrade \
		--generate-hashes --no-emit-index-url --no-emit-find-links --quiet \
		--custom-compile-command "make lock" --output-file requirements.lock

lock-clients: $(STAMP) ## resolve the environments of those clients anew
	for name in python dbt airflow spark marquez; do \
		$(BIN)/uv pip compile tests/clients/packages/$$name.in --universal --python-version 3.11 --upgrade \
			--generate-hashes --no-emit-index-url --no-emit-find-links --quiet \
			--custom-compile-command "make lock-clients" --output-file tests/clients/packages/$$name.lock; \
	done

lock-peers: $(STAMP) ## resolve the environments of the orchestrators that we are measured beside
	for name in airflow prefect dagster; do \
		$(BIN)/uv pip compile benchmarks/peers/packages/$$name.in --universal --python-version 3.11 --upgrade \
			--generate-hashes --no-emit-index-url --no-emit-find-links --quiet \
			--custom-compile-command "make lock-peers" --output-file benchmarks/peers/packages/$$name.lock; \
	done

clean: ## remove what can be made again (not .headwater, which may hold your data)
	rm -rf $(VENV) build dist .pytest_cache .ruff_cache .hypothesis .import_linter_cache *.egg-info
	find . -name __pycache__ -not -path './.git/*' -prune -exec rm -rf {} +

# The lock decides every package, by hash; the project itself is then linked in without looking anything up.
$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
		{ echo "Headwater needs Python >= 3.11, and $(PYTHON) is $$($(PYTHON) --version 2>/dev/null || echo not there): try make PYTHON=python3.12" >&2; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(STAMP)
