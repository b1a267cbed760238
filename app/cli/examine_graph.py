"""What the doctor looks at in the graph itself: its clock, and whether its migrations and constraints are there."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from app.cli.findings import Finding, Findings

if TYPE_CHECKING:
    from graph_model.store.graph import Graph

MOST_SKEW_SECONDS = 2.0
MIGRATE = "headwater migrate"
_CONSTRAINT = re.compile(r"^CREATE CONSTRAINT \w+ IF NOT EXISTS FOR \(n:(\w+)\) REQUIRE n\.(\w+) IS UNIQUE$")


def examine_clock(graph: Graph) -> Findings:
    """How far the graph's clock is from ours: leases follow the graph's, times in reports follow ours."""
    before = datetime.now(UTC)
    now = graph.rows("doctor.clock")[0]["now"]
    after = datetime.now(UTC)
    yield clock_finding(now, before, after)


def clock_finding(theirs: datetime, before: datetime, after: datetime) -> Finding:
    """`theirs` was read between `before` and `after`, so any time between these counts as equal."""
    skew = max((before - theirs).total_seconds(), (theirs - after).total_seconds(), 0.0)
    if skew > MOST_SKEW_SECONDS:
        return Finding(
            "FAIL", "clock", f"this machine and the graph differ by {skew:.1f} s", "timedatectl set-ntp true"
        )
    return Finding(
        "OK", "clock", f"this machine and the graph agree to {max(skew, (after - before).total_seconds()):.3f} s"
    )


def examine_migrations(graph: Graph) -> Findings:
    from graph_model.store.migrations import pending

    missing = pending(graph)
    if missing:
        yield Finding("FAIL", "migrations", f"not applied: {', '.join(missing)}", MIGRATE)
        return
    yield Finding("OK", "migrations", "all applied")


def examine_constraints(graph: Graph) -> Findings:
    """Whether the constraints are really there: a migration only says that they once were made."""
    there = {
        (label, prop)
        for row in graph.rows("doctor.constraints")
        for label in row["labels"] or ()
        for prop in row["properties"] or ()
    }
    missing = sorted(f"{label}.{prop}" for label, prop in expected_constraints() - there)
    if missing:
        yield Finding("FAIL", "constraints", f"missing on {', '.join(missing)}", f"{MIGRATE} --repair")
        return
    yield Finding("OK", "constraints", f"all {len(expected_constraints())} present")


def expected_constraints() -> frozenset[tuple[str, str]]:
    """Label and property of each constraint that the migrations make."""
    from graph_model.store.migrations import migrations

    statements = (statement for migration in migrations() for statement in migration.statements)
    return frozenset((found[1], found[2]) for statement in statements if (found := _CONSTRAINT.match(statement)))
