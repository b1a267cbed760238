"""What a process of ours left as OpenLineage events, as observations of the job that it worked for.

Its own client calls the job, the runs and above all the places by names of its own: where a run of ours writes is
nobody's name. So what lies at a place of the run is told as the dataset that it is, and the job as the one declared.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connectors.openlineage.events import read_event
from connectors.openlineage.ndjson import LONGEST_LINE
from graph_model.errors import InvalidEvent
from graph_model.identity.locations import name_of_location
from graph_model.names import Name
from graph_model.observed.entities import Observation
from graph_model.runs.entities import ClaimedRun

Document = dict[str, Any]

MOST_BYTES = 64 * 1024 * 1024
"""Of one run; what a client writes beyond that is left out."""
# What is said in between is said again at the end.
_ENDS = frozenset({"COMPLETE", "FAIL", "ABORT"})
_KEPT = _ENDS | {"START"}
# Facets of runs that say what the graph understands. The rest is settings and plans: large, and full of secrets.
_RUN_FACETS = frozenset({"errorMessage", "nominalTime", "processing_engine"})


@dataclass(frozen=True, slots=True)
class Places:
    """The places of a run by the names that clients have for them, and the datasets that lie there."""

    datasets: Mapping[Name, Name]

    def dataset_at(self, name: Name) -> Name | None:
        """The dataset at a place, or of the folder that it lies in."""
        return next((dataset for place, dataset in self._longest_first() if _is_below(name, place)), None)

    def is_above(self, name: Name) -> bool:
        """Whether it is only a folder that a place of the run lies in: nobody reads that."""
        return any(_is_below(place, name) and not _is_below(name, place) for place in self.datasets)

    def _longest_first(self) -> list[tuple[Name, Name]]:
        return sorted(self.datasets.items(), key=lambda item: -len(item[0].name))


def places_of(run: ClaimedRun) -> Places:
    """`run`: with places that hold on this machine."""
    found = {
        name: item.dataset
        for item in (*run.inputs, *run.outputs)
        if item.content.location and (name := name_of_location(item.content.location))
    }
    return Places(found)


def observations_of(run: ClaimedRun, events: Path) -> tuple[tuple[Observation, ...], int]:
    """What the events in a file tell of the job of `run`, and how many of them could not be read."""
    documents, wrong = _documents(events)
    observations: list[Observation] = []
    for document in told_as_ours(run.subject, places_of(run), documents):
        try:
            observations.append(read_event(document))
        except InvalidEvent:
            wrong += 1
    return tuple(observations), wrong


def told_as_ours(job: Name, places: Places, documents: Iterable[Document]) -> Iterator[Document]:
    """The events of those runs of the client that wrote something and ended well. A client that says COMPLETE after
    FAIL goes on after a failure: that run stays a failed one, and what failed tells nothing of what a job does.
    """
    by_run: dict[str, list[Document]] = defaultdict(list)
    for document in documents:
        told = _told(job, places, document)
        if told is not None:
            by_run[told["run"]["runId"]].append(told)
    for told in by_run.values():
        ends = {one.get("eventType") for one in told} & _ENDS
        if ends == {"COMPLETE"} and any(one["outputs"] for one in told):
            yield from (one for one in told if one.get("eventType") in _KEPT)


def _told(job: Name, places: Places, document: Document) -> Document | None:
    run = document.get("run")
    if not isinstance(run, dict) or not isinstance(run.get("runId"), str):
        return None
    facets = {key: facet for key, facet in _members(run, "facets").items() if key in _RUN_FACETS}
    return {
        **document,
        "run": {"runId": run["runId"], "facets": facets},
        "job": {**_members(document, "job"), "namespace": job.namespace, "name": job.name},
        "inputs": list(_datasets(document, "inputs", places)),
        "outputs": list(_datasets(document, "outputs", places)),
    }


def _datasets(document: Document, side: str, places: Places) -> Iterator[Document]:
    """Each once: several partitions of one dataset are one input."""
    seen: set[Name] = set()
    for dataset in document.get(side) or ():
        name = _name(dataset)
        if name is None or (places.dataset_at(name) is None and places.is_above(name)):
            continue
        told = _renamed(dataset, places)
        if (named := Name(told["namespace"], told["name"])) not in seen:
            seen.add(named)
            yield told


def _renamed(value: Any, places: Places) -> Any:
    """With every name of a place, in facets too, as the dataset that lies there."""
    if isinstance(value, list):
        return [_renamed(one, places) for one in value]
    if not isinstance(value, dict):
        return value
    renamed = {key: _renamed(one, places) for key, one in value.items()}
    name = _name(value)
    dataset = places.dataset_at(name) if name else None
    if dataset is None:
        return renamed
    # What else the client calls the place is no name of the dataset.
    facets = {key: facet for key, facet in _members(renamed, "facets").items() if key not in ("symlinks", "dataSource")}
    with_facets = {"facets": facets} if "facets" in renamed else {}
    return {**renamed, **with_facets, "namespace": dataset.namespace, "name": dataset.name}


def _name(value: Any) -> Name | None:
    if not isinstance(value, dict):
        return None
    namespace, name = value.get("namespace"), value.get("name")
    return (
        Name(namespace, name) if isinstance(namespace, str) and isinstance(name, str) and namespace and name else None
    )


def _is_below(name: Name, place: Name) -> bool:
    """Itself, or something in it."""
    one, other = name.name.rstrip("/"), place.name.rstrip("/")
    return name.namespace == place.namespace and (one == other or one.startswith(f"{other}/"))


def _members(value: Mapping[str, Any], key: str) -> Document:
    found = value.get(key)
    return found if isinstance(found, dict) else {}


def _documents(events: Path) -> tuple[Sequence[Document], int]:
    documents, wrong, left = [], 0, MOST_BYTES
    with events.open("rb") as stream:
        while left > 0 and (line := stream.readline(LONGEST_LINE)):
            left -= len(line)
            try:
                document = json.loads(line)
            except (ValueError, RecursionError):
                document = None
            if isinstance(document, dict):
                documents.append(document)
            elif line.strip():
                wrong += 1
    return documents, wrong
