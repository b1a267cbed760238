"""What the official clients sent, word by word: taken as it came, in any order, and the flow of each is known after."""

from __future__ import annotations

import json
from typing import Any

import neo4j
import pytest

from connectors.openlineage.events import read_event
from graph_model.store.graph import Graph
from tests.clients.flows import FLOWS, RECORDED, not_known
from tests.integration.api import app_on, call, data
from tests.integration.observing import any_order_makes_one_graph

RECORDS = sorted(RECORDED.glob("*.ndjson"))


def recorded(client: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (RECORDED / f"{client}.ndjson").read_text().splitlines()]


@pytest.mark.parametrize("client", [path.stem for path in RECORDS])
def test_the_flow_of_a_client_is_known(client: str, graph: Graph) -> None:
    app = app_on(graph)
    answers = [call(app, "POST", "/api/v1/lineage", json=event) for event in recorded(client)]
    assert {answer.status_code for answer in answers} == {201}
    missing = not_known(FLOWS[client.split("-", maxsplit=1)[0]], lambda query, variables: data(app, query, **variables))
    assert missing == []


def test_all_together_in_any_order_make_the_same_graph(graph: Graph, side_driver: neo4j.Driver) -> None:
    found = [read_event(event) for path in RECORDS for event in recorded(path.stem)]
    any_order_makes_one_graph(graph, side_driver, found, [2], again=len(found) // 2)
