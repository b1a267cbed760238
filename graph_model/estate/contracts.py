"""What a plan says about contracts that change: what that means to readers, and whether their version says so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from graph_model.contracts.changes import ContractDifference
from graph_model.contracts.difference import Side, difference
from graph_model.contracts.document import Document, kept_document
from graph_model.contracts.service import levels_of
from graph_model.contracts.version import remark
from graph_model.errors import InvalidContract
from graph_model.estate.diff import Difference, PlannedChange
from graph_model.estate.holdings import Edge, Holdings
from graph_model.estate.wanted import Wanted
from graph_model.estate.wording_of_contracts import contract_of
from graph_model.names import Name
from graph_model.store.graph import Transaction

MOST_COMPARED = 100
"""So many contracts of one plan are held against what they were: each is read again inside the transaction."""

_TOO_MANY = f"the contract was not compared with the one until now: more than {MOST_COMPARED} change at once"


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about a declaration that stops nothing and should be looked at."""

    name: Name
    text: str


@dataclass(frozen=True, slots=True)
class Judged:
    """The same difference, in more words, and what is to be remarked. `documents` are those that were compared, the one
    until now and the one from now on, by the id of the dataset."""

    difference: Difference
    remarks: tuple[Remark, ...]
    documents: Mapping[str, tuple[Document, Document]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Step:
    """One dataset whose contract is another one from now on; `before` is the id of the old one."""

    dataset: str
    name: Name
    before: str | None
    after: Document


def judged(tx: Transaction, found: Difference, standing: Holdings, wanted: Wanted) -> Judged:
    """Reads the contracts that are replaced, and says what replacing them means."""
    steps = list(_steps(found, wanted))
    replaced = [step for step in steps if step.before]
    remarks = [Remark(step.name, text) for step in steps for text in _unread(step.after)]
    remarks += [Remark(step.name, _TOO_MANY) for step in replaced[MOST_COMPARED:]]
    replaced = replaced[:MOST_COMPARED]
    rows = tx.rows("contracts.texts", ids=[step.before for step in replaced]) if replaced else []
    texts = {row["id"]: row["text"] for row in rows}
    meant: dict[str, ContractDifference] = {}
    documents: dict[str, tuple[Document, Document]] = {}
    for step in replaced:
        try:
            before = kept_document(texts.get(step.before or "", ""), file=f"the contract of {step.name} until now")
        except InvalidContract as error:  # what is taken in today is less than what was then
            remarks.append(Remark(step.name, f"the contract until now cannot be compared with ({error.message})"))
            continue
        sides = _sides(step, before, standing, wanted)
        meant[step.dataset] = difference(*sides)
        documents[step.dataset] = before, step.after
        remarks.extend(_about_version(step, before, meant[step.dataset]))
    changes = tuple(_in_more_words(change, meant) for change in found.changes)
    told = tuple(sorted(remarks, key=lambda one: (one.name, one.text)))
    return Judged(replace(found, changes=changes), told, documents)


def _steps(found: Difference, wanted: Wanted) -> Iterator[_Step]:
    before = {edge.source: edge for edge in found.closed if edge.kind == "HAS_CONTRACT"}
    for edge in found.opened:
        if edge.kind == "HAS_CONTRACT":
            old: Edge | None = before.get(edge.source)
            node = wanted.holdings.nodes[edge.source]
            yield _Step(edge.source, node.name, old.target if old else None, wanted.contracts[edge.target][2])


def _sides(step: _Step, before: Document, standing: Holdings, wanted: Wanted) -> tuple[Side, Side]:
    name = step.name.name
    old, new = (holdings.nodes[step.dataset] for holdings in (standing, wanted.holdings))
    return Side(before, {name: contract_of(old)}), Side(step.after, {name: contract_of(new)})


def _about_version(step: _Step, before: Document, found: ContractDifference) -> Iterator[Remark]:
    """A draft binds nobody, so it may change as it likes."""
    text = remark(before.version, step.after.version, found.change, found.why) if before.binds else None
    if text:
        yield Remark(step.name, text)


def _unread(document: Document) -> Iterator[str]:
    for level in levels_of(document):
        if level.is_known and level.term is None:
            yield f"slaProperties: {level.name} cannot be understood ({level.said or 'no value'}); it is only shown"


def _in_more_words(change: PlannedChange, meant: Mapping[str, ContractDifference]) -> PlannedChange:
    found = meant.get(change.id)
    if found is None or not found.changes:
        return change
    return replace(change, detail=f"{change.detail}; to its readers {found.change}: {found.why}")
