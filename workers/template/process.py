"""A template: `python -I process.py KIND SOCKET`. Imports what its runs need, then waits to be copied.

It is started by a worker (`keeper.py`), with an environment that holds no credential, and ends when the worker's end of
the socket closes.
"""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
JOB_SCRIPT = ROOT / "workers" / "executors" / "python_child.py"
SQL_SCRIPT = ROOT / "workers" / "executors" / "sql_child.py"
CHECK_SCRIPT = ROOT / "workers" / "executors" / "validation_child.py"
# Each kind keeps to what its runs use: every page that a template owns is copied into the tables of every fork.
SCRIPTS = {"jobs": (JOB_SCRIPT, SQL_SCRIPT), "checks": (CHECK_SCRIPT,)}
MODULES = {
    "jobs": ("pyarrow.parquet", "duckdb", "connectors.storage.parquet_files", "connectors.storage.csv_files"),
    "checks": ("connectors.checks.process", "connectors.checks.standing", "connectors.checks.warm"),
}


def main(kind: str, socket: int) -> None:
    # What a fresh interpreter has by the time that it imports the function of a job: this much, and no more.
    path = tuple(sys.path)
    ours = runpy.run_path(str(JOB_SCRIPT), run_name="looked at")["HEADWATERS"]
    at_start = frozenset(sys.modules)
    sys.path.insert(0, str(ROOT))

    from workers.template.in_place import Fresh
    from workers.template.serving import serve

    serve(socket, Fresh(path, at_start, scripts=SCRIPTS[kind], unknown={JOB_SCRIPT: ours}), MODULES[kind])


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
