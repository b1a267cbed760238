"""What a run says about its own part of a dataset: which slices it read or wrote, how much, and which content that is.

Kept with the run, by dataset and role: another run says something else of the same dataset.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from graph_model.names import Name, job_id, observed_run_id
from graph_model.observed.entities import Role, SeenDataset
from graph_model.observed.placing import moment_of
from graph_model.texts import kept_text

KEPT = ("subset", "version", "outputStatistics")

Stamped = Mapping[str, tuple[str, Any]]
Slices = dict[str, dict[str, tuple[str, Any]]]
"""By dataset and role (`part_key`), facets by name with the stamp of what said them."""


def part_key(role: str, name_id: str) -> str:
    return f"{role}/{name_id}"


def kept_facets(seen: SeenDataset) -> dict[str, Any]:
    """The facets of a dataset that are about this run; none for one that is spoken of alone."""
    return {name: seen.facets[name] for name in KEPT if name in seen.facets} if seen.role is not Role.SUBJECT else {}


def slices_of_text(text: str | None) -> Slices:
    """Slices as the graph keeps them."""
    told = json.loads(text) if text else {}
    return {part: {name: (stamp, facet) for name, (stamp, facet) in facets.items()} for part, facets in told.items()}


def slices_text(slices: Slices) -> str | None:
    return kept_text(slices) if slices else None


def valid(facets: Stamped, name: str) -> dict[str, Any] | None:
    """What counts as said by a facet; None: nothing, or it was deleted."""
    facet = facets[name][1] if name in facets else None
    return facet if isinstance(facet, dict) and facet.get("_deleted") is not True else None


def parent_of(facets: Stamped) -> str | None:
    """The id of the run that this one is a part of, as its facet `parent` says it."""
    parent = valid(facets, "parent") or {}
    run, job = parent.get("run"), parent.get("job")
    if not (isinstance(run, dict) and isinstance(job, dict)):
        return None
    words = (job.get("namespace"), job.get("name"), run.get("runId"))
    if not all(isinstance(word, str) and word for word in words):
        return None
    return observed_run_id(job_id(Name(str(words[0]), str(words[1]))), str(words[2]))


def nominal_start(facets: Stamped) -> datetime | None:
    return moment_of((valid(facets, "nominalTime") or {}).get("nominalStartTime"))


def follows(run: Mapping[str, Any], facets: Stamped) -> dict[str, Any]:
    """What follows from all that is known of a run. Whatever is new of it takes back that it counted as lost."""
    return {
        "open": 1 if run["types"] and not run["ended_at"] else None,
        "lost_because": None,
        "lost_by": None,
        "lost_at": None,
        "parent": parent_of(facets),
        "nominal": nominal_start(facets),
    }
