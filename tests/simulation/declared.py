"""An estate as nodes and edges, as an apply leaves it in the graph."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from neo4j.exceptions import Neo4jError

from graph_model.estate.entities import JobSpec
from graph_model.jobs import definition
from graph_model.names import dataset_id, dataset_name_id, job_id, owner_id
from graph_model.readiness import terms
from graph_model.retention.entities import Retention, dumps
from tests.simulation.estates import Estate
from tests.simulation.model.engines import Engine
from tests.simulation.model.records import Committed, Key, Record
from tests.simulation.model.view import View
from tests.support.protocol import DAILY, ENDLESS, OWNER, name

# Of every partition only the current version stays, so that whatever is replaced expires while all else goes on.
RETENTION = dumps(Retention(versions=1))


# In histories with a pool, every job takes one of its slots, and more would go on at once.
POOL, POOL_SLOTS = "pl", 2


@cache
def records_of(estate: Estate, *, without_last_job: bool, pooled: bool = False) -> dict[Key, Record]:
    """What is committed at the start. Shared by all histories: nobody changes a committed record."""
    view = View(Committed(), lambda: 0.0, lambda view, key: None)  # noqa: ARG005
    view.create("Owner", owner_id(OWNER), name=OWNER)
    for dataset in estate.datasets:
        _declare_dataset(view, dataset, whole=dataset in estate.whole)
    for job in estate.jobs[:-1] if without_last_job else estate.jobs:
        declare_job(view, job, pooled=pooled)
    if pooled:
        view.create("Pool", POOL, namespace="test", name="shared", kind="pool", slots=POOL_SLOTS, scope="test")
    return {key: record for key, record in view.own.items() if record is not None}


def declare_late(engine: Engine, job: JobSpec, pause: Callable[[], None], *, pooled: bool = False) -> None:
    """Declares a job while others work, until it is committed.

    Each try is shorter than the grace of marks: a partition that is new since a longer one looked for partitions, and
    that was evaluated before that one's commit, would be missed by both.
    """
    while True:
        view = engine.begin(0.2)
        try:
            declare_job(view, job, pooled=pooled)
            _mark_partitions(view, {dataset_id(item.dataset) for item in job.inputs})
            engine.commit(view)
        except Neo4jError:
            engine.abort(view)
            pause()
        else:
            return


def declare_job(view: View, spec: JobSpec, *, pooled: bool = False) -> None:
    job = view.create(
        "Job", job_id(spec.name), namespace=spec.name.namespace, name=spec.name.name, kind=spec.kind,
        partition_every=DAILY.every, partition_from=DAILY.start, definition=definition.dumps(spec),
        definition_hash=definition.hash_of(spec), retries=spec.retries, priority=spec.priority,
        ready_for=spec.ready_for,
    )  # fmt: skip
    if pooled:
        view.set(job, pool_takes=[POOL], limited=1)
    view.link(job, "OWNED_BY", view.must(("Owner", owner_id(OWNER))))
    for item in spec.inputs:
        dataset = view.must(("Dataset", dataset_id(item.dataset)))
        view.link(dataset, "CONSUMED_BY", job, mapping=str(item.mapping), required=item.required,
                  correction=item.correction, terms=terms.dumps(item.terms), valid_to=ENDLESS)  # fmt: skip
    for before in spec.after:
        first = view.must(("Job", job_id(before.job)))
        view.link(first, "FOLLOWED_BY", job, mapping=before.mapping.text, state=before.state, valid_to=ENDLESS)
    for output in spec.outputs:
        view.link(job, "PRODUCES", view.must(("Dataset", dataset_id(output))), valid_to=ENDLESS)


def _declare_dataset(view: View, text: str, *, whole: bool) -> None:
    known = name(text)
    every = None if whole else DAILY.every
    dataset = view.create(
        "Dataset", dataset_id(known), namespace=known.namespace, name=known.name, format="csv",
        location=f"{text}/{{date}}.csv", options="{}", contract="", partition_every=every,
        partition_from=every and DAILY.start, retention=RETENTION,
    )  # fmt: skip
    spelled = view.create("DatasetName", dataset_name_id(known), namespace=known.namespace, name=known.name)
    view.link(spelled, "NAMES", dataset)
    view.link(dataset, "OWNED_BY", view.must(("Owner", owner_id(OWNER))))


def _mark_partitions(view: View, datasets: set[str]) -> None:
    for partition in view.of("Partition"):
        if partition["dataset"] in datasets:
            view.set(partition, evaluate=view.now())
