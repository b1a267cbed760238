"""An estate whose runs are told to others: two SQL jobs by day, one over a window, with columns and checks known."""

from __future__ import annotations

from typing import Any

from connectors.openlineage.own.deliver import deliver_round, told
from connectors.openlineage.own.receiver import Receiver as Address
from connectors.sql.columns import read_columns
from graph_model.contracts.entities import CheckResult, Column
from graph_model.emitting.repository import past, subscribe
from graph_model.estate.apply import apply
from graph_model.names import Name
from graph_model.store.graph import Graph
from graph_model.versions.entities import Inspection, Report, Validated
from graph_model.versions.report import report_version
from tests.support.estates import a_dataset, a_job, an_estate
from tests.support.protocol import Fleet
from tests.support.receivers import Receiver

DAYS = ("2024-01-01", "2024-01-02")
TIDY = "SELECT o.id, o.day, o.amount * r.rate AS amount FROM orders o JOIN rates r ON o.currency = r.currency"
SUM_UP = "SELECT day, sum(amount) AS total FROM clean WHERE amount > 0 GROUP BY day"

_ORDERS = a_dataset(
    "orders", "id:integer", "day", "amount:number", "currency", location="orders/{date}.parquet",
    owners=("sales@example.org",), description="what was ordered", tags=("core",), classification="internal",
)  # fmt: skip
_RATES = a_dataset("rates", "currency", "rate:number", location="rates/{date}.parquet")
ESTATE = an_estate(
    _ORDERS,
    _RATES,
    a_dataset("clean"),
    a_dataset("revenue", owners=("finance@example.org",)),
    a_job(
        "tidy",
        {"orders": "same", "rates": "same"},
        "clean",
        sql=TIDY,
        owners=("team@example.org",),
        description="orders in one currency",
    ),
    a_job("sum_up", {"clean": "previous 1"}, "revenue", sql=SUM_UP, retries=1),
)


def declared(graph: Graph) -> Fleet:
    """The estate, with somebody who wants to hear of runs, and a fleet to play them."""
    apply(graph, ESTATE, read_columns=read_columns, actor="tests")
    return Fleet(graph)


def report(graph: Graph, dataset: str, day: str) -> str:
    return report_version(graph, Report(Name("shop", dataset), day, reported_by="tests")).version


def played(graph: Graph) -> Fleet:
    """Two days of orders and rates have come, and everything has run that could."""
    fleet = declared(graph)
    subscribe(graph)
    fleet.contents["orders/2024-01-02.parquet"] = checked("orders")
    for day in DAYS:
        report(graph, "orders", day)
        report(graph, "rates", day)
    fleet.work()
    fleet.settle()
    return fleet


def checked(content: str) -> Validated:
    """Good, with a check that passed and one that warned."""
    results = (
        CheckResult("unique id", "unique", passed=True),
        CheckResult("few rows", "row_count", passed=False, severity="warning", message="3 rows", value=3.0),
    )
    columns = (Column("id", "int64"), Column("place", "struct<city: string, at: list<int32>>"))
    return Validated(Inspection(columns, 3, 30, content, {"files": 2}), results)


def delivered(graph: Graph, receiver: Receiver, **settings: Any) -> list[dict[str, Any]]:
    """All that waits, sent to a receiver."""
    told = receiver.settings(**settings)
    with Address(told) as address:
        while deliver_round(graph, address, instance=subscribe(graph), namespace=told.namespace).taken:
            pass
    return receiver.received


def all_events(graph: Graph) -> list[dict[str, Any]]:
    """The events of all runs there ever were."""
    instance = subscribe(graph)
    return [event for page in past(graph) for _, event in told(graph, page, instance=instance)]
