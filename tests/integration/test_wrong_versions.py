"""What is wrong because a version is, where jobs change, others run, and readers tell; on both engines."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from connectors.sql.columns import read_columns
from graph_model.errors import ColumnNotFound, VersionNotFound
from graph_model.estate.apply import apply
from graph_model.estate.entities import JobSpec
from graph_model.impact.assess import assess
from graph_model.impact.entities import BadVersion, Verdict
from graph_model.names import Name
from graph_model.reads.entities import Read
from graph_model.reads.record import record_reads
from graph_model.replays.entities import Way
from graph_model.replays.plan import plan_replay
from graph_model.store.graph import Graph
from graph_model.versions.entities import Report
from graph_model.versions.report import report_version
from graph_model.versions.wrong import find_wrong
from tests.integration.trusted import DAILY, TRUST, current, raw, tell
from tests.support.estates import a_consumer, a_dataset, a_job, an_estate
from tests.support.events import dataset, facet, run_event
from tests.support.spoiled import Columns, report

DAY = "2013-01-05"
COLUMNS = {"raw": ("a", "b"), "out": ("c", "d")}


def declared(graph: Graph, job: JobSpec, *consumers: object) -> None:
    datasets = (a_dataset("raw", "a", "b", partitions=DAILY), a_dataset("out", "c", "d", partitions=DAILY))
    estate = an_estate(*datasets, job, *consumers)  # pyright: ignore[reportArgumentType]
    apply(graph, estate, read_columns=read_columns, actor="test")


def tidy(sql: str) -> JobSpec:
    return a_job("tidy", {"raw": "same"}, "out", sql=sql, partitions=DAILY)


def wrong_columns(graph: Graph, version: str, *columns: str) -> list[list[str] | None]:
    found = find_wrong(graph.rows, version, columns).versions
    return [sorted(one.columns) if one.columns is not None else None for one in found]


def test_columns_are_followed_as_they_were_when_the_run_was_made(graph: Graph) -> None:
    declared(graph, tidy("SELECT a AS c, 1 AS d FROM raw"))
    fleet = Columns(graph, columns=COLUMNS)
    bad = report(graph, "raw", "first", hour=1)
    fleet.work()
    declared(graph, tidy("SELECT b AS c, a AS d FROM raw"))

    assert wrong_columns(graph, bad, "a") == [["c"]]
    assert wrong_columns(graph, bad, "b") == []
    assert wrong_columns(graph, bad) == [None]


def test_what_ran_before_its_columns_were_known_may_be_all_wrong(graph: Graph) -> None:
    declared(graph, a_job("tidy", {"raw": "same"}, "out", partitions=DAILY, kind="shell", executor={"argv": ["true"]}))
    fleet = Columns(graph, columns=COLUMNS)
    bad = report(graph, "raw", "first", hour=1)
    fleet.work()
    declared(graph, tidy("SELECT a AS c, 1 AS d FROM raw"))

    assert wrong_columns(graph, bad, "b") == [None]


def test_a_filter_spoils_all_that_it_decides(graph: Graph) -> None:
    declared(graph, tidy("SELECT a AS c, a AS d FROM raw WHERE b = 'x'"))
    fleet = Columns(graph, columns=COLUMNS)
    bad = report(graph, "raw", "first", hour=1)
    fleet.work()

    assert wrong_columns(graph, bad, "b") == [None]
    assert wrong_columns(graph, bad, "a") == [["c", "d"]]


def test_what_there_is_not_is_told(graph: Graph) -> None:
    declared(graph, tidy("SELECT a AS c, 1 AS d FROM raw"))
    fleet = Columns(graph, columns=COLUMNS)
    bad = report(graph, "raw", "first", hour=1)
    fleet.work()

    with pytest.raises(VersionNotFound):
        find_wrong(graph.rows, "vs_none")
    with pytest.raises(ColumnNotFound):
        find_wrong(graph.rows, bad, ["aa"])


def test_each_reader_gets_its_verdict(graph: Graph) -> None:
    readers = (
        a_consumer("told", {"out": ("c",)}),
        a_consumer("next", {"out": ("c",)}),
        a_consumer("other", {"out": ("d",)}),
        a_consumer("unknown", {"out": ()}),
    )
    declared(graph, tidy("SELECT a AS c, 1 AS d FROM raw"), *readers)
    fleet = Columns(graph, columns=COLUMNS)
    bad = report(graph, "raw", "first", hour=1)
    fleet.work()
    made = current(graph, Name("shop", "out"))[DAY]
    at = datetime(2013, 1, 6, 7, tzinfo=UTC)
    record_reads(graph, [Read(made, "shop/told", at=at), Read(made, "a notebook", at=at)])

    report_ = assess(graph, [BadVersion(bad, ("a",))])

    found = {one.node.name.name: (one.verdict, one.rule) for one in report_.affected}
    assert found == {
        "tidy": (Verdict.BREAKS, "made_from_bad_version"),
        "told": (Verdict.BREAKS, "read_bad_version"),
        "next": (Verdict.RISKY, "reads_bad_version_next"),
        "other": (Verdict.SAFE, "wrong_columns_are_not_used"),
        "unknown": (Verdict.UNKNOWN, "reads_bad_version_columns_unknown"),
        "a notebook": (Verdict.UNKNOWN, "read_bad_version_columns_unknown"),
    }
    told = next(one for one in report_.affected if one.node.name.name == "told")
    assert [edge.kind for edge in told.path] == ["READ_BY", "WROTE", "SEEN_BY"]
    assert (told.last_use.at if told.last_use else None, told.hit) == (at, ("shop/out.c",))
    ends = {end for one in report_.affected for edge in one.path for end in (edge.source, edge.target)}
    assert ends <= {node.id for node in report_.nodes}


def test_what_others_made_of_it_is_theirs_to_run_again(graph: Graph) -> None:
    """src -> (a run of others) -> raw -> tidy -> clean."""
    estate = an_estate(
        a_dataset("src", partitions=DAILY),
        a_dataset("raw", observed=TRUST, partitions=DAILY, location="raw/{date}.parquet"),
        a_dataset("clean", partitions=DAILY),
        a_job("tidy", {"raw": "same"}, "clean", partitions=DAILY),
    )
    apply(graph, estate, read_columns=read_columns, actor="test")
    fleet = Columns(graph)
    time = datetime(2013, 1, 5, tzinfo=UTC)
    bad = report_version(graph, Report(Name("shop", "src"), DAY, location="src", key="src", source_time=time)).version
    fleet.work()
    read = {
        **dataset("src", namespace="shop"),
        "inputFacets": {"subset": facet(
            inputCondition={"type": "partition", "partitions": [{"dimensions": {"dt": DAY}}]}
        )},
    }  # fmt: skip
    tell(graph, run_event("START", "01:00:00", inputs=[read]))
    tell(graph, run_event("COMPLETE", "01:05:00", inputs=[read], outputs=[raw(DAY)]))
    fleet.work()

    plan = plan_replay(graph, bad)

    assert [(step.job.name, step.way, step.order) for step in plan.steps] == [
        ("nightly.orders", Way.ELSEWHERE, 1), ("tidy", Way.BY_ITSELF, 2),
    ]  # fmt: skip
    found = {one.node.name.name: one.rule for one in assess(graph, [BadVersion(bad)]).affected}
    assert found == {"nightly.orders": "read_bad_version", "tidy": "made_from_bad_version"}
