"""What an estate file says is what comes out."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from graph_model.estate import vocabulary
from graph_model.estate.durations import parse_duration
from graph_model.estate.edges import consumer_edges
from graph_model.estate.entities import Deadline, Estate, InputSpec, ReadSpec
from graph_model.estate.kinds import KIND_KEYS
from graph_model.estate.parse import load_estate
from graph_model.estate.yaml_lines import plain, read_yaml
from graph_model.jobs.limits import Limits, parse_size, size_in_words
from graph_model.jobs.secrets import Secret
from graph_model.names import Name
from graph_model.partitions.rules import Mapping, PartitionScheme
from graph_model.policies.entities import Backoff, Policies, Retries, RetryRule
from graph_model.schemas.compatibility import MODES
from graph_model.schemas.promises import ON_VIOLATION, Promise

FLIGHTS = Path(__file__).parents[2] / "examples" / "flights" / "estate.yaml"
SCHEMA = json.loads((Path(vocabulary.__file__).parent / "estate.schema.json").read_text())
ESTATE = """\
scope: shop
namespace: store
datasets:
  raw:
    format: csv
    location: "raw/{date}.csv"
    partition: {every: day, from: 2024-01-01}
    options: {delimiter: ";", null_values: [NA, ""]}
    owner: intake@example.org
    owners: [second@example.org]
    tags: [raw, yes]
    description: What comes in
    classification: internal
    domain: sales
    tier: 1
    properties: {cost_center: 4711, feed: SAP, checked: true, 7: 1.5}
  codes: {format: csv}
  clean: {format: parquet, partition: {every: day, from: 2024-01-01}, expose: copy, location: "clean/{date}.parquet"}
  totals: {format: table, url: "sqlite:///{root}/x.db", table: totals, partition: {every: day, from: 2024-01-01}}
jobs:
  tidy:
    python: shop.tidy:build
    inputs:
      - raw
      - codes
      - {dataset: clean, window: previous 3 days, optional: true, correction: ignore}
      - elsewhere/prices
    outputs: [clean]
    columns: {id: [raw.id, codes.code], clean.amount: [store/raw.amount]}
    retries: 2
    timeout: 90s
    priority: 5
    never_retry: [3]
    owner: shop@example.org
  sum: {sql: sum.sql, inputs: [{dataset: clean, window: last 7}], outputs: [totals]}
  copy: {shell: [cp, "{input.totals}", "10", ""], inputs: [totals], outputs: [other/copied]}
consumers:
  board: {kind: dashboard, reads: {clean: [id, amount], totals: all}, deadline: {by: 16:00, timezone: Europe/Paris}}
