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
    "compatibility",
    "options",
    "url",
    "table",
)
PARTITION_KEYS = ("every", "from")
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
COMPATIBILITY_KEYS = ("mode", "columns", "on_violation")
CONSUMER_KEYS = ("kind", "reads", "owner", "owners", "deadline", "description", "on_violation")
DEADLINE_KEYS = ("by", "timezone")

FORMATS = ("csv", "parquet", "jsonl", "table", "manifest")
EVERY = ("day", "hour", "month")
INTERPRETERS = ("template", "fresh")
CORRECTIONS = ("rerun", "ignore", "ask")
EXPOSE = ("copy",)
