"""Jobs and their versions, for lists of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from graph_model.lineage.repository import Rows
from graph_model.listing import rows
from graph_model.listing.entities import JobFacts, JobVersion, Linked, Slice
from graph_model.names import Name, job_id

NEWEST = 10
"""So many of a job's runs come with the job."""


def jobs(graph: Rows, namespace: str = "", *, states: Collection[str] = (), offset: int, limit: int) -> Slice[JobFacts]:
    """Jobs from a place on, by namespace and name. `states`: only those whose newest run is in one of them."""
    page = {"namespace": namespace, "offset": offset, "limit": limit}
    if states:
        found = graph.rows("listing.jobs_in_state", states=sorted(states), **page)[0]
    else:
        found = graph.rows("listing.jobs", **page)[0]
    facts = job_facts(graph, found["ids"])
    return Slice(tuple(facts[id_] for id_ in found["ids"] if id_ in facts), found["total"])


def job_called(graph: Rows, name: Name) -> JobFacts | None:
    """The job of that name, retired or not."""
    return next(iter(job_facts(graph, [job_id(name)]).values()), None)


def job_facts(graph: Rows, ids: Sequence[str], *, runs: int = NEWEST, edges: bool = True) -> dict[str, JobFacts]:
    """Those of `ids` that exist, with so many of their newest runs. `edges`: what they read and make is looked up."""
    if not ids:
        return {}
    found = graph.rows("listing.job_facts", ids=list(ids), most=runs)[0]["jobs"]
    linked = job_edges(graph, ids) if edges else {}
    return {row[0]: rows.job(row, linked, most=runs) for row in found}


def job_edges(graph: Rows, ids: Sequence[str]) -> dict[str, tuple[tuple[Linked, ...], tuple[Linked, ...]]]:
    """What jobs read and make now, by id; a job that does neither is left out."""
    found = graph.rows("listing.job_edges", ids=list(ids))[0]["jobs"]
    return {id_: (_linked(inputs), _linked(outputs)) for id_, inputs, outputs in found}


def job_versions(graph: Rows, job: JobFacts) -> tuple[JobVersion, ...]:
    """The ways in which a job runs, the newest first. One that never ran has the way in which it is known."""
    found = graph.rows("listing.job_versions", job=job.id)
    seen: dict[tuple[tuple[str, ...], tuple[str, ...], str | None], JobVersion] = {}
    for row in found:
        inputs, outputs, definition = tuple(row["inputs"]), tuple(row["outputs"]), row["definition"]
        if definition is not None and definition == job.definition:
            inputs, outputs = now_of(job)
        version = JobVersion(inputs, outputs, definition, row["since"], row["run"])
        seen.setdefault((inputs, outputs, definition), version)
    if not seen:
        return (JobVersion(*now_of(job), job.definition, job.since),)
    return tuple(seen.values())


def now_of(job: JobFacts) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What a job reads and makes now, as ids in order."""
    return tuple(sorted(one.id for one in job.inputs)), tuple(sorted(one.id for one in job.outputs))


def names_of(graph: Rows, datasets: Sequence[str]) -> dict[str, Name]:
    """The names of some datasets, by id."""
    found = graph.rows("listing.dataset_names", ids=sorted(set(datasets))) if datasets else []
    return {row["id"]: Name(row["namespace"], row["name"]) for row in found}


def _linked(found: Sequence[list[str]]) -> tuple[Linked, ...]:
    return tuple(Linked(id_, Name(namespace, name)) for id_, namespace, name in found)
