"""The parameters that an order gives to what it names."""

from __future__ import annotations

from collections.abc import Mapping

from graph_model.jobs.definition import loads
from graph_model.jobs.parameters import as_text, given
from graph_model.store.graph import Graph


def given_text(graph: Graph, job: str, written: Mapping[str, object]) -> str:
    """As its runs keep them; empty: none. Raises InvalidParameter."""
    if not written:
        return ""
    spec = loads(graph.rows("orders.definition", job=job)[0]["definition"])
    return as_text(given(spec.parameters, written, job=spec.name))
