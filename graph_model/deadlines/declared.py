"""From what was read of the declared estate to a plan of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from graph_model.deadlines.plan import Plan
from graph_model.deadlines.planned import Input, PlannedDataset, PlannedJob, Promise
from graph_model.estate.entities import Deadline
from graph_model.moments import moment_at
from graph_model.names import Name
from graph_model.partitions.rules import parse_mapping
from graph_model.partitions.scheme import PartitionScheme
from graph_model.partitions.stored import stored_scheme
from graph_model.readiness.control import SUCCESS, Control
from graph_model.readiness.terms import PLAIN, loads
from graph_model.schedules import entities as schedules

Values = Sequence[Any]
"""A short row: values in the order that its query says."""


def plan_of(
    *,
    jobs: Iterable[Values],
    inputs: Iterable[Values],
    outputs: Iterable[Values],
    datasets: Iterable[Values],
    promises: Iterable[Values],
    controls: Iterable[Values] = (),
) -> Plan:
    """The values are those of `deadlines.jobs`, `deadlines.inputs` …, a row for each thing, None where it has none."""
    declared = list(jobs)
    sliced = {row[0]: stored_scheme(*row[4:7]) for row in declared}
    reads: dict[str, list[Input]] = defaultdict(list)
    for job, dataset, text, required, reruns, terms in inputs:
        mapping = _mapping(text)
        reads[job].append(
            Input(dataset, mapping, bool(required), loads(terms) if terms else PLAIN, reruns and not mapping.serves_all)
        )
    makes: dict[str, list[str]] = defaultdict(list)
    for job, dataset in outputs:
        makes[job].append(dataset)
    after: dict[str, list[Control]] = defaultdict(list)
    for job, before, text, state in controls:
        if before in sliced:
            after[job].append(Control(before, sliced[before], _mapping(text), state))
    return Plan(
        {
            row[0]: _job(row, sliced[row[0]], tuple(reads[row[0]]), tuple(makes[row[0]]), after[row[0]])
            for row in declared
        },
        {
            id_: PlannedDataset(id_, Name(namespace, name), stored_scheme(*scheme))
            for id_, namespace, name, *scheme in datasets
        },
        [_promise(row) for row in promises],
    )


def _job(
    row: Values, scheme: PartitionScheme, inputs: tuple[Input, ...], outputs: tuple[str, ...], after: list[Control]
) -> PlannedJob:
    id_, namespace, name, kind, *_, schedule, not_before, order, takes_slots = row
    if order == "strict" and scheme.unit is not None:
        after = [*after, Control(id_, scheme, _mapping("previous 1"), SUCCESS)]
    said = schedules.loads(schedule) if schedule else None
    release = schedules.loads_not_before(not_before) if not_before else None
    is_plain = not (said or release or after) and all(item.terms is PLAIN and not item.is_latest for item in inputs)
    return PlannedJob(
        id_,
        Name(namespace, name),
        kind,
        scheme,
        inputs,
        outputs,
        tuple(after),
        said,
        release,
        bool(takes_slots),
        is_plain,
    )


def _promise(row: Values) -> Promise:
    id_, namespace, name, by, timezone, owners, since, reads = row
    return Promise(
        id_,
        Name(namespace, name),
        Deadline(by, timezone),
        tuple(sorted(owners)),
        moment_at(since),
        tuple(sorted(reads)),
    )


_mapping = lru_cache(maxsize=1024)(parse_mapping)
