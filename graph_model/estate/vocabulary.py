"""The words an estate file is written in: every key the parser knows, per part of the file.

`estate.schema.json` says the same to editors; a test holds the two together.
"""

from __future__ import annotations

ESTATE_KEYS = ("scope", "namespace", "description", "datasets", "jobs", "consumers")
DATASET_KEYS = (
    "format",
    "location",
    "partition",
    "contract",
    "owner",
    "owners",
    "description",
    "tags",
    "expose",
    "options",
    "url",
    "table",
)
PARTITION_KEYS = ("every", "keys", "from", "timezone", "calendar", "due_after")
JOB_KINDS = ("python", "sql", "shell")
JOB_KEYS = (
    *JOB_KINDS,
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
    "interpreter",
)
INPUT_KEYS = ("dataset", "window", "optional", "correction")
CONSUMER_KEYS = ("kind", "reads", "owner", "owners", "deadline", "description")
DEADLINE_KEYS = ("by", "timezone")

FORMATS = ("csv", "parquet", "jsonl", "table", "manifest")
EVERY = ("hour", "day", "week", "month", "quarter", "year")
INTERPRETERS = ("template", "fresh")
CORRECTIONS = ("rerun", "ignore", "ask")
EXPOSE = ("copy",)
