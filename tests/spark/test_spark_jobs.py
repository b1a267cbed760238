"""Spark jobs for real, through a worker: what they write is published, and which column came from which is known."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import neo4j
import psutil
import pyarrow as pa
import pyarrow.parquet
import pytest

from connectors.sql.columns import read_columns
from graph_model.estate.apply import apply
from graph_model.estate.parse import load_estate
from graph_model.jobs.repository import job as get_job
from graph_model.lineage.ask import lineage
from graph_model.names import Name
from graph_model.runs.cancel import cancel
from graph_model.runs.entities import Run, RunState
from graph_model.runs.repository import run as get_run
from graph_model.runs.repository import runs
from graph_model.store.graph import Graph
from graph_model.verify.check import verify
from graph_model.versions.entities import Report
from graph_model.versions.report import report_version
from graph_model.versions.resolve import resolve
from tests.conftest import on_one_engine
from tests.spark.conftest import CONF
from tests.support.workers import DAY, Place, a_place, until

EXAMPLE = Path(__file__).parents[2] / "examples" / "executors"
TOTALS, SHARES, JOB = Name("shop", "by_customer"), Name("shop", "shares"), Name("shop", "share")
PATIENCE = 240.0
# Writes, says so, and then never ends; its Python workers have a process group of their own.
ENDLESS = """
import pathlib, sys, time
from pyspark.sql import SparkSession
spark = SparkSession.builder.getOrCreate()
busy = pathlib.Path(sys.argv[3])
def slow(rows):
    busy.touch()
    time.sleep(600)
    yield from rows
frame = spark.read.parquet(sys.argv[1])
frame.rdd.mapPartitions(slow).toDF(frame.schema).write.parquet(sys.argv[2])
"""
# Goes on after a query that failed, as programs do, and ends well.
UNDAUNTED = """
import sys
from pyspark.sql import SparkSession, functions as f
spark = SparkSession.builder.getOrCreate()
frame = spark.read.parquet(sys.argv[1])
try:
    bad = f.raise_error(f.lit("row 7 has no total"))
    frame.select("customer", bad.cast("double").alias("share")).write.parquet(sys.argv[2])
except Exception as error:
    print("caught", type(error))
