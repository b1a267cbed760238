"""Jobs that run inside of a database: one query into a table of the run's own, or the call of a stored procedure."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from connectors.storage.locations import address_of, split_table
from graph_model.runs.entities import RunInput, RunOutput
from workers.executors.base import CannotRunError, Launch, Task
from workers.executors.handover import inputs_of, outputs_of, write_job_file
from workers.executors.placeholders import filled
from workers.fences import fence_number, holder_of, place_of

CHILD = Path(__file__).with_name("database_child.py")


class ProcedureExecutor:
    """Needs `call`; `arguments` by name, `commits_itself` and `fence`, which is `stage` or `guard`."""

    def prepare(self, task: Task) -> Launch:
        executor = task.job.executor
        fence = executor.get("fence") or "stage"
        work = {
            "call": executor["call"],
            "arguments": filled(executor.get("arguments") or {}, _words(task)),
            "commits_itself": bool(executor.get("commits_itself")),
            "fence": fence,
        }
        return in_database(task, work)


def query_in_database(task: Task) -> Launch:
    """The command for a SQL job that runs where its tables lie."""
    if len(task.run.outputs) != 1:
        raise CannotRunError(f"{task.job.name} has {len(task.run.outputs)} outputs; a SQL job writes exactly one")
    windows = sorted({spec.dataset.name for spec in task.job.inputs if spec.mapping.takes_several})
    return in_database(task, {"query": task.job.executor.get("text", ""), "windows": windows})


def in_database(task: Task, work: Mapping[str, Any]) -> Launch:
    """The command that does `work` in the one database of the run's tables. Raises CannotRunError."""
    attempt = {
        "place": place_of(task.run),
        "number": fence_number(task.run),
        "holder": holder_of(task.run),
        "outputs": [_fenced(output) for output in task.run.outputs],
    }
    job_file = write_job_file(
        task, work=dict(work), attempt=attempt, database=_database(task), timeout_seconds=task.run.timeout_seconds
    )
    return Launch((sys.executable, "-I", str(CHILD), str(job_file)), task.folder)


def _fenced(output: RunOutput) -> dict[str, str]:
    table = split_table(output.content.location)[1]
    fixed = str(output.content.options.get("table") or table)
    return {"dataset": str(output.dataset), "partition": output.partition, "table": table, "fixed": fixed}


def _database(task: Task) -> str:
    """The address that all tables of the run have in common."""
    for item in (*task.run.outputs, *task.run.inputs):
        if item.content.format != "table":
            raise CannotRunError(
                f"{task.job.name} runs in a database, and {item.dataset} is a {item.content.format}, not a table"
            )
    addresses = {item.dataset: split_table(item.content.location)[0] for item in (*task.run.outputs, *_lying(task))}
    first = address_of(addresses[task.run.outputs[0].dataset])
    for dataset, address in addresses.items():
        if address_of(address).set(query={}) != first.set(query={}):
            raise CannotRunError(f"{task.job.name} runs in one database, and {dataset} lies in another one")
    return first.render_as_string(hide_password=False)


def _lying(task: Task) -> list[RunInput]:
    return [item for item in task.run.inputs if item.content.location]


def _words(task: Task) -> dict[str, str]:
    """What arguments may name: the run, and the tables of its inputs and outputs."""
    outputs = outputs_of(task)
    words = {f"output.{name}": str(one["table"]) for name, one in outputs.items()}
    words |= {f"input.{name}": str(found[0]["table"]) for name, found in inputs_of(task).items() if len(found) == 1}
    if len(outputs) == 1:
        words["output"] = next(iter(words.values()))
    return {**words, "partition": task.run.partition, "run": task.run.id}
