"""Builders for runs as a worker claims them, without a graph."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from graph_model.estate.entities import InputSpec, JobSpec
from graph_model.names import Name, dataset_id
from graph_model.partitions.rules import PartitionScheme, parse_mapping
from graph_model.runs.entities import ClaimedRun, Failure, RunInput, RunKind, RunOutput
from graph_model.settings import JobSettings
from graph_model.versions.entities import Content, Validated
from graph_model.versions.roots import Roots
from workers.executors import Task, executor_for, validation
from workers.executors.handover import clean_environment
from workers.handed import handed_to
from workers.held import Held
from workers.ordering import job_order
from workers.places import make_staging, open_task
from workers.process import Ended, Order, Process
from workers.supervisor import Outcome, Supervisor
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
    **more: Any,
) -> ClaimedRun:
    """A claimed run of the job `test/job`. `mappings` declares its inputs; without it, those of `inputs`, as `same`.
    `more` are further words of the job."""
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
        **more,
    )
    return ClaimedRun("rn_0123456789abcdef", RunKind.JOB, 1, 1, 0, job.name, DAY, job, inputs, outputs, timeout_seconds)


def ordered(
    run: ClaimedRun, root: Path | Roots, templates: Templates | None = None, *, allow_shell: bool = False
) -> tuple[Task, Order]:
    """What starts the job process of a run, whose staging folders are there; no validation, no graph."""
    task = replace(open_task(run, root), allow_shell=allow_shell)
    make_staging(task.run.outputs)
    launch = executor_for(task.job.kind).prepare(task)
    template = templates.of(launch.template) if templates else None
    return task, job_order(task, launch, limits=task.job.limits, handed=handed_to(task), template=template)


def carried_out(
    run: ClaimedRun, root: Path | Roots, templates: Templates | None = None, *, allow_shell: bool = False
) -> tuple[Task, Order, Ended]:
    task, order = ordered(run, root, templates, allow_shell=allow_shell)
    return task, order, Process(order).wait(60)


class Telling(Supervisor):
    """A supervisor that tells us how runs ended, and not the graph. All else is real."""

    def __init__(self, root: Path, templates: Templates | None = None, jobs: JobSettings | None = None) -> None:
        graph: Any = None
        super().__init__(graph, root, templates, jobs=jobs)
        self.outcome: Outcome | None = None

    def _tell(self, run: ClaimedRun, task: Task | None, outcome: Outcome) -> tuple[str, ...]:
        self.outcome = outcome
        if isinstance(outcome, Failure) and task is not None:
            self._remove_staging(task)
        return ()


def outcome_of(
    run: ClaimedRun, root: Path, templates: Templates | None = None, jobs: JobSettings | None = None
) -> Outcome:
    """How a run ends when the supervisor carries it out, validation included."""
    supervisor = Telling(root, templates, jobs)
    supervisor.execute(Held(run))
    assert supervisor.outcome is not None
    return supervisor.outcome


def result_of(task: Task) -> dict[str, Any]:
    return json.loads(task.result_file.read_text())


def judged(outputs: tuple[RunOutput, ...], folder: Path, templates: Templates | None) -> tuple[Validated, ...]:
    """What a process of their own finds in these contents: a copy of the template, or without one a fresh one."""
    task = open_task(a_run("shell", {"argv": ["true"]}), folder)
    launch = validation.prepare(task, outputs)
    template = templates.of(launch.template) if templates else None
    order = Order(launch, task.folder, clean_environment(task, {}), "validate", template=template)
    ended = Process(order).wait(120)
    assert ended == Ended(0), order.stderr.read_text()
    return validation.answers(task)
