"""Datasets, jobs and runs as Marquez' clients read them."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from graph_model.listing.entities import (
    ColumnFacts,
    DatasetFacts,
    JobFacts,
    Linked,
    Moment,
    RunEnd,
    RunFacts,
    VersionFacts,
)
from graph_model.listing.notes import tags_in
from graph_model.moments import moment_at
from graph_model.names import Name

Form = dict[str, Any]
_SPACE = uuid.UUID("6f3cf4a2-54bb-5dd0-8a5e-6d2f1f1d7f3e")
_DIGITS = 24
_UUID = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# Kinds of our ids that are told as UUIDs, each with the two digits that say so.
_MARKS = {"rn": "01", "or": "02", "vs": "03"}
_KINDS = {mark: kind for kind, mark in _MARKS.items()}

STATES = {
    None: "NEW",
    "OTHER": "NEW",
    "READY": "NEW",
    "START": "RUNNING",
    "RUNNING": "RUNNING",
    "COMPLETE": "COMPLETED",
    "SUCCEEDED": "COMPLETED",
    "FAIL": "FAILED",
    "FAILED": "FAILED",
    "ABORT": "ABORTED",
    "CANCELLED": "ABORTED",
    "SUPERSEDED": "ABORTED",
    "LAPSED": "ABORTED",
}
_STREAMS = ("STREAM", "TOPIC")
_NOTHING: Mapping[str, Any] = {}


@lru_cache(maxsize=20_000)
def moment(at: Moment | None) -> str | None:
    """A moment as Java prints one: in UTC, with as many digits as it needs."""
    if at is None:
        return None
    text = moment_at(at).isoformat()[:-6]
    return f"{text[:-3]}Z" if text.endswith("000") and "." in text else f"{text}Z"


def uuid_of(id_: str) -> str:
    """An id of ours as a UUID, from which `id_of` gets it back; an id that is not made of 24 digits stays as it is."""
    kind, _, digits = id_.partition("_")
    if kind not in _MARKS or len(digits) != _DIGITS:
        return id_
    text = f"{digits[:12]}8{digits[12:15]}a{digits[15:]}{_MARKS[kind]}0000"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def id_of(text: str) -> str:
    """The id of ours that a UUID stands for; what is none stays as it is."""
    digits = text.replace("-", "").lower()
    if len(digits) != 32 or digits[12] != "8" or digits[16] != "a" or not digits.endswith("0000"):
        return text
    kind = _KINDS.get(digits[26:28])
    return f"{kind}_{digits[:12]}{digits[13:16]}{digits[17:26]}" if kind else text


def job_version_of(job: str, inputs: Sequence[str], outputs: Sequence[str], definition: str | None) -> str:
    """The same inputs, outputs and definition of a job are the same version of it."""
    return str(uuid.uuid5(_SPACE, "\0".join((job, *inputs, "\1", *outputs, "\1", definition or ""))))


def name_form(name: Name) -> Form:
    return {"namespace": name.namespace, "name": name.name}


def run_id(run: RunFacts) -> str:
    """The client's own id where it is a UUID, else one that is made from ours."""
    if run.called and _UUID.fullmatch(run.called):  # as nearly all are; to parse it costs ten times as much
        return run.called
    try:
        return str(uuid.UUID(run.called)) if run.called else uuid_of(run.id)
    except ValueError:
        return uuid_of(run.id)


def run_form(run: RunFacts, ends: Sequence[RunEnd] | None = None) -> Form:
    """`ends` None: what it read and wrote was not looked at, so that nothing is said of it."""
    took = (run.ended - run.started) // 1000 if run.ended and run.started else None
    form: Form = {
        "id": run_id(run),
        "createdAt": moment(run.created),
        "updatedAt": moment(run.last),
        "nominalStartTime": None,
        "nominalEndTime": None,
        "state": STATES.get(run.state, "NEW"),
        "startedAt": moment(run.started),
        "endedAt": moment(run.ended),
        "durationMs": took,
        "args": {},
        "facets": run.facets,
    }
    if run.facets:
        form |= _said_of_run(run.facets)
    return form if ends is None else form | _ends_form(run, ends)


def _said_of_run(facets: Mapping[str, Any]) -> Form:
    nominal = _object(facets, "nominalTime")
    return {
        "nominalStartTime": nominal.get("nominalStartTime"),
        "nominalEndTime": nominal.get("nominalEndTime"),
        "args": _object(facets, "marquez_args").get("args") or {},
    }


def _ends_form(run: RunFacts, ends: Sequence[RunEnd]) -> Form:
    inputs = sorted({end.dataset for end in ends if end.reads})
    outputs = sorted({end.dataset for end in ends if not end.reads})
    version = job_version_of(run.job, inputs, outputs, run.definition)
    return {
        "jobVersion": {**name_form(run.job_name), "version": version},
        "inputDatasetVersions": [_end_form(end) for end in ends if end.reads and end.version],
        "outputDatasetVersions": [_end_form(end) for end in ends if not end.reads and end.version],
        "context": _context(run.job_facets),
    }


def _end_form(end: RunEnd) -> Form:
    assert end.version is not None
    return {"datasetVersionId": {**name_form(end.name), "version": uuid_of(end.version)}, "facets": {}}


