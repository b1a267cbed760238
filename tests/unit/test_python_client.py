"""The Python client: what it makes of answers, and how it opens contents of every format."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pyarrow as pa
import pytest

import headwater
from connectors import storage
from graph_model.versions.entities import Content
from headwater import api

ROWS = pa.table(
    {
        "code": ["007", "B6", None],
        "delay": pa.array([3, None, -1], pa.int64()),
        "day": pa.array([datetime(2013, 1, 5).date()] * 3),  # noqa: DTZ001
    }
)


def a_version(content: Content, **changes: Any) -> headwater.Resolved:
    """As the API would tell of it."""
    found = storage.inspect(content)
    answer = {
        "id": "vs_1",
        "dataset": {"namespace": "test", "name": "raw"},
        "partition": "2013-01-05",
        "state": "PUBLISHED",
        "current": True,
        "format": content.format,
        "location": content.location,
        "source_time": "2013-01-05T00:00:00Z",
        "published_at": None,
        "columns": [{"path": c.path, "type": c.type, "nullable": c.nullable} for c in found.columns],
        "options": dict(content.options),
        "row_count": found.row_count,
        "size_bytes": found.size_bytes,
        "content_hash": found.content_hash,
        "run": None,
        "available": True,
        "warning": "",
        "something_new": 1,
    }
    return headwater.Resolved.of({**answer, **changes})


def written(folder: Path, format: str, **options: Any) -> Content:
    suffix = storage.suffix(format)
    location = f"sqlite:///{folder}/x.db#rows" if format == "table" else str(folder / f"content{suffix}")
    content = Content(format, location, options)
    storage.write(content, ROWS.to_reader())
    return content


@pytest.mark.parametrize(
    ("format", "options"),
    [
        ("csv", {}),
        ("csv", {"delimiter": ";", "nulls": "none"}),
        ("csv", {"header": False}),
        ("parquet", {}),
        ("arrow", {}),
        ("jsonl", {}),
        ("manifest", {}),
        ("manifest", {"files": "csv"}),
        ("table", {}),
    ],
)
def test_a_content_is_read_as_it_was_written(tmp_path: Path, format: str, options: dict[str, Any]):
    version = a_version(written(tmp_path, format, **options))

    table = version.to_arrow()

    assert table.column_names == [column.path for column in version.columns]
    assert table.column(0).to_pylist() == ["007", "B6", None]
    assert table.column(1).to_pylist() == [3, None, -1]
    assert [str(day)[:10] for day in table.column(2).to_pylist()] == ["2013-01-05"] * 3
    assert version.dataset().count_rows() == len(version.to_pandas()) == 3


def test_what_is_not_there_or_not_of_its_format_is_unreadable(tmp_path: Path):
    version = a_version(written(tmp_path, "parquet"))
    Path(version.location).write_text("no parquet at all")
    with pytest.raises(headwater.Unreadable, match="cannot be read as parquet"):
        version.dataset()

    Path(version.location).unlink()
    with pytest.raises(headwater.Unreadable, match="is the storage root mounted here"):
        version.dataset()


def test_a_format_of_a_package_and_a_table_that_is_gone_are_unreadable(tmp_path: Path):
    with pytest.raises(headwater.Unreadable, match="of format fixed"):
        a_version(written(tmp_path, "csv"), format="fixed").dataset()
    table = written(tmp_path, "table")
    version = a_version(table)
    storage.discard(table)
    with pytest.raises(headwater.Unreadable, match="the table rows"):
        version.dataset()


def test_the_address_of_a_database_is_looked_up_where_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    version = a_version(written(tmp_path, "table"), location="env:READER_DB#rows")
    with pytest.raises(headwater.Unreadable, match="environment variable READER_DB"):
        version.dataset()

    monkeypatch.setenv("READER_DB", f"sqlite:///{tmp_path}/x.db")

    assert version.to_arrow().num_rows == 3


def test_what_is_gone_is_not_opened_and_what_has_expired_is_opened_with_a_warning(tmp_path: Path):
    content = written(tmp_path, "csv")
    with pytest.raises(headwater.Gone, match="cannot be read: its data was deleted"):
        a_version(content, available=False, warning="its data was deleted").to_pandas()

    with pytest.warns(headwater.HeadwaterWarning, match="test/raw: it has expired"):
        table = a_version(content, warning="it has expired").to_arrow()

    assert table.num_rows == 3


def test_importing_it_needs_nothing_but_the_standard_library():
    program = "import headwater, sys; print(*{name.partition('.')[0] for name in sys.modules})"

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert {"pyarrow", "pandas", "sqlalchemy", "graph_model", "app", "pydantic"}.isdisjoint(done.stdout.split())


@contextmanager
def a_server(*answers: tuple[int, str, dict[str, str]]) -> Iterator[tuple[str, list[str]]]:
    """A server that gives these answers in turn; its address, and the requests it gets."""
    left, asked = list(answers), list[str]()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            status, text, headers = left.pop(0)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text.encode())

        do_POST = do_GET  # noqa: N815  the names are those of http.server

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}", asked
        finally:
            server.shutdown()


PAUSED = (503, json.dumps({"code": "UNAVAILABLE", "message": "writes are paused"}), {"Retry-After": "0"})
COUNTED = (200, json.dumps({"version": "vs_1", "counted": False}), {})


def test_what_is_unavailable_is_asked_for_again_where_that_harms_nothing():
    with a_server(PAUSED, PAUSED, COUNTED) as (url, asked):
        assert headwater.report_read("test/board", "test/raw", key="k1", url=url) is False
    assert len(asked) == 3

    with a_server(PAUSED, COUNTED) as (url, asked), pytest.raises(headwater.Unavailable, match="writes are paused"):
        headwater.report_read("test/board", "test/raw", url=url)
    assert len(asked) == 1

    with a_server(PAUSED, PAUSED, PAUSED) as (url, _), pytest.raises(headwater.Unavailable) as given_up:
        headwater.resolve("test/raw", url=url)
    assert given_up.value.code == "UNAVAILABLE"


@pytest.mark.parametrize(
    ("status", "text", "error"),
    [
        (404, '{"code": "NOT_FOUND", "message": "no dataset", "nearest": "test/raw"}', headwater.NotFound),
        (422, '{"code": "INVALID_PARTITION", "message": "no partition"}', headwater.Invalid),
        (500, "<html>", headwater.HeadwaterError),
        (200, "<html>", headwater.HeadwaterError),
    ],
)
def test_an_answer_becomes_the_error_it_tells_of(status: int, text: str, error: type[headwater.HeadwaterError]):
    with a_server((status, text, {})) as (url, _), pytest.raises(headwater.HeadwaterError) as told:
        headwater.resolve("test/rw", url=url)

    assert type(told.value) is error
    assert told.value.nearest == ("test/raw" if status == 404 else None)


def test_where_nobody_listens_the_message_says_where_that_was(monkeypatch: pytest.MonkeyPatch):
    with a_server() as (url, _):
        pass
    monkeypatch.setattr(api, "TRIES", 1)

    with pytest.raises(headwater.Unavailable, match=f"no Headwater answers at {url}.*HEADWATER_URL"):
        headwater.resolve("test/raw", url=url)


def test_what_can_be_no_question_is_not_asked():
    with pytest.raises(headwater.Invalid, match="write HEADWATER_URL="):
        headwater.resolve("test/raw", url="localhost:8400")
    with pytest.raises(headwater.Invalid, match="offset from UTC"):
        headwater.resolve("test/raw", as_of=datetime(2013, 1, 5), url="http://127.0.0.1:1")  # noqa: DTZ001


def test_a_moment_is_asked_for_with_its_offset():
    answer = (404, '{"code": "NOT_FOUND", "message": "none"}', {})
    with a_server(answer) as (url, asked), pytest.raises(headwater.NotFound):
        headwater.resolve("test/raw", "2013-01-05", as_of=datetime(2013, 1, 5, tzinfo=UTC), reader="a & b", url=url)

    path, _, query = asked[0].partition("?")
    assert path == "/api/v1/versions/resolve"
    assert parse_qsl(query) == [
        ("dataset", "test/raw"),
        ("partition", "2013-01-05"),
        ("as_of", "2013-01-05T00:00:00+00:00"),
        ("reader", "a & b"),
    ]
