"""Questions about lineage."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Annotated, Any, TypeAlias

import strawberry

from app.graphql.context import Info
from app.graphql.errors import InvalidInputError, NotFoundError
from app.graphql.lineage_types import Direction, Level, Lineage, LineageDiff, LineagePaths, NodeKind
from app.graphql.names import NameInput
from app.graphql.paging import After, Cursors, PageInfo, not_a_cursor
from app.services import moment
from graph_model.errors import InvalidInput
from graph_model.lineage import entities
from graph_model.lineage.ask import lineage
from graph_model.lineage.compare import compare
from graph_model.lineage.paths import paths
from graph_model.lineage.steps import Asked
from graph_model.names import Name

DEFAULT_NODES, MOST_NODES = 500, 2000
DEFAULT_DEPTH, MOST_DEPTH = 10, 50
DEFAULT_PATHS, MOST_PATHS = 10, 100
MOST_REACHED = 50_000


@strawberry.input(
    description="Which nodes are shown: those that meet every part that is given, by one of its words. What lies "
    "between them is bridged: the way over it is one edge, whose `via` names it."
)
class LineageFilter:
    kinds: list[NodeKind] | None = None
    namespaces: list[str] | None = None
    owners: list[str] | None = None
    domains: list[str] | None = None
    tags: list[str] | None = None
    tiers: list[str] | None = None
    technical: bool = strawberry.field(
        default=False, description="Show what only serves others, like temporary tables; else it is bridged."
    )
    control: bool = strawberry.field(
        default=False,
        description="Go along control edges too (FOLLOWED_BY): to jobs that wait for others without data. Else only "
        "those of a job that is asked about are shown. Only at the level DATASET.",
    )

    def to_filter(self) -> entities.Filter:
        return entities.Filter(
            kinds=frozenset(kind.value for kind in self.kinds or ()),
            namespaces=frozenset(self.namespaces or ()),
            owners=frozenset(self.owners or ()),
            domains=frozenset(self.domains or ()),
            tags=frozenset(self.tags or ()),
            tiers=frozenset(self.tiers or ()),
            technical=self.technical,
            control=self.control,
        )


@strawberry.input(description="One end of a way: by name, or by the id of anything.")
class LineageEndInput:
    name: NameInput | None = None
    id: strawberry.ID | None = None
    kind: NodeKind | None = None
    column: str | None = None

    def to_asked(self, field: str) -> Asked:
        kind = "DATASET" if self.column is not None else self.kind and self.kind.value
        return Asked(_name_or_id(self.name, self.id, field), kind, self.column)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of a lineage begins. All pages look at the same moments."""

    cursors: Cursors
    after: int
    as_of: datetime | None
    known_at: datetime | None

    @classmethod
    def read(cls, cursor: str | None, as_of: datetime | None, known_at: datetime | None, *filters: Any) -> Place:
        """Raises InvalidInput."""
        cursors = Cursors("lineage", as_of, known_at, *filters)
        place = cursors.read(cursor)
        if place is None:
            return cls(cursors, 0, as_of, known_at)
        after, *moments = place
        try:
            return cls(cursors, int(after), *map(datetime.fromisoformat, moments))
        except (TypeError, ValueError):
            raise not_a_cursor() from None

    def info(self, found: entities.Lineage) -> PageInfo:
        known_at = found.known_at or found.as_of
        end = self.cursors.write(str(found.node_count), found.as_of.isoformat(), known_at.isoformat())
        return PageInfo(
            has_next_page=found.has_more and found.node_count < MOST_REACHED,
            has_previous_page=self.after > 0,
            start_cursor=None,
            end_cursor=end if found.nodes else None,
        )


LineageResult = Annotated[Lineage | NotFoundError | InvalidInputError, strawberry.union("LineageResult")]
LineagePathsResult = Annotated[LineagePaths | NotFoundError | InvalidInputError, strawberry.union("LineagePathsResult")]
LineageDiffResult = Annotated[LineageDiff | NotFoundError | InvalidInputError, strawberry.union("LineageDiffResult")]

# Strawberry keeps the parameter name `root` for the parent object.
Root: TypeAlias = Annotated[
    NameInput | None, strawberry.argument(name="root", description="A dataset, job or consumer, by its name.")
]
RootId: TypeAlias = Annotated[
    strawberry.ID | None,
    strawberry.argument(name="id", description="In place of `root`: the id of anything, a version or a run too."),
]
Partition: TypeAlias = Annotated[
    str | None,
    strawberry.argument(description="For the levels VERSION and RUN: which partition's good version to start from."),
]
AsOf: TypeAlias = Annotated[
    datetime | None, strawberry.argument(description="As it was true at this moment; else at `knownAt`, else now.")
]
KnownAt: TypeAlias = Annotated[
    datetime | None, strawberry.argument(description="As it was known at this moment, whatever was learned since.")
]
MostNodes: TypeAlias = Annotated[int, strawberry.argument(description=f"How many nodes at most; up to {MOST_NODES}.")]
MostPaths: TypeAlias = Annotated[int, strawberry.argument(description=f"How many ways at most; up to {MOST_PATHS}.")]


