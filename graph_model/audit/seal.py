"""Sealing: records get their place in a chain of hashes, so that nobody can alter, remove or reorder one unnoticed.

Records are written by many transactions at once; chaining them there would make each wait for all others. So they are
sealed a moment later, by whoever leads the sweeps. The order of the chain is what the chain says, nothing more.
"""

from __future__ import annotations

from graph_model.audit.chain import Head, links
from graph_model.store.graph import Graph, Transaction

# The time of a record is taken before its commit: one that is on its way is not to be overtaken by a later one.
GRACE_MS = 1_000
AT_ONCE = 500


def seal_audit(graph: Graph, *, grace_ms: int = GRACE_MS, most: int = AT_ONCE) -> int:
    """Seals the oldest unsealed records and returns how many; fewer than `most`: none is left, or another steward is at
    it. Two at once are harmless: the second waits for the first, or finds its records sealed and leaves the rest to the
    next sweep.
    """
    if not graph.rows("audit.unsealed", grace_ms=grace_ms, most=1):
        return 0
    try:
        return graph.write(lambda tx: _seal(tx, grace_ms, most))
    except _OvertakenError:
        return 0


class _OvertakenError(Exception):
    """Rolls back: records that were read as unsealed have their place already, given by another steward. Happens where
    commits become visible piece by piece.
    """


def _seal(tx: Transaction, grace_ms: int, most: int) -> int:
    head = Head(**tx.rows("audit.lock_chain", token=tx.token)[0])
    records = tx.exact_rows("audit.unsealed", grace_ms=grace_ms, most=most)
    if not records:
        return 0
    sealed = links(head, records)
    last = sealed[-1]
    count = tx.rows("audit.seal", links=sealed, seq=last["seq"], hash=last["hash"])[0]["sealed"]
    if count < len(sealed):
        raise _OvertakenError
    return count
