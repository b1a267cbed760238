"""Contents in a store that only fsspec reaches: its own `memory://`, and what it lacks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import fsspec
import pyarrow as pa
import pytest

from connectors.checks import validate
from connectors.storage import discard, expose, inspect, located, read, write
from graph_model.contracts.entities import Check
from graph_model.errors import ContentError, LocationRefused, StorageUnavailable
from graph_model.versions.entities import Content
from graph_model.versions.roots import Roots

ROWS = pa.table({"flight": [1, 2, 3], "origin": ["JFK", None, "EWR"]})
FORMATS = {"csv": ".csv", "jsonl": ".jsonl", "parquet": ".parquet", "arrow": ".arrow", "manifest": "/manifest.json"}


@pytest.fixture(autouse=True)
def lake() -> Iterator[fsspec.AbstractFileSystem]:
    """The store, empty before and after: it lives as long as this process."""
    files = fsspec.filesystem("memory")
    files.store.clear()
    yield files
    files.store.clear()


def at(kind: str, key: str) -> Content:
    return located(Content(kind, f"memory://lake/{key}"), Roots(Path("/nowhere"), stores=("memory://lake",)))


@pytest.mark.parametrize("kind", FORMATS)
def test_every_format_is_written_read_exposed_and_removed(
    kind: str, lake: fsspec.AbstractFileSystem, tmp_path: Path
) -> None:
    here = Content(kind, str(tmp_path / f"x{FORMATS[kind]}"))
    there, fixed = (at(kind, f"{key}{FORMATS[kind]}") for key in ("raw/x", "fixed/x"))

    write(here, ROWS.to_reader())
    write(there, ROWS.to_reader())
    expose(there, fixed, "")

    assert inspect(there) == inspect(here)
    assert inspect(fixed).content_hash == inspect(there).content_hash
    assert read(there).read_all().to_pylist() == ROWS.to_pylist()
    discard(there)
    discard(there)
    assert {key.split("/")[2] for key in lake.find("/lake")} == {"fixed"}
    with pytest.raises(ContentError, match="there is nothing at memory://lake/raw/x"):
        inspect(there)


def test_what_others_put_there_is_checked(lake: fsspec.AbstractFileSystem) -> None:
    lake.pipe("/lake/raw/flights.csv", b"flight,origin\n1,JFK\n1,\n")

    found = validate(at("csv", "raw/flights.csv"), [Check("key", "unique", {"column": "flight"})])

    assert [result.passed for result in found.results] == [False]
    assert found.inspection is not None
    assert found.inspection.row_count == 2


def test_a_folder_of_parquet_files_is_one_content_there_too() -> None:
    for carrier in ("UA", "AA"):
        write(at("parquet", f"flights/carrier={carrier}/0.parquet"), ROWS.to_reader())

    assert inspect(at("parquet", "flights")).row_count == 6


def test_a_key_outside_of_the_roots_is_refused() -> None:
    with pytest.raises(LocationRefused):
        located(Content("csv", "memory://other/x.csv"), Roots(Path("/nowhere"), stores=("memory://lake",)))


@pytest.mark.parametrize("scheme", ["nothing", "adl"])
def test_a_store_that_nothing_here_reaches_is_told(scheme: str) -> None:
    """A protocol that fsspec does not know, and one whose own library is missing."""
    with pytest.raises(StorageUnavailable, match=f"nothing here reaches {scheme}://"):
        inspect(Content("csv", f"{scheme}://lake/x.csv"))