"""
PRICES = Name("elsewhere", "prices")


def estate_in(folder: Path, text: str = ESTATE) -> Estate:
    (folder / "sum.sql").write_text("SELECT 1 AS one")
    copied = "  other/copied: {format: csv, partition: {every: day, from: 2024-01-01}}\njobs:"
    (folder / "estate.yaml").write_text(text.replace("jobs:", copied, 1))
    return load_estate(folder, known={PRICES: PartitionScheme()})


def test_a_dataset_says_everything_about_itself(tmp_path: Path):
    raw, codes, clean, totals, copied = estate_in(tmp_path).datasets

    assert (raw.name, raw.format, raw.location) == (Name("store", "raw"), "csv", "raw/{date}.csv")
    assert (raw.partitions, codes.partitions) == (PartitionScheme("day", "2024-01-01"), PartitionScheme())
    assert raw.options == {"delimiter": ";", "null_values": ["NA", ""]}
    assert (raw.owners, raw.tags) == (("intake@example.org", "second@example.org"), ("raw", "yes"))
    assert (raw.classification, raw.domain, raw.tier) == ("internal", "sales", "1")
    assert raw.properties == {"cost_center": 4711, "feed": "SAP", "checked": True, "7": 1.5}
    assert (codes.classification, codes.domain, codes.tier, codes.properties) == ("", "", "", {})
    assert (clean.expose, clean.location) == ("copy", "clean/{date}.parquet")
    assert totals.location == "sqlite:///{root}/x.db#totals"
    assert totals.options == {"url": "sqlite:///{root}/x.db", "table": "totals"}
    assert copied.name == Name("other", "copied")


def test_a_job_takes_its_partitions_from_its_outputs_and_maps_its_inputs(tmp_path: Path):
    tidy, total, _ = estate_in(tmp_path).jobs

    assert tidy.partitions == PartitionScheme("day", "2024-01-01")
    assert tidy.inputs == (
        InputSpec(Name("store", "raw"), Mapping()),
        InputSpec(Name("store", "codes"), Mapping("whole")),
        InputSpec(Name("store", "clean"), Mapping("offsets", -3, -1), required=False, correction="ignore"),
        InputSpec(PRICES, Mapping("whole")),
    )
    assert total.inputs == (InputSpec(Name("store", "clean"), Mapping("offsets", -6, 0)),)


def test_a_job_says_what_it_runs_and_how(tmp_path: Path):
    tidy, total, copy = estate_in(tmp_path).jobs

    assert (tidy.kind, tidy.executor) == ("python", {"function": "shop.tidy:build", "project": str(tmp_path)})
    assert (total.kind, total.executor) == ("sql", {"text": "SELECT 1 AS one", "file": "sum.sql", "engine": "duckdb"})
    assert copy.executor["argv"] == ["cp", "{input.totals}", "10", ""]
    assert (tidy.retries, tidy.timeout_seconds, tidy.priority, tidy.never_retry) == (2, 90.0, 5, (3,))
    assert (total.retries, total.timeout_seconds) == (0, 3600.0)


@pytest.mark.parametrize(("said", "kept"), [("fresh", {"interpreter": "fresh"}), ("template", {})])
def test_an_interpreter_is_kept_only_when_it_is_not_the_usual_one(tmp_path: Path, said: str, kept: dict[str, str]):
    tidy = estate_in(tmp_path, ESTATE.replace("shop.tidy:build\n", f"shop.tidy:build\n    interpreter: {said}\n")).jobs[
        0
    ]

    assert tidy.executor == {"function": "shop.tidy:build", "project": str(tmp_path), **kept}


def test_declared_columns_have_one_spelling(tmp_path: Path):
    tidy = estate_in(tmp_path).jobs[0]

    assert tidy.columns == {"clean.id": ("raw.id", "codes.code"), "clean.amount": ("raw.amount",)}


def test_a_reader_says_how_it_takes_columns(tmp_path: Path):
    """By name where nothing is said, and then the declaration is as it was before the word was there."""
    text = (
        "scope: s\ndatasets:\n  raw: {format: csv}\n  out: {format: csv}\n"
        "jobs:\n  load: {shell: [x], inputs: [{dataset: raw, by: position}], outputs: [out]}\n"
        "consumers:\n  feed: {kind: feed, reads: {raw: {columns: [a, b], by: exact}, out: {by: position}}}\n"
        "  board: {kind: board, reads: {out: {columns: all}}}\n"
    )
    (tmp_path / "estate.yaml").write_text(text)

    estate = load_estate(tmp_path / "estate.yaml")

    jsonschema.validate(yaml.safe_load(RUNNING), SCHEMA)

    assert [item.by for item in estate.jobs[0].inputs] == ["position"]
    feed, board = estate.consumers
    raw, out = Name("s", "raw"), Name("s", "out")
    assert feed.reads == (ReadSpec(raw, ("a", "b"), "exact"), ReadSpec(out, (), "position"))
    assert board.reads == (ReadSpec(out),)
    edges = {edge.source: edge for edge in consumer_edges(feed, {raw: "raw", out: "out"}) if edge.kind == "CONSUMED_BY"}
    assert [edges[id].properties.get("by") for id in ("raw", "out")] == ["exact", "position"]
    assert all("by" not in edge.properties for edge in consumer_edges(board, {out: "out"}))


def test_a_consumer_says_what_it_reads_and_by_when(tmp_path: Path):
    board = estate_in(tmp_path).consumers[0]

    assert board.reads == (ReadSpec(Name("store", "clean"), ("id", "amount")), ReadSpec(Name("store", "totals")))
    assert board.deadline == Deadline("16:00", "Europe/Paris")


def test_an_estate_knows_where_each_thing_stands(tmp_path: Path):
    estate = estate_in(tmp_path)

    assert estate.file == str(tmp_path / "estate.yaml")
    assert estate.lines["dataset store/raw"] == 4
    assert estate.lines["job store/tidy reads store/codes"] == 26


def test_the_scope_is_the_namespace_when_none_is_named(tmp_path: Path):
    file = tmp_path / "shop.yaml"
    file.write_text("scope: shop\ndatasets:\n  raw: {format: csv}\njobs:\n")

    estate = load_estate(file)

    assert (estate.namespace, estate.datasets[0].name, estate.jobs) == ("shop", Name("shop", "raw"), ())


def test_plain_scalars_are_read_as_editors_read_them():
    read = read_yaml("[no, 2024-01-01, 16:00, 0x1F, true, 12, 1.5, ~, 'true']", file="x")

    assert read.tree is not None
    assert plain(read.tree) == ["no", "2024-01-01", "16:00", "0x1F", True, 12, 1.5, None, "true"]


def test_durations_are_read_in_seconds():
    texts = ("30s", "10m", "2h", "1d", "1.5h", "0s", "10", "m", "-1s", "1h30m")

    assert [parse_duration(text) for text in texts] == [30, 600, 7200, 86400, 5400, None, None, None, None, None]


def test_the_example_estate_is_read():
    estate = load_estate(FLIGHTS)

    assert (estate.scope, len(estate.jobs) >= 6, len(estate.consumers) >= 3) == ("flights", True, True)


def test_the_example_and_a_full_estate_satisfy_the_published_schema():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    for text in (FLIGHTS.read_text(), ESTATE):
        tree = read_yaml(text, file="estate.yaml").tree
        assert tree is not None
        jsonschema.validate(plain(tree), SCHEMA)


POLICIES = """\
scope: shop
datasets:
  raw: {format: csv, partition: {every: day, from: 2024-01-01}, at_once: {readers: 4}}
  clean: {format: csv, partition: {every: day, from: 2024-01-01}, at_once: 1}
