"""How a dataset is watched for data that nobody reports."""

from __future__ import annotations

import strawberry

from app.graphql.context import Info
from graph_model.arrivals.entities import Watched
from graph_model.arrivals.watch import TableWatch


@strawberry.type(description="Files or rows that appear are reported as versions; times are in seconds.")
class Arrival:
    watch: str = strawberry.field(description="The path of the files, with {date} or {partition} for the key; `table`.")
    column: str | None = strawberry.field(description="Of a table: what says which partition a row is.")
    changed: str | None = strawberry.field(description="Of a table: the column that rises when rows change.")
    stable_for: float = strawberry.field(description="What has not changed for so long is whole.")
    done_marker: str | None = strawberry.field(description="The file that says so instead.")
    every: float = strawberry.field(description="From look to look.")
    trouble: str | None = strawberry.field(description="What keeps anybody from looking; null: nothing is known to.")
    strange: list[str] = strawberry.field(description="Names or values that are no partition, some of them.")

    @classmethod
    def of(cls, found: Watched) -> Arrival:
        watch = found.watch
        is_table = isinstance(watch, TableWatch)
        return cls(
            watch="table" if is_table else watch.path,
            column=watch.column if is_table else None,
            changed=watch.changed if is_table else None,
            stable_for=watch.stable_for,
            done_marker=None if is_table else watch.done_marker,
            every=watch.every,
            trouble=found.trouble or None,
            strange=list(found.strange),
        )


async def arrival_of(info: Info, dataset: str) -> Arrival | None:
    found = await info.context.load.watched.load(dataset)
    return Arrival.of(found) if found else None
