"""Reads one OpenLineage event, of version 2-0-2 or older, whoever sent it.

What makes an event unusable is refused with a JSON pointer to it. What is only odd (a run id that is no UUID, a time
without a zone, a facet that is not of its form) is taken, kept as it came, and named among the warnings.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, NamedTuple

from pydantic import ValidationError

from connectors.openlineage.canonical import canonical
from connectors.openlineage.datasets import read_dataset
from connectors.openlineage.documents import (
    DatasetDocument,
    DatasetEventDocument,
    EventDocument,
    JobEventDocument,
    RunEventDocument,
)
from connectors.openlineage.facets import results_of_tests, terms_of_job, terms_of_run
from connectors.openlineage.flows import flows_of
from connectors.openlineage.schema import Warn
from graph_model.errors import InvalidEvent
from graph_model.names import Name, implicit_job
from graph_model.observed.entities import Observation, Role, SeenDataset
from graph_model.texts import NOT_STORABLE, is_storable

_SECRET = re.compile(r"pass|secret|token|key|credential|auth|dsn|conn", re.IGNORECASE)
_REDACTED = "•••"
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def read_event(document: Any, at: str = "") -> Observation:
    """The observation that an event makes. `at`: JSON pointer to the event in what was sent. Raises InvalidEvent."""
    if not isinstance(document, dict):
        raise InvalidEvent(at, "an event is an object")
    try:
        body, sent = canonical(document)
    except UnicodeEncodeError:
        raise InvalidEvent(_no_text(document, at), NOT_STORABLE) from None
    form = _form(document, at)
    identity = hashlib.sha256(sent).hexdigest()[:32]
    safe = _without_secrets(document)
    if safe is not document:
        body, _ = canonical(safe)
    try:
        return _read(form.frame.model_validate(safe), identity, body)
    except ValidationError:
        raise _refusal(form, document, at) from None


class _Form(NamedTuple):
    """A kind of events: as a frame around datasets that nobody has checked yet, and as a whole."""

    frame: type[EventDocument]
    whole: type[EventDocument]


_RUN_EVENT = _Form(RunEventDocument[Any], RunEventDocument[DatasetDocument])
_JOB_EVENT = _Form(JobEventDocument[Any], JobEventDocument[DatasetDocument])
_DATASET_EVENT = _Form(DatasetEventDocument[Any], DatasetEventDocument[DatasetDocument])


def _read(event: EventDocument, identity: str, body: str) -> Observation:
    """Raises ValidationError: datasets are checked as they are read."""
    warnings: list[str] = []
    observation = partial(Observation, identity, _utc(event.time, warnings.append), body)
    if isinstance(event, DatasetEventDocument):
        return _of_dataset(event, observation, warnings)
    assert isinstance(event, JobEventDocument)
    return _of_job(event, observation, warnings)


def _of_dataset(
    event: DatasetEventDocument[Any], observation: Callable[..., Observation], warnings: list[str]
) -> Observation:
    """What a dataset is made from needs a job to go through, though nobody names one."""
    seen = _seen(event.dataset, Role.SUBJECT, "/dataset", warnings)
    job, made = implicit_job(seen.name), replace(seen, role=Role.OUTPUT)
    found = flows_of(job, {}, [made], warnings.append, "/dataset")
    if not found.words and not found.implied:
        return observation(datasets=(seen,), warnings=tuple(warnings))
    return observation(
        job=job,
        implicit=True,
        datasets=(made, *found.implied),
        flows=found.flows,
        shapes=found.shapes,
        words=found.words,
        warnings=tuple(warnings),
    )


def _of_job(event: JobEventDocument[Any], observation: Callable[..., Observation], warnings: list[str]) -> Observation:
    warn = warnings.append
    job, job_facets = Name(event.job.namespace, event.job.name), event.job.told
    datasets = [
        *[_seen(found, Role.INPUT, f"/inputs/{place}", warnings) for place, found in enumerate(event.inputs or ())],
        *[_seen(found, Role.OUTPUT, f"/outputs/{place}", warnings) for place, found in enumerate(event.outputs or ())],
    ]
    run = event.run if isinstance(event, RunEventDocument) else None
    if run:
        _look_at_run_id(run.id, warn)
    run_facets = run.told if run else {}
    run_terms = terms_of_run(run_facets, "/run/facets", warn)
    found = flows_of(job, job_facets, datasets, warn)
    job_terms = terms_of_job(job_facets, "/job/facets", warn)
    return observation(
        event_type=event.type if isinstance(event, RunEventDocument) else None,
        run=run.id if run else None,
        job=job,
        datasets=(*_with_tests(datasets, run_terms.get("tests")), *found.implied),
        flows=found.flows,
        shapes=found.shapes,
        words=found.words,
        run_facets=run_facets,
        job_facets=job_facets,
        run_terms=run_terms,
        job_terms=job_terms,
        warnings=tuple(warnings),
    )


def _form(document: dict[str, Any], at: str) -> _Form:
    """By its members, as the standard says them apart: `schemaURL` may be missing, old, or of a fork."""
    if "run" in document:
        return _RUN_EVENT
    if "job" in document:
        return _JOB_EVENT
    if "dataset" in document:
        return _DATASET_EVENT
    raise InvalidEvent(at, "an event has a `run` and a `job`, or a `job`, or a `dataset`")


def _refusal(form: _Form, document: dict[str, Any], at: str) -> InvalidEvent:
    """Names the first mistake, in the order of the standard, of an event that has one."""
    try:
        form.whole.model_validate(document)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        path = "".join(f"/{_escaped(part)}" for part in first["loc"])
        return InvalidEvent(f"{at}{path}", first["msg"])
    raise AssertionError("an event that is refused has a mistake")


def _escaped(part: str | int) -> str:
    """One step of a JSON pointer (RFC 6901)."""
    return str(part).replace("~", "~0").replace("/", "~1")


def _no_text(document: Any, at: str) -> str:
    """Where the half of a character stands that makes a document one which UTF-8 cannot hold."""
    return next(place for place, value in _texts(document, at) if not is_storable(value))


def _texts(value: Any, at: str) -> Iterator[tuple[str, str]]:
    open_ends: list[tuple[str, Any]] = [(at, value)]
    while open_ends:
        place, value = open_ends.pop()
        if isinstance(value, str):
            yield place, value
        elif isinstance(value, dict):
            open_ends += ((f"{place}/{_escaped(key)}", part) for key, part in value.items())
            yield from ((place, key) for key in value)
        elif isinstance(value, list):
            open_ends += ((f"{place}/{position}", part) for position, part in enumerate(value))


def _utc(moment: datetime, warn: Warn) -> datetime:
    if moment.tzinfo is not None:
        return moment.astimezone(UTC)
    warn("/eventTime: without a zone; taken as UTC")
    return moment.replace(tzinfo=UTC)


def _look_at_run_id(run: str, warn: Warn) -> None:
    if _UUID.fullmatch(run):
        return
    try:
        uuid.UUID(run)
    except ValueError:
        warn("/run/runId: not a UUID; kept as it is")


def _seen(document: Any, role: Role, at: str, warnings: list[str]) -> SeenDataset:
    found = read_dataset(document, role)
    if found.warnings:
        warnings += [f"{at}{warning}" for warning in found.warnings]
    return found.seen


def _with_tests(datasets: list[SeenDataset], tests: Any) -> list[SeenDataset]:
    """Tests of a run do not say what they are about. With a single input, which tells of none itself, they are about
    that one."""
    inputs = [seen for seen in datasets if seen.role is Role.INPUT]
    if not tests or len(inputs) != 1 or inputs[0].results:
        return datasets
    results = tuple(results_of_tests(tests, inputs[0].name))
    checks = [[result.check, result.kind] for result in results]
    only = replace(inputs[0], results=results, terms={**inputs[0].terms, "assertions": checks})
    return [only if seen is inputs[0] else seen for seen in datasets]


def _without_secrets(document: dict[str, Any]) -> dict[str, Any]:
    """The event without the values of what is named like a secret in the facets that carry a client's environment."""
    run = document.get("run")
    if not isinstance(run, dict):
        return document
    facets = run.get("facets")
    if not isinstance(facets, dict) or _ENVIRONMENT.isdisjoint(facets):
        return document
    told = {name: _masked(facet) if name in _ENVIRONMENT else facet for name, facet in facets.items()}
    return document | {"run": run | {"facets": told}}


_ENVIRONMENT = {"environmentVariables", "executionParameters"}


def _masked(value: Any) -> Any:
    if isinstance(value, list):
        return [_masked(part) for part in value]
    if not isinstance(value, dict):
        return value
    masked = {key: _masked(part) for key, part in value.items()}
    named = str(value.get("name") or value.get("key") or "")
    if "value" in value and _SECRET.search(named):
        masked["value"] = _REDACTED
    return masked
