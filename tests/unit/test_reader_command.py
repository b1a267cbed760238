"""Files with a manifest whose format only their owner's command can read."""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest

from connectors.checks import validate
from connectors.storage import inspect, read
from graph_model.contracts.entities import Check
from graph_model.errors import ContentError
from graph_model.versions.entities import Content

# Every file holds numbers, the bytes turned round; the reader turns them again.
HEAD = "import sys; text = open(sys.argv[1]).read()[::-1]; "
PRINTS = {
    "csv": "print('number'); print(text)",
    "jsonl": "[print('{\"number\": %s}' % line) for line in text.split()]",
    "arrow": "import pyarrow as pa; table = pa.table({'number': [int(line) for line in text.split()]}); "
    "writer = pa.ipc.new_stream(sys.stdout.buffer, table.schema); writer.write_table(table); writer.close()",
}


def a_package(folder: Path, code: str, **options: Any) -> Content:
    """Two files that no format of ours can read, and a reader that runs `code` on each."""
    listed = []
    for name, numbers in {"a.odd": "12\n34", "b.odd": "56"}.items():
        (folder / name).write_text(numbers[::-1])
        data = (folder / name).read_bytes()
        listed.append(
            {
                "path": name,
                "format": "odd",
                "size_bytes": len(data),
                "sha256": hashlib.sha256(data).hexdigest(),
                "row_count": len(numbers.split()),
            }
        )
    (folder / "manifest.json").write_text(json.dumps({"files": listed}))
    reader = [sys.executable, "-c", code, "{path}"]
    return Content("manifest", str(folder / "manifest.json"), {"reader": reader, **options})


@pytest.mark.parametrize("reads", PRINTS)
def test_a_command_reads_what_only_it_can(reads: str, tmp_path: Path) -> None:
    content = a_package(tmp_path, HEAD + PRINTS[reads], reads=reads)

    found = validate(content, [Check("small", "range", {"column": "number", "max": 50})])

    assert found.inspection is not None
    assert found.inspection.row_count == 3
    assert [column.path for column in found.inspection.columns] == ["number"]
    assert found.results[0].sample == ({"number": found.results[0].sample[0]["number"], "row": 1, "file": "b.odd"},)
    assert read(content).read_all().to_pydict() == {"number": [12, 34, 56]}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.odd", "b.odd", "manifest.json"]


def test_the_hash_is_that_of_the_files_and_not_of_what_a_command_makes_of_them(tmp_path: Path) -> None:
    first = inspect(a_package(tmp_path, HEAD + PRINTS["csv"])).content_hash

    assert inspect(a_package(tmp_path, HEAD + PRINTS["jsonl"], reads="jsonl")).content_hash == first


@pytest.mark.parametrize(
    ("code", "options", "said"),
    [
        ("import sys; sys.exit('no such grid')", {}, "the reader of a.odd ended with exit code 1: no such grid"),
        ("import time; time.sleep(600)", {"reader_seconds": 0.3}, "took longer than 0.3 s"),
        ("while True: print('x' * 10000)", {"reader_megabytes": 1}, "printed more than 1 MB"),
        ("print('number')", {}, "a.odd has 0 rows, the manifest says 2"),
        ("print('number')", {"reads": "arrow"}, "the reader of a.odd printed no stream of Arrow"),
        ("print('x')", {"reads": "xml"}, "the option reads must be arrow, csv, jsonl"),
        ("", {"reader": ["true"]}, "must say {path}"),
        ("", {"reader": "cat {path}"}, "must be a list of words"),
        ("", {"reader": ["/no/such/reader", "{path}"]}, "the reader /no/such/reader cannot be started"),
        ("", {"reader_seconds": 0}, "reader_seconds must be a number above 0"),
        ("", {"reader": None}, "must be arrow, csv, jsonl, parquet, not odd"),
    ],
)
def test_a_command_that_does_not_do_its_work_is_refused(
    code: str, options: dict[str, Any], said: str, tmp_path: Path
) -> None:
    with pytest.raises(ContentError) as refused:
        inspect(a_package(tmp_path, code, **options))

    assert said in refused.value.reason


def test_nothing_that_a_command_started_is_left(tmp_path: Path) -> None:
    code = HEAD + "import subprocess; subprocess.Popen(['sleep', '612']); " + PRINTS["csv"]

    inspect(a_package(tmp_path, code))

    left = [process for process in psutil.process_iter(["cmdline"]) if process.info["cmdline"] == ["sleep", "612"]]
    assert [process for process in left if process.status() != psutil.STATUS_ZOMBIE] == []


def test_a_command_sees_no_secret_of_its_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAREHOUSE", "postgresql://me:secret@host/db")
    code = HEAD + "import os; assert 'WAREHOUSE' not in os.environ; " + PRINTS["csv"]

    assert inspect(a_package(tmp_path, code)).row_count == 3


def test_a_manifest_cannot_name_a_command(tmp_path: Path) -> None:
    content = a_package(tmp_path, "")
    document = json.loads((tmp_path / "manifest.json").read_text())
    document["reader"] = ["touch", str(tmp_path / "touched"), "{path}"]
    (tmp_path / "manifest.json").write_text(json.dumps(document))

    with pytest.raises(ContentError, match="not odd"):
        inspect(Content("manifest", content.location))
    assert not (tmp_path / "touched").exists()


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ([{"name": "number", "type": "integer"}], ""),
        ([{"name": "number", "type": "int64"}], ""),
        ([{"name": "number", "type": "string"}], "the column number is int64, manifest.json says string"),
        ([{"name": "other", "type": "integer"}], "the files have the columns number, manifest.json says other"),
        ([{"name": "number"}], "must be a list of objects with name and type"),
        ("number", "must be a list of objects with name and type"),
    ],
)
def test_a_manifest_may_say_which_columns_its_rows_have(columns: Any, said: str, tmp_path: Path) -> None:
    content = a_package(tmp_path, HEAD + PRINTS["arrow"], reads="arrow")
    document = json.loads((tmp_path / "manifest.json").read_text())
    (tmp_path / "manifest.json").write_text(json.dumps({**document, "columns": columns}))

    if not said:
        assert inspect(content).row_count == 3
        return
    with pytest.raises(ContentError, match=said):
        inspect(content)
