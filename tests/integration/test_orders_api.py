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
LIST = """
query($first: Int!, $after: String, $origin: OrderOrigin, $openOnly: Boolean! = false) {
  orders(first: $first, after: $after, origin: $origin, openOnly: $openOnly) {
    totalCount pageInfo { hasNextPage endCursor } edges { node { selection } }
  }
}
"""
ONE = """
query($id: ID!, $after: String) {
  order(id: $id) {
    ... on Order {
      state origin total left inLine note counts { state count }
      terms { atOnce pool priority background stopOnFailure parameters { name } } forecast { expectedEnd basis }
      steps(first: 3, after: $after) {
        pageInfo { hasNextPage endCursor } edges { node { place jobName { name } partition state runId } }
      }
      over: steps(states: [DONE]) { edges { node { place } } }
    }
    ... on NotFoundError { message }
  }
}
"""
RESTART = """
mutation($input: RestartInput!) {
  restart(input: $input) {
    ... on RunPayload { created order { origin total } plan { hash tasks { cause jobName { name } partition } } runs }
    ... on InvalidInputError { message }
    ... on NotFoundError { message }
    ... on RefusedError { message }
  }
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


def test_orders_come_in_pages_with_their_steps_and_terms(graph: Graph, side_driver: neo4j.Driver) -> None:
    chain(graph, side_driver, days=DAYS[:2])
    app = app_on(graph)
    given = {"force": True, "reason": "new code"}
    days = {"select": ["clean+"], "first": DAYS[0], "last": DAYS[1], "atOnce": 1, "stopOnFailure": True}
    long = data(app, RUN, input=given | days)["run"]["order"]["id"]
    for job in ("sum", "draw"):
        data(app, RUN, input=given | {"select": [f"{job}@{DAYS[0]}"]})

    pages: list[list[str]] = []
    after: str | None = None
    while not pages or after:
        page = data(app, LIST, first=2, after=after)["orders"]
        pages.append([edge["node"]["selection"] for edge in page["edges"]])
        after = page["pageInfo"]["endCursor"] if page["pageInfo"]["hasNextPage"] else None
        assert page["totalCount"] == 3
    backfill = f"clean+ from {DAYS[0]} to {DAYS[1]}"
    assert pages == [[f"draw@{DAYS[0]}", f"sum@{DAYS[0]}"], [backfill]]
    data(app, CHANGE, input={"order": long, "action": "PAUSE", "reason": "the disk is full"})

    only = data(app, LIST, first=5, origin="BACKFILL", openOnly=True)["orders"]
    assert (only["totalCount"], [edge["node"]["selection"] for edge in only["edges"]]) == (1, [backfill])
    found = data(app, ONE, id=long)["order"]
    assert (found["state"], found["total"], found["left"], found["note"]) == ("PAUSED", 8, 8, "the disk is full")
    assert found["inLine"] + sum(each["count"] for each in found["counts"]) == 8
    terms = {"atOnce": 1, "pool": None, "priority": None, "background": True, "stopOnFailure": True, "parameters": []}
    assert found["terms"] == terms
    assert found["forecast"] == {"expectedEnd": None, "basis": "it stands still: the disk is full"}
    assert found["over"] == {"edges": []}
    more = data(app, ONE, id=long, after=found["steps"]["pageInfo"]["endCursor"])["order"]["steps"]
    assert [edge["node"]["place"] for edge in (*found["steps"]["edges"], *more["edges"])] == [1, 2, 3, 4, 5, 6]
    first = found["steps"]["edges"][0]["node"]
    assert (first["jobName"]["name"], first["partition"], first["state"]) == ("clean", DAYS[0], "RUNNING")
    assert first["runId"].startswith("rn_")
    assert data(app, ONE, id="od_none")["order"] == {"message": "no order od_none"}


def test_what_failed_is_started_again_by_graphql(graph: Graph, side_driver: neo4j.Driver) -> None:
    chain(graph, side_driver, days=DAYS[:1])
    app = app_on(graph)
    job = {"job": {"namespace": "test", "name": "sum"}, "partition": DAYS[0], "reason": "there is space"}

    planned = data(app, RESTART, input=job | {"dryRun": True})["restart"]
    assert (planned["order"], planned["runs"], len(orders(graph))) == (None, [], 0)
    assert [(task["jobName"]["name"], task["cause"]) for task in planned["plan"]["tasks"]] == [
        ("sum", "FAILED"),
        ("draw", "UPSTREAM"),
    ]
    made = data(app, RESTART, input=job | {"plan": planned["plan"]["hash"], "key": "K"})["restart"]
    assert (made["order"], len(made["runs"])) == ({"origin": "RESTART", "total": 2}, 1)
    again = data(app, RESTART, input={"run": made["runs"][0], "reason": "again", "dryRun": True})["restart"]
    assert again["plan"]["tasks"][0]["jobName"] == {"name": "sum"}

    for wrong, message in (
        ({"run": made["runs"][0]}, "run: name a run, or a job with its partition, one of the two"),
        ({"job": None}, "run: name a run, or a job with its partition, one of the two"),
        ({"reason": " "}, "reason: say why, for the audit trail"),
        ({"atOnce": 0}, "at_once: must be 1 or more, not 0"),
        ({"partition": "2013"}, None),
        ({"plan": "another"}, None),
    ):
        told = data(app, RESTART, input=job | wrong)["restart"]
        assert list(told) == ["message"]
        assert message in (None, told["message"])
    assert len(orders(graph)) == 1
