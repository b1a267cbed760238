"""Carries out one claimed run, from its staging folders to the graph's knowledge of how it ended."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import structlog

from connectors.secrets import redacted
from graph_model.errors import FenceLost, GraphUnavailable, LocationRefused
from graph_model.failpoints import failpoint
from graph_model.runs.entities import ClaimedRun, Failure, Finished, OutputVersion, RunKind
from graph_model.runs.fail import fail_run
from graph_model.runs.finish import Ending, finish_runs
from graph_model.settings import JobSettings, ValidationSettings
from graph_model.store.graph import Graph
from graph_model.store.grouping import Group
from graph_model.versions.entities import Validated
from graph_model.versions.roots import Roots, as_roots
from graph_model.versions.told import NOWHERE, judged_by_word
from workers.executors import CannotRunError, Launch, Task, executor_for, validation
from workers.executors.handover import clean_environment
from workers.exposing import expose
from workers.handed import handed_to, without_own
from workers.held import Held, RunLostError
from workers.lineage import pass_on
from workers.ordering import job_order, say_farewell
from workers.outcomes import failure_of, how_it_ended, metrics_in, our_failure, result_of, without_secrets
from workers.places import make_staging, open_task, remove_staging, tidy
from workers.process import Ended, Handed, Order
from workers.template.keeper import Templates
from workers.witness import Witness

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
    """A job ended well and its outputs could be read. `outputs` are those of the claimed run, in their order; `events`
    is where it may have told of its lineage."""

    outputs: tuple[OutputVersion, ...]
    metrics: Mapping[str, Any] = field(default_factory=dict)
    events: Path | None = None


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
        *,
        parent_id: Callable[[ClaimedRun], str | None] | None = None,
        jobs: JobSettings | None = None,
    ) -> None:
        """`parent_id`: how a run is called by those who are told of it; None where nobody is."""
        self._graph, self._roots, self._templates = graph, as_roots(roots), templates
        self._validation = validation or ValidationSettings()
        self._parent_id = parent_id
        self._jobs = jobs or JobSettings()
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
            task = replace(open_task(held.run, self._roots), allow_shell=self._jobs.allow_shell)
        except Exception as error:  # noqa: BLE001  our thread must outlive whatever a run brings with it
            return self._settle(held, None, _not_begun(held.run, error))
        try:
            outcome = self._outcome(held, task)
            failpoint("outputs.validated")
            ready = self._settle(held, task, outcome)
            failpoint("run.settled")
            if isinstance(outcome, Done):
                pass_on(self._graph, task.run, outcome.events)
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
            return our_failure(error)

    def _judge(self, held: Held, task: Task) -> Outcome:
        found = self._validate(held, task)
        return without_secrets(found, without_own(task).hidden) if isinstance(found, Failure) else Judged(found[0])

    def _do_job(self, held: Held, task: Task) -> Outcome:
        make_staging(task.run.outputs)
        handed = handed_to(task)
        try:
            outcome = self._work(held, task, handed)
        except CannotRunError as error:
            outcome = our_failure(error)
        return without_secrets(outcome, handed.hidden) if isinstance(outcome, Failure) else outcome

    def _work(self, held: Held, task: Task, handed: Handed) -> Done | Failure:
        """The job's own process, and then that of the validation of what it wrote."""
        launch = executor_for(task.job.kind).prepare(task)
        limits = task.job.limits.or_else(self._jobs.limits)
        template, told = self._templates and self._templates.of(launch.template), self._told(task.run)
        order = job_order(task, launch, limits=limits, handed=handed, told=told, template=template)
        witness = Witness(task)
        ended = self._carry_out(held, order, seconds=task.run.timeout_seconds)
        result = redacted(result_of(task), handed.hidden)
        failure = failure_of(task, ended, result, limits, launch.explain)
        if failure is not None:
            return failure
        wrong = witness.trespass() or witness.missing_output()
        if wrong:
            return Failure(wrong, ended.exit_code, retry=False)
        return self._checked(held, task, metrics_in(result), launch.events)

    def _carry_out(self, held: Held, order: Order, *, seconds: float) -> Ended:
        try:
            ended = held.carry_out(order, seconds=seconds)
        except RunLostError:
            say_farewell(order)
            raise
        if ended.timed_out or ended.exceeded:
            say_farewell(order)
        return ended

    def _checked(self, held: Held, task: Task, metrics: Mapping[str, Any], events: Path | None) -> Done | Failure:
        found = self._validate(held, task)
        if isinstance(found, Failure):
            return found
        for output, validated in zip(task.run.outputs, found, strict=True):
            if validated.inspection is None:
                return Failure(f"output {output.dataset.name}: {validated.reason}")
        outputs = tuple(
            OutputVersion(output, validated) for output, validated in zip(held.run.outputs, found, strict=True)
        )
        return Done(outputs, metrics, events)

    def _validate(self, held: Held, task: Task) -> tuple[Validated, ...] | Failure:
        """What was found in each output; a Failure when the validation itself did not come to an end."""
        if not task.run.outputs:
            return ()
        limits = self._validation
        held.check()
        good = self._good_at_once(task)
        if good is not None:
            held.check()
            return good
        launch = validation.prepare(task, task.run.outputs, memory_mb=limits.memory_mb)
        order = replace(
            self._order(task, launch, label="validate"),
            limits={"DATA": limits.most_memory_mb << 20},
            handed=without_own(task),
        )
        ended = held.carry_out(order, seconds=limits.timeout_seconds)
        if ended.timed_out:  # and would be the next time
            reason = f"validation took longer than the {limits.timeout_seconds:g} s that it may take"
            return Failure(reason, ended.exit_code, retry=False)
        if ended.exit_code:
            return Failure(f"validation {how_it_ended(ended)}", ended.exit_code)
        return validation.answers(task)

    def _good_at_once(self, task: Task) -> tuple[Validated, ...] | None:
        if self._templates is None:
            return None
        ask = self._templates.checkers.answer
        return validation.good_at_once(task.run.outputs, ask, memory_mb=self._validation.memory_mb)

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
                outcome = our_failure(error)
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
            expose(run, finished, self._roots)
        log.info("run finished", versions=dict(finished.versions), ready=len(finished.ready))
        return finished.ready

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


def _not_begun(run: ClaimedRun, error: Exception) -> Outcome:
    """A place that may not be opened is a verdict about the version that is said to lie there."""
    if run.kind is RunKind.VALIDATION and isinstance(error, LocationRefused):
        return Judged(Validated(None, (), error.reason))
    return our_failure(error)
