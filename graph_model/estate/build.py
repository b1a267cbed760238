"""Turns a draft into an estate. Mistakes that only show while parts are joined (partitions) are told on the way."""

from __future__ import annotations

from dataclasses import replace

from graph_model.estate.controls import follows_of
from graph_model.estate.databases import with_dialect
from graph_model.estate.drafts import ConsumerDraft, Draft, JobDraft
from graph_model.estate.entities import ConsumerSpec, Estate, InputSpec, JobSpec, ReadSpec
from graph_model.estate.limits import check_orders, pools_of
from graph_model.estate.references import Surroundings, input_column, output_column
from graph_model.estate.schemes import input_mapping, job_scheme
from graph_model.estate.sections import Said
from graph_model.estate.times import check_times
from graph_model.jobs.definition import hash_of
from graph_model.names import Name
from graph_model.partitions.rules import PartitionScheme


def build_estate(draft: Draft, around: Surroundings) -> Estate:
    named = {str(one.name): one for one in draft.jobs}
    jobs = tuple(job for one in draft.jobs if (job := _job(one, around, named)))
    check_orders(draft, jobs)
    datasets = tuple(dataset.spec for dataset in draft.datasets)
    return Estate(
        scope=draft.scope,
        namespace=draft.source.namespace,
        project=str(draft.source.folder.resolve()),
        datasets=datasets,
        jobs=jobs,
        consumers=tuple(_consumer(one) for one in draft.consumers),
        pools=(*(pool for pool, _ in draft.pools), *pools_of(datasets, jobs)),
        file=draft.source.mistakes.file,
        lines=_lines(draft),
    )


def _job(draft: JobDraft, around: Surroundings, jobs: dict[str, JobDraft]) -> JobSpec | None:
    scheme = job_scheme(draft, around)
    check_times(draft, scheme, around)
    inputs = tuple(
        InputSpec(
            item.dataset.value,
            input_mapping(draft, item, scheme, around),
            item.required,
            item.correction,
            item.by,
            item.terms,
        )
        for item in draft.inputs
        if around.has(item.dataset.value)
    )
    if draft.kind is None:
        return None
    outputs = tuple(output.value for output in draft.outputs)
    spec = JobSpec(
        draft.name,
        draft.kind,
        with_dialect(draft, around),
        inputs,
        outputs,
        scheme or PartitionScheme(),
        columns=_flows(draft),
        after=follows_of(draft, jobs, around),
        **draft.plain,
    )
    return replace(spec, definition_hash=hash_of(spec))


def _flows(draft: JobDraft) -> dict[str, tuple[str, ...]]:
    """Declared column flows in one spelling: the short name of the dataset, then the column."""
    return {
        _spelled(target, output_column(draft, target.value)): tuple(
            _spelled(source, input_column(draft, source.value)) for source in sources
        )
        for target, sources in draft.columns
    }


def _spelled(said: Said[str], found: tuple[Name, str] | None) -> str:
    return f"{found[0].name}.{found[1]}" if found else said.value


def _consumer(draft: ConsumerDraft) -> ConsumerSpec:
    reads = tuple(
        ReadSpec(read.dataset.value, tuple(column.value for column in read.columns), read.by) for read in draft.reads
    )
    return ConsumerSpec(
        draft.name, draft.kind, reads, draft.owners, draft.deadline, draft.description, draft.on_violation
    )


def _lines(draft: Draft) -> dict[str, int]:
    lines = {f"dataset {dataset.name}": dataset.line for dataset in draft.datasets}
    lines |= {f"job {job.name}": job.line for job in draft.jobs}
    lines |= {f"dataset {one.name} is called {said.value}": said.line for one in draft.datasets for said in one.names}
    lines |= {f"pool {pool.name}": line for pool, line in draft.pools}
    lines |= {f"job {job.name} takes from its pool": job.pool_line for job in draft.jobs}
    lines |= {f"consumer {consumer.name}": consumer.line for consumer in draft.consumers}
    lines |= {
        f"job {job.name} reads {item.dataset.value}": item.dataset.line for job in draft.jobs for item in job.inputs
    }
    return lines | {
        f"consumer {one.name} reads {read.dataset.value}": read.dataset.line
        for one in draft.consumers
        for read in one.reads
    }
