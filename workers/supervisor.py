"""Carries out one claimed run, from its staging folders to the graph's knowledge of how it ended."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from signal import Signals
from typing import Any

import structlog

from connectors import storage
from graph_model.errors import FenceLost, GraphUnavailable, HeadwaterError, LocationRefused
from graph_model.failpoints import failpoint
from graph_model.runs.entities import ClaimedRun, Failure, Finished, OutputVersion, RunKind, RunOutput
from graph_model.runs.fail import fail_run
from graph_model.runs.finish import Ending, finish_runs, output_version
from graph_model.settings import ValidationSettings
from graph_model.store.graph import Graph
from graph_model.store.grouping import Group
from graph_model.versions.entities import Content, Validated, VersionState
from graph_model.versions.roots import Roots, as_roots
from graph_model.versions.told import NOWHERE, judged_by_word
from workers.executors import CannotRunError, Launch, Task, executor_for, validation
from workers.executors.handover import clean_environment
from workers.held import Held, RunLostError
from workers.places import make_staging, open_task, remove_staging, tidy
from workers.process import Ended, Order
from workers.template.keeper import Templates

# How long to wait before the graph is told again how a run ended.
TELL_AGAIN_SECONDS = 1.0
# So often an error that nobody foresaw may come back before the run is left to its lease.
MOST_SURPRISES = 3
# So many runs end in one transaction at most; each may lock a hundred job partitions.
MOST_ENDINGS = 16

log = structlog.get_logger(__name__)


class UnsettledError(Exception):
    """The graph is there, yet could not be told how a run ended: only a new identity of this worker helps."""


@dataclass(frozen=True, slots=True)
class Done:
    """A job ended well and its outputs could be read. `outputs` are those of the claimed run, in their order."""

    outputs: tuple[OutputVersion, ...]
    metrics: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Judged:
    """A validation run has its verdict."""

    validated: Validated


Outcome = Done | Judged | Failure


class Supervisor:
    """Executes runs on data below these roots. Each call of `execute` belongs to one thread and one run."""

    def __init__(
        self,
        graph: Graph,
        roots: Roots | Path,
        templates: Templates | None = None,
        validation: ValidationSettings | None = None,
        parent_id: Callable[[ClaimedRun], str | None] | None = None,
    ) -> None:
        """`parent_id`: how a run is called by those who are told of it; None where nobody is."""
        self._graph, self._roots, self._templates = graph, as_roots(roots), templates
        self._validation = validation or ValidationSettings()
        self._parent_id = parent_id
        self._endings: Group[Ending, Finished] = Group(lambda endings: finish_runs(graph, endings), most=MOST_ENDINGS)

    def execute(self, held: Held) -> tuple[str, ...]:
        """Carries out a run and tells the graph; the runs that became ready. Raises UnsettledError, nothing else."""
        run = held.run
        with structlog.contextvars.bound_contextvars(
            run=run.id, fence=run.fence, subject=str(run.subject), partition=run.partition
        ):
            log.info("run started", attempt=run.attempt, kind=run.kind)
            try:
                return self._execute(held)
            except RunLostError:
                log.warning("run lost: its process is ended, nothing was written")
                return ()

    def _execute(self, held: Held) -> tuple[str, ...]:
        if held.run.kind is RunKind.VALIDATION and held.run.outputs[0].content.location == NOWHERE:
            return self._settle(held, None, Judged(judged_by_word(held.run.outputs[0])))
        try:
            task = open_task(held.run, self._roots)
        except Exception as error:  # noqa: BLE001  our thread must outlive whatever a run brings with it
            return self._settle(held, None, _not_begun(held.run, error))
        try:
            outcome = self._outcome(held, task)
            failpoint("outputs.validated")
            ready = self._settle(held, task, outcome)
            failpoint("run.settled")
            return ready
        except RunLostError:
            self._remove_staging(task)
            raise
        finally:
            tidy(task.folder)

    def _outcome(self, held: Held, task: Task) -> Outcome:
        try:
            if task.run.kind is RunKind.VALIDATION:
                return self._judge(held, task)
            return self._do_job(held, task)
        except RunLostError:
            raise
        except Exception as error:  # noqa: BLE001  our thread must outlive whatever a run brings with it
            return _our_failure(error)

    def _judge(self, held: Held, task: Task) -> Outcome:
        found = self._validate(held, task)
        return found if isinstance(found, Failure) else Judged(found[0])

    def _do_job(self, held: Held, task: Task) -> Outcome:
        make_staging(task.run.outputs)
        launch = executor_for(task.job.kind).prepare(task)
        order = self._order(task, launch, label="job")
        ended = held.carry_out(order, seconds=task.run.timeout_seconds)
        result = _result(task)
        if ended.timed_out or ended.exit_code not in (0, *task.job.policies.retries.success):
            return _failure(task, ended, result, order)
        found = self._validate(held, task)
        if isinstance(found, Failure):
            return found
        for output, validated in zip(task.run.outputs, found, strict=True):
            if validated.inspection is None:
                return Failure(f"output {output.dataset.name}: {validated.reason}")
        outputs = tuple(
            OutputVersion(output, validated) for output, validated in zip(held.run.outputs, found, strict=True)
        )
        return Done(outputs, result.get("metrics", {}))

    def _validate(self, held: Held, task: Task) -> tuple[Validated, ...] | Failure:
        """What was found in each output; a Failure when the validation itself did not come to an end."""
        if not task.run.outputs:
            return ()
        limits = self._validation
        launch = validation.prepare(task, task.run.outputs, memory_mb=limits.memory_mb)
        order = replace(self._order(task, launch, label="validate"), limits={"DATA": limits.most_memory_mb << 20})
        ended = held.carry_out(order, seconds=limits.timeout_seconds)
        if ended.timed_out:  # and would be the next time
            reason = f"validation took longer than the {limits.timeout_seconds:g} s that it may take"
            return Failure(reason, ended.exit_code, retry=False)
        if ended.exit_code:
            return Failure(f"validation {_how_it_ended(ended)}{_last_line(order)}", ended.exit_code)
        return validation.answers(task)

    def _settle(self, held: Held, task: Task | None, outcome: Outcome) -> tuple[str, ...]:
        """Tells the graph until it knows, or until the run is lost."""
        surprises = 0
        in_doubt = False
        while not held.lost:
            try:
                return self._tell(held.run, task, outcome)
            except FenceLost:
                break
            except GraphUnavailable as error:
                log.warning("the graph cannot be told how the run ended, trying again", error=str(error))
            except Exception as error:
                surprises += 1
                log.exception("the end of the run could not be recorded")
                if surprises >= MOST_SURPRISES:
                    raise UnsettledError(held.run.id) from error
                outcome = _our_failure(error)
            in_doubt = True
            held.pause(TELL_AGAIN_SECONDS)
        if not in_doubt:
            raise RunLostError(held.run.id)
        # An attempt to tell may have succeeded without an answer. Then the files are published, and must stay.
        log.warning("whether the run had ended is not known here: its outputs are left alone")
        return ()

    def _tell(self, run: ClaimedRun, task: Task | None, outcome: Outcome) -> tuple[str, ...]:
        if isinstance(outcome, Failure):
            state = fail_run(self._graph, run, outcome)
            log.warning("run failed", reason=outcome.reason, exit_code=outcome.exit_code, state=state)
            if task is not None:
                self._remove_staging(task)
            return ()
        finished = self._endings.submit(_ending(run, outcome))
        if run.kind is RunKind.JOB:
            self._expose(run, finished)
        log.info("run finished", versions=dict(finished.versions), ready=len(finished.ready))
        return finished.ready

    def _expose(self, run: ClaimedRun, finished: Finished) -> None:
        """Keeps fixed places up to date, after the commit. What cannot be exposed is still published: never raises."""
        for output in run.outputs:
            published = finished.versions.get(output_version(run, output)) == VersionState.PUBLISHED
            if not published or _exposed_place(output) is None:
                continue
            try:
                self._expose_one(output)
            except Exception:
                log.exception("a published version could not be exposed", dataset=str(output.dataset))

    def _expose_one(self, output: RunOutput) -> None:
        source = output.content
        target = Content(source.format, _exposed_place(output) or "", source.options)
        storage.expose(storage.located(source, self._roots), storage.located(target, self._roots), output.partition)

    def _order(self, task: Task, launch: Launch, *, label: str) -> Order:
        template = self._templates and self._templates.of(launch.template)
        environment = clean_environment(task, self._told(task.run) | dict(launch.environment))
        return Order(launch, task.folder, environment, label, template=template)

    def _told(self, run: ClaimedRun) -> dict[str, str]:
        """So that what a job tells of itself by a client of OpenLineage belongs to its run."""
        parent = self._parent_id(run) if self._parent_id else None
        return {"OPENLINEAGE_PARENT_ID": parent} if parent else {}

    def _remove_staging(self, task: Task) -> None:
        """A validation run reads what others wrote: there is nothing of its own to remove."""
        if task.run.kind is RunKind.JOB:
            remove_staging(task.run, task.run.outputs)


def _ending(run: ClaimedRun, outcome: Done | Judged) -> Ending:
    if isinstance(outcome, Judged):
        return Ending(run, (OutputVersion(run.outputs[0], outcome.validated),))
    return Ending(run, outcome.outputs, outcome.metrics)


def _result(task: Task) -> dict[str, Any]:
    """What the process left behind, as far as it can be read."""
    try:
        return json.loads(task.result_file.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}


def _failure(task: Task, ended: Ended, result: Mapping[str, Any], order: Order) -> Failure:
    if ended.timed_out:
        return Failure(f"took longer than its {task.run.timeout_seconds:g} s and was ended", ended.exit_code)
    reason = result.get("reason") or f"{_how_it_ended(ended)}{_last_line(order)}"
    return Failure(str(reason), ended.exit_code, retry=ended.exit_code not in task.job.never_retry)


def _how_it_ended(ended: Ended) -> str:
    number = ended.exit_code - 128
    if number in set(Signals):
        return f"was ended by {Signals(number).name}"
    return f"exited with {ended.exit_code}"


def _last_line(order: Order) -> str:
    """What it said last on standard error, which mostly tells why."""
    with order.stderr.open("rb") as file:
        file.seek(max(0, order.stderr.stat().st_size - 4096))
        lines = file.read().decode(errors="replace").strip().splitlines()
    return f": {lines[-1].strip()[:500]}" if lines else ""


def _our_failure(error: Exception) -> Failure:
    """A run that Headwater itself could not carry out. What is known to be the job's own fault is not tried again."""
    if isinstance(error, CannotRunError):
        return Failure(str(error), retry=False)
    if not isinstance(error, HeadwaterError):
        log.error("an error that nobody foresaw", exc_info=error)
        return Failure(f"Headwater could not carry it out: {type(error).__name__}: {error}")
    return Failure(str(error))


def _not_begun(run: ClaimedRun, error: Exception) -> Outcome:
    """A place that may not be opened is a verdict about the version that is said to lie there."""
    if run.kind is RunKind.VALIDATION and isinstance(error, LocationRefused):
        return Judged(Validated(None, (), error.reason))
    return _our_failure(error)


def _exposed_place(output: RunOutput) -> str | None:
    return output.content.options.get("expose")
