"""Namespaces, sources and tags: what clients call things by."""

from __future__ import annotations

from typing import Any

from fastapi import Request, Response
from pydantic import Field

from app.rest.marquez.forms import Form, moment
from app.rest.marquez.routes import Body, Limit, Offset, Refusal, answer, change, missing, router
from app.services import Services
from graph_model.lineage.repository import Rows
from graph_model.listing.entities import Namespace, Note
from graph_model.listing.notes import keep_note, namespaces, notes, tags

namespaces_router, sources_router, tags_router = router("namespaces"), router("sources"), router("tags")
NOBODY = "anonymous"


class NamespaceBody(Body):
    owner_name: str = Field(min_length=1)
    description: str | None = None


class SourceBody(Body):
    type: str = Field(min_length=1)
    connection_url: str = Field(min_length=1)
    description: str | None = None


class TagBody(Body):
    description: str | None = None


@namespaces_router.get("/namespaces")
async def list_namespaces(request: Request, limit: Limit = 100, offset: Offset = 0) -> Response:
    def work(graph: Rows) -> Form:
        found = list(namespaces(graph).values())
        return {"namespaces": [_namespace(one) for one in found[offset : offset + limit]], "totalCount": len(found)}

    return await answer(request, work)


@namespaces_router.get("/namespaces/{namespace}")
async def get_namespace(request: Request, namespace: str) -> Response:
    return await answer(request, lambda graph: _namespace(namespace_called(graph, namespace)))


@namespaces_router.put("/namespaces/{namespace}")
async def put_namespace(request: Request, namespace: str, body: NamespaceBody) -> Response:
    """Keeps who owns it and what it is; it need not be made to be used."""

    def work(services: Services) -> Form:
        keep_note(services.graph, "namespace", namespace, body.model_dump(by_alias=True))
        return _namespace(services.graph.read(lambda graph: namespace_called(graph, namespace)))

    return await change(request, work)


@namespaces_router.delete("/namespaces/{namespace}")
async def delete_namespace(namespace: str) -> Response:
    raise Refusal(405, f"namespace '{namespace}' is a part of names, and is there as long as they are")


def namespace_called(graph: Rows, name: str) -> Namespace:
    """Raises Refusal where no dataset and no job is in it and no client named it."""
    found = namespaces(graph).get(name)
    if found is None:
        raise missing("Namespace", name)
    return found


def _namespace(found: Namespace) -> Form:
    said = found.note.said if found.note else {}
    known = [at for at in (found.since, found.note and found.note.since) if at is not None]
    last = [at for at in (found.last, found.note and found.note.last) if at is not None]
    return {
        "name": found.name,
        "createdAt": moment(min(known, default=0)),
        "updatedAt": moment(max(last, default=0)),
        "ownerName": said.get("ownerName") or NOBODY,
        "description": said.get("description"),
        "isHidden": False,
    }


@sources_router.get("/sources")
async def list_sources(request: Request, limit: Limit = 100, offset: Offset = 0) -> Response:
    def work(graph: Rows) -> Form:
        found = list(_sources(graph).values())
        return {"sources": found[offset : offset + limit], "totalCount": len(found)}

    return await answer(request, work)


@sources_router.get("/sources/{source}")
async def get_source(request: Request, source: str) -> Response:
    def work(graph: Rows) -> Form:
        found = _sources(graph).get(source)
        if found is None:
            raise missing("Source", source)
        return found

    return await answer(request, work)


@sources_router.put("/sources/{source}")
async def put_source(request: Request, source: str, body: SourceBody) -> Response:
    return await change(
        request, lambda services: _source(keep_note(services.graph, "source", source, body.model_dump(by_alias=True)))
    )


def _sources(graph: Rows) -> dict[str, Form]:
    """What clients named, and each namespace that has datasets: by OpenLineage's rules it names where they lie."""
    found = {
        name: _source(Note(name, {"type": _kind(name), "connectionUrl": name}, one.since or 0, one.last or 0))
        for name, one in namespaces(graph).items()
        if one.has_datasets
    }
    return dict(sorted({**found, **{name: _source(note) for name, note in notes(graph, "source").items()}}.items()))


def _kind(namespace: str) -> str:
    """The kind of system in the scheme of a namespace such as postgres://host:5432."""
    scheme, colon, _ = namespace.partition(":")
    return {"postgres": "POSTGRESQL"}.get(scheme, scheme.upper()) if colon else "UNKNOWN"


def _source(note: Note) -> Form:
    return {
        "type": note.said.get("type"),
        "name": note.name,
        "createdAt": moment(note.since),
        "updatedAt": moment(note.last),
        "connectionUrl": note.said.get("connectionUrl"),
        "description": note.said.get("description"),
    }


@tags_router.get("/tags")
async def list_tags(request: Request, limit: Limit = 100, offset: Offset = 0) -> Response:
    def work(graph: Rows) -> Form:
        found = list(tags(graph).items())
        return {"tags": [_tag(*one) for one in found[offset : offset + limit]], "totalCount": len(found)}

    return await answer(request, work)


@tags_router.put("/tags/{tag}")
async def put_tag(request: Request, tag: str, body: TagBody) -> Response:
    """Keeps what a tag means. A tag need not be made to be put on something."""

    def work(services: Services) -> Form:
        return _tag(tag, keep_note(services.graph, "tag", tag, body.model_dump(by_alias=True)))

    return await change(request, work)


def _tag(name: str, note: Note | None) -> dict[str, Any]:
    return {"name": name, "description": note.said.get("description") if note else None}
