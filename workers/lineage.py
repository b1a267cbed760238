"""Passes on what the process of a run told of its lineage, once the run is published: then its fence was the newest.

What is lost on the way (this worker dies, the graph is gone) is told again by the next run of the job.
"""

from __future__ import annotations

from pathlib import Path

import structlog

from connectors.openlineage.of_run import observations_of
from graph_model.observed.of_ours import settle_columns_seen
from graph_model.observed.record import record_observations
from graph_model.runs.entities import ClaimedRun
from graph_model.store.graph import Graph

AT_ONCE = 200

log = structlog.get_logger(__name__)


def pass_on(graph: Graph, run: ClaimedRun, events: Path | None) -> None:
    """`run`: with places that hold on this machine. Never raises: the run has succeeded already."""
    if events is None or not events.is_file():
        return
    try:
        found, wrong = observations_of(run, events)
        for start in range(0, len(found), AT_ONCE):
            record_observations(graph, found[start : start + AT_ONCE])
        known = bool(found) and settle_columns_seen(graph, run.subject, run.id)
    except Exception:
        log.exception("what the run told of its lineage could not be recorded")
        return
    log.info("lineage recorded", events=len(found), wrong=wrong, columns_known=known)