frame.select("customer", f.col("orders").cast("double").alias("share")).write.mode("overwrite").parquet(sys.argv[2])
"""
FAILING = """
import sys
from pyspark.sql import SparkSession
spark = SparkSession.builder.getOrCreate()
spark.read.parquet(sys.argv[1]).select("no_such_column").write.parquet(sys.argv[2])
"""

pytestmark = on_one_engine()


@pytest.fixture
def place(graph: Graph, side_driver: neo4j.Driver, tmp_path: Path) -> Iterator[Place]:
    with a_place(graph, side_driver, tmp_path) as place:
        yield place


def started(place: Place, settings: Mapping[str, str], application: str = "", conf: Mapping[str, str] = CONF) -> None:
    """The example of Spark, or another application in its place, with a worker and the totals of one day."""
    folder = shutil.copytree(EXAMPLE, place.folder / "shop")
    estate = folder / "spark" / "estate.yaml"
    told = estate.read_text().replace("{spark.sql.shuffle.partitions: 1}", json.dumps(conf))
    estate.write_text(told.replace('"{output.shares}"]', f'"{{output.shares}}", "{place.folder / "busy"}"]'))
    if application:
        (folder / "spark" / "shares.py").write_text(application)
    for file in (folder / "estate.yaml", estate):
        known = {TOTALS: load_estate(folder / "estate.yaml").datasets[3].partitions} if file == estate else ()
        apply(place.graph, load_estate(file, known=known), read_columns=read_columns, actor="test")
    rows = pa.table({"customer": ["ann", "bob"], "total": [12.0, 4.0], "orders": [2, 1]})
    pyarrow.parquet.write_table(rows, place.root / "totals.parquet")
    place.start_worker(**settings).ready()
    report_version(place.graph, Report(TOTALS, DAY, location="totals.parquet", reported_by="test"))


def ended(place: Place) -> Run:
    over = (RunState.SUCCEEDED, RunState.FAILED, RunState.CANCELLED)
    return until(
        lambda: [run for run in runs(place.graph, job=JOB) if run.state in over],
        seconds=PATIENCE,
        what="the job to end",
    )[0]


def shares_of(place: Place) -> dict[str, list[object]]:
    return pyarrow.parquet.read_table(place.root / resolve(place.graph, SHARES, DAY).location).to_pydict()


def sources(place: Place, column: str) -> set[str]:
    """The columns of the totals that a column of the shares is known to be made of."""
    found = lineage(place.graph, SHARES, column=column, direction="UP", depth=2)
    return {node.column or "" for node in found.nodes if node.kind == "COLUMN" and node.name == TOTALS}


def recorded(place: Place) -> None:
    """Waits until the worker has passed on what Spark told: it does so after the run is published."""
    until(lambda: any(worker.says("lineage recorded") for worker in place.workers), what="the lineage to be recorded")


def left(place: Place) -> list[Path]:
    """What attempts left: folders that Spark works in, and scratch that is not what somebody printed."""
    scratch = [path for path in place.root.glob(".runs/*/*") if path.suffix not in (".stdout", ".stderr")]
    return [*place.root.rglob("_temporary"), *scratch]


@pytest.mark.parametrize("where", ["local", "standalone"])
def test_what_spark_writes_is_published_and_its_columns_are_known(
    place: Place, spark: dict[str, str], where: str, request: pytest.FixtureRequest
) -> None:
    master = {"HEADWATER_SPARK_MASTER": request.getfixturevalue("cluster")} if where == "standalone" else {}
    started(place, spark | master)

    run = ended(place)
    assert (run.state, run.reason) == (RunState.SUCCEEDED, "")
    recorded(place)

    assert shares_of(place) == {"customer": ["ann", "bob"], "share": [0.75, 0.25]}
    assert sources(place, "share") == {"total"}
    assert sources(place, "customer") == {"customer"}
    jobs = {node.name for node in lineage(place.graph, SHARES, direction="UP", depth=1).nodes if node.kind == "JOB"}
    assert jobs == {JOB}
    assert get_job(place.graph, JOB).columns_known
    assert left(place) == []
    assert verify(place.graph) == ()


def test_a_query_that_failed_tells_nothing_though_its_application_went_on(place: Place, spark: dict[str, str]) -> None:
    started(place, spark, UNDAUNTED)

    assert ended(place).state is RunState.SUCCEEDED
    recorded(place)

    assert shares_of(place) == {"customer": ["ann", "bob"], "share": [2.0, 1.0]}
    assert sources(place, "share") == {"orders"}


def test_an_application_that_fails_says_why_and_leaves_nothing(place: Place, spark: dict[str, str]) -> None:
    started(place, {name: value for name, value in spark.items() if name != "HEADWATER_SPARK_LISTENER"}, FAILING)

    run = ended(place)

    assert run.state is RunState.FAILED
    assert "AnalysisException" in run.reason
    assert "no_such_column" in run.reason
    assert list(place.root.glob("shares/*/*")) == []
    assert left(place) == []


def test_a_cancelled_application_is_gone_with_all_that_it_started(place: Place, spark: dict[str, str]) -> None:
    started(place, spark, ENDLESS)
    until((place.folder / "busy").exists, seconds=PATIENCE, what="the application to write")
    family = psutil.Process(place.workers[0].process.pid).children(recursive=True)
    ours = [process for process in family if "shares.py" in " ".join(process.cmdline()) or is_pyspark(process)]
    assert any(map(is_pyspark, ours))
    (run,) = runs(place.graph, job=JOB)

    cancel(place.graph, run.id, by="test", reason="enough")

    until(lambda: not any(map(lives, ours)), what="all processes to be gone")
    until(lambda: not list(place.root.glob("shares/*/*")), what="the output to be removed")
    assert get_run(place.graph, run.id).state is RunState.CANCELLED
    until(lambda: not left(place), what="the scratch to be removed")


def is_pyspark(process: psutil.Process) -> bool:
    return "pyspark.daemon" in " ".join(process.cmdline())


def lives(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
