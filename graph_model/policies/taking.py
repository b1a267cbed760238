"""Claiming from pools, strictly: a pool is locked in the first statement, and what is taken from it is counted anew.

Nothing is kept that could drift from what runs hold. A pool only remembers which runs were claimed from it last: on an
engine whose commits become visible piece by piece, whoever does not see these yet tries again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from graph_model.policies.room import fitting
from graph_model.store.graph import Row, Transaction
from graph_model.store.trouble import all_seen


@dataclass(frozen=True, slots=True)
class Room:
    """What pools give and have left, by their ids; pools that give without end are in neither."""

    slots: Mapping[str, int]
    free: Mapping[str, int]


def lock(tx: Transaction, candidates: Sequence[Row]) -> Room:
    """Locks the job partitions of `candidates` and the pools that they take from; what these have left.

    Must be the first statement. `candidates`: rows of `runs.claimable`.
    """
    job_partitions = sorted({row["job_partition"] for row in candidates})
    pools = sorted({pool for row in candidates for pool in row["takes"]})
    if not pools:
        tx.rows("runs.lock", job_partitions=job_partitions, token=tx.token)
        return Room({}, {})
    tx.rows("policies.lock", job_partitions=job_partitions, pools=pools, token=tx.token)
    found = tx.rows("policies.room", pools=pools)
    holders = found[0]["holders"] if found else []
    _see_all(tx, {claim for row in found for claim in row["lately"]}, holders)
    taken = Counter(pool for holder in holders for pool in holder["took"])
    slots = {row["id"]: row["slots"] for row in found}
    return Room(slots, {pool: most - taken[pool] for pool, most in slots.items()})


def those_with_room(candidates: Sequence[Row], room: Room) -> tuple[Row, ...]:
    """The candidates that fit, in their order."""
    return fitting(((row, row["takes"]) for row in candidates), room.free)


def take(tx: Transaction, won: Iterable[Row], candidates: Sequence[Row], room: Room) -> None:
    """Writes down what the runs that were won hold. `won`: rows of `runs.claim`."""
    takes = {row["id"]: [pool for pool in row["takes"] if pool in room.slots] for row in candidates}
    taken = [
        {"run": row["id"], "fence": row["fence"], "took": takes[row["id"]], "most": _sizes(takes[row["id"]], room)}
        for row in won
        if takes[row["id"]]
    ]
    if not taken:
        return
    lately: dict[str, list[str]] = {}
    for row in taken:
        for pool in sorted(set(row["took"])):
            lately.setdefault(pool, []).append(f"{row['run']}/{row['fence']}")
    pools = [{"id": pool, "lately": claims} for pool, claims in sorted(lately.items())]
    all_seen(taken, tx.rows("policies.take", taken=taken, pools=pools))


def _sizes(pools: Sequence[str], room: Room) -> list[int]:
    return [room.slots[pool] for pool in pools]


def _see_all(tx: Transaction, lately: set[str], holders: Sequence[Row]) -> None:
    """Raises, so that the transaction is tried again, while the last claims from these pools are not seen whole."""
    held = {f"{holder['run']}/{holder['fence']}" for holder in holders}
    others = sorted(lately - held)
    if not others:
        return
    fences = {row["id"]: row for row in tx.rows("policies.fences", runs=[_run_of(claim) for claim in others])}
    all_seen(others, [claim for claim in others if _is_over(claim, fences.get(_run_of(claim)))])


def _run_of(claim: str) -> str:
    return claim.rpartition("/")[0]


def _is_over(claim: str, run: Row | None) -> bool:
    """Whether a claim that holds nothing any more was seen, and has ended since."""
    fence = int(claim.rpartition("/")[2])
    return run is not None and (run["fence"] > fence or (run["fence"] == fence and run["state"] != "RUNNING"))
