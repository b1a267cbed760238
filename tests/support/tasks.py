"""Builders for runs as a worker claims them, without a graph."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from graph_model.estate.entities import InputSpec, JobSpec
from graph_model.names import Name, dataset_id
from graph_model.partitions.rules import PartitionScheme, parse_mapping
from graph_model.runs.entities import ClaimedRun, RunInput, RunKind, RunOutput
from graph_model.versions.entities import Content
from graph_model.versions.roots import Roots
from workers.executors import Task, executor_for
from workers.executors.handover import clean_environment
from workers.places import make_staging, open_task
from workers.process import Ended, Order, Process
from workers.template.keeper import Templates

DAY = "2013-01-05"


def a_dataset(name: str) -> Name:
    return Name("test", name)


def an_input(name: str, location: str, *, kind: str = "csv", partition: str = DAY) -> RunInput:
    return RunInput(a_dataset(name), partition, f"vs_{name}_{partition}", Content(kind, location))


def an_output(name: str, location: str | None = None, *, kind: str = "csv") -> RunOutput:
    place = location or f"{name}/{DAY}/rn_0123456789abc-1/data.{kind}"
    return RunOutput(a_dataset(name), dataset_id(a_dataset(name)), DAY, Content(kind, place))


def a_run(
    kind: str,
    executor: Mapping[str, Any],
    *,
    inputs: tuple[RunInput, ...] = (),
    outputs: tuple[RunOutput, ...] = (),
    mappings: Mapping[str, str] | None = None,
    never_retry: tuple[int, ...] = (),
    timeout_seconds: float = 60.0,
) -> ClaimedRun:
    """A claimed run of the job `test/job`. `mappings` declares its inputs; without it, those of `inputs`, as `same`."""
    declared = mappings or {item.dataset.name: "same" for item in inputs}
    specs = tuple(InputSpec(a_dataset(name), parse_mapping(mapping)) for name, mapping in declared.items())
    job = JobSpec(
        a_dataset("job"),
        kind,
        executor,
        specs,
        tuple(output.dataset for output in outputs),
        PartitionScheme("day"),
        never_retry=never_retry,
    )
    return ClaimedRun("rn_0123456789abcdef", RunKind.JOB, 1, 1, 0, job.name, DAY, job, inputs, outputs, timeout_seconds)


def ordered(run: ClaimedRun, root: Path | Roots, templates: Templates | None = None) -> tuple[Task, Order]:
    """What starts the job process of a run, whose staging folders are there; no validation, no graph."""
    task = open_task(run, root)
    make_staging(task.run.outputs)
    launch = executor_for(task.job.kind).prepare(task)
    template = templates.of(launch.template) if templates else None
    return task, Order(launch, task.folder, clean_environment(task, launch.environment), template=template)


def carried_out(run: ClaimedRun, root: Path | Roots, templates: Templates | None = None) -> tuple[Task, Order, Ended]:
    task, order = ordered(run, root, templates)
    return task, order, Process(order).wait(60)


def result_of(task: Task) -> dict[str, Any]:
    return json.loads(task.result_file.read_text())
