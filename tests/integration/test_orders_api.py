"""Orders by GraphQL and REST, on both engines."""

from __future__ import annotations

import neo4j

from graph_model.orders.progress import orders
from graph_model.store.graph import Graph
from tests.integration.api import app_on, call, data
from tests.integration.test_orders import DAYS, chain

RUN = """
mutation($input: RunInput!) {
  run(input: $input) {
    ... on RunPayload { created order { id state total } plan { hash total tasks { cause } } runs }
    ... on NotFoundError { message }
    ... on InvalidInputError { message }
  }
}
"""
CHANGE = """
mutation($input: ChangeOrderInput!) {
  changeOrder(input: $input) { ... on ChangeOrderPayload { was order { state left } } ... on RefusedError { message } }
}
"""


def test_foreign_schedulers_and_portals_give_orders(graph: Graph, side_driver: neo4j.Driver) -> None:
    chain(graph, side_driver, days=DAYS[:2])
    app = app_on(graph)
    body = {"select": ["clean@2013-01-01"], "force": True, "reason": "by the old scheduler", "key": "K"}

    planned = call(app, "POST", "/api/v1/runs", json=body | {"dry_run": True})
    assert (planned.status_code, planned.json()["order"], orders(graph)) == (200, None, ())
    made = call(app, "POST", "/api/v1/runs", json=body | {"plan": planned.json()["plan"]})
    again = call(app, "POST", "/api/v1/runs", json=body | {"plan": planned.json()["plan"]})
    assert [made.status_code, again.status_code] == [201, 200]
    assert made.json()["order"] == again.json()["order"]
    assert (len(made.json()["runs"]), again.json()["runs"]) == (1, [])
    assert call(app, "POST", "/api/v1/runs", json=body | {"select": ["claen@2013-01-01"]}).status_code == 422
    lost = call(app, "POST", "/api/v1/runs", json=body | {"select": ["claen@2013-01-01"], "key": None})
    assert (lost.status_code, lost.json()["nearest"]) == (404, "clean")

    asked = {"select": ["clean+"], "first": DAYS[0], "last": DAYS[1], "force": True, "reason": "new code"}
    ordered = data(app, RUN, input=asked)["run"]
    assert (ordered["created"], ordered["order"]["total"]) == (True, 8)
    change = {"order": ordered["order"]["id"], "action": "CANCEL", "reason": "wrong days"}
    done = data(app, CHANGE, input=change)["changeOrder"]
    assert done == {"was": "OPEN", "order": {"state": "CANCELLED", "left": 0}}
    wrong = data(app, RUN, input=asked | {"priority": "soon"})["run"]
    assert wrong == {"message": "priority: 'soon' is none: write low, normal, high or a number"}