@strawberry.type
class LineageQuery:
    @strawberry.field(description="What depends on a thing (DOWN), what it depends on (UP), or both.")
    async def lineage(
        self,
        info: Info,
        *,
        of: Root = None,
        of_id: RootId = None,
        kind: NodeKind | None = None,
        column: str | None = None,
        partition: Partition = None,
        direction: Direction = Direction.DOWN,
        depth: int = DEFAULT_DEPTH,
        level: Level = Level.DATASET,
        as_of: AsOf = None,
        known_at: KnownAt = None,
        filter: LineageFilter | None = None,
        first: MostNodes = DEFAULT_NODES,
        after: After = None,
    ) -> LineageResult:
        root, wanted = _name_or_id(of, of_id, "root"), (filter or LineageFilter()).to_filter()
        moments = moment(as_of, field="asOf"), moment(known_at, field="knownAt")
        options: dict[str, Any] = {
            "column": column,
            "partition": partition,
            "kind": kind and kind.value,
            "direction": direction.value,
            "depth": _depth(depth),
            "level": level.value,
            "wanted": wanted,
        }
        place = Place.read(after, *moments, root, *_spelled(options))
        if place.after + first > MOST_REACHED:
            raise InvalidInput("after", f"pages reach {MOST_REACHED} nodes at most; ask closer to what you look for")
        found = await info.context.ask(
            lineage, root, as_of=place.as_of, known_at=place.known_at, limit=first, after=place.after, **options
        )
        return Lineage.of(found, place.info(found))

    @strawberry.field(description="The ways from one thing downstream to another, the shortest first.")
    async def lineage_paths(
        self,
        info: Info,
        *,
        source: LineageEndInput,
        target: LineageEndInput,
        depth: int = 20,
        as_of: AsOf = None,
        known_at: KnownAt = None,
        first: MostPaths = DEFAULT_PATHS,
    ) -> LineagePathsResult:
        found = await info.context.ask(
            paths,
            source.to_asked("source"),
            target.to_asked("target"),
            first=first,
            depth=_depth(depth),
            as_of=moment(as_of, field="asOf"),
            known_at=moment(known_at, field="knownAt"),
        )
        return LineagePaths.of(found)

    @strawberry.field(description="Which edges of a lineage came and which went between two moments.")
    async def lineage_diff(
        self,
        info: Info,
        *,
        before: datetime,
        after: datetime | None = None,
        of: Root = None,
        of_id: RootId = None,
        kind: NodeKind | None = None,
        column: str | None = None,
        direction: Direction = Direction.BOTH,
        depth: int = DEFAULT_DEPTH,
        level: Level = Level.DATASET,
        known_at: KnownAt = None,
        filter: LineageFilter | None = None,
        first: MostNodes = DEFAULT_NODES,
    ) -> LineageDiffResult:
        then = moment(before, field="before")
        assert then is not None
        found = await info.context.ask(
            compare,
            Asked(_name_or_id(of, of_id, "root"), "DATASET" if column is not None else kind and kind.value, column),
            before=then,
            after=moment(after, field="after"),
            known_at=moment(known_at, field="knownAt"),
            direction=direction.value,
            depth=_depth(depth),
            level=level.value,
            wanted=(filter or LineageFilter()).to_filter(),
            limit=first,
        )
        return LineageDiff.of(found)


def _spelled(options: dict[str, Any]) -> list[str]:
    """The options as texts that are the same in every process: sets have no order of their own."""
    wanted = {
        part.name: sorted(value) if isinstance(value := getattr(options["wanted"], part.name), frozenset) else value
        for part in fields(options["wanted"])
    }
    return [f"{name}={value}" for name, value in {**options, "wanted": wanted}.items()]


def _name_or_id(name: NameInput | None, id_: strawberry.ID | None, field: str) -> Name | str:
    if (name is None) == (id_ is None):
        raise InvalidInput(field, "give a name or an id, one of the two")
    return name.to_name() if name is not None else id_ or ""


def _depth(depth: int) -> int:
    if not 1 <= depth <= MOST_DEPTH:
        raise InvalidInput("depth", f"it goes from 1 to {MOST_DEPTH}")
    return depth
