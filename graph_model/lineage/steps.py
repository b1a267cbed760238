"""What one hop is at each level of lineage: over datasets, along columns, along what really ran.

Columns are followed by their own edges; where a job or consumer does not say which columns it reads, the walk goes on
over datasets from there and says UNRESOLVED_COLUMNS.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from graph_model import names
from graph_model.errors import InvalidInput, VersionNotFound
from graph_model.lineage import hops, repository
from graph_model.lineage.entities import Level, LineageNode, NodeKind, Way
from graph_model.lineage.hops import Hop
from graph_model.lineage.merging import Rows
from graph_model.lineage.repository import FieldFacts, Root
from graph_model.lineage.walk import NODE_LIMIT, UNRESOLVED_COLUMNS, Step
from graph_model.names import Name

_RAN: tuple[NodeKind, ...] = ("VERSION", "RUN")
_KINDS_OF_LEVEL: dict[Level, tuple[NodeKind, ...]] = {
    "DATASET": ("DATASET", "JOB", "CONSUMER"),
    "COLUMN": ("DATASET", "JOB", "CONSUMER", "COLUMN"),
    "VERSION": _RAN,
    "RUN": _RAN,
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked about, as a caller says it: by name or by id, perhaps one column or one partition of it."""

    root: Name | str
    kind: NodeKind | None = None
    column: str | None = None
    partition: str | None = None


@dataclass(frozen=True, slots=True)
class Start:
    """Where a walk begins. `also` are shown beside the nodes that it begins at; `reasons` are known before it."""

    root: Root
    level: Level
    nodes: tuple[LineageNode, ...]
    also: tuple[LineageNode, ...] = ()
    reasons: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return self.also[0].id if self.also else self.nodes[0].id


def find_start(graph: Rows, asked: Asked, root: Root, *, level: Level, most: int) -> Start:
    """Where the walk for `asked` begins, at most `most` nodes. Raises ColumnNotFound, VersionNotFound, InvalidInput."""
    if asked.column is not None or root.node.kind == "COLUMN":
        level = "COLUMN"
    if level in _RAN:
        root = _what_ran(graph, asked, root)
    if root.node.kind not in _KINDS_OF_LEVEL[level]:
        raise InvalidInput("level", f"a {root.node.kind.lower()} has no lineage of level {level}")
    if level == "COLUMN" and root.node.kind == "DATASET":
        return _columns(graph, root, asked.column, most)
    return Start(root, level, (root.node,))


def step_of(graph: Rows, start: Start, way: Way, *, ordered: bool = False, control: bool = False) -> Step:
    """One hop at the level of `start`, in one way. `ordered`: from the job that it starts at also to those right before
    or after it, with which it need not share data. `control`: from every job along control edges."""
    at, known = start.root.at, start.root.known

    def over_datasets(frontier: Sequence[LineageNode]) -> Iterable[Hop]:
        found = hops.step(graph, frontier, direction=way, at=at, known=known)
        if control:
            found += hops.step_control(graph, frontier, direction=way, at=at, known=known)
        if ordered and start.root.node.kind == "JOB" and [node.id for node in frontier] == [start.id]:
            found += _beside(graph, start, way, control=not control)
        return found

    def along_columns(frontier: Sequence[LineageNode]) -> Iterable[Hop]:
        """Fields go along columns, the rest over datasets; upstream of a reader its own columns come first."""
        columns = [node for node in frontier if node.kind == "COLUMN"]
        others = [node for node in frontier if node.kind != "COLUMN"]
        found = hops.step_columns(graph, columns, direction=way, at=at, known=known)
        if (
            way == "UP"
            and [node.id for node in others] == [start.root.node.id]
            and start.root.node.kind in ("JOB", "CONSUMER")
        ):
            return found + _what_reader_uses(graph, start.root)
        return found + hops.step(graph, others, direction=way, at=at, known=known)

    def along_what_ran(frontier: Sequence[LineageNode]) -> Iterable[Hop]:
        return hops.step_versions(graph, frontier, direction=way, at=at)

    if start.level == "DATASET":
        return over_datasets
    return along_columns if start.level == "COLUMN" else along_what_ran


def _beside(graph: Rows, start: Start, way: Way, *, control: bool) -> list[Hop]:
    """The jobs right before or after the one that is asked about: shown, and not walked on from."""
    at, known = start.root.at, start.root.known
    found = hops.step_order(graph, start.id, direction=way, at=at, known=known)
    if control:
        waiting = hops.step_control(graph, [start.root.node], direction=way, at=at, known=known)
        found += [replace(hop, goes_on=False) for hop in waiting]
    return found


def _columns(graph: Rows, root: Root, column: str | None, most: int) -> Start:
    """One column of a dataset, or all that are known; without any, the dataset as a whole."""
    known = repository.fields(graph, root.node, at=root.at, known=root.known)
    if column is not None:
        chosen = repository.field_called(known, root.node.name, column)
        return Start(root, "COLUMN", (_column_node(root, chosen),))
    if not known:
        return Start(root, "COLUMN", (root.node,), reasons=(UNRESOLVED_COLUMNS,))
    nodes = tuple(_column_node(root, one) for one in known[: max(most - 1, 1)])
    return Start(root, "COLUMN", nodes, (root.node,), (NODE_LIMIT,) if len(nodes) < len(known) else ())


def _column_node(root: Root, column: FieldFacts) -> LineageNode:
    return LineageNode(column.id, "COLUMN", root.node.name, column.path, members=root.node.members)


def _what_ran(graph: Rows, asked: Asked, root: Root) -> Root:
    """The version or run itself, or the version that readers of the asked partition of a dataset got at the moment."""
    if root.node.kind != "DATASET":
        return root
    partition = asked.partition or ""
    version = repository.version_at(graph, _partitions(root.node, partition), at=root.at)
    if version is None:
        raise VersionNotFound(f"of {root.node.name}@{partition} that was good at {root.at:%Y-%m-%d %H:%M:%S}")
    return repository.root_of_id(graph, version, as_of=root.at, known_at=root.known)


def _partitions(dataset: LineageNode, partition: str) -> list[str]:
    return [names.partition_id(one, partition) for one in dataset.members or (dataset.id,)]


def _what_reader_uses(graph: Rows, root: Root) -> list[Hop]:
    """The columns that a job or consumer uses, and the datasets of which it is not known what it uses."""
    columns = hops.columns_of_reader(graph, root.node, at=root.at, known=root.known)
    datasets = hops.step(graph, [root.node], direction="UP", at=root.at, known=root.known)
    unknown = [hop for hop in datasets if not (root.columns_known if root.node.kind == "JOB" else hop.columns)]
    return columns + [replace(hop, unresolved=True) for hop in unknown]
