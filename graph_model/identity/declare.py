"""Names that declarations give to datasets: what they mean is made one with the dataset, whenever it is seen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from graph_model.identity.entities import Kind
from graph_model.identity.patterns import DeclaredName, meant
from graph_model.identity.settle import settle
from graph_model.names import Name, dataset_id, dataset_name_id, declared_name_id, same_as_id
from graph_model.partitions.stored import scheme_of
from graph_model.store.graph import Row, Transaction

T = TypeVar("T")
FOREVER = datetime(9999, 12, 31, tzinfo=UTC)
BATCH = 1000


@dataclass(frozen=True, slots=True)
class Declarations:
    """What some datasets (by id) are called from now on: all of it, so that what they were called before ends.

    `source`: who says so. `gone` are those of the datasets that nobody declares any more.
    """

    names: Mapping[str, Collection[Name]]
    source: str
    gone: Collection[str] = ()


def spelled(name: Name) -> str:
    """A declared name as an estate writes it."""
    return f"{name.namespace} {name.name}"


def read_spelled(text: str) -> Name | None:
    """None where it is no name: NAMESPACE NAME, with the space between."""
    namespace, _, name = text.partition(" ")
    return Name(namespace, name.strip()) if namespace and name.strip() else None


def declare_names(tx: Transaction, said: Declarations, *, now: datetime) -> None:
    """Keeps the names, and makes one with its dataset whatever of them was seen already."""
    datasets = sorted({*said.names, *said.gone})
    before = {row["id"]: row for row in _in_parts(tx, "identity.declared_names", datasets)}
    after = {row["id"]: row for row in _rows(said)}
    gone, new = _without(before, after), _without(after, before)
    _lock(tx, {row["namespace"] for row in (*gone, *new)})
    for part in _parts(gone):
        tx.rows("identity.forget_names", ids=[row["id"] for row in part])
    for part in _parts(new):
        tx.rows("identity.keep_names", names=list(part))
    made = [Name(row["namespace"], row["text"].rstrip("/")) for row in new if "{" not in row["text"]]
    for part in _parts([_name_row(name) for name in made]):
        tx.rows("observed.name_datasets", names=list(part), now=now, forever=FOREVER)
    touched = {row["id"] for row in _in_parts(tx, "identity.names_under", [_start(row) for row in (*gone, *new)])}
    tied = {row["id"] for row in _in_parts(tx, "identity.tied_of", datasets)}
    match_names(tx, touched | tied, now=now)
    if tied:
        settle(tx, tied)


def match_names(tx: Transaction, datasets: Iterable[str], *, now: datetime) -> None:
    """Holds the names of datasets against all that is declared, and opens and closes the evidence that this is."""
    for part in _parts(sorted(datasets)):
        may_be = tx.rows("identity.may_be", ids=list(part))
        match_found(tx, may_be, tx.rows("identity.declared_evidence", ids=list(part)), now=now)


def match_found(tx: Transaction, may_be: Sequence[Row], declared: Sequence[Row], *, now: datetime) -> bool:
    """Opens and closes the evidence that follows for some datasets; whether anything of it was changed. The rows are
    those of `identity.may_be` and of `identity.declared_evidence`, read under the locks of the namespaces."""
    wanted, standing = _wanted(may_be), {row["id"]: row for row in declared}
    opened, closed = _without(wanted, standing), _without(standing, wanted)
    if closed:
        tx.rows("identity.close", evidence=[{"id": row["id"], "source": row["source"]} for row in closed], now=now)
    if opened:
        tx.rows("identity.open", evidence=opened, now=now, forever=FOREVER)
    for unseen in _parts(sorted({row["target"] for row in closed})):
        tx.rows("identity.forget_unseen", ids=list(unseen), now=now)
    if opened or closed:
        settle(tx, {end for row in (*opened, *closed) for end in (row["source"], row["target"])})
    return bool(opened or closed)


def _wanted(rows: Sequence[Row]) -> dict[str, Row]:
    """The evidence that follows, by id. `rows`: each name of a dataset with each declared name that it might be."""
    by_name: dict[tuple[str, Name], list[Row]] = defaultdict(list)
    for row in rows:
        by_name[row["id"], Name(row["namespace"], row["name"])].append(row)
    wanted: dict[str, Row] = {}
    for (target, name), several in sorted(by_name.items()):
        declared = [(_declared(row), scheme_of(row)) for row in several]
        for match in meant(name, declared):
            source, said_by = match.declared.dataset, match.declared.source
            if source != target:
                identity = same_as_id(Kind.DECLARED, source, target, match.partition or "", said_by)
                said = {"source": source, "target": target, "said_by": said_by, "partition": match.partition}
                wanted[identity] = {"id": identity, **said}
    return wanted


def _declared(row: Row) -> DeclaredName:
    return DeclaredName(row["dataset"], Name(row["namespace"], row["text"]), row["source"])


def _rows(said: Declarations) -> Iterable[Row]:
    for dataset, names in sorted(said.names.items()):
        for name in sorted(names):
            yield {
                "id": declared_name_id(dataset, name, said.source),
                "dataset": dataset,
                "namespace": name.namespace,
                "text": name.name,
                "start": DeclaredName(dataset, name).start,
                "source": said.source,
            }


def _start(row: Row) -> Row:
    return {"namespace": row["namespace"], "start": row["start"]}


def _name_row(name: Name) -> Row:
    identity = dataset_name_id(name)
    return {"id": identity, "namespace": name.namespace, "name": name.name, "dataset": dataset_id(name)}


def _lock(tx: Transaction, namespaces: Iterable[str]) -> None:
    """Who sees a new name and who declares one wait for each other: either looks at what the other one said."""
    if ids := sorted({names_scope(namespace) for namespace in namespaces}):
        tx.rows("identity.lock_namespaces", ids=ids, token=tx.token)


def names_scope(namespace: str) -> str:
    """The id of the node that stands for all names of a namespace, to lock."""
    return f"names {namespace}"


def _without(some: Mapping[str, Row], others: Mapping[str, Row]) -> list[Row]:
    return [row for id_, row in sorted(some.items()) if id_ not in others]


def _in_parts(tx: Transaction, query: str, things: Sequence[Row] | Sequence[str]) -> list[Row]:
    return [row for part in _parts(list(things)) for row in tx.rows(query, ids=list(part))]


def _parts(things: Sequence[T]) -> Iterable[Sequence[T]]:
    return (things[start : start + BATCH] for start in range(0, len(things), BATCH))
