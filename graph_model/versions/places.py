"""Where runs write: a place of its own for each run and fence, so that an older owner can never touch a newer one's
output.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from graph_model.names import Name
from graph_model.versions.entities import Content

# PostgreSQL knows no longer name of a table.
MOST_BYTES = 63
_FILE_NAMES = {"manifest": "manifest.json"}


def output_content(
    dataset: Name,
    *,
    format: str,
    location: str | None,
    options: Mapping[str, Any],
    expose: str | None,
    key: str,
    run: str,
    fence: int,
) -> Content:
    """The staged place of one output. `options["expose"]` holds the fixed place that outsiders read, where one is
    declared.
    """
    staged = _staged_table(dataset, options, key, f"{run[3:11]}_{fence}") if format == "table" else None
    folder = f"{dataset.name}/{key or 'whole'}/{run[:16]}-{fence}"
    fixed = {"expose": fixed_place(location, options, key)} if expose else {}
    return Content(format, staged or f"{folder}/{_FILE_NAMES.get(format, f'data.{format}')}", {**options, **fixed})


def fixed_place(location: str | None, options: Mapping[str, Any], key: str) -> str | None:
    """Where the estate says that partition `key` lies: the location template filled in, or `URL#TABLE` of a table.

    None where the estate declares neither.
    """
    if location is not None:
        return location.replace("{date}", key).replace("{partition}", key)
    if "url" in options and "table" in options:
        return f"{options['url']}#{options['table']}"
    return None


def _staged_table(dataset: Name, options: Mapping[str, Any], key: str, suffix: str) -> str:
    digits = "".join(character for character in key if character.isalnum())
    schema, dot, table = options.get("table", dataset.name).rpartition(".")
    name = _short(f"{table}__{digits or 'whole'}", f"_{suffix}")
    return f"{options['url']}#{schema}{dot}{name}"


def _short(name: str, suffix: str) -> str:
    """A database cuts a name that is too long, and then the tables of two runs would be one."""
    room = MOST_BYTES - len(suffix)
    if len(name.encode()) > room:
        mark = hashlib.sha256(name.encode()).hexdigest()[:8]
        name = f"{name.encode()[: room - 9].decode(errors='ignore')}_{mark}"
    return name + suffix


def is_of_attempt(content: Content, attempt: str) -> bool:
    """Whether the place was made for this attempt (RUN/FENCE) by `output_content`, and so for nothing else."""
    run, _, fence = attempt.rpartition("/")
    if content.format == "table":
        return content.location.endswith(f"_{run[3:11]}_{fence}")
    return PurePath(content.location).parent.name == f"{run[:16]}-{fence}"
