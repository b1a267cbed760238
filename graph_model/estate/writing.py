"""Writes a difference inside one transaction: first who reads what, later what datasets no longer promise.

Between the two the impact can be asked of a graph in which the estate's own readers have changed already; what its jobs
compute is still what it was, since a change says what it will be.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from graph_model.audit.record import Transition, record
from graph_model.contracts.entities import Column
from graph_model.estate.batches import in_batches
from graph_model.estate.diff import Difference
from graph_model.estate.holdings import Edge, EdgeKind, Holdings, Node
from graph_model.estate.nodes import stored
from graph_model.estate.proposed import starving_jobs
from graph_model.estate.repository import source_of
from graph_model.estate.vocabulary import IMPORT
from graph_model.estate.wanted import Wanted
from graph_model.estate.wording_of_contracts import contract_of
from graph_model.identity.declare import Declarations, declare_names, read_spelled
from graph_model.jobs import definition as job_definition
from graph_model.names import Name, dataset_name_id, field_id
from graph_model.schemas.recording import schema_row
from graph_model.store.graph import Row, Transaction

FOREVER = datetime(9999, 12, 31, tzinfo=UTC)
# One global lock beside the scope's own: scopes borrow each other's datasets.
ALL_SCOPES = "*"
_FLOWS: dict[EdgeKind, str] = {
    "CONSUMED_BY": "estate.open_consumed_by",
    "PRODUCES": "estate.open_produces",
    "FOLLOWED_BY": "estate.open_followed_by",
    "FEEDS": "estate.open_feeds",
    "SHAPES": "estate.open_shapes",
    "USED_BY": "estate.open_used_by",
}
_PROMISES: tuple[EdgeKind, ...] = ("HAS_SCHEMA", "HAS_CONTRACT")
_TRANSITIONS = {"create": "DECLARED", "update": "CHANGED", "retire": "RETIRED"}


@dataclass(frozen=True, slots=True)
class Writing:
    """One difference on its way into the graph; `now` is the graph's own clock when its lock was taken."""

    tx: Transaction
    scope: str
    now: datetime
    difference: Difference
    wanted: Wanted

    def rows(self, query: str, key: str, rows: Sequence[Any], **parameters: Any) -> None:
        for part in in_batches(rows):
            self.tx.rows(query, **{key: list(part)}, **parameters)

    def edges(self, query: str, rows: Sequence[Row]) -> None:
        self.rows(query, "edges", rows, source=source_of(self.scope), now=self.now, forever=FOREVER)


def lock(tx: Transaction, scope: str) -> datetime:
    """Makes other declarations wait; must be the first statement. The graph's clock."""
    return tx.rows("estate.lock_scopes", ids=sorted({ALL_SCOPES, f"scope {scope}"}), token=tx.token)[0]["now"]


def write_flows(writing: Writing, standing: Holdings) -> None:
    """New datasets, jobs, consumers, and every edge of what reads and makes what, by which columns."""
    declared = writing.difference.declared
    readers = [node for node in declared if not _is_standing_dataset(node, standing)]
    _declare(writing, [computing_as_before(node, standing) for node in readers])
    names = [_name_row(node) for node in declared if node.kind == "dataset"]
    writing.rows("estate.declare_names", "names", names, now=writing.now, forever=FOREVER)
    fields = [
        {"id": id, "dataset": dataset, "path": path} for id, (dataset, path) in sorted(writing.wanted.fields.items())
    ]
    if any(edge.kind in ("FEEDS", "SHAPES", "USED_BY") for edge in writing.difference.opened):
        writing.rows("estate.declare_fields", "fields", fields)
    starving = starving_jobs(writing.difference)
    _close(
        writing, [edge for edge in writing.difference.closed if edge.kind in _FLOWS and not _feeds_on(edge, starving)]
    )
    for kind, query in _FLOWS.items():
        writing.edges(query, [_row(edge) for edge in writing.difference.opened if edge.kind == kind])


def write_promises(writing: Writing, standing: Holdings) -> None:
    """What datasets are and jobs compute from now on, schemas, contracts, owners, and what is retired."""
    declared = writing.difference.declared
    waiting = [node for node in declared if computing_as_before(node, standing) is not node]
    _declare(writing, [node for node in declared if _is_standing_dataset(node, standing)] + waiting)
    starving = starving_jobs(writing.difference)
    kept = [edge for edge in writing.difference.closed if edge.kind in _PROMISES or _feeds_on(edge, starving)]
    _close(writing, kept)
    schemas = [edge for edge in writing.difference.opened if edge.kind == "HAS_SCHEMA"]
    writing.rows("estate.declare_schemas", "schemas", [_schema_row(edge, writing.wanted) for edge in schemas])
    writing.edges("estate.open_has_schema", [_row(edge) for edge in schemas])
    contracts = [edge for edge in writing.difference.opened if edge.kind == "HAS_CONTRACT"]
    writing.rows("estate.declare_contracts", "contracts", [_contract_row(edge, writing.wanted) for edge in contracts])
    writing.edges("estate.open_has_contract", [_row(edge) for edge in contracts])
    _describe(writing)
    disowned = [_row(edge) for edge in writing.difference.closed if edge.kind == "OWNED_BY"]
    writing.rows("estate.disown", "edges", disowned, source=source_of(writing.scope))
    owned = [edge for edge in writing.difference.opened if edge.kind == "OWNED_BY"]
    writing.edges(
        "estate.open_owned_by", [{**_row(edge), "owner": writing.wanted.owners[edge.target]} for edge in owned]
    )
    taken_over = [node.id for node in writing.difference.declared if _is_imported(standing.nodes.get(node.id), writing)]
    writing.rows("estate.take_over", "ids", taken_over, now=writing.now)
    writing.rows("estate.disown_imported", "ids", taken_over)
    writing.rows("estate.retire", "ids", [node.id for node in writing.difference.retired], now=writing.now)
    _name(writing)


