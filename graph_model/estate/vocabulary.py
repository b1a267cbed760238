"""The words an estate file is written in: every key the parser knows, per part of the file.

`estate.schema.json` says the same to editors; a test holds the two together.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import entry_points

ESTATE_KEYS = ("scope", "namespace", "description", "datasets", "jobs", "consumers", "pools", "limits")
IMPORT = "import:"
"""Begins the scope of what an import declares. No estate may call its scope so."""
DATASET_KEYS = (
    "format",
    "location",
    "names",
    "partition",
    "contract",
    "owner",
    "owners",
    "description",
    "tags",
    "classification",
    "domain",
    "tier",
    "properties",
    "expose",
    "compatibility",
    "retention",
    "observed",
    "arrival",
    "options",
    "url",
    "table",
    "at_once",
)
PARTITION_KEYS = ("every", "keys", "from", "timezone", "calendar", "due_after")
JOB_KEYS = (
    "inputs",
    "outputs",
    "retries",
    "timeout",
    "priority",
    "owner",
    "owners",
    "description",
    "columns",
    "never_retry",
    "parameters",
    "limits",
    "environment",
    "exit_codes",
    "pool",
    "at_once",
    "runs_on",
    "order",
    "ready_for",
    "schedule",
    "not_before",
    "after",
)
JOB_LIMIT_KEYS = ("memory", "cpu", "disk", "processes", "output")
SECRET_KEYS = ("secret", "as")
INPUT_KEYS = ("dataset", "window", "calendar", "optional", "correction", "by", "max_age", "latest_good", "newer_than")
AFTER_KEYS = ("job", "state", "partition")
PARAMETER_KEYS = ("type", "default", "values", "description")
GROUP_KEYS = ("group", "any_of", "at_least", "of", "wait")
OPTIONAL_KEYS = ("wait",)
LATEST_GOOD_KEYS = ("back", "wait")
SCHEDULE_RULE_KEYS = ("cron", "every", "anchor", "at", "on", "timezone", "calendar", "holiday", "starting", "until")
SCHEDULE_KEYS = (*SCHEDULE_RULE_KEYS, "rules", "partition", "with", "catch_up", "most")
NOT_BEFORE_KEYS = ("at", "timezone", "days")
RETRIES_KEYS = ("times", "backoff", "exit_codes", "errors")
RETRY_RULE_KEYS = ("times",)
BACKOFF_KEYS = ("first", "factor", "most")
EXIT_CODES_KEYS = ("success", "retry", "never")
TIMEOUT_KEYS = ("attempt", "total")
POOL_KEYS = ("pool", "slots")
AT_ONCE_KEYS = ("readers", "writers")
LIMITS_KEYS = ("owners",)
COMPATIBILITY_KEYS = ("mode", "columns", "on_violation")
ARRIVAL_KEYS = ("watch", "stable_for", "done_marker", "every", "column", "changed")
OBSERVED_KEYS = ("publish", "partition", "dimension")
RETENTION_KEYS = ("versions", "partitions", "age", "partition_age")
CONSUMER_KEYS = ("kind", "reads", "owner", "owners", "deadline", "description", "on_violation")
READ_KEYS = ("columns", "by")
DEADLINE_KEYS = ("by", "timezone")

FORMATS = ("csv", "parquet", "arrow", "jsonl", "table", "manifest")
# Installed packages bring further formats along, as entry points of this group.
MORE_FORMATS = "headwater.formats"
# Options of stores that are references, like env:NAME: what they stand for must not lie in the graph.
LOGIN_OPTIONS = ("access_key", "secret_key", "session_token")
EVERY = ("hour", "day", "week", "month", "quarter", "year")
INTERPRETERS = ("template", "fresh")
SQL_ENGINES = ("duckdb", "database")
# As the addresses of databases begin, with what readers of SQL call them.
SQL_DIALECTS = {
    "postgresql": "postgres",
    "sqlite": "sqlite",
    "duckdb": "duckdb",
    "mysql": "mysql",
    "mariadb": "mysql",
    "mssql": "tsql",
    "oracle": "oracle",
    "snowflake": "snowflake",
    "redshift": "redshift",
    "trino": "trino",
}
PROCEDURE_KEYS = ("call", "arguments", "commits_itself", "fence", "body")
PROCEDURE_FENCES = ("stage", "guard")
CORRECTIONS = ("rerun", "ignore", "ask")
PARAMETER_TYPES = ("text", "integer", "number", "boolean", "date")
READS_BY = ("name", "position", "exact")
ORDERS = ("serial", "strict", "latest")
EXPOSE = ("copy",)


@cache
def known_formats() -> tuple[str, ...]:
    """Our own formats, and those that installed packages bring along."""
    return (*FORMATS, *sorted(entry_points(group=MORE_FORMATS).names - set(FORMATS)))
