"""What lies between two states of a dbt project, as changes: relations and columns that go, other SQL, exposures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from connectors.dbt.artifacts import Node, Project, read_project
from connectors.dbt.columns import are_all_known, columns_of
from connectors.dbt.documents import text
from connectors.dbt.read import JOBS, job_name, namespace_of
from connectors.foreign import part
from graph_model.impact.between.columns import between_columns
from graph_model.impact.entities import Change, ChangeJob, DropDataset, RenameDataset, RetireConsumer, RetireJob
from graph_model.names import Name

_MADE_BY_JOBS = ("model", "snapshot")


@dataclass(frozen=True, slots=True)
class FromProjects:
    """`unread` says of each model that cannot be compared why not."""

    changes: tuple[Change, ...] = ()
    unread: tuple[str, ...] = ()


def between_projects(before: Path, after: Path, *, datasets: str | None = None, jobs: str = JOBS) -> FromProjects:
    """Two target folders, each with its manifest. Nodes are the same by their unique id, whatever they are called.

    A source that is not named any more is only not read: whoever makes it goes on. Raises InvalidImport, InvalidInput.
    """
    old, new = read_project(before), read_project(after)
    comparing = _Comparing(old, new, namespace_of(old, datasets), jobs)
    changes = tuple(comparing.changes())
    return FromProjects(changes, tuple(comparing.unread))


@dataclass(slots=True)
class _Comparing:
    before: Project
    after: Project
    datasets: str
    jobs: str
    unread: dict[str, None] = field(default_factory=dict)

    def changes(self) -> Iterator[Change]:
        for node in _relations(self.before).values():
            yield from self._relation(node)
        staying = {node.name for node in self.after.of_kind("exposure")}
        for node in self.before.of_kind("exposure"):
            if node.name not in staying:
                yield RetireConsumer(Name(self.jobs, node.name))

    def _relation(self, node: Node) -> Iterator[Change]:
        name, now = Name(self.datasets, node.relation), _relations(self.after).get(node.id)
        if now is None:
            yield from self._gone(node, name)
            return
        if now.relation != node.relation:
            yield RenameDataset(name, Name(self.datasets, now.relation))
        both_known = are_all_known(self.before, node) and are_all_known(self.after, now)
        if both_known:
            yield from between_columns(name, columns_of(self.before, node), columns_of(self.after, now))
        if node.kind in _MADE_BY_JOBS:
            yield from self._code(node, now, both_known=both_known)

    def _gone(self, node: Node, name: Name) -> Iterator[Change]:
        if node.kind == "source":
            return
        yield DropDataset(name)
        if node.kind in _MADE_BY_JOBS:
            yield RetireJob(job_name(node, self.jobs))

    def _code(self, node: Node, now: Node, *, both_known: bool) -> Iterator[Change]:
        """What dbt compiled; where it has not, what the author wrote says only that something changed."""
        job = job_name(node, self.jobs)
        if node.code and now.code:
            if _plain(node.code) != _plain(now.code):
                yield ChangeJob(job, now.code)
            return
        if _written(node) != _written(now):
            yield ChangeJob(job)
        elif not both_known and not (_written(node) and _written(now)):
            self.unread[f"{node.id} cannot be compared: neither its SQL nor its columns are known on both sides"] = None


def _relations(project: Project) -> Mapping[str, Node]:
    return {id: node for id, node in project.nodes.items() if node.is_dataset}


def _plain(code: str) -> str:
    return "\n".join(line.rstrip() for line in code.strip().splitlines())


def _written(node: Node) -> str:
    """The author's own text, or a mark of it."""
    raw = text(node.document, "raw_code") or text(node.document, "raw_sql")
    return raw or text(part(node.document, "checksum"), "checksum")
