"""Breaking somebody on purpose: kept with who did it, and told to the owners."""

from __future__ import annotations

import json
from typing import Any, LiteralString

import neo4j
import pytest

from connectors.notify.outbox import unsent
from connectors.sql.columns import read_columns
from graph_model.errors import BreaksRefused
from graph_model.estate.apply import apply
from graph_model.estate.entities import Estate
from graph_model.names import Name, consumer_id
from graph_model.store.graph import Graph
from tests.support.estates import a_consumer, a_dataset, a_job, an_estate

RAW, CLEAN = a_dataset("raw", "id", "amount:integer"), a_dataset("clean", "id", "amount:integer")
CLEANING = a_job("cleaning", {"raw": "same"}, "clean", sql="SELECT id, amount FROM raw", owners=("jobs@example.org",))
REPORT = a_consumer("report", {"shop/clean": ("amount",)}, namespace="audit", owners=("audit@example.org",))
LEDGER = a_consumer("ledger", {"shop/clean": ("id",)}, namespace="audit", owners=("ledger@example.org",))
SHOP, AUDIT = an_estate(RAW, CLEAN, CLEANING), an_estate(REPORT, LEDGER, scope="audit", namespace="audit")
LESS = an_estate(RAW, a_dataset("clean", "id"), a_job("cleaning", {"raw": "same"}, "clean", sql="SELECT id FROM raw"))
ACCEPTED: LiteralString = """
MATCH (a:AuditRecord {transition: 'BREAK_ACCEPTED'}) RETURN a.subject AS subject, a.actor AS actor, a.detail AS detail
"""


@pytest.fixture
def shop(graph: Graph) -> Graph:
    declare(graph, SHOP)
    declare(graph, AUDIT)
    return graph


def declare(graph: Graph, estate: Estate, *accept: str) -> None:
    apply(graph, estate, read_columns=read_columns, accept=accept, actor="tester")


def accepted(graph: Graph, driver: neo4j.Driver) -> list[dict[str, Any]]:
    return [dict(row) for row in driver.execute_query(ACCEPTED, database_=graph.settings.database).records]


def test_a_break_that_is_accepted_is_audited_with_who_accepted_it(shop: Graph, side_driver: neo4j.Driver) -> None:
    declare(shop, LESS, "audit/report")

    (found,) = accepted(shop, side_driver)

    detail = json.loads(found["detail"])
    assert (found["subject"], found["actor"]) == (consumer_id(Name("audit", "report")), "tester")
    assert (detail["name"], detail["kind"], detail["scope"]) == ("audit/report", "consumer", "shop")
    assert (detail["rule"], detail["effect"]) == ("column_is_gone", "HIT")
    assert "amount" in detail["reason"]


def test_the_owners_of_what_breaks_are_told_and_nobody_else(shop: Graph) -> None:
    declare(shop, LESS, "audit/report")

    (notice,) = unsent(shop)

    assert (notice.kind, notice.recipients) == ("break_accepted", ("audit@example.org",))
    assert "scope shop" in notice.title
    assert "accepted by tester" in notice.body
    assert "amount" in notice.body


def test_what_only_waits_is_told_too(shop: Graph) -> None:
    """The job that made it goes: who lives on it waits for ever, and must be accepted as well."""
    declare(shop, an_estate(RAW, CLEAN), "audit/report", "audit/ledger")

    notices = unsent(shop)

    assert {notice.recipients for notice in notices} == {("audit@example.org",), ("ledger@example.org",)}
    assert all(notice.title.startswith("waits for something that breaks") for notice in notices)


def test_what_is_refused_leaves_no_trace(shop: Graph, side_driver: neo4j.Driver) -> None:
    with pytest.raises(BreaksRefused, match="audit/report"):
        declare(shop, LESS, "audit/ledger")

    assert accepted(shop, side_driver) == []
    assert unsent(shop) == ()


def test_the_same_break_is_news_again_after_it_was_mended(shop: Graph, side_driver: neo4j.Driver) -> None:
    declare(shop, LESS, "audit/report")
    declare(shop, SHOP)
    declare(shop, LESS, "audit/report")

    assert len(accepted(shop, side_driver)) == 2
    assert len({notice.id for notice in unsent(shop)}) == 2


def test_an_apply_that_breaks_nobody_tells_nobody(shop: Graph, side_driver: neo4j.Driver) -> None:
    declare(shop, an_estate(RAW, CLEAN, CLEANING, a_consumer("board", {"clean": ("id",)})), "audit/report")

    assert accepted(shop, side_driver) == []
    assert unsent(shop) == ()
