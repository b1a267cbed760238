"""What must be known of the flow of each client once it has told of it, and whether it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

RECORDED = Path(__file__).parent / "recorded"
"""What each client sent, one event a line."""

Flow = tuple[str, str]
"""How two names of datasets end, or two columns (`dataset.column`), of which the first feeds the second."""

FLOWS: Mapping[str, Sequence[Flow]] = {
    "python": (
        ("shop.public.orders", "shop.public.totals"),
        ("shop.public.totals", "shop.public.report"),
        ("shop.public.orders.amount", "shop.public.totals.total"),
    ),
    "dbt": (
        ("main.raw_orders", "main.paid_orders"),
        ("main.paid_orders", "main.totals"),
        ("main.paid_orders.amount", "main.totals.total"),
        ("main.raw_orders.amount", "main.paid_orders.amount"),
    ),
    "airflow": (("public.orders", "public.totals"), ("public.orders.amount", "public.totals.total")),
    "spark": (("/orders", "/totals"), ("/rates", "/totals"), ("/orders.amount", "/totals.total")),
}

Ask = Callable[[str, Mapping[str, Any]], Mapping[str, Any]]
"""A GraphQL query and its variables; answers `data`."""


def not_known(flows: Sequence[Flow], ask: Ask) -> list[Flow]:
    """Those of `flows` that the lineage of no dataset shows."""
    known = set(_shown(ask))
    return [flow for flow in flows if not any(_meets(flow, shown) for shown in known)]


def _meets(flow: Flow, shown: Flow) -> bool:
    return shown[0].endswith(flow[0]) and shown[1].endswith(flow[1])


def _shown(ask: Ask) -> Iterator[Flow]:
    for dataset in ask(_DATASETS, {})["datasets"]["edges"]:
        for level, only in (("DATASET", {"kinds": ["DATASET"]}), ("COLUMN", None)):
            answer = ask(_LINEAGE, {"root": dataset["node"], "level": level, "only": only})["lineage"]
            names = {node["id"]: _name(node) for node in answer.get("nodes", ())}
            for edge in answer.get("edges", ()):
                yield names[edge["source"]], names[edge["target"]]


def _name(node: Mapping[str, Any]) -> str:
    return node["name"]["name"] + (f".{node['column']}" if node.get("column") else "")


_DATASETS = "{datasets(first: 100) {edges {node {namespace name}}}}"
_LINEAGE = """query ($root: NameInput!, $level: Level!, $only: LineageFilter) {
  lineage(root: $root, level: $level, direction: DOWN, depth: 10, filter: $only) {
    ... on Lineage {nodes {id name {name} column} edges {source target}}
  }
}"""
