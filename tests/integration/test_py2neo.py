"""py2neo, a Bolt client that shares no code with the driver, sees the same graph; its page is what runs here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, LiteralString

import neo4j
import py2neo
import pytest

from connectors.sql.columns import read_columns
from graph_model.estate.apply import apply
from graph_model.estate.parse import load_estate
from graph_model.settings import GraphSettings
from graph_model.store.graph import Graph

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "notebook.md"
NODES = "MATCH (n) WHERE NOT n:Operation RETURN labels(n) AS labels, properties(n) AS properties"
EDGES = "MATCH (a)-[e]->(b) RETURN a.id AS source, type(e) AS kind, properties(e) AS properties, b.id AS target"


@pytest.fixture
def flights(graph: Graph) -> Graph:
    """A graph that holds the example estate."""
    apply(graph, load_estate(ROOT / "examples" / "flights" / "estate.yaml"), read_columns=read_columns, actor="test")
    return graph


@pytest.fixture
def other_client(graph_settings: GraphSettings) -> Iterator[py2neo.Graph]:
    password = graph_settings.password.get_secret_value()
    auth = (graph_settings.user, password) if password else None
    client = py2neo.Graph(graph_settings.uri, auth=auth, name=graph_settings.database)
    yield client
    client.service.connector.close()  # pyright: ignore[reportOptionalMemberAccess]  None only on the class


def comparable(value: Any) -> Any:
    """A value as one that does not depend on the client. Moments are texts, to the microsecond: py2neo keeps seconds as
    a float, in which the last of nine digits may be another one.
    """
    if hasattr(value, "iso_format"):
        return re.sub(r"\.\d+", lambda fraction: f"{float(fraction[0]):.6f}"[1:], value.iso_format())
    if isinstance(value, dict):
        return sorted((key, comparable(item)) for key, item in value.items())
    if isinstance(value, list | tuple):
        return [comparable(item) for item in value]
    return value


def as_lines(rows: list[dict[str, Any]]) -> list[str]:
    return sorted(repr(comparable(row)) for row in rows)


def by_driver(driver: neo4j.Driver, settings: GraphSettings, statement: LiteralString) -> list[str]:
    return as_lines([record.data() for record in driver.execute_query(statement, database_=settings.database).records])


@pytest.mark.parametrize("statement", [NODES, EDGES], ids=["nodes", "edges"])
def test_both_clients_see_the_same_graph(
    flights: Graph,
    other_client: py2neo.Graph,
    side_driver: neo4j.Driver,
    graph_settings: GraphSettings,
    statement: LiteralString,
) -> None:
    seen = as_lines(other_client.run(statement).data())

    assert len(seen) > 30
    assert seen == by_driver(side_driver, graph_settings, statement)


def test_what_the_gate_writes_another_client_reads_as_objects(flights: Graph, other_client: py2neo.Graph) -> None:
    job = other_client.nodes.match("Job", namespace="flights", name="clean").first()

    assert job is not None
    produced = [edge.end_node["name"] for edge in other_client.relationships.match((job, None), r_type="PRODUCES")]
    assert produced == ["clean_flights"]


def test_the_notebook_page_does_what_it_says(
    flights: Graph, graph_settings: GraphSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for field in ("uri", "user", "database"):
        monkeypatch.setenv(f"HEADWATER_GRAPH_{field.upper()}", getattr(graph_settings, field))
    monkeypatch.setenv("HEADWATER_GRAPH_PASSWORD", graph_settings.password.get_secret_value())
    page = PAGE.read_text()
    blocks = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    promised = [
        tuple(cell.strip() for cell in line.strip("|").split("|"))
        for line in page.splitlines()
        if "@example.org |" in line
    ]

    names: dict[str, Any] = {}
    for block in blocks:
        exec(block, names)  # noqa: S102  the page's own code is what is tested

    assert [(row["reader"], row["kind"], row["owner"]) for row in names["readers"]] == promised
