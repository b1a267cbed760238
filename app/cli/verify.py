"""`headwater verify`: the invariants, checked on the graph as it is."""

from __future__ import annotations

from app.cli.connect import open_graph
from app.cli.errors import finish
from app.cli.options import AsJson
from app.cli.output import print_json, print_table, say


def verify_graph(*, as_json: AsJson = False) -> None:
    """Check the invariants on the whole graph. Exit 1 when one is violated."""
    from graph_model.verify.check import verify

    with open_graph() as graph:
        violations = verify(graph)
    if as_json:
        print_json(ok=not violations, violations=violations)
    else:
        rows = [(each.invariant, each.rule, each.subject, each.message) for each in violations]
        print_table(("INVARIANT", "RULE", "SUBJECT", "WHAT IS WRONG"), rows, empty="every invariant holds")
        if violations:
            say(f"{len(violations)} violated")
    finish(findings=bool(violations))
