"""Checks that need more than one content, through a real worker and its processes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import neo4j
import pytest

from graph_model.checks.repository import trend
from graph_model.contracts.definition import dumps
from graph_model.contracts.entities import Check, Contract
from graph_model.names import dataset_id
from graph_model.store.graph import Graph
from graph_model.verify.check import verify
from graph_model.versions.entities import Report, Version, VersionState
from graph_model.versions.report import report_version
from graph_model.versions.repository import version
from tests.conftest import on_one_engine
from tests.support.protocol import name
from tests.support.workers import Place, a_place, until

pytestmark = on_one_engine()
DAYS = [f"2013-01-0{day}" for day in range(1, 6)]
OTHER = {"dataset": "out", "partition": "same", "if_missing": "fail"}
RULES = """
import os
def odd_ids(rows):
    if os.environ.get("HEADWATER_GRAPH_PASSWORD"):
        return "it sees what it should not"
    found = sum(batch.column("id").to_pylist().count(13) for batch in rows)
    return {"passed": found == 0, "value": found, "message": f"{found} are 13"}
"""


@pytest.fixture
def place(graph: Graph, side_driver: neo4j.Driver, tmp_path: Path) -> Iterator[Place]:
    with a_place(graph, side_driver, tmp_path) as place:
        (place.project / "rules.py").write_text(RULES)
        place.declare(place.copying("copy", "in", "out"), place.copying("first", "raw", "middle"))
        yield place


def promise(place: Place, dataset: str, *checks: Check) -> None:
    place.driver.execute_query(
        "MATCH (d:Dataset {id: $id}) SET d.contract = $contract",
        id=dataset_id(name(dataset)),
        contract=dumps(Contract(checks=checks)),
        database_=place.graph.settings.database,
    )


def deliver(place: Place, dataset: str, day: str, *ids: int) -> Version:
    """What became of a version with these ids, once a worker has looked at it."""
    file = place.root / dataset / f"{day}.csv"
    file.parent.mkdir(exist_ok=True)
    file.write_text("id,amount\n" + "".join(f"{id},{10 * id}\n" for id in ids))
    receipt = report_version(place.graph, Report(name(dataset), day, reported_by="test"))
    over = (VersionState.PUBLISHED, VersionState.QUARANTINED)
    return until(lambda: [one for one in [version(place.graph, receipt.version)] if one.state in over])[0]


def test_a_worker_compares_with_history_another_dataset_and_a_function(place: Place) -> None:
    history: dict[str, Any] = {"versions": 5, "at_least": 3, "deviations": 2, "slack": 10, "same_weekday": False}
    key = {"columns": ["id"], "references": ["id"], **OTHER}
    totals = {"rows": True, "columns": ["amount"], "references": ["amount"], "absolute": 0, **OTHER}
    function = {"function": "rules:odd_ids", "arguments": {}, "timeout": 60, "project": str(place.project)}
    promise(
        place,
        "raw",
        Check("size", "row_count_history", history),
        Check("key", "foreign_key", key),
        Check("totals", "reconciliation", totals),
        Check("age", "freshness", {"max_age": 3600.0}),
        Check("odd", "python", function, "warning"),
    )
    place.start_worker().ready()
    alone = deliver(place, "raw", DAYS[0], 1, 2)
    others = [deliver(place, "out", day, 1, 2) for day in DAYS[:4]]

    good = [deliver(place, "raw", day, 1, 2) for day in DAYS[:4]]
    dangling = deliver(place, "raw", DAYS[3], 1, 13)
    unbalanced = deliver(place, "raw", DAYS[3], 1)

    assert "nothing good of test/out@2013-01-01 is there yet" in alone.reason
    assert [found.state for found in good] == [VersionState.PUBLISHED] * 4
    assert [result.passed for result in good[-1].results] == [True] * 5
    results = {result.check: result for result in good[-1].results}
    assert results["size"].compared_with == tuple(found.id for found in reversed(good[:3]))
    assert results["key"].compared_with == results["totals"].compared_with == (others[3].id,)
    assert [result.check for result in dangling.results if not result.passed] == ["key", "totals", "odd"]
    assert "1 row refers to nothing in test/out (id), e.g. '13' in row 2" in dangling.reason
    assert [result.check for result in unbalanced.results if not result.passed] == ["size", "totals"]
    assert "sum of amount: 10 here and 30 there do not agree" in unbalanced.reason
    sizes = trend(place.graph, dataset_id(name("raw")), "size")
    assert [finding.result.value for finding in sizes.items] == [1, 2, 2, 2, 2, 2, 2]
    assert [finding.result.value for finding in trend(place.graph, dataset_id(name("raw")), "odd").items][1] == 1
    assert verify(place.graph) == ()
