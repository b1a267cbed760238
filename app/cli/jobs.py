"""`headwater jobs` and `headwater job`: which there are, and everything that is known of one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.connect import open_graph
from app.cli.lookup import find_job
from app.cli.observed_runs import pairs
from app.cli.options import AsJson, JobArgument
from app.cli.output import jsonable, print_fields, print_json, print_table, print_text, say

if TYPE_CHECKING:
    from graph_model.jobs.entities import Job

_LISTED = ("JOB", "KIND", "TOLD BY", "PROCESSING", "OWNERS", "TAGS", "DESCRIPTION")
_INPUTS = ("INPUT", "PARTITIONS", "NEEDED", "CORRECTED")


def list_jobs(
    *,
    integration: Annotated[
        str, typer.Option("--integration", metavar="CLIENT", help="Only what this told of: spark, dbt, airflow …")
    ] = "",
    processing: Annotated[
        str, typer.Option("--processing", metavar="TYPE", help="Only batch, streaming or service, as others tell.")
    ] = "",
    tag: Annotated[str, typer.Option("--tag", metavar="TAG", help="Only those with this tag.")] = "",
    owner: Annotated[str, typer.Option("--owner", metavar="WHO", help="Only those that this one owns.")] = "",
    search: Annotated[str, typer.Option("--search", metavar="TEXT", help="Only with this part of a name.")] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="How many at most.")] = 200,
    as_json: AsJson = False,
) -> None:
    """List the jobs that are there now, declared or told of by others, by namespace and name."""
    from graph_model.jobs.entities import JobFilters
    from graph_model.jobs.repository import jobs

    with open_graph() as graph:
        page = jobs(graph, JobFilters(search, integration, processing, tag, owner), first=limit)
    if as_json:
        print_json(jobs=[_words(found) for found in page.items], has_next=page.has_next)
    else:
        print_table(_LISTED, [_listed(found) for found in page.items], empty="no such jobs")
    if page.has_next:
        say(f"there are more than {limit}: raise --limit, or ask for less")


def show_job(
    job: JobArgument,
    *,
    facets: Annotated[
        bool, typer.Option("--facets", help="Show the facets that others sent last, as they were sent.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show everything that is known of one job: what is declared, and what others tell of it."""
    from graph_model.jobs.repository import job as read_job
    from graph_model.observed.known import raw_facets

    with open_graph() as graph:
        found = read_job(graph, find_job(graph, job))
    if as_json:
        print_json(job={**_words(found), "facets": raw_facets(found.facets)})
    elif facets:
        print_text(json.dumps(raw_facets(found.facets), indent=2, ensure_ascii=False))
    else:
        _print(found)


def _print(found: Job) -> None:
    told = found.told
    print_fields(
        job=found.name,
        kind=found.kind,
        description=found.description,
        owners=found.owners,
        told_owners=tuple(owner.name for owner in told.owners) if told else (),
        tags=found.tags,
        told_by=told.integration if told else None,
        processing=told.processing if told else None,
        told_to_be=told.kind if told else None,
        code=pairs(told.code) if told else None,
        part_of=found.parents,
        parts=found.parts,
        inputs=() if found.definition_hash else tuple(one.dataset for one in found.inputs),
        outputs=found.outputs,
        columns_known=found.columns_known,
        not_known=found.unresolved,
        scope=found.scope,
        retired_at=found.retired_at,
    )
    if found.inputs and found.definition_hash:
        print_text("")
        rows = [
            (i.dataset, str(i.mapping), "required" if i.required else "optional", i.correction) for i in found.inputs
        ]
        print_table(_INPUTS, rows, empty="")


def _words(found: Job) -> dict[str, Any]:
    """A job as JSON says it, without facets."""
    return {
        "id": found.id,
        "name": found.name,
        "kind": found.kind,
        "description": found.description,
        "owners": found.owners,
        "tags": found.tags,
        "inputs": [item.dataset for item in found.inputs],
        "outputs": found.outputs,
        "parents": found.parents,
        "parts": found.parts,
        "columns_known": found.columns_known,
        "unresolved": found.unresolved,
        "told": jsonable(found.told),
        "scope": found.scope,
        "retired_at": found.retired_at,
    }


def _listed(found: Job) -> tuple[object, ...]:
    told, words = found.told, found.description.partition("\n")[0]
    by = (told.integration, told.processing) if told else (None, None)
    return (found.name, found.kind, *by, found.owners, found.tags, words)
