"""The changes between what two contracts promise of one dataset: pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from graph_model.contracts.around import which_is_better
from graph_model.contracts.changes import numbered
from graph_model.contracts.definition import as_text
from graph_model.contracts.document import Document
from graph_model.contracts.entities import Check, Column, Contract
from graph_model.contracts.service import ServiceLevel, levels_of
from graph_model.contracts.strength import Strength, strength
from graph_model.impact.between.columns import between_columns, columns_kept
from graph_model.impact.entities import Change, ChangeAllowedValues, ChangeKey, ChangeTerm
from graph_model.names import Name
from graph_model.schemas.entities import ChangeClass

Key = tuple[str, ...]
RETENTION = "retention"
# Told by what they say of columns.
_OF_COLUMNS = ("schema", "not_null", "unique", "allowed_values")


def between_contracts(dataset: Name, before: Contract, after: Contract) -> tuple[Change, ...]:
    """Columns, keys, allowed values, and checks that stop less than they did.

    A contract that says nothing of columns leaves open whether any goes.
    """
    old, new = _with_nulls(before), _with_nulls(after)
    return (
        *between_columns(dataset, old, new),
        *_keys(dataset, before, after),
        *_values(dataset, before, after),
        *_checks(dataset, before.checks, after.checks),
    )


def between_documents(dataset: Name, before: Document | None, after: Document | None) -> tuple[Change, ...]:
    """Service levels that promise something else, such as freshness; those of other objects of a document are not
    looked at. Retention is what the declaration of the dataset makes of it."""
    then, now = (_levels(document, dataset.name) for document in (before, after))
    return tuple(
        change
        for called in dict.fromkeys((*then, *now))
        if (change := _term(dataset, then.get(called), now.get(called))) is not None and change.term != RETENTION
    )


def _with_nulls(contract: Contract) -> tuple[Column, ...]:
    """A rule that refuses every missing value says of a column what `required` does."""
    required = {
        column
        for check in contract.checks
        if check.kind == "not_null" and _is_strict(check)
        for column in check.params["columns"]
    }
    return tuple(
        replace(column, nullable=column.nullable and column.path not in required) for column in contract.columns
    )


def _is_strict(check: Check) -> bool:
    return check.severity == "blocking" and not check.params.get("must")


def _keys(dataset: Name, before: Contract, after: Contract) -> Iterator[Change]:
    """The key is the one that is promised first."""
    names = columns_kept(before.columns, after.columns)
    then = keys_of(before)
    now = [tuple(names.get(column, column) for column in key) for key in keys_of(after)]
    yield from between_keys(dataset, then, now)


def between_keys(dataset: Name, before: Sequence[Key], after: Sequence[Key]) -> Iterator[Change]:
    """Only what is unique no more is a loss, and only the first key there ever is a gain."""
    lost = [key for key in before if not any(set(other) <= set(key) for other in after)]
    if lost or (not before and after):
        yield ChangeKey(dataset, after[0] if after else ())


def keys_of(contract: Contract) -> list[Key]:
    """Columns that are unique together, the primary key first."""
    return [tuple(check.params["columns"]) for check in contract.checks if check.kind == "unique" and _is_strict(check)]


def _values(dataset: Name, before: Contract, after: Contract) -> Iterator[Change]:
    """Of columns that are there before and after."""
    then, now = allowed_values(before), allowed_values(after)
    known_before = {column.path for column in before.columns}
    for path, former in columns_kept(before.columns, after.columns).items():
        old, new = then.get(former), now.get(path)
        if former in known_before and (None if old is None else set(old)) != (None if new is None else set(new)):
            yield ChangeAllowedValues(dataset, former, old, new)


def allowed_values(contract: Contract) -> dict[str, tuple[str, ...]]:
    """By column, the values that may occur, as text."""
    return {
        check.params["column"]: tuple(as_text(value) for value in check.params["values"])
        for check in contract.checks
        if check.kind == "allowed_values" and _is_strict(check)
    }


def _checks(dataset: Name, before: Sequence[Check], after: Sequence[Check]) -> Iterator[Change]:
    """What kept a bad version from readers and does so no more, or not for all that it did."""
    now = {check.name: check for check in after if check.severity == "blocking"}
    for check in before:
        if check.severity != "blocking" or check.kind in _OF_COLUMNS:
            continue
        other = now.get(check.name)
        if other is None and any(strength(check, found) is Strength.SAME for found in now.values()):
            continue  # it is only called otherwise
        if other is None or strength(check, other) in (Strength.LESS, Strength.OTHER):
            said = None if other is None else "is checked otherwise"
            yield ChangeTerm(dataset, f"check {check.name}", "is checked", said, weaker=True)


def _levels(document: Document | None, dataset: str) -> Mapping[tuple[object, int], ServiceLevel]:
    found = levels_of(document, dataset) if document else ()
    return numbered(found, lambda level: (level.name, level.element, level.driver))


def _term(dataset: Name, before: ServiceLevel | None, after: ServiceLevel | None) -> ChangeTerm | None:
    level = after or before
    if level is None or (before and after and (before.term, before.said) == (after.term, after.said)):
        return None
    said = [one.text if one else None for one in (before, after)]
    return ChangeTerm(dataset, level.name, *said, weaker=is_weaker(before, after))


def is_weaker(before: ServiceLevel | None, after: ServiceLevel | None) -> bool:
    """Also where nobody can tell which of the two promises more."""
    if before is None or after is None:
        return after is None
    return which_is_better(before, after) not in (ChangeClass.MINOR, ChangeClass.PATCH)
