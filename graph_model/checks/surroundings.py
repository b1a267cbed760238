"""What a check must know of the graph, filled into it when a version is to be validated.

The process that runs checks never sees the graph: whoever claims the run asks for the history, the other dataset's
version and the instants beforehand, and the result says what it was compared with.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice, takewhile
from typing import Any

from graph_model.contracts.entities import Check
from graph_model.names import Name, parse_name, partition_id
from graph_model.partitions.scheme import WHOLE, PartitionScheme
from graph_model.partitions.stored import scheme_of
from graph_model.partitions.zones import local_time, zone
from graph_model.store.graph import Graph, Row
from graph_model.versions.dialects import as_found
from graph_model.versions.report import Target, find_targets

HISTORY, FRESHNESS = "row_count_history", "freshness"
AGAINST_OTHERS = ("foreign_key", "reconciliation")
WITH_WEEKDAYS = ("hour", "day")
_LOOKED_BACK = 3
"""So many times as many partitions as wanted are looked at: some of them may have no good version."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A version that is to be validated. `version` None: the run that makes it has not ended."""

    dataset: Name
    dataset_id: str
    key: str
    version: str | None
    checks: tuple[Check, ...]


def informed(graph: Graph, subjects: Sequence[Subject]) -> tuple[tuple[Check, ...], ...]:
    """The checks of each subject, those that compare with something told what. Nothing is asked where none does."""
    needy = [subject for subject in subjects if any(_asks(check) for check in subject.checks)]
    if not needy:
        return tuple(subject.checks for subject in subjects)
    around = _look_around(graph, needy)
    return tuple(tuple(around.told(subject, check) for check in subject.checks) for subject in subjects)


def _asks(check: Check) -> bool:
    return check.kind in (HISTORY, FRESHNESS, *AGAINST_OTHERS)


_Likeness = tuple[str, str, int, bool]


def _likeness(subject: Subject, check: Check) -> _Likeness:
    """Of checks that agree in this, the histories are made of the same partitions."""
    return subject.dataset_id, subject.key, check.params["versions"], check.params["same_weekday"]


@dataclass(frozen=True, slots=True)
class _Around:
    """What was read: schemes and source times of the subjects, good versions by partition, the other datasets.
    `comparable`: the partitions that a history is made of, by `_likeness`."""

    now: datetime
    schemes: Mapping[str, PartitionScheme]
    comparable: Mapping[_Likeness, Sequence[str]]
    source_times: Mapping[str, datetime]
    current: Mapping[str, Row]
    earlier: Mapping[str, Sequence[Row]]
    newest: Mapping[str, str]
    targets: Mapping[Name, Target]

    def told(self, subject: Subject, check: Check) -> Check:
        if check.kind == HISTORY:
            every = self.schemes[subject.dataset_id].every
            if check.params["same_weekday"] and every not in WITH_WEEKDAYS:
                return _with(check, odd="sameWeekday needs partitions of days or hours")
            return _with(check, history=self._history(subject, check))
        if check.kind == FRESHNESS:
            return _with(check, **self._instants(subject, check))
        return _with(check, **self._other(subject, check)) if check.kind in AGAINST_OTHERS else check

    def _history(self, subject: Subject, check: Check) -> list[list[Any]]:
        """The newest that count, as [version, partition, rows]."""
        scheme = self.schemes[subject.dataset_id]
        if scheme.unit:
            ids = [partition_id(subject.dataset_id, key) for key in self.comparable[_likeness(subject, check)]]
            rows = [self.current[id] for id in ids if id in self.current]
        else:
            rows = list(self.earlier.get(partition_id(subject.dataset_id, subject.key), ()))
        counted = [[row["version"], row["key"], row["row_count"]] for row in rows if row["row_count"] is not None]
        return counted[: check.params["versions"]]

    def _instants(self, subject: Subject, check: Check) -> dict[str, Any]:
        scheme = self.schemes[subject.dataset_id]
        source_time = self.source_times.get(subject.version or "", self.now)
        found = {
            "timezone": check.params.get("timezone", scheme.timezone),
            "source_time": source_time.astimezone(UTC).isoformat(),
        }
        if (check.params.get("until") or ("partition" if scheme.unit else "now")) == "now":
            return {**found, "reference": self.now.astimezone(UTC).isoformat(), "reference_is": "now"}
        interval = scheme.interval(subject.key) if scheme.unit and scheme.holds(subject.key) else None
        if interval is None:
            return found
        return {**found, "reference": interval.end.isoformat(), "reference_is": f"the end of {subject.key}"}

    def _other(self, subject: Subject, check: Check) -> dict[str, Any]:
        name = _other_name(subject, check)
        target = self.targets.get(name)
        if target is None:
            return {"absent": f"there is no dataset {name}"}
        key = self._other_key(subject, check, target)
        if key is not None and not target.partitions.holds(key):
            return {"absent": f"{name} has no partition {key or 'whole'}"}
        row = self.current.get(partition_id(target.id, key) if key is not None else "")
        if row is None:
            wanted = name.at(key or "")
            return {"absent": f"nothing good of {wanted} is there yet"}
        options = as_found(row["format"], target.options, row["metrics"])
        content = {"format": row["format"], "location": row["location"], "options": options}
        return {"other": {"name": str(name), "version": row["version"], "key": row["key"], "content": content}}

    def _other_key(self, subject: Subject, check: Check, target: Target) -> str | None:
        if check.params["partition"] == "latest":
            return self.newest.get(target.id)
        return subject.key if check.params["partition"] == "same" else WHOLE


