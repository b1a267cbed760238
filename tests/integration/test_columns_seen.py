"""What the listener of Spark tells makes a job known by column that declares none, as long as its code stays."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from connectors.sql.columns import read_columns
from graph_model.estate.apply import apply
from graph_model.estate.entities import Estate, JobSpec
from graph_model.estate.plan import plan
from graph_model.jobs.definition import hash_of
from graph_model.jobs.entities import Job
from graph_model.jobs.repository import job as get_job
from graph_model.runs.claim import claim
from graph_model.runs.entities import ClaimedRun
from graph_model.store.graph import Graph
from graph_model.versions.entities import Report
from graph_model.versions.report import report_version
from tests.support.estates import a_dataset, a_job, an_estate
from tests.support.protocol import Fleet
from workers.lineage import pass_on

# As the listener wrote it: totals from orders and rates.
RECORDED = Path(__file__).parents[1] / "clients" / "recorded" / "spark.ndjson"
RATES, ORDERS, TOTALS, LISTS = (a_dataset(name) for name in ("rates", "orders", "totals", "lists"))
DAYS = ("2024-01-01", "2024-01-02", "2024-01-03")
UNSAID = ("the job declares no columns",)


def spark(*inputs: str, **more: Any) -> JobSpec:
    executor = {"application": "totals.py", "master": "local[1]"}
    return a_job("sum_up", dict.fromkeys(inputs, "same"), "totals", kind="spark", executor=executor, **more)


def declared(job: JobSpec) -> Estate:
    return an_estate(RATES, ORDERS, TOTALS, LISTS, job)


def applied(graph: Graph, job: JobSpec) -> Fleet:
    apply(graph, declared(job), read_columns=read_columns, actor="me")
    return Fleet(graph)


def a_run_of(fleet: Fleet, day: str, *inputs: str) -> ClaimedRun:
    """A run that is over, with its places where the recorded application read and wrote."""
    for name in inputs:
        report_version(fleet.graph, Report(a_dataset(name).name, day, location=f"/flow/{name}"))
    while True:
        (run,) = claim(fleet.graph, fleet.worker)
        fleet.play(run)
        if run.job is not None:
            output = run.outputs[0]
            return replace(run, outputs=(replace(output, content=replace(output.content, location="/flow/totals")),))


def told(graph: Graph, run: ClaimedRun, events: Path, *, facets: bool = True, number: int = 0) -> Job:
    """The job, after the worker has passed on what was recorded; as of another client run for each `number`."""
    lines = [json.loads(line) for line in RECORDED.read_text().splitlines()]
    for event in lines:
        event["run"]["runId"] = event["run"]["runId"][:-1] + str(number)
        event["eventTime"] = f"2024-02-{number + 1:02d}" + event["eventTime"][10:]
        for output in event["outputs"] if not facets else ():
            output["facets"].pop("columnLineage", None)
    events.write_text("\n".join(map(json.dumps, lines)))
    pass_on(graph, run, events)
    return get_job(graph, spark("rates").name)


@pytest.fixture
def events(tmp_path: Path) -> Path:
    return tmp_path / "events.ndjson"


def test_a_spark_job_is_known_by_column_when_all_that_it_does_was_told(graph: Graph, events: Path) -> None:
    job = spark("rates", "orders")
    fleet = applied(graph, job)
    before = get_job(graph, job.name)
    assert (before.columns_known, before.unresolved) == (False, UNSAID)

    found = told(graph, a_run_of(fleet, DAYS[0], "rates", "orders"), events)

    assert (found.columns_known, found.unresolved) == (True, ())
    assert plan(graph, declared(job), read_columns=read_columns).changes == ()
    apply(graph, declared(replace(job, description="said better")), read_columns=read_columns, actor="me")
    assert get_job(graph, job.name).columns_known
    assert plan(graph, declared(replace(job, description="said better")), read_columns=read_columns).changes == ()

    other = replace(job, executor={"application": "better.py", "master": "local[1]"})
    other = replace(other, definition_hash=hash_of(other))
    apply(graph, declared(other), read_columns=read_columns, actor="me")
    after = get_job(graph, job.name)
    assert (after.columns_known, after.unresolved) == (False, UNSAID)
    again = told(graph, a_run_of(fleet, DAYS[1], "rates", "orders"), events, number=1)
    assert again.columns_known

    silent = told(graph, a_run_of(fleet, DAYS[2], "rates", "orders"), events, number=2, facets=False)
    assert (silent.columns_known, silent.unresolved) == (False, UNSAID)


def test_a_job_that_reads_what_its_client_does_not_tell_of_stays_unknown(graph: Graph, events: Path) -> None:
    fleet = applied(graph, spark("rates", "orders", "lists"))

    found = told(graph, a_run_of(fleet, DAYS[0], "rates", "orders", "lists"), events)

    assert (found.columns_known, found.unresolved) == (False, UNSAID)


def test_what_an_earlier_declaration_did_says_nothing_of_the_one_of_now(graph: Graph, events: Path) -> None:
    job = spark("rates", "orders")
    fleet = applied(graph, job)
    run = a_run_of(fleet, DAYS[0], "rates", "orders")
    other = replace(job, executor={"application": "other.py", "master": "local[1]"})
    apply(graph, declared(replace(other, definition_hash=hash_of(other))), read_columns=read_columns, actor="me")

    assert not told(graph, run, events).columns_known


def test_what_an_estate_says_of_columns_is_its_own_to_say(graph: Graph, events: Path) -> None:
    job = spark("rates", "orders", columns={"total": ("orders.amount",)})
    fleet = applied(graph, job)

    told(graph, a_run_of(fleet, DAYS[0], "rates", "orders"), events)

    assert plan(graph, declared(job), read_columns=read_columns).changes == ()
