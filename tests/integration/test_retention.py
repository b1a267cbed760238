"""What the steward lets go, on both engines."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import neo4j
import pytest

from connectors.sql.columns import read_columns
from graph_model.errors import CannotQuarantine, VersionNotFound
from graph_model.estate.apply import apply
from graph_model.holds.entities import HoldKind, HoldTarget
from graph_model.holds.hold import hold, release
from graph_model.names import dataset_id
from graph_model.partitions.status import partition_statuses
from graph_model.readiness.explain import readiness
from graph_model.retention.entities import Retention
from graph_model.runs.claim import claim
from graph_model.store.graph import Graph
from graph_model.versions.entities import Report, VersionState
from graph_model.versions.quarantine import quarantine
from graph_model.versions.report import report_version
from graph_model.versions.repository import version as get_version
from graph_model.versions.resolve import resolve
from tests.integration.api import app_on, data
from tests.support.estates import a_dataset, an_estate
from tests.support.protocol import DAILY, Fleet, a_job, audited, declare, name
from tests.support.retention import days_go_by, expire, keep

DAY = "2013-01-01"


@pytest.fixture
def estate(graph: Graph, side_driver: neo4j.Driver) -> Graph:
    """raw (and an optional extra) -> clean, and a window of two days over it."""
    clean = a_job("clean", {"raw": "same", "extra": "same"}, "clean", optional=("extra",))
    window = a_job("window", {"raw": "last 2"}, "rolling")
    names = ("raw", "extra", "clean", "rolling")
    declare(side_driver, graph.settings.database, datasets=names, jobs=(clean, window))
    return graph


def report(graph: Graph, content: str, *, hour: int = 0, day: str = DAY, dataset: str = "raw") -> str:
    time = datetime(2013, 1, 2, hour, tzinfo=UTC)
    return report_version(graph, Report(name(dataset), day, location=content, source_time=time)).version


def state(graph: Graph, version: str) -> VersionState:
    return get_version(graph, version).state


def test_the_newest_versions_stay_and_the_others_expire(estate: Graph, side_driver: neo4j.Driver) -> None:
    fleet = Fleet(estate)
    versions = [report(estate, f"c{hour}", hour=hour) for hour in range(4)]
    fleet.work()
    keep(side_driver, estate, "raw", Retention(versions=2))

    assert set(expire(estate)) == set(versions[:2])

    assert [state(estate, version) for version in versions] == ["EXPIRED", "EXPIRED", "SUPERSEDED", "PUBLISHED"]
    assert audited(side_driver, estate, versions[0])[-1] == ("EXPIRED", "retention")
    assert get_version(estate, versions[0]).reason == "no longer kept: versions 2"
    assert (resolve(estate, name("raw"), DAY).id, expire(estate)) == (versions[3], ())
    assert fleet.settle() == ()


def test_without_retention_everything_stays_and_nobody_looks_again(estate: Graph, side_driver: neo4j.Driver) -> None:
    fleet = Fleet(estate)
    first = report(estate, "a")
    report(estate, "b", hour=1)
    fleet.work()

    assert (expire(estate), state(estate, first)) == ((), VersionState.SUPERSEDED)

    assert estate.rows("retention.due", grace_ms=0, most=9) == []


def test_what_was_replaced_long_enough_ago_expires_when_its_time_comes(
    estate: Graph, side_driver: neo4j.Driver
) -> None:
    fleet = Fleet(estate)
    first, older = report(estate, "a", hour=2), report(estate, "late", hour=1)
    fleet.work()
    report(estate, "b", hour=3)
    fleet.work()
    keep(side_driver, estate, "raw", Retention(age=3 * 86_400))

    assert expire(estate) == ()
    days_go_by(side_driver, estate, 4)
    assert set(expire(estate)) == {first, older}
    assert fleet.settle() == ()


def test_what_has_expired_is_neither_restored_nor_set_aside(estate: Graph, side_driver: neo4j.Driver) -> None:
    fleet = Fleet(estate)
    first, second = report(estate, "a"), report(estate, "b", hour=1)
    fleet.work()
    keep(side_driver, estate, "raw", Retention(versions=1))
    assert expire(estate) == (first,)

    with pytest.raises(CannotQuarantine, match="is EXPIRED"):
        quarantine(estate, first, by="ops", reason="wrong")

    assert quarantine(estate, second, by="ops", reason="wrong").current is None
    with pytest.raises(VersionNotFound, match=r"nothing good is there \(expired, quarantined\)"):
        resolve(estate, name("raw"), DAY)
    assert fleet.settle() == ()


def test_the_newest_partitions_keep_all_their_versions(estate: Graph, side_driver: neo4j.Driver) -> None:
    fleet = Fleet(estate)
    days = ("2013-01-01", "2013-01-02", "2013-01-03")
    first = {day: report(estate, f"a{day}", day=day) for day in days}
    for day in days:
        report(estate, f"b{day}", day=day, hour=1)
    fleet.work()
    keep(side_driver, estate, "raw", Retention(partitions=2))

    assert expire(estate) == (first["2013-01-01"],)

    report(estate, "a", day="2013-01-04")
    fleet.work()
    days_go_by(side_driver, estate, 0)
    assert expire(estate) == (first["2013-01-02"],)


def test_a_partition_past_its_age_goes_and_nothing_runs_for_it_any_more(
    estate: Graph, side_driver: neo4j.Driver
) -> None:
    fleet = Fleet(estate)
    old, extra = report(estate, "old"), report(estate, "extra", dataset="extra")
    kept = [report(estate, day, day=day) for day in ("2013-01-02", "2013-01-03")]
    fleet.work()
    runs = len(fleet.finished)
    for dataset in ("raw", "extra"):
        keep(side_driver, estate, dataset, Retention(partition_age=86_400))

    gone = expire(estate)

    assert old in gone
    assert not {*kept, extra} & set(gone)
    assert resolve(estate, name("raw"), "2013-01-03").id == kept[1]
    with pytest.raises(VersionNotFound):
        resolve(estate, name("raw"), DAY)
    assert "test/raw@2013-01-01 (missing)" in readiness(estate, name("clean"), DAY).reason
    statuses = partition_statuses(estate, dataset_id(name("raw")), DAILY, start=DAY, end="2013-01-04").items
    assert [(each.key, each.state, each.is_gap) for each in statuses] == [
        ("2013-01-04", "MISSING", True),
        ("2013-01-03", "PUBLISHED", False),
        ("2013-01-02", "PUBLISHED", False),
        ("2013-01-01", "EXPIRED", False),
    ]
    assert (fleet.settle(), len(fleet.finished)) == ((), runs)


def test_an_optional_input_that_has_expired_makes_no_new_run(estate: Graph, side_driver: neo4j.Driver) -> None:
    fleet = Fleet(estate)
    report(estate, "old")
    extra = report(estate, "extra", dataset="extra")
    report(estate, "newer", dataset="extra", day="2013-01-02")
    fleet.work()
    keep(side_driver, estate, "extra", Retention(partition_age=86_400))
    assert expire(estate) == (extra,)
    runs = len(fleet.finished)

    report(estate, "old corrected", hour=5)
    played = fleet.work()

    assert [run.subject.name for run in played] == ["raw", "window"]
    assert (fleet.settle(), len(fleet.finished)) == ((), runs + 2)


def test_what_is_held_or_read_stays_though_the_time_of_its_partition_is_over(
    estate: Graph, side_driver: neo4j.Driver
) -> None:
    fleet = Fleet(estate)
    old = report(estate, "old")
    later = [report(estate, day, day=day) for day in ("2013-01-02", "2013-01-03")]
    fleet.work(most=3)
    running = claim(estate, fleet.worker, slots=9)
    assert any(old in [item.version for item in run.inputs] for run in running)
    keep(side_driver, estate, "raw", Retention(partition_age=86_400))

    assert expire(estate) == ()
    for run in running:
        fleet.play(run)
    fleet.work()
    target = HoldTarget(HoldKind.DATASET, name("raw"), DAY)
    hold(estate, target, by="ops", reason="look")
    days_go_by(side_driver, estate, 0)
    assert expire(estate) == ()
    release(estate, target, by="ops")
    days_go_by(side_driver, estate, 0)
    assert expire(estate) == (old,)
    assert state(estate, later[0]) == VersionState.PUBLISHED
    assert fleet.settle() == ()


def test_what_an_apply_declares_is_looked_at_for_what_is_there_already(graph: Graph, side_driver: neo4j.Driver) -> None:
    raw = a_dataset("raw", "id")
    apply(graph, an_estate(raw), read_columns=read_columns, actor="test")
    fleet, first = Fleet(graph), None
    for content in "ab":
        receipt = report_version(graph, Report(raw.name, "2024-01-01", location=content))
        first = first or receipt.version
        fleet.work()
    assert expire(graph) == ()

    planned = apply(
        graph, an_estate(replace(raw, retention=Retention(versions=1))), read_columns=read_columns, actor="t"
    )

    assert [change.detail for change in planned.changes] == ["retention: for ever → versions 1"]
    assert expire(graph) == (first,)
    asked = data(app_on(graph), '{ dataset(namespace: "shop", name: "raw") { ... on Dataset { retention } } }')
    assert asked["dataset"] == {"retention": "versions 1"}