pools: {db: 4}
limits: {owners: {team@example.org: 2}}
jobs:
  tidy:
    shell: [x]
    inputs: [raw]
    outputs: [clean]
    retries:
      times: 3
      backoff: {first: 10s, factor: 1.5, most: 5m}
      exit_codes: {75: {times: 10}, 2: never}
      errors: {timed out: 5}
    exit_codes: {success: [0, 3], never: [4]}
    never_retry: [5]
    timeout: {attempt: 10m, total: 1h}
    pool: {pool: db, slots: 2}
    runs_on: [spark, gpu]
    order: serial
"""


def test_a_job_says_when_where_and_how_often_it_runs(tmp_path: Path):
    (tmp_path / "estate.yaml").write_text(POLICIES)

    found = load_estate(tmp_path)

    (job,) = found.jobs
    assert (job.retries, job.timeout_seconds, job.never_retry) == (3, 600.0, (5, 4))
    rules = (RetryRule(10, exit_code=75), RetryRule(0, exit_code=2), RetryRule(5, error="timed out"))
    retries = Retries(Backoff(10.0, 1.5, 300.0), rules, success=(3,), total_seconds=3600.0)
    assert job.policies == Policies(Name("shop", "db"), 2, 0, ("gpu", "spark"), "serial", retries)
    assert {(pool.name.name, pool.slots) for pool in found.pools} == {
        ("db", 4),
        ("owner team@example.org", 2),
        ("readers raw", 4),
        ("dataset clean", 1),
        ("job tidy", 1),
    }
    tree = read_yaml(POLICIES, file="estate.yaml").tree
    assert tree is not None
    jsonschema.validate(plain(tree), SCHEMA)


def test_the_published_schema_refuses_what_the_parser_refuses():
    tree = yaml.safe_load("{scope: x, datasets: {a: {format: csv, ownr: me}}}")

    assert not jsonschema.Draft202012Validator(SCHEMA).is_valid(tree)


RUNNING = """\
scope: shop
datasets:
  out: {format: csv}
  second: {format: csv}
  third: {format: csv}
jobs:
  tidy:
    shell: true
    command: sort "$HEADWATER_INPUT_RAW" | uniq > "$HEADWATER_OUTPUT_OUT"
    outputs: [out]
    limits: {memory: 1.5GB, cpu: 10m, disk: 500 MB, processes: 20, output: 1m}
    environment:
      MODE: 7
      EMPTY: ""
      DOOR: {secret: "env:VENDOR_DOOR"}
      CERTIFICATE: {secret: "file:/run/certificate", as: file}
  build: {python: "shop:build", venv: .venv, outputs: [second]}
  other: {shell: [x], outputs: [third]}