def column_forms(columns: Sequence[ColumnFacts], facets: Mapping[str, Any]) -> list[Form]:
    """Columns with what was declared of them and what observations said."""
    if not columns:
        return []
    described = {
        str(field.get("name")): field.get("description")
        for field in _list(_object(facets, "schema").get("fields"))
        if isinstance(field, dict)
    }
    return [
        {
            "name": column.path,
            "type": column.type,
            "tags": list(dict.fromkeys([*column.tags, *(tags_in(facets, column.path) if facets else ())])),
            "description": column.description or described.get(column.path),
        }
        for column in columns
    ]


def dataset_data(dataset: DatasetFacts) -> Form:
    """A dataset as a node of lineage has it."""
    name, facets = dataset.name, dataset.facets
    data: Form = {
        "id": name_form(name),
        "type": "STREAM" if is_stream(dataset) else "DB_TABLE",
        "name": name.name,
        "physicalName": name.name,
        "createdAt": moment(dataset.since),
        "updatedAt": moment(dataset.last),
        "namespace": name.namespace,
        "sourceName": name.namespace,
        "fields": column_forms(dataset.columns, facets),
        "tags": list(dict.fromkeys(dataset.tags)),
        "lastModifiedAt": moment(dataset.complete),
        "description": dataset.description or None,
        "lastLifecycleState": None,
    }
    return data | _said_of_dataset(dataset, facets) if facets else data


def _said_of_dataset(dataset: DatasetFacts, facets: Mapping[str, Any]) -> Form:
    """What observations say of it; most have said nothing, and to look for each word would be half of the work."""
    return {
        "physicalName": _object(facets, "marquez_dataset").get("physicalName") or dataset.name.name,
        "sourceName": _object(facets, "dataSource").get("name") or dataset.name.namespace,
        "tags": list(dict.fromkeys([*dataset.tags, *tags_in(facets, None)])),
        "description": dataset.description or _object(facets, "documentation").get("description"),
        "lastLifecycleState": _object(facets, "lifecycleStateChange").get("lifecycleStateChange"),
    }


def dataset_form(dataset: DatasetFacts) -> Form:
    current = uuid_of(dataset.version) if dataset.version else None
    return dataset_data(dataset) | {
        "facets": dataset.facets,
        "currentVersion": current,
        "deleted": dataset.retired,
    }


def version_form(dataset: DatasetFacts, version: VersionFacts, run: Form | None) -> Form:
    """A version of a dataset, with the run that made it."""
    form = dataset_data(dataset)
    for key in ("updatedAt", "lastModifiedAt", "lastLifecycleState"):
        del form[key]
    told = uuid_of(version.id)
    return form | {
        "id": {**name_form(dataset.name), "version": told},
        "version": told,
        "physicalName": version.location or form["physicalName"],
        "createdAt": moment(version.at),
        "fields": column_forms(version.columns, dataset.facets),
        "description": form["description"] or "",
        "createdByRun": run,
        "facets": dataset.facets,
    }


def is_stream(dataset: DatasetFacts) -> bool:
    if dataset.name.namespace.startswith("kafka:"):
        return True
    return str(_object(dataset.facets, "datasetType").get("datasetType") or "").upper() in _STREAMS


def job_data(job: JobFacts, inputs: Sequence[Form], outputs: Sequence[Form]) -> Form:
    """A job as a node of lineage has it; what it reads and makes by `name_form`."""
    name, facets = job.name, job.facets
    parent = _parent_of(job)
    data: Form = {
        "id": name_form(name),
        "type": "BATCH",
        "name": name.name,
        "simpleName": name.name.removeprefix(f"{parent}.") if parent else name.name,
        "parentJobName": parent,
        "parentJobUuid": None,
        "createdAt": moment(job.since),
        "updatedAt": moment(job.last),
        "namespace": name.namespace,
        "inputs": inputs,
        "outputs": outputs,
        "location": None,
        "description": job.description or None,
        "latestRun": run_form(job.runs[0]) if job.runs else None,
    }
    return data | _said_of_job(job, facets) if facets else data


def _said_of_job(job: JobFacts, facets: Mapping[str, Any]) -> Form:
    return {
        "type": _job_type(facets),
        "location": _object(facets, "sourceCodeLocation").get("url"),
        "description": job.description or _object(facets, "documentation").get("description"),
    }


def job_form(job: JobFacts) -> Form:
    form = job_data(job, _name_forms(job.inputs), _name_forms(job.outputs))
    inputs, outputs = sorted(one.id for one in job.inputs), sorted(one.id for one in job.outputs)
    return form | {
        "context": _context(job.facets),
        "latestRuns": [run_form(run) for run in job.runs],
        "facets": job.facets,
        "currentVersion": job_version_of(job.id, inputs, outputs, job.definition),
        "tags": tags_in(job.facets, None),
    }


def _name_forms(linked: Sequence[Linked]) -> list[Form]:
    return [name_form(one.name) for one in linked]


def _job_type(facets: Mapping[str, Any]) -> str:
    said = _object(facets, "jobType")
    if str(said.get("jobType")).upper() == "SERVICE":
        return "SERVICE"
    return "STREAM" if str(said.get("processingType")).upper() == "STREAMING" else "BATCH"


def _parent_of(job: JobFacts) -> str | None:
    said = _object(job.runs[0].facets, "parent").get("job") if job.runs else None
    return said.get("name") if isinstance(said, dict) and said.get("name") != job.name.name else None


def _context(facets: Mapping[str, Any]) -> Form:
    query = _object(facets, "sql").get("query")
    return {"sql": query} if isinstance(query, str) else {}


def _object(facets: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = facets.get(name) if facets else None
    return found if isinstance(found, dict) else _NOTHING


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
