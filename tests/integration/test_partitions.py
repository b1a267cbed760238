"""Slices of every kind through a real graph: declared, waited for, listed with what is missing and what came late."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import islice

import pytest

from connectors.sql.columns import read_columns
from graph_model.datasets.repository import dataset, partitions
from graph_model.errors import InvalidInput, InvalidPartition
from graph_model.estate.apply import apply
from graph_model.estate.entities import Estate
from graph_model.estate.plan import plan
from graph_model.jobs.repository import job
from graph_model.names import Name, dataset_id
from graph_model.pages import Page
from graph_model.partitions import status
from graph_model.partitions.calendars import calendar_of
from graph_model.partitions.rules import PartitionScheme
from graph_model.partitions.status import PartitionStatus, partition_statuses
from graph_model.readiness.explain import readiness
from graph_model.store.graph import Graph
from graph_model.versions.entities import Report
from graph_model.versions.report import report_version
from tests.integration.api import app_on, data, graphql
from tests.support.estates import a_dataset, a_job, an_estate
from tests.support.protocol import Fleet, bad

FEASTS = calendar_of("FEASTS", [date(2013, 1, 1)])
BUSINESS = PartitionScheme("day", "2012-12-28", calendar=FEASTS, due_after=3600.0)
SCHEMES = {
    "hourly": PartitionScheme("hour", "2026-03-29T00", timezone="Europe/Berlin"),
    "business": BUSINESS,
    "weekly": PartitionScheme("week", "2020-W53"),
    "quarterly": PartitionScheme("quarter", "2013-Q1"),
    "yearly": PartitionScheme("year", "2013"),
    "regions": PartitionScheme("list", keys=("us", "emea", "apac")),
    "plain": PartitionScheme(),
}


def declare(graph: Graph, estate: Estate) -> Estate:
    apply(graph, estate, read_columns=read_columns, actor="tester")
    return estate


def sliced(name: str, scheme: PartitionScheme) -> Estate:
    return an_estate(a_dataset(name, partitions=scheme, location=f"{name}/{{partition}}.csv"))


def publish(graph: Graph, name: str, *keys: str, spoilt: tuple[str, ...] = ()) -> None:
    for key in (*keys, *spoilt):
        report_version(graph, Report(Name("shop", name), key, reported_by="test"))
    Fleet(graph, contents={f"{name}/{key}.csv": bad() for key in spoilt}).work()


def listed(graph: Graph, name: str, **more: object) -> Page[PartitionStatus]:
    found = dataset(graph, Name("shop", name))
    return partition_statuses(graph, found.id, found.partitions, **more)  # type: ignore[arg-type]


def keys(page: Page[PartitionStatus]) -> list[str]:
    return [item.key for item in page.items]


def test_every_scheme_comes_back_from_the_graph_as_it_was_declared(graph: Graph) -> None:
    datasets = [a_dataset(name, partitions=scheme) for name, scheme in SCHEMES.items()]
    copied = a_dataset("copied", partitions=BUSINESS)
    copying = a_job("copying", {"business": "previous 1"}, "copied", partitions=BUSINESS)
    estate = declare(graph, an_estate(*datasets, copied, copying))

    found = {name: dataset(graph, Name("shop", name)).partitions for name in SCHEMES}

    assert found == SCHEMES
    assert found["business"].due_after == 3600
    assert job(graph, Name("shop", "copying")).partitions == BUSINESS
    assert plan(graph, estate, read_columns=read_columns).is_empty


@pytest.mark.parametrize(
    ("name", "key", "instead"),
    [
        ("hourly", "2026-03-29T02", "2026-03-29T03"),
        ("business", "2013-01-01", "2013-01-02"),
        ("weekly", "2021-W53", "2013-W01"),
        ("regions", "emae", "emea"),
    ],
)
def test_a_key_that_cannot_exist_is_not_reported(graph: Graph, name: str, key: str, instead: str) -> None:
    declare(graph, sliced(name, SCHEMES[name]))

    with pytest.raises(InvalidPartition, match=instead):
        report_version(graph, Report(Name("shop", name), key, reported_by="test"))


def test_a_job_of_quarters_waits_for_all_months_of_its_quarter(graph: Graph) -> None:
    monthly, quarterly = PartitionScheme("month", "2013-01"), PartitionScheme("quarter", "2013-Q1")
    summing = a_job("summing", {"sales": "all months of the quarter"}, "sums", partitions=quarterly)
    declare(
        graph,
        an_estate(
            a_dataset("sales", partitions=monthly, location="sales/{partition}.csv"),
            a_dataset("sums", partitions=quarterly),
            summing,
        ),
    )

    publish(graph, "sales", "2013-01", "2013-03", "2013-04")
    waiting = readiness(graph, Name("shop", "summing"), "2013-Q1")
    publish(graph, "sales", "2013-02")
    done = readiness(graph, Name("shop", "summing"), "2013-Q1")

    assert [(item.partition, item.satisfied) for item in waiting.inputs] == [
        ("2013-01", True),
        ("2013-02", False),
        ("2013-03", True),
    ]
    assert (waiting.ready, done.ready) == (False, True)
    assert [item.state for item in listed(graph, "sums", end="2013-Q2").items] == ["MISSING", "PUBLISHED"]
    assert Fleet(graph).settle() == ()


def test_a_job_on_business_days_reads_the_business_day_before(graph: Graph) -> None:
    copying = a_job("copying", {"rates": "previous 1 business day"}, "copied", partitions=BUSINESS)
    rates = a_dataset("rates", partitions=BUSINESS, location="rates/{partition}.csv")
    declare(graph, an_estate(rates, a_dataset("copied", partitions=BUSINESS), copying))

    publish(graph, "rates", "2012-12-31")

    assert keys(listed(graph, "copied", end="2013-01-02")) == ["2013-01-02", "2012-12-31", "2012-12-28"]
    assert [item.state for item in listed(graph, "copied", end="2013-01-02").items] == [
        "PUBLISHED",
        "MISSING",
        "MISSING",
    ]


def test_partitions_are_listed_with_what_is_missing_and_why(graph: Graph) -> None:
    declare(graph, sliced("rates", BUSINESS))
    publish(graph, "rates", "2012-12-31", "2013-01-03", spoilt=("2013-01-04",))

    page = listed(graph, "rates", end="2013-01-07")

    assert [(item.key, item.state, item.is_gap, item.is_late) for item in page.items] == [
        ("2013-01-07", "MISSING", True, False),
        ("2013-01-04", "QUARANTINED", True, False),
        ("2013-01-03", "PUBLISHED", False, True),
        ("2013-01-02", "MISSING", True, False),
        ("2012-12-31", "PUBLISHED", False, True),
        ("2012-12-28", "MISSING", True, False),
    ]
    assert page.items[0].due == datetime(2013, 1, 8, 1, tzinfo=UTC)
    assert page.items[2].overview.row_count == 3
    assert keys(listed(graph, "rates", gaps=True, end="2013-01-07")) == [
        "2013-01-07",
        "2013-01-04",
        "2013-01-02",
        "2012-12-28",
    ]


def test_the_pages_of_a_list_of_gaps_join_without_loss(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(status, "BATCH", 3)
    declare(graph, sliced("rates", BUSINESS))
    publish(graph, "rates", "2012-12-31", "2013-01-03", "2013-01-08")
    whole = keys(listed(graph, "rates", gaps=True, end="2013-01-11"))

    found: list[str] = []
    page = listed(graph, "rates", gaps=True, end="2013-01-11", first=2)
    while page.has_next:
        found += keys(page)
        page = listed(graph, "rates", gaps=True, end="2013-01-11", first=2, after=found[-1])

    assert found + keys(page) == whole
    assert whole == ["2013-01-11", "2013-01-10", "2013-01-09", "2013-01-07", "2013-01-04", "2013-01-02", "2012-12-28"]
    assert keys(listed(graph, "rates", gaps=True, start="2013-01-05", end="2013-01-08")) == ["2013-01-07"]
    assert keys(listed(graph, "rates", gaps=True, end="2013-01-03", after="2013-01-10"))[0] == "2013-01-02"


def test_what_is_not_over_yet_is_no_gap_and_is_listed_when_it_is_there(graph: Graph) -> None:
    daily = PartitionScheme("day", "2013-01-01")
    declare(graph, sliced("daily", daily))
    before = datetime.now(UTC).date()
    page = listed(graph, "daily", gaps=True, first=1)
    after = datetime.now(UTC).date()

    assert keys(page)[0] in {(day - timedelta(days=1)).isoformat() for day in (before, after)}

    ahead = (after + timedelta(days=3)).isoformat()
    publish(graph, "daily", ahead)
    newest = listed(graph, "daily", first=1).items[0]
    assert (newest.key, newest.state, newest.is_gap, newest.is_late) == (ahead, "PUBLISHED", False, False)

    further = (after + timedelta(days=4)).isoformat()
    publish(graph, "daily", spoilt=(further,))
    newest = listed(graph, "daily", first=1).items[0]
    assert (newest.key, newest.state, newest.is_gap) == (further, "QUARANTINED", False)


def test_what_may_come_later_is_a_gap_only_then(graph: Graph) -> None:
    patient = PartitionScheme("day", "2013-01-01", due_after=30 * 86_400.0)
    declare(graph, sliced("patient", patient))

    newest = keys(listed(graph, "patient", gaps=True, first=1))[0]

    assert newest < (datetime.now(UTC).date() - timedelta(days=29)).isoformat()


def test_without_a_declared_start_gaps_begin_at_the_first_partition_known(graph: Graph) -> None:
    declare(graph, sliced("open", PartitionScheme("day")))
    assert keys(listed(graph, "open", gaps=True)) == []

    publish(graph, "open", "2013-01-05", "2013-01-07")

    assert keys(listed(graph, "open", end="2013-01-07")) == ["2013-01-07", "2013-01-06", "2013-01-05"]
    assert keys(listed(graph, "open", gaps=True, end="2013-01-07")) == ["2013-01-06"]


def test_a_list_is_told_in_its_order_and_what_it_no_longer_has_comes_last(graph: Graph) -> None:
    regions = SCHEMES["regions"]
    declare(graph, sliced("regions", replace(regions, keys=("us", "emea", "old"))))
    publish(graph, "regions", "emea", "old")
    declare(graph, sliced("regions", regions))

    page = listed(graph, "regions")

    assert [(item.key, item.is_gap) for item in page.items] == [
        ("us", True),
        ("emea", False),
        ("apac", True),
        ("old", False),
    ]
    assert keys(listed(graph, "regions", gaps=True)) == ["us", "apac"]
    assert keys(listed(graph, "regions", gaps=True, first=1, after="us")) == ["apac"]
    assert keys(listed(graph, "regions", start="emea", end="apac")) == ["emea", "apac"]


def test_a_dataset_without_partitions_is_one_gap_until_it_is_there(graph: Graph) -> None:
    declare(graph, an_estate(a_dataset("plain", partitions=PartitionScheme(), location="plain.csv")))
    assert [(item.key, item.is_gap) for item in listed(graph, "plain").items] == [("", True)]

    publish(graph, "plain", "")

    assert [(item.key, item.state, item.is_gap) for item in listed(graph, "plain").items] == [("", "PUBLISHED", False)]


def test_hours_are_listed_over_the_night_in_which_clocks_jump(graph: Graph) -> None:
    declare(graph, sliced("hourly", replace(SCHEMES["hourly"], start="2025-03-30T00")))
    publish(graph, "hourly", "2025-03-30T01", "2025-03-30T04")

    assert keys(listed(graph, "hourly", gaps=True, end="2025-03-30T04")) == ["2025-03-30T03", "2025-03-30T00"]


def test_what_a_dataset_had_when_it_was_sliced_otherwise_is_listed_but_not_expected(graph: Graph) -> None:
    declare(graph, sliced("changed", PartitionScheme("month")))
    publish(graph, "changed", "2012-12")
    declare(graph, sliced("changed", PartitionScheme("day", "2013-01-01")))

    page = listed(graph, "changed", end="2013-01-02")

    assert [(item.key, item.due is None, item.is_gap) for item in page.items] == [
        ("2013-01-02", False, True),
        ("2013-01-01", False, True),
        ("2012-12", True, False),
    ]


def test_a_bound_that_is_no_key_is_refused(graph: Graph) -> None:
    declare(graph, sliced("rates", BUSINESS))

    with pytest.raises(InvalidPartition, match="2013-01-05"):
        listed(graph, "rates", start="yesterday")
    assert keys(listed(graph, "rates", start="2013-01-01", end="2013-01-02")) == ["2013-01-02"]


def test_a_search_through_very_many_partitions_ends_with_a_message(
    graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(status, "MOST_LOOKED_AT", 20)
    declare(graph, sliced("daily", PartitionScheme("day", "2013-01-01")))
    published = list(islice(PartitionScheme("day").earlier("2013-02-01"), 20))
    publish(graph, "daily", *published)

    with pytest.raises(InvalidInput, match="20 partitions after it were looked at"):
        listed(graph, "daily", gaps=True, end="2013-01-31")


def test_graphql_pages_through_gaps_and_says_what_came_late(graph: Graph) -> None:
    declare(graph, sliced("rates", replace(BUSINESS, start="2012-12-28")))
    publish(graph, "rates", "2013-01-02")
    app = app_on(graph)
    query = """query($after: String, $gaps: Boolean!) { dataset(namespace: "shop", name: "rates") { ... on Dataset {
        partitionEvery partitionTimezone partitionCalendar partitionKeys
        partitions(gaps: $gaps, first: 2, after: $after) {
          edges { node { key due late versions newestState current { id } } }
          pageInfo { hasNextPage endCursor } } } } }"""

    gaps = data(app, query, gaps=True)["dataset"]
    known = data(app, query, gaps=False)["dataset"]["partitions"]
    first = [edge["node"]["key"] for edge in gaps["partitions"]["edges"]]
    cursor = gaps["partitions"]["pageInfo"]["endCursor"]
    following = data(app, query, gaps=True, after=cursor)["dataset"]["partitions"]

    assert (gaps["partitionEvery"], gaps["partitionTimezone"], gaps["partitionCalendar"]) == ("day", "UTC", "FEASTS")
    assert gaps["partitionKeys"] == []
    assert [item.key for item in listed(graph, "rates", gaps=True, first=4).items] == [
        *first,
        *(edge["node"]["key"] for edge in following["edges"]),
    ]
    assert gaps["partitions"]["edges"][0]["node"]["newestState"] is None
    assert [(edge["node"]["key"], edge["node"]["late"], edge["node"]["due"]) for edge in known["edges"]] == [
        ("2013-01-02", True, "2013-01-03T01:00:00+00:00")
    ]
    assert "errors" in graphql(app, query, gaps=False, after=cursor)


def test_the_first_publication_counts_for_lateness_and_the_current_one_for_rows(graph: Graph) -> None:
    declare(graph, sliced("rates", BUSINESS))
    publish(graph, "rates", "2013-01-02")
    report_version(graph, Report(Name("shop", "rates"), "2013-01-02", location="rates/again.csv", reported_by="test"))
    Fleet(graph).work()

    found = partitions(graph, [dataset_id(Name("shop", "rates"))])[dataset_id(Name("shop", "rates"))].items[0]

    assert found.versions == 2
    assert found.first_published
    assert found.published_at
    assert found.first_published < found.published_at
