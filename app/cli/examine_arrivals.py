"""What the doctor says about datasets that are watched for data that nobody reports."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.cli.findings import Finding, Findings

if TYPE_CHECKING:
    from graph_model.arrivals.entities import Watched
    from graph_model.store.graph import Graph

SUBJECT = "arrivals"
_MEND = "mend the place, or `arrival` in its estate; the next look that succeeds clears it"


def examine_arrivals(graph: Graph) -> Findings:
    from graph_model.arrivals.repository import watched_datasets

    yield from arrival_findings(watched_datasets(graph))


def arrival_findings(watched: Sequence[Watched]) -> Findings:
    """One for each watch in trouble, or one for all; names that are no partition are only told."""
    for one in watched:
        if one.trouble:
            yield Finding("FAIL", SUBJECT, f"{one.name}, watched at {one.watch.where}: {one.trouble}", _MEND)
    if any(one.trouble for one in watched):
        return
    strange = [f"{one.name} ({', '.join(one.strange[:3])})" for one in watched if one.strange]
    told = f"; with names or values that are no partition: {', '.join(strange)}" if strange else ""
    yield Finding("OK", SUBJECT, f"{len(watched)} datasets are watched{told}" if watched else "nothing is watched")
