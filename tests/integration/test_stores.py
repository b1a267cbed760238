"""Contents in a real store that speaks S3: every format of files, whole or not at all."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from connectors.checks import validate
from connectors.checks.process import answer, request_of, validated_from
from connectors.storage import discard, expose, inspect, located, read, stores, write
from graph_model.contracts.entities import Check
from graph_model.errors import ContentError, LocationRefused, StorageUnavailable
from graph_model.versions.entities import Content
from graph_model.versions.roots import Roots
from tests.support.s3 import BUCKET, S3, start_s3

pytestmark = pytest.mark.xdist_group("s3")
ROWS = pa.table({"flight": [1, 2, 3], "origin": ["JFK", None, "EWR"]})
FORMATS = {"csv": ".csv", "jsonl": ".jsonl", "parquet": ".parquet", "arrow": ".arrow", "manifest": "/manifest.json"}


@pytest.fixture
def server(s3: S3) -> S3:
    """An empty bucket."""
    shutil.rmtree(s3.bucket, ignore_errors=True)
    s3.bucket.mkdir()
    return s3


def objects(server: S3) -> list[str]:
    return sorted(path.relative_to(server.bucket).as_posix() for path in server.bucket.rglob("*") if path.is_file())


@pytest.mark.parametrize("kind", FORMATS)
def test_every_format_is_written_read_exposed_and_removed(server: S3, kind: str, tmp_path: Path) -> None:
    here = Content(kind, str(tmp_path / f"x{FORMATS[kind]}"))
    there, fixed = (server.at(kind, f"{key}{FORMATS[kind]}") for key in ("raw/x", "fixed/x"))

    write(here, ROWS.to_reader())
    write(there, ROWS.to_reader())
    expose(here, fixed, "")
    expose(there, fixed, "")

    assert inspect(there) == inspect(here)
    assert inspect(fixed).content_hash == inspect(there).content_hash
    assert read(there).read_all().to_pylist() == ROWS.to_pylist()
    assert read(there, ["origin"]).read_all().column_names == ["origin"]
    discard(there)
    discard(there)
    assert [key.partition("/")[0] for key in objects(server)] == ["fixed"] * (2 if kind == "manifest" else 1)
    with pytest.raises(ContentError, match="there is nothing at s3://lake/raw/x"):
        inspect(there)


def test_a_folder_of_parquet_files_is_one_content_there_too(server: S3, tmp_path: Path) -> None:
    for carrier in ("UA", "AA"):
        for top in (server.bucket / "flights", tmp_path / "flights"):
            path = top / f"carrier={carrier}" / "0.parquet"
            path.parent.mkdir(parents=True)
            pq.write_table(ROWS, path)
    (server.bucket / "flights" / "_SUCCESS").touch()

    for location in ("flights", "flights/"):
        there = server.at("parquet", location)
        assert inspect(there) == inspect(Content("parquet", str(tmp_path / "flights")))
        assert read(there).read_all().num_rows == 6

    keyed = server.at("parquet", "keyed", keys=["origin"])
    with pytest.raises(ContentError, match="a folder cannot appear whole in a store"):
        write(keyed, ROWS.to_reader())
    discard(server.at("parquet", "flights"))
    assert objects(server) == []


def test_a_large_object_is_copied_in_pieces_and_checked(server: S3) -> None:
    rows = "".join(f"{number},{'x' * 100}\n" for number in range(200_000))
    (server.bucket / "large.csv").write_text(f"id,text\n{rows}")

    found = validate(server.at("csv", "large.csv"), [Check("key", "unique", {"column": "id"})])

    assert found.good
    assert found.inspection is not None
    assert found.inspection.row_count == 200_000
    digest = hashlib.sha256((server.bucket / "large.csv").read_bytes()).hexdigest()
    assert found.inspection.content_hash == f"sha256:{digest}"


def test_a_manifest_names_what_is_beside_it_and_nothing_else(server: S3) -> None:
    content = server.at("manifest", "days/manifest.json", files="csv")
    write(content, ROWS.to_reader())
    (server.bucket / "days" / "more.csv").write_text("flight\n1\n")

    with pytest.raises(ContentError, match=r"does not list more\.csv"):
        inspect(content)


def test_what_was_only_in_the_old_manifest_goes_when_a_new_one_is_exposed(server: S3, tmp_path: Path) -> None:
    target = server.at("manifest", "fixed/manifest.json")
    listed = []
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("flight\n1\n")
        digest = hashlib.sha256((tmp_path / name).read_bytes()).hexdigest()
        listed.append({"path": name, "format": "csv", "size_bytes": 9, "row_count": 1, "sha256": digest})
    source = Content("manifest", str(tmp_path / "manifest.json"))
    for files in (listed, listed[:1]):
        (tmp_path / "manifest.json").write_text(json.dumps({"files": files}))
        expose(source, target, "")
        (tmp_path / "b.csv").unlink(missing_ok=True)

    assert objects(server) == ["fixed/a.csv", "fixed/manifest.json"]
    assert inspect(target).row_count == 1


def test_an_upload_that_breaks_off_leaves_what_was_there(server: S3) -> None:
    content = server.at("csv", "x.csv")
    write(content, ROWS.to_reader())
    before = inspect(content).content_hash

    def broken() -> Any:
        yield ROWS.to_batches()[0]
        raise RuntimeError("the source is gone")

    with pytest.raises(Exception, match="the source is gone"):
        write(content, pa.RecordBatchReader.from_batches(ROWS.schema, broken()))

    assert inspect(content).content_hash == before
    assert objects(server) == ["x.csv"]


def test_an_object_that_is_replaced_while_it_is_copied_is_noticed(server: S3, monkeypatch: pytest.MonkeyPatch) -> None:
    content = server.at("csv", "x.csv")
    (server.bucket / "x.csv").write_text("flight\n1\n")

    def copy(source: Any, target: Any, length: int) -> None:
        monkeypatch.undo()
        shutil.copyfileobj(source, target, length)
        (server.bucket / "y.csv").write_text("flight\n1\n2\n")
        (server.bucket / "y.csv").replace(server.bucket / "x.csv")

    monkeypatch.setattr(stores.shutil, "copyfileobj", copy)
    with pytest.raises(ContentError, match="was changed while it was being read"):
        inspect(content)


def test_a_copy_takes_no_more_than_its_part_of_the_disk(server: S3, monkeypatch: pytest.MonkeyPatch) -> None:
    (server.bucket / "x.csv").write_text("flight\n1\n")
    monkeypatch.setattr(stores, "MOST_OF_THE_DISK", 0.0)

    with pytest.raises(StorageUnavailable, match="finds no room here"):
        inspect(server.at("csv", "x.csv"))


def test_nothing_of_a_copy_is_left(server: S3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (server.bucket / "x.csv").write_text("flight\n1\n")
    (server.bucket / "bad.csv").write_text('flight\n"1\n')

    inspect(server.at("csv", "x.csv"))
    read(server.at("csv", "x.csv")).read_all()
    with pytest.raises(ContentError):
        inspect(server.at("csv", "bad.csv"))

    assert list(tmp_path.iterdir()) == []


Spoil = Callable[[Content], Content]


def _with(content: Content, **options: Any) -> Content:
    return Content(content.format, content.location, {**content.options, **options})


@pytest.mark.parametrize(
    ("spoil", "error", "said"),
    [
        (lambda content: _with(content, secret_key="wrong"), StorageUnavailable, "access denied"),
        (lambda content: _with(content, access_key="nobody"), StorageUnavailable, "does not answer"),
        (lambda content: _with(content, endpoint="http://127.0.0.1:1"), StorageUnavailable, "network connection"),
        (
            lambda content: Content("csv", "s3://nowhere/x.csv", content.options),
            ContentError,
            "nothing at s3://nowhere",
        ),
        (lambda content: Content("csv", f"s3://{BUCKET}/none.csv", content.options), ContentError, "there is nothing"),
        (lambda content: Content("csv", f"s3://{BUCKET}/folder", content.options), ContentError, "is a folder"),
    ],
)
def test_what_cannot_be_reached_is_told_without_any_key(
    server: S3, spoil: Spoil, error: type[Exception], said: str
) -> None:
    (server.bucket / "folder").mkdir()
    for key in ("x.csv", "folder/y.csv"):
        (server.bucket / key).write_text("flight\n1\n")

    with pytest.raises(error, match=said) as raised:
        inspect(spoil(server.at("csv", "x.csv")))

    assert server.secret_key not in str(raised.value)
    assert server.access_key not in str(raised.value)


def test_a_store_that_is_down_says_nothing_about_the_content(tmp_path: Path, s3: S3) -> None:
    server = start_s3(tmp_path)  # `s3` has seen to it that one can be had
    try:
        write(server.at("csv", "x.csv"), ROWS.to_reader())
        request = request_of([(server.at("csv", "x.csv"), [])])
        server.stop()
        with pytest.raises(StorageUnavailable):
            validated_from(answer(request))
        with pytest.raises(StorageUnavailable):
            expose(Content("csv", str(server.bucket / "x.csv")), server.at("csv", "y.csv"), "")

        server.start()
        (found,) = validated_from(answer(request))
        assert found.good
    finally:
        server.stop()


def test_the_login_comes_from_the_environment_by_name(
    server: S3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (server.bucket / "raw").mkdir()
    (server.bucket / "raw" / "x.csv").write_text("flight\n1\n")
    roots = Roots(tmp_path, stores=(f"s3://{BUCKET}/raw",))
    declared = {"endpoint": server.endpoint, "access_key": "env:LAKE_KEY", "secret_key": "env:LAKE_SECRET"}
    content = Content("csv", f"s3://{BUCKET}/raw/x.csv", declared)
    monkeypatch.setenv("LAKE_KEY", server.access_key)
    with pytest.raises(ContentError, match="no variable LAKE_SECRET"):
        located(content, roots)
    monkeypatch.setenv("LAKE_SECRET", server.secret_key)

    assert inspect(located(content, roots)).row_count == 1
    for options, said in [
        ({"secret_key": "written-out"}, "must be a reference"),
        ({"access_key": "env:HEADWATER_X"}, "the option access_key: the secret env:HEADWATER_X cannot be had"),
    ]:
        with pytest.raises(ContentError, match=said) as refused:
            located(_with(content, **options), roots)
        assert "written-out" not in str(refused.value)
    with pytest.raises(LocationRefused):
        located(Content("csv", f"s3://{BUCKET}/wages.csv", declared), roots)

    monkeypatch.setenv("AWS_ENDPOINT_URL", server.endpoint)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", server.access_key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", server.secret_key)
    assert inspect(located(Content("csv", content.location), roots)).row_count == 1


def test_keys_that_are_no_paths_are_refused(server: S3) -> None:
    for part in ("..", ".", "", "x" * 256):
        with pytest.raises(ContentError, match="cannot be a path of files"):
            stores._safe(part, "key")
