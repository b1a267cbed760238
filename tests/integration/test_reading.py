"""What the repositories of datasets, jobs, consumers, runs and versions read, on each engine."""

from __future__ import annotations

import neo4j
import pytest

from graph_model.consumers.repository import consumer, consumers, count_consumers
from graph_model.contracts.entities import Column
from graph_model.datasets.entities import Filters, PartitionOverview
from graph_model.datasets.repository import (
    count_datasets,
    dataset,
    datasets,
    datasets_by_name,
    latest_versions,
    partitions,
)
from graph_model.errors import ConsumerNotFound, DatasetNotFound, JobNotFound, RunNotFound, VersionNotFound
from graph_model.estate.entities import Deadline, InputSpec, ReadSpec
from graph_model.jobs.entities import JobFilters
from graph_model.jobs.repository import count_jobs, job, jobs
from graph_model.names import Name, dataset_id, dataset_name_id, job_id
from graph_model.partitions.rules import Mapping, PartitionScheme
from graph_model.runs.entities import RunKind, RunState
from graph_model.runs.repository import count_runs, run, runs, runs_of_jobs
from graph_model.store.graph import Graph
from graph_model.versions.entities import VersionState
from graph_model.versions.repository import count_versions, version, versions
from tests.integration.small_estate import (
    BAD,
    BOARD,
    CLEAN,
    CLEAN_JOB,
    DAY_ONE,
    DAY_TWO,
    FIRST_RUN,
    GOOD,
    NOON,
    RAW,
    SECOND_RUN,
    TOTALS,
    TOTALS_JOB,
    VALIDATION,
    plant_datasets,
)


def test_a_dataset_comes_with_owners_scheme_and_the_columns_of_its_schema_in_order(small_estate: Graph) -> None:
    found = dataset(small_estate, CLEAN)

    assert (found.id, found.name, found.format, found.scope) == (dataset_id(CLEAN), CLEAN, "parquet", "shop")
    assert found.owners == ("orders@example.org",)
    assert found.tags == ("orders",)
    assert found.partitions == PartitionScheme("day", "2024-01-01")
    assert found.columns == (Column("order_id", "integer", nullable=False), Column("amount", "integer"))


def test_a_dataset_without_schema_has_no_columns(small_estate: Graph) -> None:
    assert dataset(small_estate, RAW).columns == ()


def test_an_unknown_dataset_names_the_nearest_one(small_estate: Graph) -> None:
    with pytest.raises(DatasetNotFound) as raised:
        dataset(small_estate, Name("shop", "clean_order"))

    assert raised.value.nearest == "shop/clean_orders"


def test_pages_of_datasets_follow_each_other_without_gap_or_repetition(
    own_estate: Graph, side_driver: neo4j.Driver
) -> None:
    plant_datasets(side_driver, own_estate.settings.database, 7)

    first = datasets(own_estate, first=4)
    second = datasets(own_estate, first=4, after=first.items[-1].name)
    third = datasets(own_estate, first=4, after=second.items[-1].name)

    names = [found.name for page in (first, second, third) for found in page.items]
    assert names == sorted([RAW, CLEAN, TOTALS, *(Name("many", f"table_{number:04}") for number in range(7))])
    assert [page.has_next for page in (first, second, third)] == [True, True, False]
    assert count_datasets(own_estate) == 10


def test_search_finds_a_part_of_a_name_in_any_case(small_estate: Graph) -> None:
    page = datasets(small_estate, Filters(search="ORDERS"))

    assert [found.name for found in page.items] == [CLEAN, RAW]
    assert count_datasets(small_estate, Filters(search="Clean")) == 1


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (Filters(tag="orders", namespace="shop"), {"clean_orders", "raw_orders", "totals"}),
        (Filters(tag="order"), set()),
        (Filters(owner="orders@example.org", format="parquet", search="clean"), {"clean_orders"}),
        (Filters(owner="nobody"), set()),
        (Filters(namespace="other"), set()),
        (Filters(format="csv"), set()),
        (Filters(domain="sales"), {"totals"}),
        (Filters(tier="1", domain="sales"), {"totals"}),
        (Filters(tier="2"), set()),
    ],
)
def test_datasets_are_filtered_by_what_is_said_of_them(
    own_estate: Graph, side_driver: neo4j.Driver, filters: Filters, found: set[str]
) -> None:
    side_driver.execute_query(
        "MATCH (d:Dataset {name: 'totals'}) SET d.domain = 'sales', d.tier = '1'",
        database_=own_estate.settings.database,
    )

    assert {item.name.name for item in datasets(own_estate, filters).items} == found
    assert count_datasets(own_estate, filters) == len(found)


