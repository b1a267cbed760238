"""Search, on each engine: the same words find the same things in the same order."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import neo4j
import pytest

from connectors.sql.columns import read_columns
from graph_model.contracts.entities import Column, Contract
from graph_model.datasets.repository import datasets_by_name
from graph_model.estate.apply import apply
from graph_model.search.entities import Found
from graph_model.search.find import search
from graph_model.store.graph import Graph
from tests.conftest import wipe
from tests.integration.api import app_on, data
from tests.support.cli import Cli, graph_environment
from tests.support.estates import a_consumer, a_dataset, a_job, an_estate

CARRIER = Column("carrier", "string", description="Two letters of the airline", tags=("key",))
ESTATE = an_estate(
    a_dataset("flights", "dep_delay:integer", tags=("hourly",), domain="travel"),
    a_dataset("flights_2013", "tail_num", owners=("ops@example.org",)),
    a_dataset("raw_flights", description="As the airport sends them: 100% of departures"),
    a_dataset("inflightsnacks", description="What is served on flights"),
    a_dataset("CustomerOrders", "order_id", "amount"),
    replace(a_dataset("airlines"), contract=Contract((CARRIER, Column("name")))),
    a_dataset(
        "weather", description="A long page. " + "Words. " * 30 + "It is about visibility in fog. " + "More. " * 30
    ),
    a_job("clean_flights", {"raw_flights": "same"}, "flights", owners=("ops@example.org",)),
    a_consumer("board", {"flights": ("dep_delay",)}, description="Delays of the morning", owners=("duty@example.org",)),
)

# Text -> what is found, in order
CASES = {
    "flights": ["flights", "flights_2013", "raw_flights", "clean_flights", "inflightsnacks"],
    "FLIGHTS": ["flights", "flights_2013", "raw_flights", "clean_flights", "inflightsnacks"],
    "shop/flights": ["flights", "raw_flights", "flights_2013", "clean_flights", "inflightsnacks"],
    "raw flights": ["raw_flights"],
    "flights raw": ["raw_flights"],
    "2013": ["flights_2013"],
    "customer orders": ["CustomerOrders"],
    "orders": ["CustomerOrders"],
    "delay": ["flights", "board"],
    "carrier": ["airlines"],
    "airline": ["airlines"],
    "letters airline": ["airlines"],
    "key": ["airlines"],
    "hourly": ["flights"],
    "travel": ["flights"],
    "ops": ["flights_2013", "clean_flights"],
    "ops flights": ["flights_2013", "clean_flights"],
    "visibility": ["weather"],
    "morning": ["board"],
    "fligths": ["flights", "raw_flights", "flights_2013", "clean_flights"],
    "raw_fligths": ["raw_flights"],
    "wether": ["weather"],
    "boadr": ["board"],
    "xyz": [],
    "qqq": [],
    "": [],
    "  _-* ": [],
    'AND OR NOT + - && || ! ( ) { } [ ] ^ " ~ * ? : \\ /': [],
    'flights" OR name:*': [],
    "flights*~2^9": [],
    "100%": ["raw_flights"],
    "name:weather": [],
}


@pytest.fixture
def searched(migrated_graph: Graph, side_driver: neo4j.Driver) -> Graph:
    """Declared once for all tests that only read, and again after one that changed something."""
    declared = [dataset.name for dataset in ESTATE.datasets]
    there = [found for found in datasets_by_name(migrated_graph, declared).values() if found.retired_at is None]
    if len(there) < len(declared):
        wipe(side_driver, migrated_graph.settings.database)
        apply(migrated_graph, ESTATE, read_columns=read_columns, actor="tester")
    return migrated_graph


def names(found: Found) -> list[str]:
    return [hit.thing.name.name for hit in found.hits]


@pytest.mark.parametrize("text", CASES)
def test_words_find_what_says_them_in_one_order(searched: Graph, text: str) -> None:
    assert names(search(searched, text)) == CASES[text]


def test_a_hit_says_why(searched: Graph) -> None:
    assert [(why.field, why.snippet) for why in search(searched, "two carrier").hits[0].why] == [
        ("column", "carrier"),
        ("description", "carrier: Two letters of the airline"),
    ]
    weather = search(searched, "visibility").hits[0].why[0].snippet
    assert (weather[0], weather[-1], "visibility" in weather, len(weather) < 90) == ("…", "…", True, True)
    assert [why.almost for why in search(searched, "fligths").hits[0].why] == [True]


def test_only_the_kinds_that_are_asked_for_are_found(searched: Graph) -> None:
    assert names(search(searched, "flights", kinds=("job",))) == ["clean_flights"]
    assert names(search(searched, "delay", kinds=("consumer",))) == ["board"]
    assert names(search(searched, "fligths", kinds=("consumer",))) == []


def test_what_is_cut_off_is_said(searched: Graph) -> None:
    assert search(searched, "flights", first=5).is_complete
    assert not search(searched, "flights", first=2).is_complete


def test_what_is_no_longer_said_is_no_longer_found(graph: Graph) -> None:
    apply(graph, ESTATE, read_columns=read_columns, actor="tester")
    bare = replace(ESTATE, datasets=tuple(replace(one, contract=Contract()) for one in ESTATE.datasets), consumers=())
    told = replace(bare.datasets[5], contract=Contract((replace(CARRIER, description="", tags=()), Column("name"))))
    after = replace(bare, datasets=(*bare.datasets[:5], told, *bare.datasets[6:-1]))

    apply(graph, after, read_columns=read_columns, actor="tester", accept=["board"])

    assert [names(search(graph, word)) for word in ("delay", "visibility", "letters", "key", "carrier")] == [
        [],
        [],
        [],
        [],
        ["airlines"],
    ]


def test_graphql_gives_hits_with_their_nodes_and_reasons(searched: Graph) -> None:
    asked = """query($text: String!, $kinds: [SearchKind!]) { search(text: $text, kinds: $kinds, first: 2) {
      ... on SearchPayload { isComplete hits { kind name { namespace name } why { field snippet almost }
        node { id ... on Dataset { columns { path tags classification description } } ... on Job { kind } } } }
      ... on Error { code message } } }"""
    app = app_on(searched)

    found = data(app, asked, text="carrier")["search"]

    assert found["isComplete"] is True
    assert [hit["name"]["name"] for hit in found["hits"]] == ["airlines"]
    assert found["hits"][0]["why"] == [{"field": "COLUMN", "snippet": "carrier", "almost": False}]
    assert found["hits"][0]["node"]["columns"][0] == {
        "path": "carrier",
        "tags": ["key"],
        "classification": "",
        "description": "Two letters of the airline",
    }
    jobs = data(app, asked, text="flights", kinds=["JOB", "CONSUMER"])["search"]["hits"]
    assert [(hit["kind"], hit["node"]["kind"]) for hit in jobs] == [("JOB", "sql")]
    assert data(app, asked, text="flights")["search"]["isComplete"] is False
    assert data(app, asked, text="x" * 201)["search"]["code"] == "INVALID_INPUT"
    assert data(app, asked, text=" ")["search"] == {"isComplete": True, "hits": []}


def test_the_command_line_says_what_was_found_and_where(searched: Graph, tmp_path: Path) -> None:
    cli = Cli({"HEADWATER_HOME": str(tmp_path), "HEADWATER_NAMESPACE": None, **graph_environment(searched.settings)})

    said = cli("search", "raw", "flights", "--json")
    assert [(hit["kind"], hit["name"]) for hit in said.json["hits"]] == [("dataset", "shop/raw_flights")]
    assert "shop/airlines  column: carrier" in " ".join(cli("search", "carrier").out.split("\n")).replace("   ", "  ")
    assert cli("search", "fligths", "--kind", "job").out.split()[-4:] == ["almost", "its", "name:", "clean_flights"]
    assert cli("search", "qqq").err == "nothing says so\n"
    assert "there is more than these 1" in cli("search", "flights", "--limit", "1").err

    listed = cli("datasets", "--tag", "hourly", "--domain", "travel", "--json").json["datasets"]
    assert [(one["name"], one["tags"]) for one in listed] == [("shop/flights", ["hourly"])]
    assert "shop/weather" in cli("datasets", "--search", "weather").out
    page = cli("dataset", "airlines")
    assert page.code == 0, page.err
    assert "Two letters of the airline" in page.out
    shown = cli("dataset", "flights", "--json").json["dataset"]
    assert (shown["made_by"], shown["read_by"]) == (["job shop/clean_flights"], ["consumer shop/board"])
    assert [column["path"] for column in shown["columns"]] == ["dep_delay"]
    assert cli("dataset", "fligths").code == 2
