"""`headwater search`: datasets, jobs and consumers by what is said of them."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.connect import open_graph, require_migrated
from app.cli.options import AsJson
from app.cli.output import print_json, print_table, say

if TYPE_CHECKING:
    from graph_model.search.entities import Hit, Kind, Why


class KindOption(StrEnum):
    DATASET = "dataset"
    JOB = "job"
    CONSUMER = "consumer"


def search(
    text: Annotated[list[str], typer.Argument(metavar="TEXT", help="Words, in any order; each must be there.")],
    *,
    kind: Annotated[
        list[KindOption] | None, typer.Option("--kind", help="Only things of this kind; once for each.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=200, help="How many at most.")] = 20,
    as_json: AsJson = False,
) -> None:
    """Search names, columns, tags, domains, owners and descriptions, the best first.

    Where nothing is called so, names that are almost so are found as well.
    """
    from graph_model.search.entities import KINDS
    from graph_model.search.find import search as find

    kinds: tuple[Kind, ...] = tuple(known for known in KINDS if not kind or known in {one.value for one in kind})
    with open_graph() as graph:
        require_migrated(graph)
        found = find(graph, " ".join(text), kinds=kinds, first=limit)
    if as_json:
        print_json(hits=[_as_object(hit) for hit in found.hits], is_complete=found.is_complete)
        return
    print_table(("KIND", "NAME", "WHY"), [_row(hit) for hit in found.hits], empty="nothing says so")
    if not found.is_complete:
        say(f"there is more than these {len(found.hits)}: write one more word, or raise --limit")


def _row(hit: Hit) -> tuple[Any, ...]:
    return hit.thing.kind, hit.thing.name, "; ".join(_told(why) for why in hit.why)


def _told(why: Why) -> str:
    return (
        f"{'almost its ' if why.almost else ''}{why.field}: {why.snippet}"
        if why.field != "name" or why.almost
        else "name"
    )


def _as_object(hit: Hit) -> dict[str, Any]:
    return {
        "kind": hit.thing.kind,
        "id": hit.thing.id,
        "name": hit.thing.name,
        "why": [{"field": why.field, "snippet": why.snippet, "almost": why.almost} for why in hit.why],
    }
