"""Bad contents that speak of others: manifests, and tables of databases."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.fuzz.corpus import Case, Expected, written


def manifests() -> Iterator[Case]:
    """A manifest is JSON that somebody wrote, and speaks of files."""
    listed = {"path": "a.csv", "format": "csv", "size_bytes": 5, "sha256": "0" * 64, "row_count": 1}

    def of(name: str, text: bytes | str, expected: Expected = "refused") -> Case:
        def make(folder: Path) -> str:
            (folder / "a.csv").write_bytes(b"id\n1\n")
            data = text if isinstance(text, bytes) else text.encode()
            (folder / "manifest.json").write_bytes(data)
            return str(folder / "manifest.json")

        return Case(f"manifest-{name}", "manifest", make, expected)

    def listing(name: str, **changed: Any) -> Case:
        return of(name, json.dumps({"files": [{**listed, **changed}]}))

    yield of("empty", "")
    yield of("cut", json.dumps({"files": [listed]})[:-9])
    yield of("deep", "[" * 100_000 + "]" * 100_000)
    yield of("deep-objects", '{"files":' * 100_000)
    yield of("utf-16", json.dumps({"files": [listed]}).encode("utf-16"))
    yield of("not-utf-8", b'{"files": ["\xff\xfe"]}')
    yield of("huge-number", '{"files": [{"path": "a.csv", "size_bytes": ' + "9" * 10_000 + "}]}")
    yield of("zeros", bytes(100))
    yield of("lists-itself", json.dumps({"files": [{**listed, "path": "manifest.json"}]}))
    for position, path in enumerate(
        ("/etc/passwd", "../a.csv", "b/../../a.csv", "a\0.csv", "", ".", "x" * 5000, "a.csv/", "//a.csv")
    ):
        yield listing(f"path-{position}", path=path)
    yield listing("no-such-file", path="b.csv")
    yield listing("negative-size", size_bytes=-5)
    yield listing("size-as-text", size_bytes="5")
    yield listing("size-true", size_bytes=True)
    yield listing("endless-size", size_bytes=10**400)
    yield listing("wrong-hash")
    yield listing("format-of-another", format="table")
    yield listing("format-list", format=["csv"])

    def link(folder: Path) -> str:
        """A listed file that is a link out of the folder."""
        (folder.parent / "outside.csv").write_bytes(b"id\n1\n")
        (folder / "a.csv").symlink_to("../outside.csv")
        (folder / "manifest.json").write_text(json.dumps({"files": [listed]}))
        return str(folder / "manifest.json")

    yield Case("manifest-link-outside", "manifest", link)


def tables(*, endless: bool = False) -> Iterator[Case]:
    """Databases whose rows are not what their columns say; with `endless`, one whose rows do not end."""

    def sqlite(name: str, *statements: str, expected: Expected = "refused") -> Case:
        def make(folder: Path) -> str:
            with sqlite3.connect(folder / "rows.db") as database:
                for statement in statements:
                    database.execute(statement)
            database.close()
            return f"sqlite:///{folder}/rows.db#rows"

        return Case(f"table-{name}", "table", make, expected)

    yield sqlite("text-in-integers", "CREATE TABLE rows (id INTEGER)", "INSERT INTO rows VALUES ('x')")
    yield sqlite("bytes-in-texts", "CREATE TABLE rows (id TEXT)", "INSERT INTO rows VALUES (x'ff00fe')")
    yield sqlite("not-utf-8", "CREATE TABLE rows (id TEXT)", "INSERT INTO rows VALUES (CAST(x'ff80' AS TEXT))")
    yield sqlite(
        "zero-in-text", "CREATE TABLE rows (id TEXT)", "INSERT INTO rows VALUES ('a' || char(0) || 'b')", expected="any"
    )
    yield sqlite("huge-real", "CREATE TABLE rows (id REAL)", "INSERT INTO rows VALUES (9e999)", expected="any")
    yield sqlite("odd-dates", "CREATE TABLE rows (id DATE)", "INSERT INTO rows VALUES ('0000-00-00')")
    yield sqlite("no-rows", "CREATE TABLE rows (id INTEGER)", expected="fine")
    yield sqlite("no-such-table", "CREATE TABLE other (id INTEGER)")
    yield sqlite("odd-names", 'CREATE TABLE rows ("a""b; DROP TABLE rows" INTEGER, "" TEXT)', expected="any")
    view = "CREATE VIEW rows AS WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n) SELECT id FROM n"
    if endless:
        yield sqlite("endless-view", view)
    yield sqlite("view-of-nothing", "CREATE VIEW rows AS SELECT * FROM gone")
    yield sqlite(
        "one-long-text",
        "CREATE TABLE rows (id TEXT)",
        "INSERT INTO rows VALUES (replace(hex(zeroblob(100000000)), '0', 'ab'))",
        expected="any",
    )
    yield written("deflated", "table", zlib.compress(bytes(10_000)))
