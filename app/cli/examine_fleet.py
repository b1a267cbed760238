"""What the doctor looks at in the fleet: workers with their machines, and who leads the sweeps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.cli.connect import read_settings
from app.cli.findings import Finding, Findings

if TYPE_CHECKING:
    from graph_model.store.graph import Graph, Row

STEWARD = "steward"
# What a worker tells of its clock comes with the graph's answer, which may take a while.
MOST_WORKER_SKEW_MS = 10_000
START_ONE = "headwater worker (or headwater up)"


def examine_workers(graph: Graph) -> Findings:
    rows = graph.rows("doctor.workers")
    live = [row for row in rows if row["live"]]
    gone = f"; {len(rows) - len(live)} gone" if len(rows) > len(live) else ""
    if not live:
        yield Finding("FAIL", "workers", f"none has a lease: nothing will run{gone}", START_ONE)
        return
    named = ", ".join(
        f"{row['id']} on {row['host']} ({_offers(row)}, lease until {row['lease_until']:%H:%M:%S})" for row in live
    )
    yield Finding("OK", "workers", f"{len(live)} live: {named}{gone}")
    yield from machines_findings(live, mark=_own_mark())


def _offers(row: Row) -> str:
    labels = f", labels {', '.join(row['labels'])}" if row["labels"] else ""
    return f"{row['slots']} slots{labels}"


def machines_findings(live: Sequence[Row], *, mark: str) -> Findings:
    """Whether the machines of the workers see one storage root and keep one time. `mark`: that of ours, if any."""
    roots: dict[str, list[str]] = {}
    for row in live:
        if row["storage"]:
            roots.setdefault(row["storage"], []).append(f"{row['id']} on {row['host']}")
    if len({*roots, mark} - {""}) > 1:
        apart = "; ".join(f"one root: {', '.join(named)}" for named in roots.values())
        mend = "mount one shared folder on all machines, and set HEADWATER_STORAGE_ROOT to it"
        yield Finding("FAIL", "shared storage", f"not all see the storage root of this machine: {apart}", mend)
    elif roots:
        yield Finding("OK", "shared storage", "all workers and this machine see one storage root")
    off = [row for row in live if abs(row["ahead_ms"]) > MOST_WORKER_SKEW_MS]
    if off:
        told = ", ".join(f"{row['id']} on {row['host']} by {row['ahead_ms'] / 1000:+.1f} s" for row in off)
        mend = "timedatectl set-ntp true, there, and start them again"
        yield Finding("FAIL", "clocks of workers", f"differed from the graph's when they came: {told}", mend)


def _own_mark() -> str:
    from connectors.storage.mark import mark_of
    from graph_model.settings import StorageSettings

    return mark_of(read_settings(StorageSettings).root)


def examine_leader(graph: Graph) -> Findings:
    leaders = [row for row in graph.rows("doctor.leaders") if row["live"] and row["id"] == STEWARD]
    if not leaders:
        yield Finding("FAIL", "steward", "nobody leads the sweeps: retries and lost messages wait", START_ONE)
        return
    yield Finding("OK", "steward", ", ".join(f"{row['holder']} leads until {row['until']:%H:%M:%S}" for row in leaders))