def _name(writing: Writing) -> None:
    """What datasets are called elsewhere; and since who declares one decides which name stands for all, that anew."""
    declared = [node for node in writing.difference.declared if node.kind == "dataset"]
    retired = [node.id for node in writing.difference.retired if node.kind == "dataset"]
    if declared or retired:
        names = {node.id: _names_of(node) for node in declared}
        declare_names(writing.tx, Declarations(names, source_of(writing.scope), retired), now=writing.now)


def _names_of(node: Node) -> list[Name]:
    return [name for text in node.properties.get("names", ()) if (name := read_spelled(text))]


def record_changes(writing: Writing, *, actor: str, plan: str) -> None:
    transitions = [
        Transition(
            change.id,
            _TRANSITIONS[change.action],
            actor,
            {
                "kind": change.kind,
                "name": str(change.name),
                "scope": writing.scope,
                "change": change.detail,
                "plan": plan,
            },
        )
        for change in writing.difference.changes
    ]
    for part in in_batches(transitions):
        record(writing.tx, part)


def mark(writing: Writing) -> None:
    """Marks the partitions that changed jobs read, and those of changed datasets: their readiness may have changed."""
    changed = {change.id for change in writing.difference.changes if change.action != "retire"}
    edges = writing.wanted.holdings.edges.values()
    read = {edge.source for edge in edges if edge.kind == "CONSUMED_BY" and edge.target in changed}
    own = {node.id for node in writing.difference.declared if node.kind == "dataset"}
    writing.rows("estate.mark_partitions", "datasets", sorted(read | own))


def _declare(writing: Writing, nodes: Iterable[Node]) -> None:
    kept = list(nodes)
    for kind, query in (
        ("dataset", "estate.declare_datasets"),
        ("job", "estate.declare_jobs"),
        ("consumer", "estate.declare_consumers"),
        ("pool", "estate.declare_pools"),
    ):
        writing.rows(
            query, "nodes", [{"id": node.id, "properties": stored(node)} for node in kept if node.kind == kind]
        )


def _describe(writing: Writing) -> None:
    """What contracts say about columns beyond their types is no part of a schema: it lies on the columns."""
    datasets = [node for node in writing.difference.declared if node.kind == "dataset"]
    writing.rows("estate.forget_fields", "datasets", [node.id for node in datasets])
    said = [field for node in datasets for column in contract_of(node).columns if (field := _words(node.id, column))]
    writing.rows("estate.describe_fields", "fields", said)


def _words(dataset: str, column: Column) -> Row | None:
    if not (column.description or column.tags or column.classification):
        return None
    return {
        "id": field_id(dataset, column.path),
        "description": column.description or None,
        "tags": list(column.tags) or None,
        "classification": column.classification or None,
    }


def _close(writing: Writing, edges: Iterable[Edge]) -> None:
    writing.rows(
        "estate.close_edges", "edges", [_row(edge) for edge in edges], source=source_of(writing.scope), now=writing.now
    )


def _feeds_on(edge: Edge, starving: frozenset[str]) -> bool:
    """Whether an edge must still be there when the impact is asked: whoever lived on the job is found through it."""
    return edge.kind == "PRODUCES" and edge.source in starving


def _is_standing_dataset(node: Node, standing: Holdings) -> bool:
    return node.kind == "dataset" and node.id in standing.nodes


def computing_as_before(node: Node, standing: Holdings) -> Node:
    """A job that will compute something else, as it is while the impact of that is asked: with the inputs it will have,
    those it had among them, and with the code it had. Whatever else it is comes back as the same object."""
    before = standing.nodes.get(node.id)
    then, now = (str(one.properties.get("definition") or "") if one else "" for one in (before, node))
    if node.kind != "job" or not then or not now or then == now:
        return node
    old, new = job_definition.loads(then), job_definition.loads(now)
    named = {item.dataset for item in new.inputs}
    inputs = (*new.inputs, *(item for item in old.inputs if item.dataset not in named))
    computing = replace(new, kind=old.kind, executor=old.executor, inputs=inputs)
    return replace(node, properties={**node.properties, "definition": job_definition.dumps(computing)})


def _is_imported(before: Node | None, writing: Writing) -> bool:
    """Whether so far only an import described it, another one than this."""
    return before is not None and (before.scope or "").startswith(IMPORT) and before.scope != writing.scope


def _row(edge: Edge) -> Row:
    return {"id": edge.id, "source": edge.source, "target": edge.target, "properties": dict(edge.properties)}


def _name_row(node: Node) -> Row:
    name: Name = node.name
    return {"id": dataset_name_id(name), "namespace": name.namespace, "name": name.name, "dataset": node.id}


def _schema_row(edge: Edge, wanted: Wanted) -> Row:
    return schema_row(*wanted.schemas[edge.target])


def _contract_row(edge: Edge, wanted: Wanted) -> Row:
    dataset, file, document = wanted.contracts[edge.target]
    return {
        "id": edge.target,
        "dataset": dataset,
        "digest": document.digest,
        "version": document.version,
        "status": document.status,
        "name": document.name,
        "file": file,
        "text": document.text,
    }
