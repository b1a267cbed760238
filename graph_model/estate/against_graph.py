"""Holds an estate against what other scopes declared: whose each thing is, what its borrowed inputs are, no circle."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from graph_model.errors import Mistake
from graph_model.estate.cycles import find_cycles
from graph_model.estate.entities import Estate, InputSpec, JobSpec
from graph_model.estate.holdings import Holdings, Node
from graph_model.estate.repository import scheme_of
from graph_model.estate.schemes import SAME, WHOLE_INPUT, mapping_problem
from graph_model.estate.sections import shown
from graph_model.estate.vocabulary import IMPORT
from graph_model.jobs.definition import hash_of
from graph_model.names import Name
from graph_model.store.graph import Transaction

Point = tuple[str, Name]
MOST_STEPS = 200


def mapped_whole(estate: Estate, others: Mapping[Name, Node]) -> Estate:
    """The estate with `whole` for borrowed inputs without partitions, which the file alone could not tell."""
    return replace(estate, jobs=tuple(_mapped_whole(job, others) for job in estate.jobs))


def foreign_mistakes(
    estate: Estate, wanted: Holdings, standing: Holdings, others: Mapping[Name, Node]
) -> Iterator[Mistake]:
    """`others` are the datasets that the estate speaks of and does not declare, as far as they exist."""
    for id, node in wanted.nodes.items():
        before = standing.nodes.get(id)
        if before and before.alive and before.scope not in (None, estate.scope) and not _is_imported(before):
            line = estate.lines.get(f"{node.kind} {node.name}", 1)
            yield Mistake(
                estate.file,
                line,
                f"{node.kind} {node.name.name} belongs to scope {before.scope}",
                "declare it in one scope only",
            )
    for job in estate.jobs:
        for item in job.inputs:
            yield from _borrowed_mistakes(estate, "job", job.name, item.dataset, others)
            yield from _mapping_mistakes(estate, job, item, others)
    for consumer in estate.consumers:
        for read in consumer.reads:
            yield from _borrowed_mistakes(estate, "consumer", consumer.name, read.dataset, others)


def wide_cycles(
    tx: Transaction, estate: Estate, ids: Mapping[Name, str], others: Mapping[Name, Node]
) -> Iterator[Mistake]:
    """Circles that pass through other scopes: each must enter this one by a borrowed input."""
    borrowed = {item.dataset for job in estate.jobs for item in job.inputs if item.dataset in others}
    if not borrowed:
        return
    own = {ids[dataset.name]: dataset.name for dataset in estate.datasets}
    downstream = _own_flow(estate)
    _add_upstream(tx, downstream, own, {ids[name]: name for name in borrowed})
    jobs = {job.name: job for job in estate.jobs}
    for cycle in find_cycles(downstream):
        start = next(name for kind, name in cycle if kind == "job" and name in jobs)
        path = " → ".join(shown(name, estate.namespace) for _, name in cycle)
        line = estate.lines.get(f"job {start}", 1)
        yield Mistake(estate.file, line, f"jobs of several scopes depend on each other in a circle: {path}")


def _is_imported(node: Node) -> bool:
    """What others' systems say of a thing gives way to an estate that declares it."""
    return (node.scope or "").startswith(IMPORT)


def _mapped_whole(job: JobSpec, others: Mapping[Name, Node]) -> JobSpec:
    inputs = tuple(_whole_if_unsliced(item, others) for item in job.inputs)
    if inputs == job.inputs:
        return job
    changed = replace(job, inputs=inputs)
    return replace(changed, definition_hash=hash_of(changed))


def _whole_if_unsliced(item: InputSpec, others: Mapping[Name, Node]) -> InputSpec:
    other = others.get(item.dataset)
    unsliced = other is not None and scheme_of(other).every is None
    return replace(item, mapping=WHOLE_INPUT) if unsliced and item.mapping == SAME else item


def _borrowed_mistakes(
    estate: Estate, kind: str, reader: Name, dataset: Name, others: Mapping[Name, Node]
) -> Iterator[Mistake]:
    if any(own.name == dataset for own in estate.datasets):
        return
    other = others.get(dataset)
    line = estate.lines.get(f"{kind} {reader} reads {dataset}", 1)
    what = f"{kind} {reader.name}: {shown(dataset, estate.namespace)}"
    if other is None:
        yield Mistake(estate.file, line, f"{what} is not a known dataset")
    elif not other.alive:
        yield Mistake(estate.file, line, f"{what} is no longer declared by anyone", "declare it, or read another")
    elif other.scope == estate.scope:
        yield Mistake(
            estate.file,
            line,
            f"{what} is no longer declared in this file, which declared it before",
            "declare it again, or read another",
        )


def _mapping_mistakes(estate: Estate, job: JobSpec, item: InputSpec, others: Mapping[Name, Node]) -> Iterator[Mistake]:
    other = others.get(item.dataset)
    problem = mapping_problem(item.mapping, scheme_of(other), job.partitions) if other else None
    if problem:
        line = estate.lines.get(f"job {job.name} reads {item.dataset}", 1)
        yield Mistake(
            estate.file,
            line,
            f"job {job.name.name}: input {shown(item.dataset, estate.namespace)} {problem[0]}",
            problem[1],
        )


def _own_flow(estate: Estate) -> dict[Point, list[Point]]:
    downstream: dict[Point, list[Point]] = {}
    for job in estate.jobs:
        downstream.setdefault(("job", job.name), []).extend(("dataset", output) for output in job.outputs)
        for item in job.inputs:
            if item.dataset not in job.outputs:  # its own earlier partitions
                downstream.setdefault(("dataset", item.dataset), []).append(("job", job.name))
    return downstream


def _add_upstream(
    tx: Transaction, downstream: dict[Point, list[Point]], own: Mapping[str, Name], start: Mapping[str, Name]
) -> None:
    """Adds what other scopes make the borrowed datasets from, up to where it enters this scope again."""
    names = {**start}
    frontier: Sequence[str] = sorted(start)
    for _ in range(MOST_STEPS):
        rows = tx.rows("estate.upstream", ids=list(frontier)) if frontier else []
        for row in rows:
            job: Point = ("job", Name(row["job_namespace"], row["job_name"]))
            source = own.get(row["input"]) or Name(row["input_namespace"], row["input_name"])
            if row["input"] != row["dataset"]:
                downstream.setdefault(("dataset", source), []).append(job)
            downstream.setdefault(job, []).append(("dataset", names[row["dataset"]]))
        new = {
            row["input"]: Name(row["input_namespace"], row["input_name"])
            for row in rows
            if row["input"] not in {**names, **own}
        }
        names |= new
        frontier = sorted(new)
