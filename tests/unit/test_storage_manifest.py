from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from connectors.checks import validate
from connectors.storage import discard, expose, inspect, read, write
from graph_model.contracts.entities import Check
from graph_model.errors import ContentError
from graph_model.versions.entities import Content

Document = dict[str, Any]


def an_entry(path: Path, rows: int) -> Document:
    content = path.read_bytes()
    return {
        "path": path.name,
        "format": "csv",
        "size_bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "row_count": rows,
    }


def a_package(folder: Path, change: Callable[[Document, Path], object] = lambda *_: None) -> Content:
    """Two CSV files and their manifest; `change` spoils either before the manifest is written."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "EWR.csv").write_text("carrier,flights\nUA,10\nAA,20\n")
    (folder / "JFK.csv").write_text("carrier,flights\nB6,30\n")
    document = {"files": [an_entry(folder / "EWR.csv", 2), an_entry(folder / "JFK.csv", 1)]}
    change(document, folder)
    (folder / "manifest.json").write_text(json.dumps(document))
    return Content("manifest", str(folder / "manifest.json"))


def test_listed_files_are_read_as_one_content(tmp_path: Path) -> None:
    content = a_package(tmp_path)

    found = inspect(content)

    assert [(column.path, column.type) for column in found.columns] == [("carrier", "string"), ("flights", "integer")]
    assert found.row_count == 3
    assert found.size_bytes == sum((tmp_path / name).stat().st_size for name in ("EWR.csv", "JFK.csv"))
    assert read(content, ["flights"]).read_all().to_pydict() == {"flights": [10, 20, 30]}


def test_the_hash_is_that_of_the_listed_files(tmp_path: Path) -> None:
    first, same = (
        inspect(a_package(tmp_path / "a")),
        inspect(a_package(tmp_path / "b", lambda document, _: document["files"].reverse())),
    )

    def other(document: Document, folder: Path) -> None:
        (folder / "JFK.csv").write_text("carrier,flights\nB6,31\n")
        document["files"][1] = an_entry(folder / "JFK.csv", 1)

    assert first.content_hash == same.content_hash
    assert first.content_hash != inspect(a_package(tmp_path / "c", other)).content_hash


def test_a_failing_row_is_named_by_file_and_row(tmp_path: Path) -> None:
    results = validate(a_package(tmp_path), [Check("few", "range", {"column": "flights", "max": 25})]).results

    assert results[0].sample == ({"flights": "30", "file": "JFK.csv", "row": 1},)
    assert results[0].message == "range (flights): 1 row is not 25 or less, e.g. '30' in row 1 of JFK.csv"


def outside(document: Document, folder: Path) -> None:
    (folder.parent / "secret.csv").write_text("carrier,flights\nUA,1\n")
    document["files"][0] = an_entry(folder.parent / "secret.csv", 1) | {"path": "../secret.csv"}


def linked_outside(document: Document, folder: Path) -> None:
    outside(document, folder)
    (folder / "link.csv").symlink_to(folder.parent / "secret.csv")
    document["files"][0]["path"] = "link.csv"


def a_pipe(document: Document, folder: Path) -> None:
    (folder / "JFK.csv").unlink()
    os.mkfifo(folder / "JFK.csv")


def other_columns(document: Document, folder: Path) -> None:
    (folder / "JFK.csv").write_text("carrier,delays\nB6,30\n")
    document["files"][1] = an_entry(folder / "JFK.csv", 1)


def set_in_first(**values: object) -> Callable[[Document, Path], object]:
    return lambda document, _: document["files"][0].update(values)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (outside, "manifest.json lists ../secret.csv, which is not in its folder"),
        (linked_outside, "manifest.json lists link.csv, which is not in its folder"),
        (set_in_first(path="/etc/passwd"), "manifest.json lists /etc/passwd, which is not in its folder"),
        (set_in_first(path="."), "which is not in its folder"),
        (set_in_first(path="a\0b"), "manifest.json lists 'a\\x00b', which is no path"),
        (set_in_first(path="gone.csv"), "there is no file"),
        (a_pipe, "JFK.csv is a pipe, not a file"),
        (set_in_first(size_bytes=1), "EWR.csv has 28 bytes, the manifest says 1"),
        (set_in_first(sha256="0" * 64), "EWR.csv is not the file that the manifest lists: its sha256 differs"),
        (set_in_first(row_count=3), "EWR.csv has 2 rows, the manifest says 3"),
        (set_in_first(row_count=True), "manifest.json gives no row_count of EWR.csv"),
        (set_in_first(size_bytes="28"), "manifest.json gives no size_bytes of EWR.csv"),
        (set_in_first(sha256=None), "manifest.json gives no sha256 of EWR.csv"),
        (set_in_first(format="parquet"), "manifest.json lists files of several formats: csv, parquet"),
        (
            lambda document, _: [entry.update(format="exe") for entry in document["files"]],
            "must be arrow, csv, jsonl, parquet, not exe",
        ),
        (
            lambda document, _: [entry.update(format="manifest") for entry in document["files"]],
            "must be arrow, csv, jsonl, parquet, not manifest",
        ),
        (lambda document, _: document["files"].append(document["files"][0]), "manifest.json lists EWR.csv twice"),
        (lambda document, _: document["files"].pop(), "manifest.json does not list JFK.csv, which lies beside it"),
        (lambda document, _: document["files"].clear(), "manifest.json lists no files"),
        (lambda document, _: document["files"].append("JFK.csv"), "manifest.json lists a file without a path"),
        (other_columns, "JFK.csv has other columns than EWR.csv"),
    ],
)
def test_files_that_do_not_match_their_manifest_are_refused(
    change: Callable[[Document, Path], object], reason: str, tmp_path: Path
) -> None:
    content = a_package(tmp_path / "package", change)

    with pytest.raises(ContentError) as refused:
        inspect(content)

    assert reason in refused.value.reason
    assert "\n" not in refused.value.reason
    assert validate(content, []).reason == refused.value.reason


@pytest.mark.parametrize("text", ["", "{", "[]", "5", '{"files": {}}', "[" * 100_000, "\xff\xfe"])
def test_what_is_no_manifest_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(text)

    with pytest.raises(ContentError, match=r"manifest\.json"):
        inspect(Content("manifest", str(tmp_path / "manifest.json")))


def test_a_package_is_written_exposed_and_discarded_whole(tmp_path: Path) -> None:
    content = Content("manifest", str(tmp_path / "run" / "manifest.json"), {"files": "csv"})
    target = Content("manifest", str(tmp_path / "fixed" / "manifest.json"))
    write(content, pa.table({"a": [1, 2]}).to_reader())

    expose(a_package(tmp_path / "former"), target, "2013-01-04")
    expose(content, target, "2013-01-05")
    discard(content)
    discard(content)

    assert inspect(target).row_count == 2
    assert sorted(path.name for path in (tmp_path / "fixed").iterdir()) == ["manifest.json", "part-0.csv"]
    assert not (tmp_path / "run").exists()