def test_a_retired_dataset_leaves_the_list_but_is_still_found_by_name(
    own_estate: Graph, side_driver: neo4j.Driver
) -> None:
    statement = "MATCH (d:Dataset {id: $id}) SET d.retired_at = datetime.realtime()"
    side_driver.execute_query(statement, {"id": dataset_id(RAW)}, database_=own_estate.settings.database)

    assert RAW not in [found.name for found in datasets(own_estate).items]
    assert dataset(own_estate, RAW).retired_at is not None


def test_a_dataset_is_found_by_each_of_its_names(own_estate: Graph, side_driver: neo4j.Driver) -> None:
    other = Name("s3://bucket", "orders/clean")
    statement = """MATCH (d:Dataset {id: $id})
        CREATE (:DatasetName {id: $name_id, namespace: $namespace, name: $name})-[:NAMES]->(d)"""
    row = {"id": dataset_id(CLEAN), "name_id": dataset_name_id(other), "namespace": other.namespace, "name": other.name}
    side_driver.execute_query(statement, row, database_=own_estate.settings.database)

    found = datasets_by_name(own_estate, [CLEAN, other, Name("shop", "nobody")])

    assert {name: item.id for name, item in found.items()} == {CLEAN: dataset_id(CLEAN), other: dataset_id(CLEAN)}


def test_the_latest_version_is_the_current_one_and_never_a_quarantined_one(small_estate: Graph) -> None:
    assert latest_versions(small_estate, [dataset_id(CLEAN), dataset_id(RAW)]) == {dataset_id(CLEAN): GOOD}


def test_partitions_tell_what_readers_get_and_what_came_last(small_estate: Graph) -> None:
    pages = partitions(small_estate, [dataset_id(CLEAN), dataset_id(RAW)], first=1)
    older = partitions(small_estate, [dataset_id(CLEAN)], first=1, before=DAY_TWO)

    bad = PartitionOverview(DAY_TWO, 1, None, BAD, VersionState.QUARANTINED, "2 rows have no id")
    good = PartitionOverview(DAY_ONE, 1, GOOD, GOOD, VersionState.PUBLISHED, row_count=3)
    assert (pages[dataset_id(CLEAN)].items, pages[dataset_id(CLEAN)].has_next) == ((bad,), True)
    assert (older[dataset_id(CLEAN)].items, older[dataset_id(CLEAN)].has_next) == ((good,), False)
    assert pages[dataset_id(RAW)].items == ()


def test_a_job_comes_with_what_it_reads_and_produces(small_estate: Graph) -> None:
    found = job(small_estate, TOTALS_JOB)

    assert found.inputs == (InputSpec(CLEAN, Mapping("offsets", -3, -1)),)
    assert found.outputs == (TOTALS,)
    assert (found.kind, found.retries, found.timeout_seconds, found.columns_known) == ("sql", 2, 60.0, True)
    assert found.owners == ("orders@example.org",)


def test_jobs_are_listed_searched_and_counted(small_estate: Graph) -> None:
    assert [found.name for found in jobs(small_estate, first=1).items] == [CLEAN_JOB]
    assert [found.name for found in jobs(small_estate, after=CLEAN_JOB).items] == [TOTALS_JOB]
    assert [found.name for found in jobs(small_estate, JobFilters(search="SUM")).items] == [TOTALS_JOB]
    assert count_jobs(small_estate) == 2


def test_an_unknown_job_names_the_nearest_one(small_estate: Graph) -> None:
    with pytest.raises(JobNotFound) as raised:
        job(small_estate, Name("shop", "sumup"))

    assert raised.value.nearest == "shop/sum_up"


def test_a_consumer_comes_with_its_columns_and_its_deadline(small_estate: Graph) -> None:
    found = consumer(small_estate, BOARD)

    assert found.reads == (ReadSpec(CLEAN, ("amount",)),)
    assert found.deadline == Deadline("06:00", "Europe/Berlin")
    assert found.owners == ("board@example.org",)


def test_consumers_are_listed_and_counted(small_estate: Graph) -> None:
    assert [found.name for found in consumers(small_estate, search="boa").items] == [BOARD]
    assert consumers(small_estate, after=BOARD).items == ()
    assert count_consumers(small_estate) == 1


def test_an_unknown_consumer_names_the_nearest_one(small_estate: Graph) -> None:
    with pytest.raises(ConsumerNotFound) as raised:
        consumer(small_estate, Name("shop", "boards"))

    assert raised.value.nearest == "shop/board"


