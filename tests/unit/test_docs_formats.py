"""The page about formats shows what is really found."""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from pyarrow import feather

from connectors.storage import inspect
from graph_model.estate.vocabulary import DATASET_KEYS, FORMATS
from graph_model.versions.entities import Content, Inspection

PAGE = (Path(__file__).parents[2] / "docs" / "formats.md").read_text()
BLOCKS = re.findall(r"^```(?:yaml|python|text)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
EXAMPLES = [
    (yaml.safe_load(estate)["flights"], code, found) for estate, code, found in zip(*[iter(BLOCKS)] * 3, strict=True)
]
LIBRARIES = {
    "duckdb": duckdb,
    "feather": feather,
    "hashlib": hashlib,
    "json": json,
    "pa": pa,
    "pq": pq,
    "sqlite3": sqlite3,
}


def content_of(dataset: Mapping[str, Any], folder: Path) -> tuple[Content, Path]:
    """The content that an entry declares, and the file that the example writes."""
    if dataset["format"] == "table":
        path = folder / dataset["url"].rpartition("/")[2]
        kind = dataset["url"].partition(":")[0]
        return Content("table", f"{kind}:///{path}#{dataset['table']}"), path
    path = folder / dataset["location"]
    path.parent.mkdir(exist_ok=True)
    return Content(dataset["format"], str(path), dataset.get("options", {})), path


def in_words(found: Inspection) -> str:
    columns = " · ".join(f"{column.path} {column.type}" for column in found.columns)
    nulls = ", ".join(f"{name} {count}" for name, count in found.metrics["nulls"].items() if count)
    return f"{columns}\n{found.row_count} rows, nulls: {nulls or 'none'}\n"


@pytest.mark.parametrize(("dataset", "code", "said"), EXAMPLES, ids=[dataset["format"] for dataset, _, _ in EXAMPLES])
def test_an_example_is_found_as_the_page_shows(dataset: dict[str, Any], code: str, said: str, tmp_path: Path) -> None:
    assert dataset.keys() <= set(DATASET_KEYS)
    content, path = content_of(dataset, tmp_path)

    exec(code, {**LIBRARIES, "path": path})  # noqa: S102  the page is our own

    assert in_words(inspect(content)) == said


def test_every_format_has_an_example() -> None:
    assert {dataset["format"] for dataset, _, _ in EXAMPLES} == set(FORMATS)
