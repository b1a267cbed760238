"""Several names of one dataset in the graph: learned in any order, from anybody, and taken back."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import neo4j
import pytest

from connectors.openlineage.events import read_event
from graph_model.observed.record import record_observations
from graph_model.store.graph import Graph
from tests.conftest import wipe
from tests.integration.test_observed import in_groups, observations, state_of
from tests.support.events import dataset, facet, run_event

HIVE = "hive://metastore:9083"


def symlinks(*names: tuple[str, str, str]) -> dict[str, Any]:
    """A facet, for each other name its namespace, name and type."""
    return facet(identifiers=[{"namespace": ns, "name": name, "type": form} for ns, name, form in names])


def renamed_from(name: str, namespace: str = HIVE) -> dict[str, Any]:
    return facet(lifecycleStateChange="RENAME", previousIdentifier={"namespace": namespace, "name": name})


def by_path(name: str = "/warehouse/orders", **facets: Any) -> dict[str, Any]:
    """As Spark names a table: by its path, with the table as its other name."""
    return dataset(name, namespace="file", **facets)


def by_table(name: str = "db.orders", **facets: Any) -> dict[str, Any]:
    return dataset(name, namespace=HIVE, **facets)


SPARK = by_path(symlinks=symlinks((HIVE, "db.orders", "TABLE")))
METASTORE = by_table(symlinks=symlinks(("file", "/warehouse/orders", "LOCATION")))


def tell(graph: Graph, *events: Any) -> None:
    record_observations(graph, observations(events))


def writes(*outputs: Any, at: str = "01:00:00", job: str = "write", run: str = "r1") -> dict[str, Any]:
    return run_event("COMPLETE", at, job=job, run=run, outputs=outputs)


def reads(*inputs: Any, at: str = "02:00:00", job: str = "read", run: str = "r2") -> dict[str, Any]:
    return run_event("COMPLETE", at, job=job, run=run, inputs=inputs)


def entities(driver: neo4j.Driver) -> dict[str, str]:
    """By name, the name of the dataset that stands for it; only where there are several."""
    rows = driver.execute_query(
        "MATCH (d:Dataset) WHERE d.entity IS NOT NULL MATCH (r:Dataset {id: d.entity}) RETURN d.name AS d, r.name AS r"
    ).records
    return {row["d"]: row["r"] for row in rows}


@pytest.mark.parametrize("said", [SPARK, METASTORE], ids=["as Spark says it", "as Hive says it"])
def test_both_names_are_one_dataset_named_after_the_table(graph: Graph, side_driver: neo4j.Driver, said: Any) -> None:
    tell(graph, writes(said))

    assert entities(side_driver) == {"/warehouse/orders": "db.orders", "db.orders": "db.orders"}


def test_it_may_be_learned_late(graph: Graph, side_driver: neo4j.Driver) -> None:
    tell(graph, writes(by_path()))
    tell(graph, reads(by_table()))
    assert entities(side_driver) == {}

    tell(graph, writes(SPARK, at="03:00:00"))

    assert entities(side_driver) == {"/warehouse/orders": "db.orders", "db.orders": "db.orders"}


def test_the_new_name_of_a_rename_stands_for_the_old_one(graph: Graph, side_driver: neo4j.Driver) -> None:
    tell(graph, writes(by_table("db.b")), writes(by_table("db.z", lifecycleStateChange=renamed_from("db.b"))))

    assert entities(side_driver) == {"db.b": "db.z", "db.z": "db.z"}


def a_history(chance: random.Random) -> Sequence[Any]:
    """Events of six tables, each known by a table name and a path, that are written, renamed and dropped."""
    events: list[Any] = []
    for step in range(14):
        one, other = chance.sample(["a", "b", "c", "d", "e", "f"], 2)
        at = f"{step:02}:00:00"
        said = chance.choice(
            [
                by_table(f"db.{one}"),
                by_path(f"/w/{one}"),
                by_path(f"/w/{one}", symlinks=symlinks((HIVE, f"db.{one}", "TABLE"))),
                by_table(f"db.{one}", symlinks=symlinks(("file", f"/w/{one}", "LOCATION"))),
                by_table(f"db.{one}", lifecycleStateChange=renamed_from(f"db.{other}")),
                by_table(f"db.{one}", lifecycleStateChange=facet(lifecycleStateChange="DROP")),
                by_table(f"db.{one}", lifecycleStateChange=facet(lifecycleStateChange="CREATE")),
            ]
        )
        event = writes if chance.random() < 0.6 else reads
        events.append(event(said, at=at, run=f"r{step}", job=chance.choice(["one", "two"])))
    return events


@pytest.mark.parametrize("seed", range(4))
def test_any_order_makes_the_same_graph(graph: Graph, side_driver: neo4j.Driver, seed: int) -> None:
    chance = random.Random(seed)
    found = [read_event(event) for event in a_history(chance)]
    record_observations(graph, found)
    expected = state_of(side_driver)
    for _ in range(3):
        shuffled = found + chance.sample(found, 3)
        chance.shuffle(shuffled)
        wipe(side_driver, graph.settings.database)
        in_groups(graph, shuffled, chance)
        assert state_of(side_driver) == expected
