"""A wrong merge is undone by hand; and what everybody sees who asks for one dataset by any of its names."""

from __future__ import annotations

from pathlib import Path

import neo4j
import pytest

from graph_model.audit.repository import trail
from graph_model.datasets.entities import Filters
from graph_model.datasets.repository import count_datasets, datasets
from graph_model.errors import DatasetNotFound, InvalidInput, NotApart
from graph_model.identity.apart import hold_apart, rejoin
from graph_model.identity.entities import Held
from graph_model.identity.show import doubts, names_of
from graph_model.names import Name, dataset_id
from graph_model.search.find import search
from graph_model.settings import GraphSettings
from graph_model.store.graph import Graph
from graph_model.verify.canonical import state_hash_of
from graph_model.verify.check import verify
from tests.integration.api import app_on, data
from tests.integration.observing import state_of
from tests.integration.small_estate import CLEAN, RAW
from tests.integration.test_names import HIVE, METASTORE, SPARK, by_table, entities, reads, symlinks, tell, writes
from tests.integration.test_names_lineage import PATH, TABLE
from tests.support.cli import Cli, graph_environment
from tests.support.events import dataset

ONE = {"/warehouse/orders": "db.orders", "db.orders": "db.orders"}


@pytest.fixture
def merged(graph: Graph) -> Graph:
    tell(graph, writes(SPARK), reads(METASTORE))
    return graph


def test_what_is_held_apart_stays_apart_however_often_it_is_said(merged: Graph, side_driver: neo4j.Driver) -> None:
    assert entities(side_driver) == ONE

    parted = hold_apart(merged, PATH, TABLE, by="ann", reason="the path was taken over")
    assert (parted.changed, parted.are_one) == (True, False)
    assert entities(side_driver) == {}

    tell(merged, writes(SPARK, at="05:00:00", run="r5"), reads(METASTORE, at="06:00:00", run="r6"))
    assert entities(side_driver) == {}
    assert {doubt.held for doubt in doubts(merged)} == {Held.APART}
    assert verify(merged) == ()


def test_it_can_be_taken_back_and_both_are_audited(merged: Graph, side_driver: neo4j.Driver) -> None:
    hold_apart(merged, TABLE, PATH, by="ann", reason="mistaken")
    back = rejoin(merged, PATH, TABLE, by="ben")

    assert (back.changed, back.are_one) == (True, True)
    assert entities(side_driver) == ONE
    assert doubts(merged) == ()
    for name in (PATH, TABLE):
        told = [(record.transition, record.actor) for record in trail(merged, dataset_id(name), first=9).items]
        assert told == [("HELD_APART", "ann"), ("REJOINED", "ben")]


def test_doing_it_again_changes_nothing(merged: Graph) -> None:
    hold_apart(merged, TABLE, PATH, by="ann", reason="mistaken")

    assert not hold_apart(merged, PATH, TABLE, by="ben", reason="other").changed
    assert [held.by for held in names_of(merged, dataset_id(TABLE)).apart] == ["ann"]
    assert len(trail(merged, dataset_id(TABLE), first=9).items) == 1


def test_what_cannot_be_parted_is_refused(merged: Graph) -> None:
    with pytest.raises(InvalidInput, match="one name"):
        hold_apart(merged, TABLE, TABLE, by="ann", reason="mistaken")
    with pytest.raises(DatasetNotFound):
        hold_apart(merged, TABLE, Name(HIVE, "nobody"), by="ann", reason="mistaken")
    with pytest.raises(NotApart):
        rejoin(merged, TABLE, PATH, by="ann")


def test_held_apart_beforehand_or_afterwards_it_is_the_same_graph(graph: Graph, side_driver: neo4j.Driver) -> None:
    tell(graph, writes(dataset("/warehouse/orders", namespace="file")), reads(by_table(), at="01:00:00"))
    hold_apart(graph, PATH, TABLE, by="ann", reason="mistaken")
    tell(graph, writes(SPARK))

    assert entities(side_driver) == {}
    assert "held" in "".join(state_of(side_driver))


