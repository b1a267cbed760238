"""Bad contents, made by code: each case writes one content into a folder of its own, the same one for the same seed.

What must come of each is one of three things. `refused`: never a good content. `fine`: read as what it is. `any`:
damage that may or may not show; but never more than a sentence.
"""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import feather, ipc

from graph_model.versions.entities import Content

Expected = Literal["refused", "fine", "any"]
MEGABYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Case:
    """`make` writes the content below a folder and gives its location."""

    name: str
    format: str
    make: Callable[[Path], str]
    expected: Expected = "refused"
    options: Mapping[str, Any] = field(default_factory=dict)

    def content(self, folder: Path) -> Content:
        folder.mkdir(parents=True, exist_ok=True)
        return Content(self.format, self.make(folder), self.options)


def a_table(rows: int = 2000) -> pa.Table:
    return pa.table(
        {
            "id": list(range(rows)),
            "name": [f"name {number % 17}" for number in range(rows)],
            "delay": [None if number % 5 == 0 else number / 7 for number in range(rows)],
            "at": [{"airport": "JFK", "gates": [number % 3, 2]} for number in range(rows)],
        }
    )


def good_bytes(format: str, folder: Path) -> bytes:
    """A good content of the format, as bytes."""
    path = folder / f"good.{format}"
    if format == "parquet":
        pq.write_table(a_table(), path, row_group_size=500)
    elif format == "arrow":
        feather.write_feather(a_table(), str(path), compression="lz4", chunksize=500)
    elif format == "jsonl":
        path.write_text("".join(f"{json.dumps(row)}\n" for row in a_table().to_pylist()))
    elif format == "csv":
        lines = (f'{row["id"]},"{row["name"]}",{row["delay"] or ""}\n' for row in a_table().to_pylist())
        path.write_text("id,name,delay\n" + "".join(lines))
    else:
        _database(path, 2000)
    found = path.read_bytes()
    path.unlink()
    return found


def _database(path: Path, rows: int) -> None:
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE rows (id INTEGER, name TEXT, delay REAL)")
        values = ((number, f"name {number}", number / 7) for number in range(rows))
        database.executemany("INSERT INTO rows VALUES (?, ?, ?)", values)
    database.close()


FORMATS = ("csv", "parquet", "arrow", "jsonl", "table")


def _located(format: str, path: Path) -> str:
    return f"sqlite:///{path}#rows" if format == "table" else str(path)


def written(name: str, format: str, data: bytes, expected: Expected = "refused", **options: Any) -> Case:
    """A file with these bytes."""

    def make(folder: Path) -> str:
        path = folder / f"data.{format}"
        path.write_bytes(data)
        return _located(format, path)

    return Case(f"{format}-{name}", format, make, expected, options)


