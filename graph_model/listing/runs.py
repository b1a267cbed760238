"""Runs, ours and observed ones, with what they read and wrote, and the runs that they stand on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from graph_model.lineage.repository import Rows
from graph_model.listing import rows
from graph_model.listing.entities import RunEnd, RunFacts, Slice
from graph_model.names import Name

MOST_RUNS = 10_000
"""So many runs upstream of one are followed at most."""


def runs_of_job(graph: Rows, job: str, *, offset: int, limit: int) -> Slice[RunFacts]:
    """Runs of a job (by id) from a place on, the newest first."""
    found = graph.rows("listing.runs_of_job", job=job, offset=offset, limit=limit)[0]
    facts = run_facts(graph, found["ids"])
    return Slice(tuple(facts[id_] for id_ in found["ids"] if id_ in facts), found["total"])


def find_run(graph: Rows, called: str, id_: str = "") -> RunFacts | None:
    """The run that a client calls so, or whose id is `id_`. Where a client gave several jobs one id: the newest."""
    found = [row["id"] for row in graph.rows("listing.find_runs", run=called, id=id_)]
    return run_facts(graph, found[:1]).get(found[0]) if found else None


def run_facts(graph: Rows, ids: Sequence[str]) -> dict[str, RunFacts]:
    """Those of `ids` that exist."""
    found = graph.rows("listing.run_facts", ids=list(ids))[0]["runs"] if ids else []
    return {row[0]: rows.run(row) for row in found}


def run_ends(graph: Rows, ids: Sequence[str]) -> dict[str, tuple[RunEnd, ...]]:
    """What runs read and wrote, by id of the run. What an observed run read is what was written last when it began."""
    ends: dict[str, list[RunEnd]] = defaultdict(list)
    for row in graph.rows("listing.run_ends", ids=list(ids)) if ids else []:
        ours = row["own"] is not None and (row["own_at"] or 0) >= (row["seen_at"] or 0)
        version, by = (row["own"], row["own_by"]) if ours else (row["seen"], row["seen"])
        end = RunEnd(row["dataset"], Name(row["namespace"], row["name"]), row["reads"], version, by)
        ends[row["run"]].append(end)
    return {run: tuple(found) for run, found in ends.items()}


def upstream(graph: Rows, run: str, *, depth: int) -> tuple[dict[str, RunFacts], dict[str, tuple[RunEnd, ...]]]:
    """A run, those that wrote what it read, and so on, `depth` times; the nearest first. A hop costs one query."""
    ends: dict[str, tuple[RunEnd, ...]] = {}
    known: dict[str, None] = {run: None}
    frontier = [run]
    for _ in range(depth + 1):
        if not frontier or len(known) > MOST_RUNS:
            break
        found = run_ends(graph, frontier)
        ends |= {one: found.get(one, ()) for one in frontier}
        before = dict.fromkeys(end.by for one in frontier for end in ends[one] if end.reads and end.by)
        frontier = [one for one in before if one not in known]
        known |= dict.fromkeys(frontier)
    return run_facts(graph, list(ends)), ends
