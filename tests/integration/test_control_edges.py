"""Control edges, job after job without data: in lineage, and what impact makes of them; on both engines."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph_model.errors import InvalidInput
from graph_model.impact.assess import assess
from graph_model.impact.entities import Change, DropColumn, RetireJob
from graph_model.lineage.ask import lineage
from graph_model.lineage.entities import Filter, Lineage
from graph_model.store.graph import Graph
from tests.integration.api import app_on, data
from tests.support.cli import cli_in
from tests.support.flow_graphs import a_consumer, a_dataset, a_job, called, job, open_edge, put

TYPES = {"id": "integer", "price": "number"}
CONTROL = Filter(control=True)
DATASETS = Filter(kinds=frozenset({"DATASET"}))
LINEAGE = """
query($control: Boolean!) {
  lineage(root: {namespace: "shop", name: "orders"}, filter: {control: $control}) {
    ... on Lineage { edges { kind state saidBy } }
  }
}
"""


@pytest.fixture
def shop(graph: Graph) -> Graph:
    """orders -> load -> stock; mail waits for load without data, and makes letters of texts; late waits for mail."""
    put(
        graph,
        a_dataset("orders", TYPES),
        a_dataset("stock", TYPES),
        a_dataset("texts", {"text": "string"}),
        a_dataset("letters", {"text": "string"}),
        a_job("load", ["orders"], ["stock"], sql="SELECT id, price FROM orders"),
        a_job("mail", ["texts"], ["letters"], sql="SELECT text FROM texts"),
        a_job("late", [], []),
        a_job("mend", [], []),
        a_consumer("post", {"letters": ["text"]}),
    )
    for before, after, state in (("load", "mail", "success"), ("mail", "late", "done"), ("load", "mend", "failure")):
        open_edge(graph, "FOLLOWED_BY", job(before), job(after), mapping="same", state=state)
    return graph


def edges(found: Lineage) -> set[tuple[str, str, str]]:
    names = {node.id: node.name.name for node in found.nodes}
    return {(names[edge.source], edge.kind, names[edge.target]) for edge in found.edges}


def test_a_job_shows_what_it_waits_for_and_who_waits_for_it_but_no_data_flows_there(shop: Graph) -> None:
    down = lineage(shop, called("load"), kind="JOB")
    up = lineage(shop, called("mail"), kind="JOB", direction="UP")

    waits = {("load", "FOLLOWED_BY", "mail"), ("load", "FOLLOWED_BY", "mend")}
    assert edges(down) == {("load", "PRODUCES", "stock")} | waits
    assert {edge.state for edge in down.edges if edge.kind == "FOLLOWED_BY"} == {"success", "failure"}
    assert edges(up) == {("texts", "CONSUMED_BY", "mail"), ("load", "FOLLOWED_BY", "mail")}
    assert all(edge.said_by for edge in up.edges)
    assert not any("FOLLOWED_BY" in edge for edge in edges(lineage(shop, called("orders"))))


def test_control_edges_are_walked_and_bridged_only_if_asked(shop: Graph) -> None:
    with_control = lineage(shop, called("orders"), wanted=CONTROL)
    only_datasets = lineage(shop, called("orders"), wanted=DATASETS)
    both = lineage(shop, called("orders"), wanted=Filter(kinds=frozenset({"DATASET"}), control=True))
    upstream = lineage(shop, called("post"), kind="CONSUMER", direction="UP", wanted=CONTROL)

    assert {node.name.name for node in with_control.nodes} >= {"mail", "letters", "post", "late", "mend"}
    assert ("mail", "FOLLOWED_BY", "late") in edges(with_control)
    assert edges(only_datasets) == {("orders", "VIA", "stock")}
    assert edges(both) == {("orders", "VIA", "stock"), ("orders", "VIA", "letters")}
    assert ("load", "FOLLOWED_BY", "mail") in edges(upstream)
    assert ("orders", "CONSUMED_BY", "load") in edges(upstream)
    with pytest.raises(InvalidInput, match="control: there are no control edges at the level COLUMN"):
        lineage(shop, called("orders"), level="COLUMN", wanted=CONTROL)


def test_graphql_and_the_command_line_mark_them(shop: Graph, tmp_path: Path) -> None:
    told = data(app_on(shop), LINEAGE, control=True)["lineage"]["edges"]
    states = {edge["kind"]: edge["state"] for edge in told if edge["state"] in (None, "success")}
    assert (states["FOLLOWED_BY"], states["PRODUCES"]) == ("success", None)
    kinds = {edge["kind"] for edge in data(app_on(shop), LINEAGE, control=False)["lineage"]["edges"]}
    assert kinds == {"CONSUMED_BY", "PRODUCES"}

    cli = cli_in(shop.settings, tmp_path)
    tree = cli("lineage", "shop/load").out
    assert "job shop/mail  (control: waits for its success)" in tree
    assert "late" not in tree
    assert "job shop/late  (control: waits for its done)" in cli("lineage", "shop/load", "--control").out
    assert "-.->" in cli("lineage", "shop/load", "--mermaid").out
    assert "style=dashed" in cli("lineage", "shop/load", "--dot").out
    wrong = cli("lineage", "shop/orders.id", "--control")
    assert (wrong.code, "at the level COLUMN" in wrong.err) == (2, True)


def verdicts(graph: Graph, change: Change) -> dict[str, str]:
    found = assess(graph, [change]).affected
    return {one.node.name.name: " ".join(filter(None, (one.verdict, one.effect, one.rule))) for one in found}


def test_who_waits_for_a_job_that_breaks_stalls_and_what_is_made_of_it(shop: Graph) -> None:
    found = assess(shop, [DropColumn(called("orders"), "price")])

    assert verdicts(shop, DropColumn(called("orders"), "price")) == {
        "load": "BREAKS HIT column_is_gone",
        "mail": "BREAKS STALLED job_before_stalls",
        "late": "BREAKS STALLED job_before_stalls",  # mail does not even fail
        "post": "BREAKS STALLED input_stalls",
    }
    mail = next(one for one in found.affected if one.node.name.name == "mail")
    assert mail.reason == "waits for job shop/load without data (success), which breaks"
    assert [edge.kind for edge in mail.path] == ["USED_BY", "FOLLOWED_BY"]


def test_who_waits_for_a_retired_job_waits_for_ever_whatever_end_it_waits_for(shop: Graph) -> None:
    found = verdicts(shop, RetireJob(called("load")))

    assert found["mail"] == found["mend"] == "BREAKS STALLED job_before_stalls"


def test_who_waits_for_any_end_of_a_job_that_fails_is_not_even_named(shop: Graph) -> None:
    assert verdicts(shop, DropColumn(called("texts"), "text")) == {
        "mail": "BREAKS HIT column_is_gone",
        "post": "BREAKS STALLED input_stalls",
    }
