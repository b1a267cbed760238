"""What a change is about: the thing whose declaration says it, and its column."""

from __future__ import annotations

from dataclasses import dataclass

from graph_model.impact.entities import BadVersion, Change, ChangeJob, RetireConsumer, RetireJob
from graph_model.names import Name


@dataclass(frozen=True, slots=True)
class Subject:
    """`kind` is dataset, job, consumer or version; `column` empty: the whole of it."""

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


def subject_of(change: Change) -> Subject:
    if isinstance(change, ChangeJob | RetireJob):
        return Subject("job", change.job)
    if isinstance(change, RetireConsumer):
        return Subject("consumer", change.consumer)
    if isinstance(change, BadVersion):
        return Subject("version", change.version)
    return Subject("dataset", change.dataset, getattr(change, "column", ""))
