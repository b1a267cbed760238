"""Which policy keeps a ready run from being claimed, in one sentence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from graph_model.names import Name
from graph_model.policies.entities import PoolKind
from graph_model.store.graph import Graph, Row

# So many are named; of more, how many they are is enough.
MOST_NAMED = 3


def obstacle_of(graph: Graph, run: str, *, after: str | None = None) -> str:
    """Empty: no policy keeps it. `after`: the partition that must have succeeded before."""
    rows = graph.rows("policies.obstacles", run=run)
    return told(rows[0], after=after) if rows else ""


def told(row: Row, *, after: str | None) -> str:
    """`row`: one of `policies.obstacles`."""
    return _labels(row) or _order(row, after) or next(filter(None, (_full(pool, row) for pool in row["pools"])), "")


def _labels(row: Row) -> str:
    wanted = set(row["labels"])
    if any(wanted <= set(worker["labels"]) for worker in row["workers"]):
        return ""
    if not wanted:
        return "" if row["workers"] else "no worker is alive"
    missing = "label " if len(wanted) == 1 else "labels "
    there = (f"{one['id']} [{', '.join(sorted(one['labels']))}]" for one in row["workers"])
    return f"no live worker has the {missing}{', '.join(sorted(wanted))}; there {_are(list(there))}"


def _are(workers: Sequence[str]) -> str:
    return f"are {_some(sorted(workers))}" if workers else "is none"


def _order(row: Row, after: str | None) -> str:
    job, order = Name(row["namespace"], row["name"]), row["run_order"]
    if order in ("serial", "strict") and row["earlier"]:
        return f"waits for {job}@{row['earlier'][0]}, which comes first"
    if order == "strict" and not row["succeeded"]:
        return f"waits for {job}@{after}, which must succeed first"
    if row["newer"] and not row["person"]:
        return f"gives way to {job}@{row['newer'][0]}: only the latest partition is run"
    return ""


def _full(pool: Row, row: Row) -> str:
    """What a pool says that has no room; empty: it has."""
    holders = [one for one in row["holders"] if pool["id"] in one["took"]]
    taken = sum(one["took"].count(pool["id"]) for one in holders)
    if taken + pool["wanted"] <= pool["slots"]:
        return ""
    whom = _some(sorted({f"{one['namespace']}/{one['name']}@{one['key'] or 'whole'}" for one in holders}))
    by = f" by {whom}" if whom else ""
    if pool["wanted"] > 1 and taken < pool["slots"]:
        return f"{_what(pool)} has {pool['slots'] - taken} of {pool['slots']} free, and it takes {pool['wanted']}"
    return f"{_what(pool)} is full: {taken} of {pool['slots']}{by}"


def _what(pool: Row) -> str:
    if pool["kind"] == PoolKind.POOL:
        return f"its pool {pool['namespace']}/{pool['name']}"
    return f"what may run at once for {pool['name']}"


def _some(names: Iterable[str]) -> str:
    known = list(names)
    more = len(known) - MOST_NAMED
    return ", ".join(known[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