def comparable_keys(scheme: PartitionScheme, key: str, check: Check) -> list[str]:
    """The partitions before `key` that its row count may be compared with, nearest first: of the same weekday if the
    check wants that, and then at the same hour."""
    if not scheme.holds(key):  # the estate has changed since the version was reported
        return []
    earlier = takewhile(scheme.has_begun, scheme.earlier(key))
    many = check.params["versions"] * _LOOKED_BACK
    if not check.params["same_weekday"]:
        return list(islice(earlier, many))
    wanted = _place_in_week(scheme, key)
    per_week = {"hour": 7 * 24, "day": 7}.get(scheme.every or "", 1)
    return [near for near in islice(earlier, many * per_week) if _place_in_week(scheme, near) == wanted][:many]


def _place_in_week(scheme: PartitionScheme, key: str) -> tuple[int, int] | None:
    """Weekday and hour of an hour or a day; None for what is longer, which has neither."""
    interval = scheme.interval(key) if scheme.every in WITH_WEEKDAYS else None
    if interval is None:
        return None
    begin = local_time(interval.start, zone(scheme.timezone))
    return begin.weekday(), begin.hour if scheme.every == "hour" else 0


def _look_around(graph: Graph, subjects: Sequence[Subject]) -> _Around:
    rows = graph.rows(
        "checks.subjects",
        datasets=sorted({subject.dataset_id for subject in subjects}),
        versions=sorted({subject.version for subject in subjects if subject.version}),
    )
    schemes = {row["dataset"]: scheme_of(row) for row in rows}
    source_times = {each["id"]: each["source_time"] for row in rows for each in row["source_times"]}
    others = [(s, check) for s in subjects for check in s.checks if check.kind in AGAINST_OTHERS]
    targets = find_targets(graph, {_other_name(s, check) for s, check in others}) if others else {}
    newest = _newest_keys(graph, others, targets)
    comparable = {
        _likeness(subject, check): comparable_keys(schemes[subject.dataset_id], subject.key, check)
        for subject, check in _histories(subjects)
        if schemes[subject.dataset_id].unit
    }
    partitions = _partitions_of_others(others, targets, newest)
    partitions |= {partition_id(dataset, key) for (dataset, *_), keys in comparable.items() for key in keys}
    current = graph.rows("checks.current", partitions=sorted(partitions)) if partitions else []
    return _Around(
        now=rows[0]["now"],
        schemes=schemes,
        comparable=comparable,
        source_times=source_times,
        current={row["partition"]: row for row in current},
        earlier=_earlier(graph, subjects, schemes),
        newest=newest,
        targets=targets,
    )


def _earlier(
    graph: Graph, subjects: Sequence[Subject], schemes: Mapping[str, PartitionScheme]
) -> Mapping[str, Sequence[Row]]:
    """By partition, its published versions before, where partitions are no slices of time."""
    wanted: dict[str, int] = {}
    for subject, check in _histories(subjects):
        if not schemes[subject.dataset_id].unit:
            id = partition_id(subject.dataset_id, subject.key)
            wanted[id] = max(wanted.get(id, 0), check.params["versions"])
    if not wanted:
        return {}
    besides = [subject.version for subject in subjects if subject.version]
    rows = graph.rows("checks.earlier", partitions=sorted(wanted), besides=besides, limit=max(wanted.values()))
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["partition"], []).append(row)
    return found


def _histories(subjects: Sequence[Subject]) -> list[tuple[Subject, Check]]:
    return [(subject, check) for subject in subjects for check in subject.checks if check.kind == HISTORY]


def _newest_keys(
    graph: Graph, others: Sequence[tuple[Subject, Check]], targets: Mapping[Name, Target]
) -> Mapping[str, str]:
    """By dataset id, the key of its newest partition with a good version, for those whose latest is wanted."""
    wanted = {
        targets[name].id
        for subject, check in others
        if check.params["partition"] == "latest" and (name := _other_name(subject, check)) in targets
    }
    rows = graph.rows("checks.newest_keys", datasets=sorted(wanted)) if wanted else []
    return {row["dataset"]: row["key"] for row in rows}


def _partitions_of_others(
    others: Sequence[tuple[Subject, Check]], targets: Mapping[Name, Target], newest: Mapping[str, str]
) -> set[str]:
    found: set[str] = set()
    for subject, check in others:
        target = targets.get(_other_name(subject, check))
        if target is not None:
            keys = {"same": subject.key, "whole": WHOLE, "latest": newest.get(target.id, WHOLE)}
            found.add(partition_id(target.id, keys[check.params["partition"]]))
    return found


def _other_name(subject: Subject, check: Check) -> Name:
    return parse_name(check.params["dataset"], default_namespace=subject.dataset.namespace)


def _with(check: Check, **params: Any) -> Check:
    return replace(check, params={**check.params, **params})
