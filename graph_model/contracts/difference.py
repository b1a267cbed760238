"""How two contracts differ, in sentences, and how much that means to who relies on the older one: pure.

Each part of a contract has its own rules: columns those of `schemas`, checks and service levels by which of the two
promises more. Whatever else a document says is compared as it is written, so that no change goes by without a word.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graph_model.contracts.around import of_documents
from graph_model.contracts.changes import Change, ContractDifference, is_now, same
from graph_model.contracts.described import of_objects
from graph_model.contracts.document import Document
from graph_model.contracts.entities import Check, Contract
from graph_model.contracts.odcs import read_all, read_whole
from graph_model.contracts.strength import Strength, strength
from graph_model.schemas.difference import difference as columns_differ
from graph_model.schemas.entities import ChangeClass


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two: the document, and what it says about each of the objects that are compared, by name."""

    document: Document
    objects: Mapping[str, Contract]


def side_of(text: str, *, file: str, dataset: str | None = None) -> Side:
    """A whole file, or with `dataset` only what it says about that one. Raises InvalidContract."""
    if dataset is None:
        return Side(*read_all(text, file=file))
    document, contract = read_whole(text, file=file, dataset=dataset)
    return Side(document, {dataset: contract})


def difference(before: Side, after: Side) -> ContractDifference:
    """What who relies on `before` finds changed in `after`. Empty only where both say the same, whatever their version;
    an object is followed by its name, or by being the only one on both sides."""
    found = [*_objects(before, after), *of_documents(before.document, after.document)]
    if not found and not same(_content(before.document), _content(after.document)):
        found = [Change("schema", "", ChangeClass.PATCH, "the schema says something else beside what is compared")]
    order = list(ChangeClass)
    return ContractDifference(tuple(sorted(found, key=lambda change: -order.index(change.change))))


def _content(document: Document) -> dict[str, Any]:
    return {key: value for key, value in document.content.items() if key != "version"}


def _objects(before: Side, after: Side) -> Iterator[Change]:
    old, new = before.objects, after.objects
    if len(old) == len(new) == 1:
        name = next(iter(new))
        yield from _object(next(iter(old.values())), new[name])
        yield from of_objects(before.document, after.document, next(iter(old)), name)
        return
    for name in old:
        if name not in new:
            yield Change("schema", name, ChangeClass.MAJOR, f"{name} is described no more")
            continue
        yield from _object(old[name], new[name])
        yield from of_objects(before.document, after.document, name, name)
    yield from (
        Change("schema", name, ChangeClass.MINOR, f"{name} is described now") for name in new if name not in old
    )


def _object(before: Contract, after: Contract) -> Iterator[Change]:
    renames = frozenset((column.renamed_from, column.path) for column in after.columns if column.renamed_from)
    for found in columns_differ(before.columns, after.columns, renames).changes:
        yield Change("schema", found.path, found.change, found.text)
    yield from _checks(_told(before.checks), _told(after.checks))


def _told(checks: Iterable[Check]) -> list[Check]:
    """Without those that only repeat what is said of the columns."""
    return [check for check in checks if check.kind != "schema" and check.name != "required columns"]


def _checks(before: Sequence[Check], after: Sequence[Check]) -> Iterator[Change]:
    """By name; what is left, by what is checked: a check may be called otherwise."""
    old, new = {check.name: check for check in before}, {check.name: check for check in after}
    pairs = [(check, new[name]) for name, check in old.items() if name in new]
    gone, come = (
        [check for name, check in one.items() if name not in other] for one, other in ((old, new), (new, old))
    )
    for check in gone:
        same = next((found for found in come if found.severity == check.severity and _is_same(check, found)), None)
        if same is None:
            yield _check_change(check, _if_blocking(check, ChangeClass.MAJOR), f"{check.name}: is checked no more")
            continue
        come.remove(same)
        yield _check_change(same, ChangeClass.PATCH, f"{check.name} is called {same.name} now")
    for check in come:
        yield _check_change(check, _if_blocking(check, ChangeClass.MINOR), f"{check.name}: is checked now")
    for one, other in pairs:
        yield from _check(one, other)


def _check(before: Check, after: Check) -> Iterator[Change]:
    if before.severity != after.severity:
        blocks = after.severity == "blocking"
        text = "keeps a bad version from its readers now" if blocks else "only warns now"
        yield _check_change(after, ChangeClass.MINOR if blocks else ChangeClass.MAJOR, f"{after.name}: {text}")
    found = strength(before, after)
    if found is Strength.SAME:
        return
    what = _params_in_words(before, after)
    yield _check_change(after, _if_blocking(after, _CLASSES[found]), f"{after.name}: {_WORDS[found]}{what}")


def _is_same(before: Check, after: Check) -> bool:
    return strength(before, after) is Strength.SAME


_CLASSES = {Strength.MORE: ChangeClass.MINOR, Strength.LESS: ChangeClass.MAJOR, Strength.OTHER: ChangeClass.MAJOR}
_WORDS = {
    Strength.MORE: "promises more",
    Strength.LESS: "promises less",
    Strength.OTHER: "is another check, which may promise less",
}


def _if_blocking(check: Check, change: ChangeClass) -> ChangeClass:
    """A warning keeps nothing from readers: whatever happens to it, they notice nothing."""
    return change if check.severity == "blocking" else ChangeClass.PATCH


def _check_change(check: Check, change: ChangeClass, text: str) -> Change:
    return Change("keys" if check.kind == "unique" else "quality", check.name, change, text)


def _params_in_words(before: Check, after: Check) -> str:
    if before.kind != after.kind:
        return f" ({after.kind} and was {before.kind})"
    old, new = before.params, after.params
    changed = [key for key in sorted({*old, *new}) if old.get(key) != new.get(key) and key != "masked"]
    return f" ({', '.join(f'{key} {is_now(old.get(key), new.get(key))}' for key in changed)})"
