"""Who takes the slots of a pool, by GraphQL; on each engine."""

from __future__ import annotations

from graph_model.policies.pools import lower
from graph_model.store.graph import Graph
from tests.integration.api import app_on, data
from tests.integration.test_policies import WAREHOUSE, WHO, WHY, claimed, cleaning, declared, settle

ASKED = """{ pools { kind name { namespace name } slots declared taken waiting lowered { slots by reason }
  runs { subject { name } state } } }"""


def test_pools_say_who_takes_from_them_and_who_waits(graph: Graph) -> None:
    fleet = settle(graph, declared(cleaning(pool=WAREHOUSE), slots=3), days=4)
    claimed(graph, fleet.worker, slots=2)
    lower(graph, WAREHOUSE, 2, by=WHO, reason=WHY)

    (found,) = data(app_on(graph), ASKED)["pools"]

    assert found == {
        "kind": "POOL",
        "name": {"namespace": "shop", "name": "warehouse"},
        "slots": 2,
        "declared": 3,
        "taken": 2,
        "waiting": 2,
        "lowered": {"slots": 2, "by": WHO, "reason": WHY},
        "runs": [{"subject": {"name": "cleaning"}, "state": "RUNNING"}] * 2,
    }


def test_where_no_pool_is_declared_there_is_none(graph: Graph) -> None:
    assert data(app_on(graph), ASKED) == {"pools": []}
