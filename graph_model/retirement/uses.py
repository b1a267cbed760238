"""Who uses a dataset or a column: as declared, as told, and as runs show."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from graph_model.names import Name
from graph_model.retirement.entities import ReaderKind, Use
from graph_model.retirement.rules import cadence_of, gap_of
from graph_model.store.graph import Graph, Row

_SEEN_ONLY = ("observed", "inferred")


def members_of(graph: Graph, datasets: Sequence[str]) -> list[str]:
    """All datasets that are one with these, themselves first."""
    rows = graph.rows("retirement.members", datasets=list(datasets)) if datasets else []
    return list(dict.fromkeys([*datasets, *(row["member"] for row in rows)]))


def dataset_uses(graph: Graph, members: Sequence[str], *, beside: str | None = None) -> tuple[Use, ...]:
    """Everyone who reads any of these, the last one first; `beside`: a job (an id) that does not count."""
    gathered = _gather(graph, members)
    gathered.pop(beside or "", None)
    return _sorted(one.use() for one in gathered.values())


def column_uses(graph: Graph, members: Sequence[str], column: str) -> tuple[Use, ...]:
    """The same for a column: without those that are known to use others only."""
    wanted = [{"dataset": member, "path": column} for member in members]
    users = {row["reader"] for row in graph.rows("retirement.column_uses", columns=wanted) if not row["stale"]}
    found: list[Use] = []
    for id, one in _gather(graph, members).items():
        named = {each.lower() for each in one.columns}
        if id in users or column.lower() in named:
            found.append(one.use())
        elif not (one.columns_known or named):
            found.append(replace(one.use(), certain=False))
    return _sorted(found)


@dataclass(slots=True)
class _Gathered:
    kind: ReaderKind
    name: str
    declared: bool = False
    gone: bool = True
    columns_known: bool = False
    every: str | None = None
    columns: set[str] = field(default_factory=set)
    first: datetime | None = None
    last: datetime | None = None
    reads: int = 0

    def read(self, row: Row) -> None:
        self.first = min(filter(None, (self.first, row["first"])), default=None)
        self.seen(row["last"])
        self.reads += row["reads"]

    def seen(self, at: datetime | None) -> None:
        self.last = max(filter(None, (self.last, at)), default=None)

    def use(self) -> Use:
        gap = cadence_of(self.every, []) or gap_of(self.first, self.last, self.reads)
        return Use(self.kind, self.name, self.declared, self.last, self.reads, gap, self.gone)


def _gather(graph: Graph, members: Sequence[str]) -> dict[str, _Gathered]:
    """By reader: the id of a job or a consumer, or the name of a program."""
    found: dict[str, _Gathered] = {}
    by_name: dict[str, str] = {}
    asked = list(members)
    for row in graph.rows("retirement.readers", datasets=asked):
        name = str(Name(row["namespace"], row["name"]))
        one = found.setdefault(row["reader"], _Gathered(row["kind"], name))
        if row["kind"] == "CONSUMER":
            by_name[name] = row["reader"]
        _declare(one, row)
    for query in ("retirement.read_by_runs", "retirement.read_by_others"):
        for row in graph.rows(query, datasets=asked):
            name = str(Name(row["namespace"], row["name"]))
            one = found.setdefault(row["reader"], _Gathered("JOB", name))
            one.gone = row["retired_at"] is not None
            one.read(row)
    for row in graph.rows("retirement.read_by_word", datasets=asked):
        kind: ReaderKind = "CONSUMER" if row["kind"] == "consumer" else "PROGRAM"
        one = found.setdefault(
            by_name.get(row["name"], f"{kind}:{row['name']}"), _Gathered(kind, row["name"], gone=False)
        )
        one.columns.update(column for columns in row["columns"] for column in columns)
        one.read(row)
    return found


def _declare(one: _Gathered, row: Row) -> None:
    one.gone = False
    one.every = row["every"]
    one.columns.update(row["columns"])
    one.columns_known |= row["columns_known"]
    if row["provenance"] in _SEEN_ONLY or row["stale"]:
        one.seen(row["last_seen"])
    else:
        one.declared = True


def _sorted(uses: Iterable[Use]) -> tuple[Use, ...]:
    return tuple(sorted(uses, key=lambda use: (use.gone, not use.declared, -_stamp(use), use.name)))


def _stamp(use: Use) -> float:
    return use.last_read.timestamp() if use.last_read else 0.0