def test_two_declared_datasets_are_not_made_one_and_it_is_said(own_estate: Graph, side_driver: neo4j.Driver) -> None:
    raw = dataset(RAW.name, namespace=RAW.namespace, symlinks=symlinks((CLEAN.namespace, CLEAN.name, "TABLE")))
    tell(own_estate, writes(raw))

    assert entities(side_driver) == {}
    assert [(one.name, one.other, one.held) for one in doubts(own_estate)] == [(RAW, CLEAN, Held.BOTH_DECLARED)]
    assert [one.other for one in names_of(own_estate, dataset_id(CLEAN)).doubts] == [RAW]
    notices = side_driver.execute_query("MATCH (n:Outbox) RETURN n.kind AS kind, n.subject AS subject").records
    assert {(row["kind"], row["subject"]) for row in notices} == {
        ("names_in_doubt", dataset_id(RAW)),
        ("names_in_doubt", dataset_id(CLEAN)),
    }

    before = len(notices)
    tell(own_estate, writes(raw, at="09:00:00", run="r9"))
    assert len(side_driver.execute_query("MATCH (n:Outbox) RETURN n").records) == before


def test_verify_sees_a_graph_that_says_something_else(merged: Graph, side_driver: neo4j.Driver) -> None:
    assert verify(merged) == ()
    before = state_hash_of(merged)
    side_driver.execute_query("MATCH (d:Dataset {id: $id}) SET d.entity = d.id", id=dataset_id(PATH))

    wrong = verify(merged)

    assert [(one.invariant, one.subject) for one in wrong] == [(9, dataset_id(PATH))]
    assert state_hash_of(merged) != before


def test_every_look_up_finds_the_one_that_stands_for_all(merged: Graph) -> None:
    assert [found.name for found in datasets(merged).items] == [TABLE]
    assert [found.name for found in datasets(merged, Filters(search="file//warehouse")).items] == [TABLE]
    assert count_datasets(merged, Filters(search="file//warehouse")) == count_datasets(merged) == 1
    for text in ("warehouse", "db.orders", "warehous"):
        assert {hit.thing.name for hit in search(merged, text, kinds=["dataset"]).hits} == {TABLE}, text


def test_graphql_knows_all_names_and_parts_them(merged: Graph) -> None:
    app = app_on(merged)
    query = """
      query($namespace: String!, $name: String!) { dataset(namespace: $namespace, name: $name) { ... on Dataset {
        name knownNames { names { name { name } because { kind saidBy other { name } } } doubts { held } droppedAt }
      } } }
    """
    for name in (PATH, TABLE):
        found = data(app, query, namespace=name.namespace, name=name.name)["dataset"]
        assert found["name"] == "db.orders"
        known = {one["name"]["name"]: {why["kind"] for why in one["because"]} for one in found["knownNames"]["names"]}
        assert known == {"db.orders": {"SYMLINK"}, "/warehouse/orders": {"SYMLINK"}}
    mutation = """
      mutation($one: NameInput!, $other: NameInput!) {
        holdNamesApart(input: {name: $one, other: $other, reason: "no", by: "ann"}) {
          ... on NamesPayload { changed areOne } }
        rejoinNames(input: {name: $one, other: $other}) { ... on NamesPayload { changed areOne } }
      }
    """
    ends = {key: {"namespace": name.namespace, "name": name.name} for key, name in (("one", PATH), ("other", TABLE))}
    assert data(app, mutation, **ends) == {
        "holdNamesApart": {"changed": True, "areOne": False},
        "rejoinNames": {"changed": True, "areOne": True},
    }


@pytest.fixture
def cli(merged: Graph, graph_settings: GraphSettings, tmp_path: Path) -> Cli:
    nothing = dict.fromkeys(("HEADWATER_BROKER_URL", "HEADWATER_NAMESPACE"))
    return Cli({**nothing, **graph_environment(graph_settings), "HEADWATER_HOME": str(tmp_path)})


@pytest.mark.parametrize(
    "spelled", ["file//warehouse/orders", "file /warehouse/orders", f"{HIVE}/db.orders", "db.orders"]
)
def test_the_command_line_finds_a_dataset_by_any_of_its_names(cli: Cli, spelled: str) -> None:
    said = cli("dataset", spelled, "--json")

    assert said.code == 0, said.err
    assert said.json["dataset"]["name"] == str(TABLE)
    assert said.json["dataset"]["names"] == [str(PATH)]


def test_the_command_line_parts_and_rejoins(cli: Cli) -> None:
    both = ("file//warehouse/orders", f"{HIVE} db.orders")
    shown = cli("names", "show", "db.orders")
    assert "symlink of file//warehouse/orders" in shown.out

    assert cli("names", "apart", *both, "--reason", "mistaken", "--json").json["parted"]["are_one"] is False
    assert cli("names", "doubts").code == 0
    assert "apart" in cli("names", "doubts").out
    assert "mistaken" in cli("names", "show", "db.orders").out
    assert cli("names", "rejoin", *both).code == 0
    again = cli("names", "rejoin", *both)
    assert (again.code, "nobody holds" in again.err) == (2, True)
