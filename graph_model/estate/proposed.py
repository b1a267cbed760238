"""What a planned difference is in the terms in which its impact is asked."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from graph_model.contracts.document import Document
from graph_model.estate.diff import Difference
from graph_model.estate.entities import DatasetSpec
from graph_model.estate.holdings import Holdings, Node
from graph_model.estate.wording_of_contracts import contract_of
from graph_model.identity.declare import read_spelled
from graph_model.jobs import definition as job_definition
from graph_model.partitions import stored
from graph_model.retention import entities as retention

if TYPE_CHECKING:
    from graph_model.impact.entities import Change

Documents = Mapping[str, tuple[Document, Document]]
"""The contract until now and the one from now on, by the id of the dataset."""


def proposed_changes(
    difference: Difference, standing: Holdings, documents: Documents | None = None
) -> tuple[Change, ...]:
    """Everything that somebody who reads may notice: of datasets, of what jobs compute, of jobs whose outputs nobody
    makes any more. Empty where things are only added, so that nobody has to be looked for.

    Readers that change are no part of it: they are judged as they will be.
    """
    pairs = [
        (before, node)
        for node in difference.declared
        if (before := standing.nodes.get(node.id)) is not None and before.alive
    ]
    return (
        *_gone(difference),
        *_of_datasets([pair for pair in pairs if pair[1].kind == "dataset"], documents or {}),
        *_of_jobs([pair for pair in pairs if pair[1].kind == "job"]),
    )


def starving_jobs(difference: Difference) -> frozenset[str]:
    """Ids of retired jobs that made a dataset which stays, and which no other job makes from now on."""
    retired = {node.id for node in difference.retired}
    made_anew = {edge.target for edge in difference.opened if edge.kind == "PRODUCES"}
    return frozenset(
        edge.source
        for edge in difference.closed
        if edge.kind == "PRODUCES" and edge.source in retired and edge.target not in retired | made_anew
    )


def described(node: Node) -> DatasetSpec:
    """What a dataset promises to its readers, as its node says it."""
    said = node.properties
    return DatasetSpec(
        name=node.name,
        format=said.get("format", ""),
        location=said.get("location"),
        partitions=stored.scheme_of(said),
        contract=contract_of(node),
        expose=said.get("expose"),
        retention=retention.loads(said.get("retention")),
        options=json.loads(said.get("options") or "{}"),
        names=tuple(name for text in said.get("names", ()) if (name := read_spelled(text))),
    )


def _gone(difference: Difference) -> Iterator[Change]:
    from graph_model.impact.between.estates import renamed_datasets
    from graph_model.impact.entities import DropDataset, RenameDataset, RetireJob

    retired = {node.name: node for node in difference.retired if node.kind == "dataset"}
    new = [described(node) for node in difference.declared if node.kind == "dataset"] if retired else []
    renamed = renamed_datasets(
        {name: described(node) for name, node in retired.items()}, {spec.name: spec for spec in new}
    )
    for name in retired:
        yield RenameDataset(name, renamed[name]) if name in renamed else DropDataset(name)
    starving = starving_jobs(difference)
    yield from (RetireJob(node.name) for node in difference.retired if node.id in starving)


def _of_datasets(pairs: list[tuple[Node, Node]], documents: Documents) -> Iterator[Change]:
    from graph_model.impact.between.contracts import between_contracts, between_documents
    from graph_model.impact.between.datasets import between_datasets

    for before, after in pairs:
        if before.scope != after.scope:  # nobody declared its form until now: that it is said changes nothing
            yield from between_contracts(before.name, contract_of(before), contract_of(after))
            continue
        yield from between_datasets(described(before), described(after))
        if after.id in documents:
            yield from between_documents(before.name, *documents[after.id])


def _of_jobs(pairs: list[tuple[Node, Node]]) -> Iterator[Change]:
    from graph_model.impact.between.jobs import between_jobs

    for before, after in pairs:
        then, now = (str(node.properties.get("definition") or "") for node in (before, after))
        if then and now and then != now:
            yield from between_jobs(job_definition.loads(then), job_definition.loads(now))
