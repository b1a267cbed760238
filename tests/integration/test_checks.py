"""Checks against the graph on each engine: what a version is compared with."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from graph_model.contracts.entities import Check
from graph_model.store.graph import Graph
from graph_model.verify.check import verify
from graph_model.versions.entities import VersionState
from tests.integration.checked import HISTORY, ROWS, WHOLE, checked, declare, deliver, found_in


def test_a_size_is_compared_with_the_partitions_before_it_whatever_came_when(graph: Graph, tmp_path: Path) -> None:
    declare(graph, checked("orders", ROWS))
    fourth = deliver(graph, tmp_path, "orders", "2024-01-04", ids=range(900))  # nothing lies before it
    days = [deliver(graph, tmp_path, "orders", f"2024-01-0{day}", ids=range(10 + day)) for day in (1, 2, 3)]

    odd = deliver(graph, tmp_path, "orders", "2024-01-05", ids=range(5))
    usual = deliver(graph, tmp_path, "orders", "2024-01-04", ids=range(13))

    assert [found_in(days[2], "usual size").passed, found_in(fourth, "usual size").passed] == [True, True]
    assert found_in(odd, "usual size").compared_with == (fourth.id, days[2].id, days[1].id)
    assert "expected 10 to 16" in found_in(odd, "usual size").message
    assert (odd.state, usual.state) == (VersionState.QUARANTINED, VersionState.PUBLISHED)
    assert found_in(usual, "usual size").compared_with == tuple(day.id for day in reversed(days))
    assert verify(graph) == ()


def test_where_partitions_are_no_time_a_version_is_compared_with_those_before_it(graph: Graph, tmp_path: Path) -> None:
    declare(graph, checked("orders", ROWS, partitions=WHOLE))
    first, second = (deliver(graph, tmp_path, "orders", ids=range(size)) for size in (10, 12))

    odd, usual = (deliver(graph, tmp_path, "orders", ids=range(size)) for size in (30, 11))

    assert found_in(odd, "usual size").compared_with == (second.id, first.id)
    assert [odd.state, usual.state] == [VersionState.QUARANTINED, VersionState.PUBLISHED]
    assert found_in(usual, "usual size").compared_with == (second.id, first.id)


def test_the_same_weekday_is_a_week_ago(graph: Graph, tmp_path: Path) -> None:
    weekly = replace(ROWS, params={**HISTORY, "same_weekday": True})
    declare(graph, checked("orders", weekly))
    for day in ("01", "07", "08", "14"):
        deliver(graph, tmp_path, "orders", f"2024-01-{day}", ids=range(int(day)))

    monday = deliver(graph, tmp_path, "orders", "2024-01-15", ids=range(4))

    assert "the median of 2 versions of the same weekday, 2024-01-01 to 2024-01-08 is 4.5" in monday.results[0].message
    assert monday.state is VersionState.PUBLISHED


def key(partition: str, **params: Any) -> Check:
    told = {"dataset": "customers", "partition": partition, "if_missing": "fail"}
    return Check("customers", "foreign_key", {"columns": ["id"], "references": ["id"], **told, **params})


@pytest.mark.parametrize(
    ("partition", "others", "good"), [("same", ["2024-01-02"], 0), ("latest", ["2024-01-02", "2024-01-03"], 1)]
)
def test_a_key_refers_to_what_readers_of_the_other_dataset_get(
    partition: str, others: list[str], good: int, graph: Graph, tmp_path: Path
) -> None:
    declare(graph, checked("orders", key(partition)), checked("customers"))
    missing = deliver(graph, tmp_path, "orders", "2024-01-02", ids=[1])
    wanted = [deliver(graph, tmp_path, "customers", day, ids=[1, 2 + turn]) for turn, day in enumerate(others)]

    kept = deliver(graph, tmp_path, "orders", "2024-01-02", ids=[1, 2 + good])
    broken = deliver(graph, tmp_path, "orders", "2024-01-02", ids=[1, 9])

    assert missing.state is VersionState.QUARANTINED
    assert "nothing good of shop/customers" in missing.reason
    assert (kept.state, found_in(kept, "customers").compared_with) == (VersionState.PUBLISHED, (wanted[good].id,))
    assert broken.state is VersionState.QUARANTINED
    assert found_in(broken, "customers").sample == ({"id": 9, "row": 2},)


def test_a_key_that_can_refer_to_nothing_says_why(graph: Graph, tmp_path: Path) -> None:
    checks = [key("whole"), replace(key("same", dataset="custmers", if_missing="pass"), name="typo")]
    declare(graph, checked("orders", *checks), checked("customers"))

    found = deliver(graph, tmp_path, "orders", "2024-01-02")

    assert [result.message for result in found.results] == [
        "foreign_key (id): shop/customers has no partition whole",
        "foreign_key (id): there is no dataset shop/custmers, which the rule lets pass",
    ]


def test_freshness_is_measured_from_the_end_of_a_partition_or_from_now(graph: Graph, tmp_path: Path) -> None:
    at_source = Check("in time", "freshness", {"max_age": 3600.0})
    from_now = Check("from now", "freshness", {"max_age": 3600.0, "until": "now"})
    declare(graph, checked("orders", at_source, from_now), checked("whole", at_source, partitions=WHOLE))

    dated, plain = deliver(graph, tmp_path, "orders", "2024-01-02"), deliver(graph, tmp_path, "whole")

    partition, now = dated.results
    assert "the end of 2024-01-02 (2024-01-03 00:00:00 UTC)" in partition.message
    assert partition.passed  # it came after: nothing of it is old
    assert "now" in now.message
    assert [now.passed, plain.results[0].passed] == [True, True]
    assert now.value is not None
    assert now.value >= 0
