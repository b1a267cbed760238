"""Answers one SELECT over the inputs of a run, and writes the rows as its output.

Run as `python -I sql_child.py JOB.json`. The statement sees its inputs and nothing else: DuckDB may open these files
only, and cannot be told otherwise by the statement itself.
"""

from __future__ import annotations

import json
import sys
import traceback
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))  # started with -I, which leaves out the folder it was started in

import duckdb

from connectors import storage
from connectors.storage.session import identifier, literal
from graph_model.versions.entities import Content

Place = dict[str, Any]
BATCH_ROWS = 50_000


class StatementError(Exception):
    """The job's SQL is not one SELECT over what is there."""


def main(job_file: str) -> int:
    job = json.loads(Path(job_file).read_text(encoding="utf-8"))
    try:
        answer(job)
    except Exception as error:  # noqa: BLE001  whatever happens becomes the reason that owners read
        traceback.print_exc()
        leave(job, {"reason": reason_of(error)})
        return 1
    leave(job, {"metrics": {}})
    return 0


def answer(job: dict[str, Any]) -> None:
    connection = connect(job)
    for name, versions in job["inputs"].items():
        show(connection, name, versions, with_partition=name.rpartition("/")[2] in job["windows"])
    lock(connection)
    statement = only_select(connection, job["text"])
    check_inputs(connection, job)
    wanted = {"partition": job["partition"]} if "partition" in statement.named_parameters else {}
    (output,) = job["outputs"].values()
    rows = connection.execute(statement, wanted)
    storage.write(content_of(output), rows.to_arrow_reader(BATCH_ROWS))


def connect(job: dict[str, Any]) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(":memory:")
    files = [version["path"] for versions in job["inputs"].values() for version in versions if is_parquet_file(version)]
    connection.execute("SET memory_limit = $limit", {"limit": job["memory_limit"]})
    connection.execute("SET temp_directory = $folder", {"folder": str(Path(job["folder"]) / "tmp")})
    connection.execute(f"SET allowed_paths = [{', '.join(map(literal, files))}]")
    connection.execute("SET python_enable_replacements = false")
    return connection


def lock(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def show(connection: duckdb.DuckDBPyConnection, name: str, versions: list[Place], *, with_partition: bool) -> None:
    """Makes all versions of one input visible as one view; none without a version, which has no columns to take."""
    if not versions:
        return
    parts = []
    for number, version in enumerate(versions):
        source = source_of(connection, version, f"{name}__{number}")
        partition = f", {literal(version['partition'])} AS _partition" if with_partition else ""
        parts.append(f"SELECT *{partition} FROM {source}")  # noqa: S608  names and literals are quoted
    connection.execute(f"CREATE VIEW {identifier(name)} AS {' UNION ALL BY NAME '.join(parts)}")


def check_inputs(connection: duckdb.DuckDBPyConnection, job: dict[str, Any]) -> None:
    """Says clearly what DuckDB would only call an unknown table."""
    empty = {name for name, versions in job["inputs"].items() if not versions}
    missing = empty & connection.get_table_names(job["text"]) if empty else set()
    if missing:
        raise StatementError(f"the input {min(missing)} has no version here, and SQL cannot tell its columns")


def source_of(connection: duckdb.DuckDBPyConnection, version: Place, table: str) -> str:
    """A Parquet file is read where it lies; the rest by our own reader, so that SQL sees the types that checks saw."""
    if is_parquet_file(version):
        return f"read_parquet({literal(version['path'])}, hive_partitioning = false)"
    connection.register("_incoming", storage.read(content_of(version)))
    connection.execute(f"CREATE TEMP TABLE {identifier(table)} AS SELECT * FROM _incoming")  # noqa: S608  quoted
    connection.unregister("_incoming")
    return identifier(table)


def is_parquet_file(version: Place) -> bool:
    """And not a folder of them, whose keys only our own reader turns into columns."""
    return version["format"] == "parquet" and Path(version["path"]).is_file()


def only_select(connection: duckdb.DuckDBPyConnection, text: str) -> duckdb.Statement:
    statements = connection.extract_statements(text)
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise StatementError("the SQL of a job is one SELECT, and nothing else")
    return statements[0]


def content_of(place: Place) -> Content:
    return Content(place["format"], place["location"], place["options"], tuple(place["within"]))


def reason_of(error: Exception) -> str:
    """The first line, which says what is wrong; DuckDB goes on with a picture of the statement."""
    first = (str(error).strip().splitlines() or [""])[0]
    return first if isinstance(error, duckdb.Error | StatementError) else f"{type(error).__name__}: {first}"


def leave(job: dict[str, Any], result: dict[str, Any]) -> None:
    Path(job["result_file"]).write_text(json.dumps(result), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