def damaged(folder: Path, *, flips: int) -> Iterator[Case]:
    """Every format cut at many places and with flipped bits: seeded, so that a case can be had again by its name."""
    for format in FORMATS:
        data = good_bytes(format, folder)
        cuts = sorted(
            {0, 1, 3, 4, 7, 8, 11, 12, len(data) // 3, len(data) // 2, len(data) - 9, len(data) - 8, len(data) - 1}
        )
        may_pass = "any" if format in {"csv", "jsonl", "table"} else "refused"
        for cut in cuts:
            yield written(f"cut-at-{cut}", format, data[:cut], may_pass)
        yield written("wrong-magic", format, b"\x7fELF" + data[4:], may_pass)
        yield written("twice", format, data + data, "any")
        yield written("zeros-inside", format, data[: len(data) // 2] + bytes(512) + data[len(data) // 2 + 512 :], "any")
        for seed in range(flips):
            yield written(f"flipped-{seed}", format, flipped(data, f"{format}-{seed}"), "any")


def flipped(data: bytes, seed: str) -> bytes:
    """One to eight bits are another; half of the times near the end, where the footers are."""
    choice, changed = random.Random(seed), bytearray(data)
    start = len(data) - 600 if choice.random() < 0.5 and len(data) > 600 else 0
    for _ in range(choice.randint(1, 8)):
        changed[choice.randrange(start, len(data))] ^= 1 << choice.randrange(8)
    return bytes(changed)


def texts() -> Iterator[Case]:
    """Encodings that are mixed up, and lines that are none."""
    rows = "id,name\n1,Zoë\n2,x\n"
    yield written("bom", "csv", b"\xef\xbb\xbf" + rows.encode(), "fine")
    yield written("utf-16", "csv", rows.encode("utf-16"))
    yield written("utf-16-declared", "csv", rows.encode("utf-16"), "fine", encoding="utf-16")
    yield written("utf-16-declared-and-odd", "csv", rows.encode("utf-16")[:-1], encoding="utf-16")
    yield written("latin-1", "csv", rows.encode("latin-1"))
    yield written("mixed", "csv", rows.encode() + "3,Zoë\n".encode("latin-1"))
    yield written("lone-surrogate", "csv", b"id,name\n1,\xed\xa0\x80\n")
    yield written("zero-bytes", "csv", b"id,name\n1,\x00\n")
    yield written("zero-byte-in-the-header", "csv", b"i\x00d,name\n1,2\n")
    yield written("line-ends-mixed", "csv", b"id,name\r\n1,a\n2,b\r3,c\r\n", "any")
    yield written("only-carriage-returns", "csv", b"id,name\r1,a\r2,b\r", "any")
    yield written("quote-never-closed", "csv", b'id,name\n1,"' + b"a\n" * 200_000)
    yield written("ragged", "csv", b"id,name\n1,a\n2\n3,c,d\n")
    yield written("only-newlines", "csv", b"\n" * 1000)
    yield written("binary", "csv", random.Random("binary").randbytes(20_000))
    yield written("odd-encoding", "csv", rows.encode(), encoding="rot13")
    yield written("binary-codec", "csv", rows.encode(), encoding="zlib")
    yield written("idna", "csv", rows.encode(), "any", encoding="idna")
    yield written("utf-7", "csv", b"id,name\n1,+ZeVnLIqe\n", "any", encoding="utf-7")
    yield written("quote-is-the-delimiter", "csv", rows.encode(), "any", delimiter='"')
    yield written("newline-as-delimiter", "csv", rows.encode(), "refused", delimiter="\n")
    yield written("bom", "jsonl", b'\xef\xbb\xbf{"id": 1}\n', "any")
    yield written("utf-16", "jsonl", '{"id": 1}\n'.encode("utf-16"))
    yield written("latin-1", "jsonl", '{"id": "Zoë"}\n'.encode("latin-1"))
    yield written("lone-surrogate", "jsonl", b'{"id": "\\ud800"}\n', "any")
    yield written("zero-bytes", "jsonl", b'{"id": 1}\n\x00\x00\n')
    yield written("escaped-zero", "jsonl", b'{"id": "\\u0000", "\\u0000": 1}\n', "any")
    yield written("same-key-twice", "jsonl", b'{"id": 1, "id": 2}\n', "any")
    yield written("list", "jsonl", b"[1, 2]\n")
    yield written("not-a-number", "jsonl", b'{"id": NaN}\n', "any")
    yield written("huge-number", "jsonl", b'{"id": ' + b"9" * 5000 + b"}\n", "any")
    yield written("carriage-returns", "jsonl", b'{"id": 1}\r\n{"id": 2}\r\n', "fine")


def nested() -> Iterator[Case]:
    """What makes a reader call itself too often."""
    for depth in (1_000, 100_000):
        yield written(f"objects-{depth}-deep", "jsonl", b'{"a":' * depth + b"1" + b"}" * depth + b"\n", "any")
        yield written(f"lists-{depth}-deep", "jsonl", b'{"a":' + b"[" * depth + b"]" * depth + b"}\n", "any")
    yield written("lists-never-closed", "jsonl", b'{"a":' + b"[" * 1_000_000)
    for depth in (50, 60, 500):
        yield Case(f"parquet-{depth}-deep", "parquet", lambda folder, depth=depth: _deep_parquet(folder, depth), "any")
        if depth < 64:  # pyarrow writes none that is deeper
            yield Case(f"arrow-{depth}-deep", "arrow", lambda folder, depth=depth: _deep_arrow(folder, depth), "any")


def _deep(depth: int) -> pa.Table:
    kind, value = pa.int64(), 1
    for _ in range(depth):
        kind, value = pa.struct([("a", kind)]), {"a": value}
    return pa.table({"a": pa.array([value], kind)})


def _deep_parquet(folder: Path, depth: int) -> str:
    pq.write_table(_deep(depth), folder / "deep.parquet")
    return str(folder / "deep.parquet")


def _deep_arrow(folder: Path, depth: int) -> str:
    table = _deep(depth)
    with ipc.new_file(str(folder / "deep.arrow"), table.schema) as writer:
        writer.write_table(table)
    return str(folder / "deep.arrow")


def wide() -> Iterator[Case]:
    columns = [f"c{number}" for number in range(10_000)]
    row = ",".join(map(str, range(10_000)))
    yield written("10000-columns", "csv", f"{','.join(columns)}\n{row}\n{row}\n".encode(), "any")
    yield written("10000-columns", "jsonl", f"{json.dumps(dict.fromkeys(columns, 1))}\n".encode(), "any")
    table = pa.table({name: [1, 2] for name in columns})
    yield Case("parquet-10000-columns", "parquet", lambda folder: _parquet(folder, table), "any")
    yield Case("arrow-10000-columns", "arrow", lambda folder: _arrow(folder, table, None), "any")


def _parquet(folder: Path, table: pa.Table, **options: Any) -> str:
    pq.write_table(table, folder / "data.parquet", **options)
    return str(folder / "data.parquet")


def _arrow(folder: Path, table: pa.Table, compression: str | None) -> str:
    options = ipc.IpcWriteOptions(compression=compression)
    with ipc.new_file(str(folder / "data.arrow"), table.schema, options=options) as writer:
        writer.write_table(table)
    return str(folder / "data.arrow")


def bombs(*, megabytes: int) -> Iterator[Case]:
    """Small files that are large once they are unpacked: a thousand times and more."""
    zeros = pa.array([b"\0" * MEGABYTE]).cast(pa.large_binary())
    one = pa.table({"a": pa.concat_arrays([zeros] * megabytes)})
    yield Case(
        "parquet-pages",
        "parquet",
        lambda folder: _parquet(folder, one, compression="zstd", use_dictionary=False),
        "any",
    )
    yield Case(
        "parquet-gzip", "parquet", lambda folder: _parquet(folder, one, compression="gzip", use_dictionary=False), "any"
    )
    yield Case("parquet-dictionary", "parquet", lambda folder: _parquet(folder, one, use_dictionary=True), "any")
    yield Case("arrow-zstd", "arrow", lambda folder: _arrow(folder, one, "zstd"), "any")
    yield Case("arrow-lz4", "arrow", lambda folder: _arrow(folder, one, "lz4"), "any")
    many = pa.table({"a": pa.array([0], pa.int64()).take(pa.array([0] * (megabytes * MEGABYTE // 8), pa.int64()))})
    yield Case("arrow-runs", "arrow", lambda folder: _arrow(folder, many, "zstd"), "any")


def long_rows(*, megabytes: int) -> Iterator[Case]:
    """One value that does not end. Sparse on disk where it is only zeros."""

    def csv(folder: Path) -> str:
        with (folder / "long.csv").open("wb") as file:
            file.write(b"id,name\n1,")
            for _ in range(megabytes):
                file.write(b"a" * MEGABYTE)
            file.write(b"\n")
        return str(folder / "long.csv")

    def header(folder: Path) -> str:
        with (folder / "header.csv").open("wb") as file:
            for _ in range(megabytes):
                file.write(b"a" * MEGABYTE)
        return str(folder / "header.csv")

    def jsonl(folder: Path) -> str:
        with (folder / "long.jsonl").open("wb") as file:
            file.write(b'{"id": "')
            for _ in range(megabytes):
                file.write(b"a" * MEGABYTE)
            file.write(b'"}\n')
        return str(folder / "long.jsonl")

    def zeros(folder: Path, kind: str) -> str:
        with (folder / f"zeros.{kind}").open("wb") as file:
            file.truncate(megabytes * MEGABYTE)
        return str(folder / f"zeros.{kind}")

    yield Case("csv-one-row", "csv", csv)
    yield Case("csv-one-header", "csv", header)
    yield Case("jsonl-one-row", "jsonl", jsonl)
    for kind in ("csv", "jsonl", "parquet", "arrow"):
        yield Case(f"{kind}-only-zeros", kind, lambda folder, kind=kind: zeros(folder, kind))


def lengths(folder: Path) -> Iterator[Case]:
    """Lengths and offsets that are negative, or beyond the end."""
    parquet, arrow = good_bytes("parquet", folder), good_bytes("arrow", folder)
    for number in (0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, len(parquet) - 12, len(parquet) - 11):
        tail = number.to_bytes(4, "little")
        yield written(f"footer-of-{number}", "parquet", parquet[:-8] + tail + b"PAR1")
        yield written(f"footer-of-{number}", "arrow", arrow[:-10] + tail + b"ARROW1")
    for position in range(8, 400, 8):
        huge = arrow[:position] + b"\xff\xff\xff\xff\xff\xff\xff\x7f" + arrow[position + 8 :]
        yield written(f"length-at-{position}", "arrow", huge, "any")
    for position in range(len(parquet) - 400, len(parquet) - 8, 9):
        huge = parquet[:position] + b"\xfe\xff\xff\xff\xff\xff\xff\xff\x7f" + parquet[position + 9 :]
        yield written(f"length-at-{position}", "parquet", huge, "any")
    for position in range(100, 400, 8):
        negative = arrow[:-position] + b"\xff" * 8 + arrow[-position + 8 :]
        yield written(f"negative-at-{position}-from-the-end", "arrow", negative, "any")
    keys = pa.DictionaryArray.from_arrays(pa.array([0, 9], pa.int32()), pa.array(["a"]), safe=False)
    yield Case("arrow-key-beyond-its-dictionary", "arrow", lambda folder: _arrow(folder, pa.table({"a": keys}), None))
