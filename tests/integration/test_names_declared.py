"""Names that estates give to their datasets: whatever of them was seen, before or after, is the declared dataset."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import neo4j
import pytest

from connectors.sql.columns import read_columns
from graph_model.backup.restore import restore
from graph_model.backup.take import take_backup
from graph_model.errors import InvalidEstate
from graph_model.estate.apply import apply
from graph_model.estate.entities import DatasetSpec, Estate
from graph_model.estate.parse import load_estate
from graph_model.estate.plan import plan
from graph_model.identity.entities import Held
from graph_model.identity.show import names_of
from graph_model.lineage.ask import lineage
from graph_model.names import Name, dataset_id, job_id
from graph_model.store.graph import Graph
from graph_model.verify.canonical import state_hash_of
from graph_model.verify.check import verify
from graph_model.versions.entities import Report
from graph_model.versions.report import report_version
from graph_model.versions.repository import versions_by_id
from tests.conftest import wipe
from tests.integration.api import app_on, data
from tests.integration.test_names import entities, reads, symlinks, tell, writes
from tests.support.estates import a_dataset, a_job, an_estate
from tests.support.events import dataset

LAKE = "s3://lake"


def called(*names: str, **fields: Any) -> DatasetSpec:
    """A daily dataset `clean` with these names in the lake."""
    return a_dataset("clean", names=tuple(Name(LAKE, name) for name in names), **fields)


def declare(graph: Graph, *things: Any, scope: str = "shop") -> Any:
    return apply(graph, an_estate(*things, scope=scope), read_columns=read_columns, actor="ann")


def in_lake(name: str) -> dict[str, Any]:
    return dataset(name, namespace=LAKE)


def test_a_name_is_known_before_anybody_saw_it(graph: Graph, side_driver: neo4j.Driver) -> None:
    declare(graph, called("tables/clean"))

    assert entities(side_driver) == {"clean": "clean", "tables/clean": "clean"}
    assert lineage(graph, Name(LAKE, "tables/clean")).nodes[0].name == Name("shop", "clean")
    assert verify(graph) == ()


def test_what_is_seen_later_is_the_declared_dataset_and_its_partition(graph: Graph) -> None:
    declare(graph, called("clean/{date}/"))
    tell(graph, writes(in_lake("clean/2024-01-05")), reads(in_lake("clean/2024-01-06/part-0.parquet")))
    tell(graph, reads(in_lake("clean/readme.txt"), job="other", run="o"))

    found = names_of(graph, dataset_id(Name("shop", "clean")))

    partitions = {known.name.name: {why.partition for why in known.because} for known in found.names[1:]}
    assert partitions == {"clean/2024-01-05": {"2024-01-05"}, "clean/2024-01-06/part-0.parquet": {"2024-01-06"}}
    assert {why.said_by for known in found.names[1:] for why in known.because} == {"estate:shop"}
    beside = {node.name.name for node in lineage(graph, Name("shop", "clean"), direction="BOTH").nodes}
    assert beside == {"clean", "write", "read"}


def test_what_was_seen_before_is_found_when_the_name_is_declared(graph: Graph, side_driver: neo4j.Driver) -> None:
    tell(graph, writes(in_lake("/clean/2024-01-05")), reads(in_lake("clean/2024-02-30")))

    declare(graph, called("clean/{date}"))

    assert entities(side_driver) == {"clean": "clean", "/clean/2024-01-05": "clean"}


def test_whatever_comes_first_it_is_the_same_graph(graph: Graph, side_driver: neo4j.Driver) -> None:
    events = [writes(in_lake(f"clean/2024-01-0{day}"), run=f"r{day}") for day in range(1, 6)]
    steps = [lambda: declare(graph, called("clean/{date}")), *[(lambda e=e: tell(graph, e)) for e in events]]
    hashes = set()
    for seed in range(4):
        wipe(side_driver, graph.settings.database)
        random.Random(seed).shuffle(steps)
        for step in steps:
            step()
        assert len(entities(side_driver)) == 6
        hashes.add(state_hash_of(graph))
    assert len(hashes) == 1


def test_its_place_is_a_name_too(graph: Graph, side_driver: neo4j.Driver) -> None:
    tell(graph, writes(dataset("shop.public.clean", namespace="postgres://db:5432")))
    table = {"url": "postgresql://me@db/shop", "table": "clean"}

    declare(graph, called(format="table", location="postgresql://me@db/shop#clean", options=table))

    assert entities(side_driver) == {"clean": "clean", "shop.public.clean": "clean"}


def test_a_plan_says_it_in_words_and_again_changes_nothing(graph: Graph) -> None:
    estate = an_estate(called("a"))
    declare(graph, called("a"))
    assert plan(graph, estate, read_columns=read_columns).is_empty

    changed = plan(graph, an_estate(called("b/")), read_columns=read_columns)

    assert [change.detail for change in changed.changes] == ["also called s3://lake b/; no longer called s3://lake a"]


def test_a_name_that_is_taken_away_stands_alone_again(graph: Graph, side_driver: neo4j.Driver) -> None:
    declare(graph, called("clean/{date}", "table"))
    tell(graph, writes(in_lake("clean/2024-01-05")))
    assert len(entities(side_driver)) == 3

    declare(graph, called())

    assert entities(side_driver) == {}
    assert lineage(graph, Name(LAKE, "clean/2024-01-05")).nodes[0].name.name == "clean/2024-01-05"
    alone = side_driver.execute_query(
        "MATCH (d:Dataset {name: 'table'}) RETURN d.retired_at IS NOT NULL AS gone"
    ).records
    assert alone[0]["gone"]
    assert verify(graph) == ()

    declare(graph, called("clean/{date}", "table"))
    assert len(entities(side_driver)) == 3


def test_a_nearer_name_takes_what_a_wider_one_had(graph: Graph, side_driver: neo4j.Driver) -> None:
    tell(graph, writes(in_lake("all/special/x")))
    declare(graph, called("all/"))
    assert entities(side_driver)["all/special/x"] == "clean"

    special = a_dataset("special", names=(Name(LAKE, "all/special/"),))
    declare(graph, special, scope="other")
    assert entities(side_driver)["all/special/x"] == "special"

    declare(graph, scope="other")
    assert entities(side_driver)["all/special/x"] == "clean"
    assert verify(graph) == ()


def test_a_retired_dataset_leaves_its_names(graph: Graph, side_driver: neo4j.Driver) -> None:
    declare(graph, called("clean/"))
    tell(graph, writes(in_lake("clean/x")))

    declare(graph)

    assert entities(side_driver) == {}
    assert side_driver.execute_query("MATCH (n:DeclaredName) RETURN n").records == []


def load(folder: Path, text: str) -> Estate:
    file = folder / "estate.yaml"
    file.write_text(text)
    return load_estate(file)


@pytest.mark.parametrize("claimed", ["s3://lake clean/{date}", "shop clean"])
def test_a_name_of_a_dataset_of_another_scope_is_refused(graph: Graph, tmp_path: Path, claimed: str) -> None:
    declare(graph, called("clean/{date}"))
    head = "scope: other\ndatasets:\n  twin:\n    format: csv\n    partition: {every: day}\n    names:\n"

    with pytest.raises(InvalidEstate) as refused:
        plan(graph, load(tmp_path, f"{head}      - {claimed}\n"), read_columns=read_columns)

    (mistake,) = refused.value.mistakes
    assert mistake.line == 7
    assert mistake.message == f"dataset twin: {claimed} is a name of dataset shop/clean of scope shop already"


def test_two_that_lie_at_one_place_stay_two_and_it_is_said(graph: Graph, side_driver: neo4j.Driver) -> None:
    twin = {"location": "s3://lake/clean.parquet", "partitions": replace(called().partitions, every=None, start=None)}
    declare(graph, a_dataset("one", **twin), a_dataset("two", **twin))

    found = entities(side_driver)

    assert found in ({"clean.parquet": name, name: name} for name in ("one", "two"))
    assert len([one for name in ("one", "two") for one in names_of(graph, dataset_id(Name("shop", name))).doubts]) >= 1


def test_a_job_may_name_what_it_reads_by_any_of_the_names(graph: Graph) -> None:
    """It waits for the declared dataset; and declaring something under a name that was only seen stays possible."""
    declare(graph, called("table"))
    reader = a_job("reader", {f"{LAKE}/table": "same"}, "out")
    declare(graph, reader, a_dataset("out"), scope="other")

    waiting = graph.rows("readiness.consumers", datasets=[dataset_id(Name("shop", "clean"))])

    assert [row["job"] for row in waiting] == [job_id(Name("shop", "reader"))]
    assert plan(graph, an_estate(reader, a_dataset("out"), scope="other"), read_columns=read_columns).is_empty


def test_what_a_symlink_made_one_may_still_be_declared(graph: Graph, side_driver: neo4j.Driver) -> None:
    declare(graph, called())
    linked = dataset("clean", namespace="shop", symlinks=symlinks((LAKE, "copy", "LOCATION")))
    tell(graph, writes(linked))
    assert entities(side_driver) == {"clean": "clean", "copy": "clean"}

    declare(graph, a_dataset("copy", namespace=LAKE), scope="other")

    assert entities(side_driver) == {}
    assert {one.held for one in names_of(graph, dataset_id(Name(LAKE, "copy"))).doubts} == {Held.BOTH_DECLARED}


def test_a_version_may_be_reported_by_any_of_the_names(graph: Graph) -> None:
    declare(graph, called("table", partitions=replace(called().partitions, every=None, start=None)))

    version = report_version(graph, Report(Name(LAKE, "table"), location="a.parquet"))

    assert versions_by_id(graph, [version.version])[version.version].dataset == Name("shop", "clean")


def test_a_registration_takes_names(graph: Graph) -> None:
    tell(graph, writes(in_lake("notes")))
    app = app_on(graph)
    mutation = """
      mutation {
        registerDataset(
          input: {name: {namespace: "shop", name: "notes"}, format: "csv", names: ["s3://lake notes"]}
        ) { __typename ... on Error { message } }
      }
    """
    assert "message" not in data(app, mutation)["registerDataset"]
    assert lineage(graph, Name(LAKE, "notes")).nodes[0].name == Name("shop", "notes")


def test_a_backup_keeps_names_and_what_follows(graph: Graph, side_driver: neo4j.Driver, tmp_path: Path) -> None:
    declare(graph, called("clean/{date}"))
    tell(graph, writes(in_lake("clean/2024-01-05")))
    before, state = entities(side_driver), state_hash_of(graph)

    take_backup(graph, tmp_path / "graph.backup")
    wipe(side_driver, graph.settings.database)
    restore(graph, tmp_path / "graph.backup")

    assert entities(side_driver) == before
    assert state_hash_of(graph) == state
    assert verify(graph) == ()
    tell(graph, writes(in_lake("clean/2024-01-06"), run="r6"))
    assert len(entities(side_driver)) == 3
