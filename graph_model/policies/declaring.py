"""What declaring an estate does to pools: whose runs share each, and which names are wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from graph_model.errors import Mistake, nearest
from graph_model.estate.entities import Estate
from graph_model.estate.holdings import Node
from graph_model.estate.sections import shown
from graph_model.names import Name, pool_id
from graph_model.policies.entities import PoolKind
from graph_model.store.graph import Transaction


def refresh_takes(tx: Transaction) -> None:
    """Says anew of every job which pools it takes from without naming them. Whoever declares anything may change that:
    a dataset of one scope is read by jobs of others.
    """
    takes: dict[str, list[str]] = {}
    for row in tx.rows("policies.takers"):
        takes.setdefault(row["job"], []).append(row["pool"])
    tx.rows("policies.forget_takes")
    rows = [{"job": job, "pools": sorted(pools)} for job, pools in sorted(takes.items())]
    if rows:
        tx.rows("policies.set_takes", takes=rows)
    tx.rows("policies.mark_limited")


def pool_mistakes(tx: Transaction, estate: Estate, retired: Sequence[Node]) -> Iterator[Mistake]:
    """Jobs that name a pool which nobody declares, and pools that are declared no more while others name them."""
    named = {job.name: job.policies.pool for job in estate.jobs if job.policies.pool}
    own = {pool.name for pool in estate.pools if pool.kind is PoolKind.POOL}
    if set(named.values()) - own:
        known = own | {Name(row["namespace"], row["name"]) for row in tx.rows("policies.pools_named")}
        gone = {node.name for node in retired if node.kind == "pool"}
        yield from _unknown(estate, named, known - gone)
    yield from _missed(tx, estate, {node.id: node.name for node in retired if _is_named(node)})


def _unknown(estate: Estate, named: Mapping[Name, Name | None], known: set[Name]) -> Iterator[Mistake]:
    spelled = [shown(name, estate.namespace) for name in sorted(known)]
    for job, pool in named.items():
        if pool is None or pool in known:
            continue
        what = shown(pool, estate.namespace)
        close = nearest(what, spelled)
        hint = f"did you mean {close}?" if close else f"declare it: pools: {{{what}: 4}}"
        line = estate.lines.get(f"job {job} takes from its pool", 1)
        yield Mistake(estate.file, line, f"job {job.name}: {what} is not a known pool", hint)


def _missed(tx: Transaction, estate: Estate, retired: Mapping[str, Name]) -> Iterator[Mistake]:
    if not retired:
        return
    for row in tx.rows("policies.named_by", pools=sorted(retired), scope=estate.scope):
        pool, job = retired[row["pool"]], Name(row["namespace"], row["name"])
        what = f"pool {shown(pool, estate.namespace)} is declared no more, and job {job} takes from it"
        yield Mistake(estate.file, 1, what, "declare it again, or change that job first")


def _is_named(node: Node) -> bool:
    return node.kind == "pool" and node.id == pool_id(PoolKind.POOL, node.name)
