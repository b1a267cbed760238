"""What a complete run of others comes to: which versions it wrote, which partitions it read, what nobody can place.

Pure: all of it follows from what is known of the run now, whatever was known before and in whatever order it came.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from graph_model.names import Name, partition_id, version_id
from graph_model.observed.entities import RunEventType
from graph_model.observed.placing import Placed, Said, Sliced, Unplaced, place, place_subset
from graph_model.observed.record import facets_of, run_state
from graph_model.observed.slices import Stamped, part_key, slices_of_text, valid
from graph_model.observed.trust import Trust, loads
from graph_model.partitions.scheme import WHOLE
from graph_model.partitions.stored import scheme_of
from graph_model.store.graph import Row
from graph_model.versions.entities import Report, Told
from graph_model.versions.places import fixed_place


@dataclass(frozen=True, slots=True)
class Written:
    """One partition that the run wrote, as a report, and the ids of its partition and version."""

    report: Report
    dataset: str
    partition: str
    version: str


@dataclass(frozen=True, slots=True)
class ReadPartition:
    id: str
    dataset: str
    key: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """A dataset that the run wrote, and why nobody can say which partitions of it."""

    dataset: str
    name: Name
    reason: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """`failed`: why nothing that it wrote counts; empty: it does. `unknown_reads`: inputs of which it is not known what
    the run read of them. `before`: versions by id that were taken for its own when it
    was looked at last, of datasets that others are still trusted with."""

    run: str
    mark: str
    job: Name
    job_id: str
    written: tuple[Written, ...]
    reads: tuple[ReadPartition, ...]
    unknown_reads: int
    unplaced: tuple[Unknown, ...]
    before: frozenset[str]
    failed: str = ""


def outcome_of(row: Row) -> Outcome:
    """`row`: of `observed.to_publish`."""
    facets, slices = facets_of(row["facets"]), slices_of_text(row["slices"])
    job = Name(row["namespace"], row["name"])
    written: dict[str, Written] = {}
    unplaced: dict[str, Unknown] = {}
    for item in row["outputs"]:
        told = slices.get(part_key("OUTPUT", item["part"]), {})
        found = _place_output(item, told, row, facets)
        if isinstance(found, Unplaced):
            unplaced[item["dataset"]] = Unknown(item["dataset"], _name(item), found.reason)
            continue
        for one in _written(row, item, found.keys, told, job):
            written.setdefault(one.version, one)
    reads, unknown = _reads(row, slices)
    state, trusted = run_state(row["types"]), {item["dataset"] for item in row["outputs"]}
    return Outcome(
        run=row["id"],
        mark=row["mark"],
        job=job,
        job_id=row["job"],
        written=tuple(written[version] for version in sorted(written)),
        reads=reads,
        unknown_reads=unknown,
        unplaced=tuple(unplaced[dataset] for dataset in sorted(unplaced)),
        before=frozenset(version["id"] for version in row["wrote"] if version["dataset"] in trusted),
        failed="" if state == RunEventType.COMPLETE else f"its run is said to have ended with {state} as well",
    )


def _place_output(item: Row, told: Stamped, row: Row, facets: Stamped) -> Placed | Unplaced:
    if item["named"] is not None:
        return _named(item)
    said = Said(row["complete_at"], valid(told, "subset"), valid(facets, "nominalTime"))
    return place(_sliced(item), loads(item["observed"]) or Trust(), said)


def _named(item: Row) -> Placed | Unplaced:
    """The name under which the run knows the dataset has the partition in it."""
    key, scheme = item["named"], scheme_of(item)
    return Placed((key,), "name") if scheme.holds(key) else Unplaced(f"its name says {key}, which is none of them")


def _written(row: Row, item: Row, keys: Sequence[str], told: Stamped, job: Name) -> Iterator[Written]:
    options = json.loads(item["options"] or "{}")
    for key in keys:
        partition = partition_id(item["dataset"], key)
        # What lies somewhere is read, and judged by what is found there.
        readable = fixed_place(item["location"], options, key) is not None
        report = Report(
            dataset=_name(item),
            partition=key,
            key=row["id"],
            source_time=row["complete_at"],
            reported_by=f"openlineage:{job}",
            told=None if readable else _told(told, several=len(keys) > 1),
        )
        yield Written(report, item["dataset"], partition, version_id(partition, row["id"]))


def _told(told: Stamped, *, several: bool) -> Told:
    """Counts are of all that the run wrote, so they say nothing of one partition of several."""
    statistics = {} if several else valid(told, "outputStatistics") or {}
    content = (valid(told, "version") or {}).get("datasetVersion")
    return Told(
        content=content if isinstance(content, str) and content else None,
        row_count=_count(statistics.get("rowCount")),
        size_bytes=_count(statistics.get("size")),
    )


def _count(value: Any) -> int | None:
    whole = isinstance(value, int) and not isinstance(value, bool)
    return value if whole and 0 <= value < 1 << 63 else None


def _reads(row: Row, slices: dict[str, Any]) -> tuple[tuple[ReadPartition, ...], int]:
    """The partitions that the run says it read, and how many of its inputs leave that open. A dataset without
    partitions has the one, and who reads it reads that."""
    found: dict[str, ReadPartition] = {}
    known = 0
    for item in row["inputs"]:
        placed = _place_input(item, slices.get(part_key("INPUT", item["part"]), {}))
        if isinstance(placed, Placed):
            known += 1
            for key in placed.keys:
                identity = partition_id(item["dataset"], key)
                found[identity] = ReadPartition(identity, item["dataset"], key)
    return tuple(found[identity] for identity in sorted(found)), row["inputs_named"] - known


def _place_input(item: Row, told: Stamped) -> Placed | Unplaced | None:
    if item["named"] is not None:
        return _named(item)
    sliced, trust = _sliced(item), loads(item["observed"])
    if sliced.scheme.every is None:
        return Placed((WHOLE,), "whole")
    return place_subset(sliced, valid(told, "subset"), trust.dimension if trust else None)


def _sliced(item: Row) -> Sliced:
    return Sliced(scheme_of(item), item["location"])


def _name(item: Row) -> Name:
    return Name(item["namespace"], item["name"])
