"""A change in words: what is done to what, and how."""

from __future__ import annotations

import re
from dataclasses import dataclass

from graph_model.impact.entities import (
    AddColumn,
    BadVersion,
    Change,
    ChangeAllowedValues,
    ChangeDefault,
    ChangeFormat,
    ChangeJob,
    ChangeKey,
    ChangeMeaning,
    ChangeNullability,
    ChangeTerm,
    Delay,
    MoveDataset,
    RenameColumn,
    RenameDataset,
    ReorderColumns,
    Repartition,
    RetireConsumer,
    RetireJob,
    RetypeColumn,
)
from graph_model.names import Name


@dataclass(frozen=True, slots=True)
class Subject:
    """What a change is about. `kind` is dataset, job, consumer or version; `column` empty: the whole of it."""

    kind: str
    name: Name | str
    column: str = ""

    @property
    def key(self) -> str:
        """How an estate knows its line."""
        return f"{self.kind} {self.name}"

    def is_about(self, kind: str, name: Name) -> bool:
        """Whether a node of the graph is it, or one of its columns."""
        return self.name == name and self.kind == ("dataset" if kind == "COLUMN" else kind.lower())

    def __str__(self) -> str:
        return f"{self.name}.{self.column}" if self.column else str(self.name)


def subject_of(change: Change) -> Subject:
    if isinstance(change, ChangeJob | RetireJob):
        return Subject("job", change.job)
    if isinstance(change, RetireConsumer):
        return Subject("consumer", change.consumer)
    if isinstance(change, BadVersion):
        return Subject("version", change.version)
    return Subject("dataset", change.dataset, getattr(change, "column", ""))


def action_of(change: Change) -> str:
    """What is done, in two words: `drop column`."""
    return re.sub(r"(?<!^)(?=[A-Z])", " ", type(change).__name__).lower()


def detail_of(change: Change) -> str:
    """How it is done; empty where the action says all."""
    if isinstance(change, AddColumn):
        return f"{change.type}{'' if change.nullable else ', never missing'}{_default(change.default)}"
    if isinstance(change, RenameColumn | RenameDataset):
        return f"to {change.to}"
    if isinstance(change, RetypeColumn):
        return f"to {change.type}"
    if isinstance(change, ReorderColumns | ChangeKey):
        return f"to {', '.join(change.columns)}" if change.columns else "to none"
    if isinstance(change, ChangeNullability):
        return "may be missing from now on" if change.nullable else "is never missing from now on"
    return _detail_of_values(change)


def _detail_of_values(change: Change) -> str:
    if isinstance(change, ChangeAllowedValues):
        return f"from {_values(change.before)} to {_values(change.after)}"
    if isinstance(change, ChangeMeaning):
        return f"now: {change.meaning}"
    if isinstance(change, ChangeDefault):
        return f"to {change.default}" if change.default is not None else "to none"
    return _detail_of_dataset(change)


def _detail_of_dataset(change: Change) -> str:
    if isinstance(change, ChangeFormat):
        options = (f"{option} from {before} to {after}" for option, before, after in change.options)
        return ", ".join((*([f"to {change.format}"] if change.format else []), *options))
    if isinstance(change, MoveDataset):
        return f"to {change.location}" if change.location else "to no fixed place"
    if isinstance(change, Repartition):
        return f"from {change.before or 'none'} to {change.after or 'none'}"
    if isinstance(change, ChangeTerm):
        return f"{change.term} from {change.before or 'none'} to {change.after or 'none'}"
    if isinstance(change, Delay):
        return f"{change.partition} until {change.until.isoformat()}".strip()
    return ""


def sentence_of(change: Change) -> str:
    return " ".join(filter(None, (action_of(change), str(subject_of(change)), detail_of(change))))


def _default(default: str | None) -> str:
    return "" if default is None else f", {default} by default"


def _values(values: tuple[str, ...] | None) -> str:
    return "any value" if values is None else ", ".join(values) or "no value"
