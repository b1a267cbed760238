"""SQL jobs: one SELECT over the inputs in a process of its own, by DuckDB or by the database that the inputs lie in."""

from __future__ import annotations

import sys
from pathlib import Path

from workers.executors.base import CannotRunError, Launch, Task
from workers.executors.databases import query_in_database
from workers.executors.handover import write_job_file

CHILD = Path(__file__).with_name("sql_child.py")
MEMORY_LIMIT = "1GB"


class SqlExecutor:
    """Needs `text`, and `engine` where that is not DuckDB. Each input is a view named like the dataset; with a window
    it has a column `_partition` too.
    """

    def prepare(self, task: Task) -> Launch:
        job = task.job
        engine = job.executor.get("engine") or "duckdb"
        if engine == "database":
            return query_in_database(task)
        if engine != "duckdb":
            raise CannotRunError(f"{job.name} asks for the SQL engine {engine!r}; known are duckdb and database")
        if len(task.run.outputs) != 1:
            raise CannotRunError(f"{job.name} has {len(task.run.outputs)} outputs; a SQL job writes exactly one")
        windows = sorted({spec.dataset.name for spec in job.inputs if spec.mapping.takes_several})
        job_file = write_job_file(
            task, text=job.executor.get("text", ""), windows=windows, memory_limit=MEMORY_LIMIT, folder=str(task.folder)
        )
        return Launch((sys.executable, "-I", str(CHILD), str(job_file)), task.folder, template="jobs")
