"""Keeps fixed places up to date: what a run has published is put there too."""

from __future__ import annotations

from dataclasses import replace

import structlog

from connectors import storage
from graph_model.runs.entities import ClaimedRun, Finished, RunOutput
from graph_model.runs.finish import output_version
from graph_model.versions.entities import VersionState
from graph_model.versions.roots import Roots
from workers.fences import fence_of

log = structlog.get_logger(__name__)


def expose(run: ClaimedRun, finished: Finished, roots: Roots) -> None:
    """After the commit. What cannot be exposed is still published: never raises."""
    for output in run.outputs:
        published = finished.versions.get(output_version(run, output)) == VersionState.PUBLISHED
        place = output.content.options.get("expose")
        if not published or place is None:
            continue
        try:
            _expose_one(run, output, place, roots)
        except Exception:
            log.exception("a published version could not be exposed", dataset=str(output.dataset))


def _expose_one(run: ClaimedRun, output: RunOutput, place: str, roots: Roots) -> None:
    target = replace(output.content, location=place)
    source, fixed = (storage.located(content, roots) for content in (output.content, target))
    storage.expose(source, fixed, output.partition, fence_of(run, output))
