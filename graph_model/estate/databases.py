"""Jobs that run inside of a database: its tables are all in it, and which SQL it speaks is told by its address."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from graph_model.errors import nearest
from graph_model.estate.drafts import JobDraft
from graph_model.estate.entities import DatasetSpec
from graph_model.estate.references import Surroundings
from graph_model.estate.sections import shown
from graph_model.estate.vocabulary import SQL_DIALECTS
from graph_model.names import Name

_WORD = re.compile(r"\{([^{}]*)\}")
_DRIVER = re.compile(r"^([a-z]+)(\+[a-z0-9_]+)?://")


def is_in_database(job: JobDraft) -> bool:
    return job.kind == "procedure" or (job.kind == "sql" and job.executor.get("engine") == "database")


def check_databases(job: JobDraft, around: Surroundings) -> None:
    """What can be told of such a job before it runs."""
    if not is_in_database(job):
        return
    tables = {name: spec for name in _names(job) if (spec := around.declared.get(name))}
    _check_places(job, tables, around)
    if job.kind == "procedure":
        _check_procedure(job, tables, around)
        _check_arguments(job, around)
    elif len(job.outputs) > 1:
        _wrong(job, around, f"has {len(job.outputs)} outputs; a query writes exactly one")
    elif not _dialect(job, tables):
        _wrong(job, around, "nobody here knows which SQL its database speaks", "say it: dialect: postgresql")


def with_dialect(job: JobDraft, around: Surroundings) -> Mapping[str, Any]:
    """What the job runs, with the SQL that its database speaks, where that is told by an address."""
    if not is_in_database(job) or job.executor.get("dialect"):
        return job.executor
    dialect = _dialect(job, around.declared) or ("postgres" if job.kind == "procedure" else "")
    return {**job.executor, **({"dialect": dialect} if dialect else {})}


def _names(job: JobDraft) -> list[Name]:
    return [output.value for output in job.outputs] + [item.dataset.value for item in job.inputs]


def _dialect(job: JobDraft, declared: Mapping[Name, DatasetSpec]) -> str | None:
    said = job.executor.get("dialect")
    addresses = (str(declared[name].options.get("url") or "") for name in _names(job) if name in declared)
    drivers = [found[1] for address in addresses if (found := _DRIVER.match(address))]
    return said or next((SQL_DIALECTS[driver] for driver in drivers if driver in SQL_DIALECTS), None)


def _check_places(job: JobDraft, tables: Mapping[Name, DatasetSpec], around: Surroundings) -> None:
    """Every dataset is a table of one database, as far as they are declared here."""
    for name, spec in tables.items():
        if spec.format != "table":
            what = f"runs in a database, and {shown(name, around.namespace)} is a {spec.format}"
            _wrong(job, around, what, "declare it as format: table")
    places = {str(spec.options.get("url")): name for name, spec in tables.items() if spec.format == "table"}
    if len(places) > 1:
        first, second = (shown(name, around.namespace) for name in list(places.values())[:2])
        _wrong(job, around, f"runs in one database, and {first} and {second} lie in two: {', '.join(places)}")


def _check_procedure(job: JobDraft, tables: Mapping[Name, DatasetSpec], around: Surroundings) -> None:
    dialect = _dialect(job, tables)
    if dialect not in (None, "postgres"):
        _wrong(job, around, f"procedures are called on PostgreSQL, and its database speaks {dialect}")
    exposed = [name for name in (output.value for output in job.outputs) if name in tables and tables[name].expose]
    if job.executor.get("fence") == "guard" and exposed:
        what = f"fence: guard means that the procedure writes {shown(exposed[0], around.namespace)} where it stands"
        _wrong(job, around, what, "leave expose out")


def _check_arguments(job: JobDraft, around: Surroundings) -> None:
    outputs = [output.value.name for output in job.outputs]
    known = ["partition", "run", *(f"output.{name}" for name in outputs), *(["output"] if len(outputs) == 1 else [])]
    known += [f"input.{item.dataset.value.name}" for item in job.inputs]
    for name, value in (job.executor.get("arguments") or {}).items():
        for word in _WORD.findall(value) if isinstance(value, str) else ():
            if word not in known:
                near = nearest(word, known)
                hint = f"did you mean {{{near}}}?" if near else f"known are {', '.join(f'{{{one}}}' for one in known)}"
                _wrong(job, around, f"the argument {name} names {{{word}}}, which stands for nothing", hint)


def _wrong(job: JobDraft, around: Surroundings, message: str, hint: str | None = None) -> None:
    around.mistakes.add(job.executor_line, f"job {job.name.name}: {message}", hint)