def test_a_run_comes_with_attempts_inputs_and_outputs(small_estate: Graph) -> None:
    first, second = run(small_estate, FIRST_RUN), run(small_estate, SECOND_RUN)

    assert (first.subject, first.partition, first.state) == (CLEAN_JOB, DAY_ONE, RunState.SUCCEEDED)
    assert (first.outputs, second.inputs) == ((GOOD,), (GOOD,))
    assert [(attempt.number, attempt.worker, attempt.started_at) for attempt in first.attempts] == [(1, "w1", NOON)]
    assert first.metrics == {"rows": 3}


def test_a_validation_run_has_its_dataset_as_subject(small_estate: Graph) -> None:
    found = run(small_estate, VALIDATION)

    assert (found.kind, found.subject) == (RunKind.VALIDATION, CLEAN)


def test_an_unknown_run_is_an_error(small_estate: Graph) -> None:
    with pytest.raises(RunNotFound):
        run(small_estate, "rn_nobody")


def test_runs_come_newest_first_and_page_by_page(small_estate: Graph) -> None:
    first = runs(small_estate, limit=2)
    second = runs(small_estate, limit=2, after=first[-1].id)

    assert [found.id for found in first + second] == [VALIDATION, SECOND_RUN, FIRST_RUN]


def test_runs_made_in_one_instant_are_all_listed(own_estate: Graph, side_driver: neo4j.Driver) -> None:
    statement = "MATCH (r:Run) SET r.created_at = datetime('2024-03-01T12:00:00.123456789Z')"
    side_driver.execute_query(statement, database_=own_estate.settings.database)

    first = runs(own_estate, limit=1)
    second = runs(own_estate, limit=1, after=first[-1].id)
    third = runs(own_estate, limit=1, after=second[-1].id)

    assert {found.id for found in first + second + third} == {FIRST_RUN, SECOND_RUN, VALIDATION}


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"job": CLEAN_JOB}, [FIRST_RUN]),
        ({"state": RunState.SUCCEEDED}, [VALIDATION, FIRST_RUN]),
        ({"open_only": True}, [SECOND_RUN]),
        ({"open_only": True, "job": CLEAN_JOB}, []),
        ({"job": TOTALS_JOB, "state": RunState.FAILED}, []),
    ],
)
def test_runs_are_filtered_and_counted_alike(small_estate: Graph, filters: dict, expected: list[str]) -> None:
    assert [found.id for found in runs(small_estate, **filters)] == expected
    assert count_runs(small_estate, **filters) == len(expected)


def test_runs_of_several_jobs_come_in_one_question(small_estate: Graph) -> None:
    pages = runs_of_jobs(small_estate, [job_id(CLEAN_JOB), job_id(TOTALS_JOB), dataset_id(CLEAN)], first=5)

    assert {key: [found.id for found in page.items] for key, page in pages.items()} == {
        job_id(CLEAN_JOB): [FIRST_RUN],
        job_id(TOTALS_JOB): [SECOND_RUN],
        dataset_id(CLEAN): [VALIDATION],
    }


def test_a_version_comes_with_what_its_checks_found_in_their_order(small_estate: Graph) -> None:
    found = version(small_estate, BAD)

    assert (found.dataset, found.partition, found.state, found.current) == (
        CLEAN,
        DAY_TWO,
        VersionState.QUARANTINED,
        False,
    )
    assert [(result.check, result.passed, result.failed_rows) for result in found.results] == [
        ("id_known", False, 2),
        ("amount_known", True, 0),
    ]
    assert found.results[0].sample == ({"row": 2},)


def test_a_version_knows_the_run_that_wrote_it(small_estate: Graph) -> None:
    found = version(small_estate, GOOD)

    assert (found.current, found.run, found.row_count) == (True, FIRST_RUN, 3)


def test_versions_come_newest_first_page_by_page_or_for_one_partition(small_estate: Graph) -> None:
    assert [found.id for found in versions(small_estate, CLEAN)] == [BAD, GOOD]
    assert [found.id for found in versions(small_estate, CLEAN, limit=1, after=BAD)] == [GOOD]
    assert [found.id for found in versions(small_estate, CLEAN, partition=DAY_ONE)] == [GOOD]
    assert count_versions(small_estate, dataset_id(CLEAN), partition=DAY_ONE) == 1
    assert count_versions(small_estate, dataset_id(CLEAN)) == 2


def test_versions_of_an_unknown_dataset_are_an_error_and_not_an_empty_list(small_estate: Graph) -> None:
    with pytest.raises(DatasetNotFound):
        versions(small_estate, Name("shop", "nobody"))


def test_an_unknown_version_is_an_error(small_estate: Graph) -> None:
    with pytest.raises(VersionNotFound):
        version(small_estate, "vs_nobody")
