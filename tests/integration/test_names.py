"""Several names of one dataset in the graph: learned in any order, from anybody, and taken back."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import neo4j
import pytest

from connectors.openlineage.events import read_event
from graph_model.lineage.ask import lineage
from graph_model.names import Name
from graph_model.observed.record import record_observations
from graph_model.store.graph import Graph
from tests.integration.observing import any_order_makes_one_graph, observations
from tests.support.events import dataset, facet, run_event
from tests.support.length import short_or_long

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


@pytest.mark.parametrize("seed", range(short_or_long(2, 4)))
def test_any_order_makes_the_same_graph(graph: Graph, side_driver: neo4j.Driver, seed: int) -> None:
    chance = random.Random(seed)
    found = [read_event(event) for event in a_history(chance)]
    any_order_makes_one_graph(graph, side_driver, found, [chance.random() for _ in range(short_or_long(2, 3))])


DROP, CREATE = facet(lifecycleStateChange="DROP"), facet(lifecycleStateChange="CREATE")


def upstream(graph: Graph, at: str | None = None) -> set[str]:
    """What `db.orders` comes from, now or at a time of day."""
    moment = datetime.fromisoformat(f"2013-01-05T{at}+00:00") if at else None
    found = lineage(graph, Name(HIVE, "db.orders"), direction="UP", as_of=moment)
    return {node.name.name for node in found.nodes} - {"db.orders"}


def fed(graph: Graph, at: str | None = None) -> list[str | None]:
    """The columns of `db.orders` that one of another table feeds."""
    moment = datetime.fromisoformat(f"2013-01-05T{at}+00:00") if at else None
    found = lineage(graph, Name(HIVE, "db.raw"), level="COLUMN", as_of=moment)
    return [node.column for node in found.nodes if node.kind == "COLUMN" and node.name.name == "db.orders"]


def dropped_at(graph: Graph) -> str | None:
    node = lineage(graph, Name(HIVE, "db.orders"), depth=0).nodes[0]
    return node.dropped_at and f"{node.dropped_at:%H:%M}"


def test_what_was_seen_before_a_drop_ends_with_it(graph: Graph) -> None:
    source = {"namespace": HIVE, "name": "db.raw", "field": "b"}
    made = by_table(columnLineage=facet(fields={"a": {"inputFields": [source]}}))
    tell(graph, writes(made), writes(by_table(lifecycleStateChange=DROP), at="03:00:00", job="drop"))

    assert upstream(graph) == set()
    assert upstream(graph, "02:00:00") == {"write", "db.raw"}
    assert fed(graph) == []
    assert fed(graph, "02:00:00") == ["a"]
    assert dropped_at(graph) == "03:00"


def test_a_drop_that_is_learned_late_takes_nothing_that_was_seen_since(graph: Graph) -> None:
    tell(graph, writes(by_table(), at="04:00:00"))
    tell(graph, writes(by_table(lifecycleStateChange=DROP), at="03:00:00", job="drop"))

    assert upstream(graph) == {"write"}
    assert dropped_at(graph) is None


def test_what_is_made_anew_is_open_again(graph: Graph) -> None:
    tell(graph, writes(by_table(), at="01:00:00"), reads(by_table(), at="02:00:00"))
    tell(graph, writes(by_table(lifecycleStateChange=DROP), at="03:00:00", job="drop"))
    tell(graph, writes(by_table(lifecycleStateChange=CREATE), at="03:00:01", run="r9"))

    assert upstream(graph) == {"write"}
    assert [node.name.name for node in lineage(graph, Name(HIVE, "db.orders")).nodes] == ["db.orders"]
    assert dropped_at(graph) is None


def test_a_dataset_with_several_names_is_gone_when_one_was_dropped_and_none_seen_since(graph: Graph) -> None:
    tell(graph, writes(METASTORE), writes(by_path(lifecycleStateChange=DROP), at="03:00:00", job="drop"))
    assert dropped_at(graph) == "03:00"

    tell(graph, writes(by_table(), at="04:00:00"))
    assert dropped_at(graph) is None


def test_a_renamed_dataset_keeps_its_history(graph: Graph) -> None:
    tell(graph, writes(by_table("db.old"), job="before"))
    tell(graph, writes(by_table(lifecycleStateChange=renamed_from("db.old")), at="02:00:00", job="rename"))

    assert upstream(graph) == {"before", "rename"}
    assert [node.name.name for node in lineage(graph, Name(HIVE, "db.old"), depth=0).nodes] == ["db.orders"]
