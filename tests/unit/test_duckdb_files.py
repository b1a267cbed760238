"""DuckDB files as places: who may open them when, what they must be, where they may lie, what memory they take."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pytest

from connectors.storage import duckdb_database, inspect, located, read, write
from graph_model.errors import ContentError, LocationRefused, StorageUnavailable
from graph_model.versions.entities import Content
from tests.support.duckdb_tables import at, run
from tests.support.tables import ROWS


@contextmanager
def another_process(folder: Path, *, read_only: bool) -> Iterator[None]:
    """One that has the file open, until it is told to end."""
    text = f"import duckdb; c = duckdb.connect({str(folder / 'warehouse.duckdb')!r}, read_only={read_only})"
    command = [sys.executable, "-c", f"{text}; print('open', flush=True); input()"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        try:
            yield
        finally:
            process.communicate("\n")


def test_many_read_a_file_and_nobody_while_it_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duckdb_database, "LOCK_WAIT_SECONDS", 0.0)
    content = at(tmp_path, "t")
    write(content, ROWS.to_reader())

    with another_process(tmp_path, read_only=True):
        assert inspect(content).row_count == 2
        with pytest.raises(StorageUnavailable, match="Could not set lock"):
            write(content, ROWS.to_reader())
    with another_process(tmp_path, read_only=False), pytest.raises(StorageUnavailable, match="Could not set lock"):
        inspect(content)
    assert inspect(content).row_count == 2


def test_whoever_finds_a_file_taken_waits_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = at(tmp_path, "t")
    write(content, ROWS.to_reader())
    writer = another_process(tmp_path, read_only=False)
    writer.__enter__()
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        if not pauses:
            writer.__exit__(None, None, None)
        pauses.append(seconds)

    monkeypatch.setattr(duckdb_database.time, "sleep", pause)

    assert inspect(content).row_count == 2
    assert pauses


def damaged(whole: bytes) -> bytes:
    return whole[: 3 * 4096] + bytes(~byte & 0xFF for byte in whole[3 * 4096 :])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda _: b"", "not a valid DuckDB database file"),
        (lambda _: b"no database, but a text that is long enough" * 500, "not a valid DuckDB database file"),
        (lambda whole: whole[:9000], "Could not read enough bytes"),
        (damaged, "checksum"),
    ],
)
def test_a_file_that_is_no_database_or_a_damaged_one_is_refused(change: Any, said: str, tmp_path: Path) -> None:
    write(at(tmp_path, "t"), ROWS.to_reader())
    file = tmp_path / "warehouse.duckdb"
    file.write_bytes(change(file.read_bytes()))

    with pytest.raises(ContentError, match=said):
        inspect(at(tmp_path, "t"))


def test_a_file_lies_below_a_root_like_any_other(tmp_path: Path) -> None:
    root = tmp_path / "root"
    write(at(root, "t"), ROWS.to_reader())
    write(at(tmp_path, "t"), ROWS.to_reader())

    assert inspect(located(Content("table", "duckdb:///{root}/warehouse.duckdb#t"), root)).row_count == 2
    for outside in (f"duckdb:///{tmp_path}/warehouse.duckdb#t", "duckdb:///{root}/../warehouse.duckdb#t"):
        with pytest.raises(LocationRefused):
            located(Content("table", outside), root)
    with pytest.raises(LocationRefused):
        located(Content("table", "duckdb:///{root}/warehouse.duckdb?allow_unsigned_extensions=true#t"), root)
    (root / "link.duckdb").symlink_to(tmp_path / "warehouse.duckdb")
    with pytest.raises(LocationRefused):
        located(Content("table", "duckdb:///{root}/link.duckdb#t"), root)


def test_a_file_is_made_where_it_is_missing_and_only_to_be_written(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    with pytest.raises(ContentError, match="there is no file"):
        inspect(at(tmp_path / "new", "t"))
    assert not list((tmp_path / "new").iterdir())

    write(at(tmp_path / "new" / "deep", "t"), ROWS.to_reader())

    assert inspect(at(tmp_path / "new" / "deep", "t")).row_count == 2


def test_a_view_may_need_more_than_the_memory(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is sorted goes to disk; one value that does not fit is refused."""
    spilled = tmp_path_factory.mktemp("spilled")
    monkeypatch.setattr(duckdb_database, "memory_mb", lambda: 256)
    monkeypatch.setattr(duckdb_database, "gettempdir", lambda: str(spilled))
    run(
        tmp_path,
        "CREATE TABLE t AS SELECT range AS id, md5(range::VARCHAR) AS text FROM range(2000000)",
        "CREATE VIEW sorted AS SELECT * FROM t ORDER BY text",
        "CREATE VIEW whole AS SELECT length(string_agg(text || text)) AS n FROM t",
    )

    rows = iter(read(at(tmp_path, "sorted"), ["text"]))

    assert next(rows)["text"][0].as_py().startswith("00000")
    assert list(spilled.iterdir())
    del rows
    assert not list(spilled.iterdir())
    with pytest.raises(ContentError, match="Out of Memory"):
        inspect(at(tmp_path, "whole"))


def test_rows_come_as_they_are_read(tmp_path: Path) -> None:
    """The end of the view cannot be read; its beginning is here before anybody comes to that."""
    broken = "CASE WHEN range = 1900000 THEN error('the end') ELSE range END AS flight"
    run(tmp_path, f"CREATE VIEW flights AS SELECT {broken} FROM range(2000000)")
    with pytest.raises(duckdb.InvalidInputException, match="the end"):
        run(tmp_path, "SELECT max(flight) FROM flights")

    assert next(iter(read(at(tmp_path, "flights")))).num_rows == 20_000
