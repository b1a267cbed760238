"""Says in words what changes in the contract of a dataset."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from graph_model.contracts import definition as contract_definition
from graph_model.contracts.entities import Check, Column, Contract
from graph_model.estate.holdings import Node
from graph_model.estate.shortened import short


def contract_of(node: Node) -> Contract:
    text = node.properties.get("contract")
    return contract_definition.loads(text) if text else Contract()


def changed_contract(before: Contract, after: Contract) -> Iterator[str]:
    old, new = ({column.path: column for column in contract.columns} for contract in (before, after))
    renamed = renamed_columns(before, after)
    yield from (f"column {path} renamed to {to}" for path, to in renamed.items())
    yield from (f"column {path} dropped" for path in old if path not in new and path not in renamed)
    yield from (f"column {path} added" for path in new if path not in old and path not in renamed.values())
    for path in old:
        if path in new and old[path].type != new[path].type:
            yield f"column {path}: {old[path].type} → {new[path].type}"
        if path in new:
            yield from _changed_words(old[path], new[path])
    if _apart_from_place(before) != _apart_from_place(after):
        yield "checks changed"
    elif before.checks != after.checks:
        yield "the project moved"
    if before.file != after.file:
        yield f"contract: {before.file or 'nothing'} → {after.file or 'nothing'}"


def _apart_from_place(contract: Contract) -> list[Check]:
    """The checks without the folder that their code lies in."""
    return [
        replace(check, params={name: value for name, value in check.params.items() if name != "project"})
        for check in contract.checks
    ]


def _changed_words(before: Column, after: Column) -> Iterator[str]:
    """What a contract says about a column beyond its type."""
    if before.tags != after.tags:
        yield f"column {after.path}: tags {short(list(before.tags) or None)} → {short(list(after.tags) or None)}"
    if before.classification != after.classification:
        old, new = before.classification or None, after.classification or None
        yield f"column {after.path}: classification {short(old)} → {short(new)}"
    if before.description != after.description:
        yield f"column {after.path}: other description"
    if before.meaning != after.meaning:
        yield f"column {after.path}: means {short(after.meaning or None)}, and meant {short(before.meaning or None)}"
    if before.default != after.default:
        yield f"column {after.path}: default {short(before.default)} → {short(after.default)}"


def renamed_columns(before: Contract, after: Contract) -> dict[str, str]:
    """The new names of columns that have no longer the old one, as the new contract says."""
    old, new = ({column.path for column in contract.columns} for contract in (before, after))
    return {
        column.renamed_from: column.path
        for column in after.columns
        if column.renamed_from in old - new and column.path not in old
    }
