"""Which version a result of others is about: by the names that its file gives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from graph_model.errors import VersionNotFound
from graph_model.names import Name, partition_id
from graph_model.partitions.scheme import WHOLE
from graph_model.store.graph import Graph
from graph_model.versions.report import Target, find_target, find_targets
from graph_model.versions.repository import version as find_version

Subject = tuple[Name | str, ...]
"""Names that a dataset may be known by, the surest first: whole ones, or bare ones of any namespace."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A version, with the partition and dataset that it is of. `partition` is an id, `key` what people call it."""

    partition: str
    version: str
    dataset_id: str
    dataset: Name
    key: str


def place_of_version(graph: Graph, version: str) -> Place:
    """Raises VersionNotFound."""
    found = find_version(graph, version)
    target = find_target(graph, found.dataset)
    return Place(partition_id(target.id, found.partition), version, target.id, target.name, found.partition)


def place_of(graph: Graph, dataset: Name, partition: str | None) -> Place:
    """The version that readers of a partition get now. Raises DatasetNotFound, InvalidPartition, VersionNotFound."""
    target = find_target(graph, dataset)
    key = None if partition is None else target.partitions.check(partition)
    place = _current(graph, {target.id: (target, key)}).get(target.id)
    if place is None:
        raise VersionNotFound(f"{dataset}@{key}: nothing good is there yet" if key else f"{dataset}: nothing good yet")
    return place


def place_subjects(graph: Graph, subjects: Iterable[Subject], *, only: Place | None) -> Mapping[Subject, Place | str]:
    """For each subject its place, or why it has none. `only`: whatever is about its dataset belongs there, and nothing
    else is wanted."""
    wanted = list(dict.fromkeys(subjects))
    targets = _targets(graph, wanted)
    if only is not None:
        return {subject: only if _is_about(subject, targets[subject], only) else _foreign(only) for subject in wanted}
    known = [target for target in targets.values() if isinstance(target, Target)]
    places = _current(graph, {target.id: (target, None) for target in known})
    return {
        subject: found if isinstance(found, str) else places.get(found.id, f"nothing good of {found.name} is there yet")
        for subject, found in targets.items()
    }


def _is_about(subject: Subject, found: Target | str, place: Place) -> bool:
    """Also by its bare name: who names the dataset says which of several it is."""
    if isinstance(found, Target):
        return found.id == place.dataset_id
    return place.dataset.name in subject


def _foreign(only: Place) -> str:
    return f"it is not about {only.dataset}"


def _targets(graph: Graph, subjects: Iterable[Subject]) -> Mapping[Subject, Target | str]:
    wanted = list(subjects)
    bare = sorted({name for subject in wanted for name in subject if isinstance(name, str)})
    rows = graph.rows("names.datasets_called", names=bare) if bare else []
    called: dict[str, set[Name]] = {}
    for row in rows:
        if not row["retired"]:
            called.setdefault(row["spelled"], set()).add(Name(row["namespace"], row["name"]))
    exact = {name for subject in wanted for name in subject if isinstance(name, Name)}
    targets = find_targets(graph, exact | {name for found in called.values() for name in found})
    return {subject: _target(subject, called, targets) for subject in wanted}


def _target(names: Subject, called: Mapping[str, set[Name]], targets: Mapping[Name, Target]) -> Target | str:
    """The first of the names that one dataset has."""
    for name in names:
        candidates = {name} if isinstance(name, Name) else called.get(name, set())
        found = {targets[candidate].id: targets[candidate] for candidate in candidates if candidate in targets}
        if len(found) == 1:
            return next(iter(found.values()))
        if found:
            several = ", ".join(sorted(str(target.name) for target in found.values()))
            return f"several datasets are called {name}: {several}"
    return f"no dataset is called {' or '.join(str(name) for name in names)}"


def _current(graph: Graph, wanted: Mapping[str, tuple[Target, str | None]]) -> Mapping[str, Place]:
    """By dataset id, what readers get: of the partition with this key, of the newest one where none is named."""
    unsaid = sorted(id for id, (target, key) in wanted.items() if key is None and target.partitions.every is not None)
    rows = graph.rows("checks.newest_keys", datasets=unsaid) if unsaid else []
    newest = {row["dataset"]: row["key"] for row in rows}
    keys = {id: key if key is not None else newest.get(id, WHOLE) for id, (_, key) in wanted.items()}
    partitions = {partition_id(id, key): id for id, key in keys.items()}
    rows = graph.rows("checks.current", partitions=sorted(partitions)) if partitions else []
    return {
        id: Place(row["partition"], row["version"], id, wanted[id][0].name, row["key"])
        for row in rows
        if (id := partitions[row["partition"]])
    }