"""


def test_a_job_says_what_its_processes_may_take_and_know(tmp_path: Path):
    build, other, tidy = sorted(estate_in(tmp_path, RUNNING).jobs, key=lambda job: job.name)

    assert tidy.executor == {
        "command": 'sort "$HEADWATER_INPUT_RAW" | uniq > "$HEADWATER_OUTPUT_OUT"',
        "project": str(tmp_path),
    }
    assert tidy.limits == Limits(round(1.5 * 2**30), 600, 500 << 20, 20, 1 << 20)
    assert tidy.environment == {"MODE": "7", "EMPTY": ""}
    assert tidy.secrets == {
        "DOOR": Secret("env:VENDOR_DOOR"),
        "CERTIFICATE": Secret("file:/run/certificate", as_file=True),
    }
    assert build.executor["venv"] == ".venv"
    assert (other.limits, other.environment, other.secrets) == (Limits(), {}, {})
    jsonschema.validate(yaml.safe_load(RUNNING), SCHEMA)


@pytest.mark.parametrize(
    ("text", "size", "words"),
    [("2GB", 2 << 30, "2 GB"), ("1.5 g", 3 << 29, "1.5 GB"), ("500MiB", 500 << 20, "500 MB"), ("1k", 1024, "1 KB")],
)
def test_sizes_are_read_and_said_in_units_of_1024(text: str, size: int, words: str):
    assert parse_size(text) == size
    assert size_in_words(size) == words


@pytest.mark.parametrize("text", ["2", "GB", "-1GB", "0MB", "1PB", "1e3MB", ""])
def test_what_is_no_size_is_none(text: str):
    assert parse_size(text) is None


def test_the_published_schema_knows_exactly_the_keys_that_the_parser_knows():
    parts = {
        "dataset": vocabulary.DATASET_KEYS,
        "partition": vocabulary.PARTITION_KEYS,
        "job": (*KIND_KEYS, *vocabulary.JOB_KEYS),
        "procedure": vocabulary.PROCEDURE_KEYS,
        "input": vocabulary.INPUT_KEYS,
        "consumer": vocabulary.CONSUMER_KEYS,
        "read": vocabulary.READ_KEYS,
        "deadline": vocabulary.DEADLINE_KEYS,
        "compatibility": vocabulary.COMPATIBILITY_KEYS,
        "retention": vocabulary.RETENTION_KEYS,
        "job_limits": vocabulary.JOB_LIMIT_KEYS,
        "secret": vocabulary.SECRET_KEYS,
        "schedule_rule": vocabulary.SCHEDULE_RULE_KEYS,
        "schedule": vocabulary.SCHEDULE_KEYS,
        "retries": vocabulary.RETRIES_KEYS,
        "retry_times": vocabulary.RETRY_RULE_KEYS,
        "backoff": vocabulary.BACKOFF_KEYS,
        "mapped_codes": vocabulary.EXIT_CODES_KEYS,
        "timeout": vocabulary.TIMEOUT_KEYS,
        "slots": vocabulary.POOL_KEYS,
        "at_once": vocabulary.AT_ONCE_KEYS,
        "limits": vocabulary.LIMITS_KEYS,
    }
    not_before = SCHEMA["$defs"]["job"]["properties"]["not_before"]["anyOf"][1]

    assert set(SCHEMA["properties"]) == set(vocabulary.ESTATE_KEYS)
    assert set(not_before["properties"]) == set(vocabulary.NOT_BEFORE_KEYS)
    assert {part: set(SCHEMA["$defs"][part]["properties"]) for part in parts} == {
        part: set(keys) for part, keys in parts.items()
    }


@pytest.mark.parametrize(
    ("said", "promise"),
    [
        ("full", Promise("full")),
        ("none", None),
        ("{mode: none}", None),
        ("{mode: backward, on_violation: warn}", Promise("backward", (), "warn")),
        ("{columns: [b, a, b]}", Promise("forward", ("b", "a"), "quarantine")),
    ],
)
def test_a_dataset_promises_how_its_schema_may_change(said: str, promise: Promise | None, tmp_path: Path):
    (tmp_path / "estate.yaml").write_text(
        f"scope: shop\ndatasets:\n  raw: {{format: csv, compatibility: {said}}}\n"
        "consumers:\n  board: {kind: feed, reads: {raw: all}, on_violation: warn}\n"
    )

    found = load_estate(tmp_path)

    assert found.datasets[0].compatibility == promise
    assert found.consumers[0].on_violation == "warn"


def test_the_published_schema_knows_exactly_the_words_that_the_parser_knows():
    properties = {part: definition.get("properties", {}) for part, definition in SCHEMA["$defs"].items()}

    assert properties["dataset"]["format"]["enum"] == list(vocabulary.FORMATS)
    assert properties["dataset"]["expose"]["enum"] == list(vocabulary.EXPOSE)
    assert properties["job"]["order"]["enum"] == list(vocabulary.ORDERS)
    assert properties["partition"]["every"]["enum"] == list(vocabulary.EVERY)
    assert SCHEMA["$defs"]["mode"]["enum"] == list(MODES)
    assert SCHEMA["$defs"]["on_violation"]["enum"] == list(ON_VIOLATION)
    assert properties["consumer"]["on_violation"]["enum"] == list(ON_VIOLATION)
    assert properties["job"]["interpreter"]["enum"] == list(vocabulary.INTERPRETERS)
    assert properties["job"]["engine"]["enum"] == list(vocabulary.SQL_ENGINES)
    assert properties["job"]["dialect"]["enum"] == list(vocabulary.SQL_DIALECTS)
    assert properties["procedure"]["fence"]["enum"] == list(vocabulary.PROCEDURE_FENCES)
    assert properties["input"]["correction"]["enum"] == list(vocabulary.CORRECTIONS)
    assert SCHEMA["$defs"]["by"]["enum"] == list(vocabulary.READS_BY)
