"""Tags on datasets, their columns and jobs. A tag that a client puts on something is an observation of it: the facet
`tags` with this one more, or without it. What an estate declares, only the estate takes away.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

from fastapi import Request, Response

from app.rest.marquez import datasets, jobs
from app.rest.marquez.forms import Form, dataset_form, job_form, name_form
from app.rest.marquez.observing import facet, tell
from app.rest.marquez.routes import Refusal, change, missing, router
from app.services import Services
from graph_model.names import Name

tagging_router = router("tags")
DATASET = f"{datasets.ONE}/tags/{{tag}}"
FIELD = f"{datasets.ONE}/fields/{{field}}/tags/{{tag}}"
JOB = f"{jobs.ONE}/tags/{{tag}}"
# A tag is put beside those that are there: two requests at once shall not forget one another's.
_one_at_a_time = threading.Lock()


@tagging_router.post(DATASET)
async def tag_dataset(request: Request, namespace: str, dataset: str, tag: str) -> Response:
    return await change(request, lambda services: _on_dataset(services, Name(namespace, dataset), tag, None, put=True))


@tagging_router.delete(DATASET)
async def untag_dataset(request: Request, namespace: str, dataset: str, tag: str) -> Response:
    return await change(request, lambda services: _on_dataset(services, Name(namespace, dataset), tag, None, put=False))


@tagging_router.post(FIELD)
async def tag_field(request: Request, namespace: str, dataset: str, field: str, tag: str) -> Response:
    return await change(request, lambda services: _on_dataset(services, Name(namespace, dataset), tag, field, put=True))


@tagging_router.delete(FIELD)
async def untag_field(request: Request, namespace: str, dataset: str, field: str, tag: str) -> Response:
    return await change(
        request, lambda services: _on_dataset(services, Name(namespace, dataset), tag, field, put=False)
    )


@tagging_router.post(JOB)
async def tag_job(request: Request, namespace: str, job: str, tag: str) -> Response:
    return await change(request, lambda services: _on_job(services, Name(namespace, job), tag, put=True))


@tagging_router.delete(JOB)
async def untag_job(request: Request, namespace: str, job: str, tag: str) -> Response:
    return await change(request, lambda services: _on_job(services, Name(namespace, job), tag, put=False))


def _on_dataset(services: Services, name: Name, tag: str, field: str | None, *, put: bool) -> Form:
    with _one_at_a_time:
        found = services.graph.read(lambda graph: datasets.called(graph, name))
        declared = found.tags
        if field is not None:
            column = next((column for column in found.columns if column.path == field), None)
            if column is None:
                raise missing("Field", field)
            declared = column.tags
        of = {"tag": tag, "field": field, "declared": tag in declared, "put": put}
        _tell_tags(found.facets, lambda facets: tell(services, {"dataset": name_form(name) | facets}), **of)
    return services.graph.read(lambda graph: dataset_form(datasets.called(graph, name)))


def _on_job(services: Services, name: Name, tag: str, *, put: bool) -> Form:
    with _one_at_a_time:
        found = services.graph.read(lambda graph: jobs.called(graph, name))
        of = {"tag": tag, "field": None, "declared": False, "put": put}
        _tell_tags(found.facets, lambda facets: tell(services, {"job": name_form(name) | facets}), **of)
    return services.graph.read(lambda graph: job_form(jobs.called(graph, name)))


def _tell_tags(
    facets: Mapping[str, Any],
    tell_all: Callable[[dict[str, Any]], None],
    *,
    tag: str,
    field: str | None,
    declared: bool,
    put: bool,
) -> None:
    """Tells the tags as they are to be, if that is not how they are."""
    listed = [mark for mark in (facets.get("tags") or {}).get("tags") or () if isinstance(mark, dict)]
    others = [mark for mark in listed if (mark.get("key"), mark.get("field")) != (tag, field)]
    is_there = len(others) < len(listed)
    if not put and declared and not is_there:
        raise Refusal(409, f"tag '{tag}' is declared: take it out where that is written")
    if put is is_there or (put and declared):
        return
    mark = {"key": tag, "value": "true", "source": "MARQUEZ"} | ({"field": field} if field else {})
    tell_all({"facets": {"tags": facet(tags=[*others, mark] if put else others)}})
