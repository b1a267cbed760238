"""The first statement of what records observations: it locks all that they speak of, and says what is known of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from graph_model.estate.writing import FOREVER
from graph_model.identity.declare import names_scope
from graph_model.names import dataset_id, schema_version_id
from graph_model.observed.gather import DatasetSaid, JobSaid, Said
from graph_model.store.graph import Row, Transaction
from graph_model.store.trouble import all_seen

_JOB = ("id", "facets", "terms", "coverage", "tells")
_NAME = ("id", "dataset", "facets", "terms", "drops", "shown")
_RUN = (
    *("id", "facets", "terms", "types", "first", "started_at", "ended_at", "complete_at"),
    *("inputs", "outputs", "heard", "slices", "told"),
)


@dataclass(frozen=True, slots=True)
class Known:
    """What the graph knew: facets of jobs and of datasets by id (JSON; None: none yet), when datasets were dropped, the
    datasets by id of a name, the runs by id, the jobs of which words about their outputs are known. `may_be` and
    `declared`: of datasets that were never seen, what `match_found` takes. `terms` of all by id (JSON), `partial` the
    jobs of which not all is known, `shown` the schemas (by id) that are there with all their fields."""

    jobs: Mapping[str, str | None]
    datasets: Mapping[str, str | None]
    drops: Mapping[str, Sequence[datetime]]
    names: Mapping[str, str]
    runs: Mapping[str, Row]
    tells: frozenset[str]
    may_be: Sequence[Row]
    declared: Sequence[Row]
    terms: Mapping[str, str | None]
    partial: frozenset[str]
    shown: frozenset[str]


def lock(tx: Transaction, said: Said, now: datetime) -> Known:
    """Jobs first, then datasets, then runs, then namespaces, each sorted by id, so that two who do it wait for each
    other."""
    found = tx.rows(
        "observed.lock",
        jobs=[_job_row(identity, job) for identity, job in sorted(said.jobs.items())],
        names=[_name_row(identity, about) for identity, about in sorted(said.datasets.items())],
        runs=[{"id": identity, "job": run.job, "run": run.run} for identity, run in sorted(said.runs.items())],
        token=tx.token,
        now=now,
        forever=FOREVER,
    )[0]
    jobs, runs = _maps(_JOB, found["jobs"]), _maps(_RUN, found["runs"])
    names = all_seen(sorted(said.datasets), _maps(_NAME, found["names"]))
    return Known(
        jobs={row["id"]: row["facets"] for row in jobs},
        datasets={row["dataset"]: row["facets"] for row in names},
        drops={row["dataset"]: row["drops"] or () for row in names},
        names={row["id"]: row["dataset"] for row in names},
        runs={row["id"]: row for row in runs},
        tells=frozenset(row["id"] for row in jobs if row["tells"]),
        may_be=found["wanted"],
        declared=found["standing"],
        terms={**_terms(jobs, "id"), **_terms(names, "dataset"), **_terms(runs, "id")},
        partial=frozenset(row["id"] for row in jobs if row["coverage"]),
        shown=frozenset(schema for row in names for schema in row["shown"]),
    )


def _job_row(identity: str, job: JobSaid) -> Row:
    return {"id": identity, "namespace": job.name.namespace, "name": job.name.name}


def _name_row(identity: str, about: DatasetSaid) -> Row:
    dataset = dataset_id(about.name)
    return {
        "id": identity,
        "namespace": about.name.namespace,
        "name": about.name.name,
        "scope": names_scope(about.name.namespace),
        "dataset": dataset,
        "schemas": [schema_version_id(dataset, schema) for schema in about.schemas],
    }


def _maps(keys: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[Row]:
    return [dict(zip(keys, row, strict=True)) for row in rows]


def _terms(rows: Sequence[Row], key: str) -> dict[str, str | None]:
    return {row[key]: row["terms"] for row in rows}
