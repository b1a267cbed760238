"""What the commands about lineage have in common: how a root is written, and their options."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.lookup import find_column, find_consumer, find_dataset, find_job, split_partition
from app.cli.options import moment
from graph_model.errors import NodeNotFound, NotFound, nearest

if TYPE_CHECKING:
    from graph_model.lineage.entities import Direction, Filter, Level, NodeKind
    from graph_model.lineage.steps import Asked
    from graph_model.store.graph import Graph

LEVELS: dict[str, Level] = {"dataset": "DATASET", "column": "COLUMN", "version": "VERSION", "run": "RUN"}
KINDS: dict[str, NodeKind] = {**LEVELS, "job": "JOB", "consumer": "CONSUMER"}

RootArgument = Annotated[
    str,
    typer.Argument(
        metavar="ROOT",
        help="DATASET[.COLUMN], a job or a consumer. For --level version|run: DATASET[@PARTITION], or the id of a "
        "version or run.",
    ),
]
Up = Annotated[bool, typer.Option("--up", help="What it comes from.")]
Down = Annotated[bool, typer.Option("--down", help="What comes of it (so without any of the three).")]
Both = Annotated[bool, typer.Option("--both", help="The two: what it comes from, and what comes of it.")]
Depth = Annotated[int, typer.Option("--depth", min=1, max=1000, help="How many hops at most.")]
LevelOption = Annotated[
    str,
    typer.Option(
        "--level", metavar="dataset|column|version|run", help="What is followed: what depends, or what really ran."
    ),
]
KnownAt = Annotated[
    datetime | None,
    typer.Option(
        "--known-at", parser=moment, metavar="TIME", help="As it was known at this moment, whatever was learned since."
    ),
]
Kinds = Annotated[list[str] | None, typer.Option("--kind", metavar="KIND", help="Show only these kinds of nodes.")]
Namespaces = Annotated[
    list[str] | None, typer.Option("--namespace", metavar="NS", help="Show only what is in these namespaces.")
]
Owners = Annotated[list[str] | None, typer.Option("--owner", metavar="WHO", help="Show only what these own.")]
Domains = Annotated[list[str] | None, typer.Option("--domain", metavar="NAME", help="Show only these domains.")]
Tags = Annotated[list[str] | None, typer.Option("--tag", metavar="TAG", help="Show only what has one of these tags.")]
Tiers = Annotated[list[str] | None, typer.Option("--tier", metavar="TIER", help="Show only these tiers.")]
Technical = Annotated[
    bool, typer.Option("--technical", help="Show what only serves others, like temporary tables, too.")
]
Control = Annotated[
    bool, typer.Option("--control", help="Go along control edges too: to jobs that wait for others without data.")
]


def direction_of(*, up: bool, down: bool, both: bool) -> Direction:
    if up + down + both > 1:
        raise typer.BadParameter("choose one of them", param_hint="--up / --down / --both")
    return "UP" if up else "BOTH" if both else "DOWN"


def level_of(text: str) -> Level:
    if text.lower() not in LEVELS:
        raise typer.BadParameter(f"{text!r} is none of {', '.join(LEVELS)}", param_hint="--level")
    return LEVELS[text.lower()]


def filter_of(*, kinds: list[str] | None, technical: bool, control: bool = False, **words: list[str] | None) -> Filter:
    """`words` are the other parts of a filter."""
    from graph_model.lineage.entities import Filter

    unknown = [text for text in kinds or () if text.lower() not in KINDS]
    if unknown:
        raise typer.BadParameter(f"{unknown[0]!r} is none of {', '.join(KINDS)}", param_hint="--kind")
    parts: dict[str, Any] = {part: frozenset(some or ()) for part, some in words.items()}
    parts["kinds"] = frozenset(KINDS[text.lower()] for text in kinds or ())
    return Filter(technical=technical, control=control, **parts)


def find_asked(graph: Graph, text: str, *, level: Level = "DATASET") -> Asked:
    """What ROOT means. Raises DatasetNotFound and its like, with the nearest name that would have been right."""
    from graph_model.lineage.steps import Asked

    if level in ("VERSION", "RUN"):
        return _find_what_ran(graph, text)
    try:
        dataset, column = find_column(graph, text)
    except NotFound as no_dataset:
        return _find_other(graph, text, no_dataset)
    return Asked(dataset, "DATASET", column)


def _find_what_ran(graph: Graph, text: str) -> Asked:
    from graph_model.lineage.repository import root_of_id
    from graph_model.lineage.steps import Asked

    try:
        root_of_id(graph, text, as_of=None, known_at=None)
    except NodeNotFound:
        dataset, partition = split_partition(text)
        found = find_dataset(graph, dataset)
        return Asked(found.name, "DATASET", partition=found.partitions.check(partition))
    return Asked(text)


def _find_other(graph: Graph, text: str, no_dataset: NotFound) -> Asked:
    """A job, else a consumer; the mistake that is told is the one that comes nearest to something."""
    from graph_model.lineage.steps import Asked

    mistakes = [no_dataset]
    kinds: tuple[tuple[NodeKind, Any], ...] = (("JOB", find_job), ("CONSUMER", find_consumer))
    for kind, find in kinds:
        try:
            return Asked(find(graph, text), kind)
        except NotFound as error:
            mistakes.append(error)
    near = nearest(text, [error.nearest for error in mistakes if error.nearest])
    raise next((error for error in mistakes if near and error.nearest == near), no_dataset)
