"""Holds the parts of an estate against each other: every name known, every column promised, one producer, no circle."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from graph_model.errors import nearest
from graph_model.estate.cycles import find_cycles
from graph_model.estate.drafts import ConsumerDraft, Draft, InputDraft, JobDraft
from graph_model.estate.entities import DatasetSpec
from graph_model.estate.kinds.base import WITH_PLACEHOLDERS, texts_in
from graph_model.estate.sections import Mistakes, Said, shown
from graph_model.names import Name
from graph_model.partitions.rules import PartitionScheme

EVERY_COLUMN = "*"
SPARK = "spark"
_WORD_REFERENCE = re.compile(r"\{(inputs?|output)\.([^{}]+)\}")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """`declared` here; `known` from other scopes, with the partitions they have (None: not known here).

    `unreadable` are declared here too, but wrongly; `unclear` have partitions that cannot be read. Both have been told,
    so nothing is held against them a second time.
    """

    declared: Mapping[Name, DatasetSpec]
    known: Mapping[Name, PartitionScheme | None]
    namespace: str
    mistakes: Mistakes
    unreadable: frozenset[Name] = frozenset()
    unclear: frozenset[Name] = frozenset()

    def has(self, name: Name) -> bool:
        return name in self.declared or name in self.known or name in self.unreadable

    def scheme(self, name: Name) -> PartitionScheme | None:
        if name in self.unclear:
            return None
        return self.declared[name].partitions if name in self.declared else self.known.get(name)

    def columns(self, name: Name) -> tuple[str, ...]:
        """The promised columns; none: nothing is promised, so nothing can be held against it."""
        return tuple(column.path for column in self.declared[name].contract.columns) if name in self.declared else ()

    def unknown_dataset(self, said: Said[Name], what: str) -> None:
        known = [shown(name, self.namespace) for name in (*self.declared, *self.unreadable, *self.known)]
        self.mistakes.unknown(
            said.line,
            f"{what} {shown(said.value, self.namespace)} is not a known dataset",
            shown(said.value, self.namespace),
            known,
        )


def check_references(draft: Draft, around: Surroundings) -> None:
    for job in draft.jobs:
        _check_inputs(job, around)
        _check_outputs(job, around)
        _check_made_twice(job, around)
        _check_columns(job, around)
        _check_words(job, around)
    for consumer in draft.consumers:
        _check_reads(consumer, around)
    _check_producers(draft, around)
    _check_cycles(draft, around)


def input_column(job: JobDraft, text: str) -> tuple[Name, str] | None:
    """`DATASET.COLUMN` of an input of the job; None when it is none."""
    return _split_column(text, tuple(item.dataset.value for item in job.inputs))


def output_column(job: JobDraft, text: str) -> tuple[Name, str] | None:
    """`DATASET.COLUMN` of an output of the job, or just the column when there is one output; None otherwise."""
    outputs = tuple(output.value for output in job.outputs)
    found = _split_column(text, outputs)
    return (outputs[0], text) if found is None and len(outputs) == 1 else found


def _split_column(text: str, datasets: tuple[Name, ...]) -> tuple[Name, str] | None:
    """Datasets are written short or with their namespace, and may hold dots: the longest that fits is meant."""
    written = {spelling: name for name in datasets for spelling in (name.name, str(name))}
    fits = [spelling for spelling in written if text.startswith(f"{spelling}.") and len(text) > len(spelling) + 1]
    dataset = max(fits, key=len, default=None)
    return (written[dataset], text[len(dataset) + 1 :]) if dataset else None


def _check_inputs(job: JobDraft, around: Surroundings) -> None:
    for item in job.inputs:
        if not around.has(item.dataset.value):
            around.unknown_dataset(item.dataset, f"job {job.name.name}: input")
        elif item.dataset.value in {output.value for output in job.outputs}:
            _check_own_output(job, item, around)


def _check_own_output(job: JobDraft, item: InputDraft, around: Surroundings) -> None:
    if item.window and item.window.mapping.looks_back:
        return
    name = shown(item.dataset.value, around.namespace)
    message = f"job {job.name.name} depends on itself: {job.name.name} → {name} → {job.name.name}"
    around.mistakes.add(
        item.dataset.line, message, "a job may read strictly earlier partitions of its own output: window: previous 1"
    )


def _check_outputs(job: JobDraft, around: Surroundings) -> None:
    for output in job.outputs:
        name = output.value
        if name in around.declared or name in around.unreadable:
            continue
        if name in around.known:
            message = f"job {job.name.name}: output {shown(name, around.namespace)} is not declared in this file"
            around.mistakes.add(output.line, message, "one scope declares a dataset and the job that makes it")
        else:
            around.unknown_dataset(output, f"job {job.name.name}: output")


def _check_made_twice(job: JobDraft, around: Surroundings) -> None:
    """What a job makes is published by its run; whoever found it again would publish it a second time."""
    for output in job.outputs:
        spec = around.declared.get(output.value)
        if spec is None:
            continue
        what = f"job {job.name.name}: output {shown(output.value, around.namespace)}"
        if spec.arrival:
            message = f"{what} is watched for arrival, and the job publishes it"
            around.mistakes.add(output.line, message, "leave arrival out of the dataset, or the output out of the job")
        if spec.observed and job.kind == SPARK:
            message = f"{what} is published when Spark tells of it, and by the run of the job"
            around.mistakes.add(output.line, message, "leave observed out of the dataset")


def _check_columns(job: JobDraft, around: Surroundings) -> None:
    """Declared column flows: outputs' columns from inputs' columns."""
    for target, sources in job.columns:
        outputs = [shown(output.value, around.namespace) for output in job.outputs]
        _check_column(job, target, output_column(job, target.value), ("an output", outputs), around)
        for source in sources:
            inputs = [shown(item.dataset.value, around.namespace) for item in job.inputs]
            _check_column(job, source, input_column(job, source.value), ("an input", inputs), around)


def _check_column(
    job: JobDraft, said: Said[str], found: tuple[Name, str] | None, role: tuple[str, list[str]], around: Surroundings
) -> None:
    what = f"job {job.name.name}: columns:"
    if found:
        _check_promised(found[0], Said(found[1], said.line), what, around)
        return
    hint = f"write DATASET.COLUMN with one of {', '.join(role[1])}" if role[1] else None
    around.mistakes.add(said.line, f"{what} {said.value} is not a column of {role[0]} of the job", hint)


def _check_promised(dataset: Name, column: Said[str], what: str, around: Surroundings) -> None:
    promised = around.columns(dataset)
    if promised and column.value not in (*promised, EVERY_COLUMN):
        name = shown(dataset, around.namespace)
        message = f"{what} {name} has no column {column.value}"
        around.mistakes.unknown(
            column.line, message, column.value, promised, otherwise=f"its contract declares {', '.join(promised)}"
        )


def _check_words(job: JobDraft, around: Surroundings) -> None:
    """The `{input.NAME}` and `{output.NAME}` in what a job is started with."""
    inputs = [item.dataset.value.name for item in job.inputs]
    outputs = [output.value.name for output in job.outputs]
    for word in texts_in([job.executor.get(key) for key in WITH_PLACEHOLDERS]):
        for role, name in _WORD_REFERENCE.findall(word):
            known = outputs if role == "output" else inputs
            if name not in known:
                near = nearest(name, known)
                message = f"job {job.name.name}: {{{role}.{name}}} names no {role.removesuffix('s')} of the job"
                around.mistakes.add(job.executor_line, message, f"did you mean {{{role}.{near}}}?" if near else None)


def _check_reads(consumer: ConsumerDraft, around: Surroundings) -> None:
    for read in consumer.reads:
        if not around.has(read.dataset.value):
            around.unknown_dataset(read.dataset, f"consumer {consumer.name.name}:")
            continue
        for column in read.columns:
            _check_promised(read.dataset.value, column, f"consumer {consumer.name.name}:", around)


def _check_producers(draft: Draft, around: Surroundings) -> None:
    first: dict[Name, JobDraft] = {}
    for job in draft.jobs:
        for output in job.outputs:
            other = first.setdefault(output.value, job)
            if other is not job:
                made = f"is made by job {other.name.name} already (line {other.line})"
                message = f"job {job.name.name}: output {shown(output.value, around.namespace)} {made}"
                around.mistakes.add(output.line, message, "one dataset has one producer: keep one of them")


def _check_cycles(draft: Draft, around: Surroundings) -> None:
    lines = {("job", job.name): job.line for job in draft.jobs}
    for cycle in find_cycles(_flow(draft)):
        start = min((node for node in cycle if node in lines), key=lambda node: lines[node])
        turned = cycle[:-1][cycle.index(start) :] + cycle[: cycle.index(start)] + (start,)
        path = " → ".join(shown(name, around.namespace) for _, name in turned)
        message = f"jobs depend on each other in a circle: {path}"
        around.mistakes.add(lines[start], message, "a job may read earlier partitions only of its own output")


def _flow(draft: Draft) -> dict[tuple[str, Name], list[tuple[str, Name]]]:
    """What leads where. A job that reads its own output is left out: it is judged with its inputs."""
    downstream: dict[tuple[str, Name], list[tuple[str, Name]]] = {}
    for job in draft.jobs:
        outputs = [output.value for output in job.outputs]
        downstream.setdefault(("job", job.name), []).extend(("dataset", output) for output in outputs)
        for item in job.inputs:
            if item.dataset.value not in outputs:
                downstream.setdefault(("dataset", item.dataset.value), []).append(("job", job.name))
    for job in draft.jobs:
        for said in job.after:
            if said.job.value != job.name and ("job", said.job.value) in downstream:
                downstream["job", said.job.value].append(("job", job.name))
    return downstream
