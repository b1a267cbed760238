"""The API of Marquez, so that its clients work with Headwater by changing their address."""

from __future__ import annotations

from fastapi import APIRouter

from app.rest.marquez import columns as _columns  # noqa: F401  its routes are those of lineage
from app.rest.marquez.datasets import datasets_router
from app.rest.marquez.jobs import jobs_router
from app.rest.marquez.lineage import lineage_router
from app.rest.marquez.naming import namespaces_router, sources_router, tags_router
from app.rest.marquez.runs import runs_router
from app.rest.marquez.search import events_router, search_router, stats_router
from app.rest.marquez.tagging import tagging_router

ROUTERS: tuple[APIRouter, ...] = (
    namespaces_router,
    sources_router,
    datasets_router,
    jobs_router,
    runs_router,
    tags_router,
    tagging_router,
    search_router,
    events_router,
    stats_router,
    lineage_router,
)
