"""What the graph knows of datasets that are watched."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence

from graph_model.arrivals.entities import Arrived, Watched
from graph_model.arrivals.watch import TableWatch, loads
from graph_model.audit.record import Notice, notify
from graph_model.names import Name, partition_id, version_id
from graph_model.partitions.stored import scheme_of
from graph_model.store.graph import Graph, Row, Transaction

MOST_NAMED = 20
"""So many strange names are kept and told; one in thousands of names is as good a hint as all of them."""
_STRANGE = {"files": "names", "rows": "values"}


def watched_datasets(graph: Graph) -> tuple[Watched, ...]:
    """All of them, by name."""
    return tuple(found for row in graph.rows("arrivals.watched") if (found := _watched(row)))


def watched_among(graph: Graph, datasets: Sequence[str]) -> Mapping[str, Watched]:
    """Those of `datasets` (ids) that are watched."""
    rows = graph.rows("arrivals.of_datasets", ids=sorted(set(datasets))) if datasets else []
    return {found.dataset: found for row in rows if (found := _watched(row))}


def _watched(row: Row) -> Watched | None:
    watch = loads(row["arrival"])
    if watch is None:
        return None
    return Watched(
        row["id"],
        Name(row["namespace"], row["name"]),
        row["format"],
        json.loads(row["options"] or "{}"),
        scheme_of(row),
        watch,
        row["trouble"] or "",
        tuple(row["strange"] or ()),
    )


def report_key(arrived: Arrived) -> str:
    """The same file, unchanged, is the same report, whoever finds it and however often; and so are the same rows."""
    first, second = arrived.mark
    said = f"{arrived.location}\n{first}\n{second}"
    return f"arrival-{hashlib.sha256(said.encode()).hexdigest()[:32]}"


def not_reported(graph: Graph, watched: Watched, found: Sequence[Arrived]) -> tuple[Arrived, ...]:
    """Those that nobody has reported yet, in their order."""
    ids = {version_id(partition_id(watched.dataset, one.key), report_key(one)): one for one in found}
    known = {row["id"] for row in graph.rows("arrivals.known", versions=sorted(ids))} if ids else set[str]()
    return tuple(one for id_, one in ids.items() if id_ not in known)


def tell(graph: Graph, watched: Watched, *, trouble: str, strange: Sequence[str]) -> bool:
    """Keeps what is wrong with a watch, and tells the owners of what was not known before. False: nothing is new."""
    kept = tuple(sorted(strange))[:MOST_NAMED]
    if (trouble, kept) == (watched.trouble, watched.strange):
        return False
    graph.write(lambda tx: _tell(tx, watched, trouble, kept), step="arrivals")
    return True


def _tell(tx: Transaction, watched: Watched, trouble: str, strange: tuple[str, ...]) -> None:
    rows = tx.rows("arrivals.tell", dataset=watched.dataset, trouble=trouble, strange=list(strange), token=tx.token)
    before = rows[0] if rows else None
    if before is None:
        return
    news = tuple(name for name in strange if name not in (before["strange"] or ()))
    notices: list[Notice] = []
    if trouble and trouble != before["trouble"]:
        title = f"{watched.name} cannot be watched"
        notices.append(_notice(watched, title, f"{trouble}\nWatched: {watched.watch}", tx.token))
    if news:
        what = "rows" if isinstance(watched.watch, TableWatch) else "files"
        title = f"{what} of {watched.name} have {_STRANGE[what]} that are no partition"
        notices.append(_notice(watched, title, "\n".join((*news, f"Watched: {watched.watch}")), *news))
    notify(tx, notices)


def _notice(watched: Watched, title: str, body: str, *about: str) -> Notice:
    said = "\n".join((watched.dataset, title, *about))
    id_ = f"arrival-{hashlib.sha256(said.encode()).hexdigest()[:32]}"
    return Notice(id_, "arrival", watched.dataset, watched.dataset, title, body)
