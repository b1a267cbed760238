"""The format of a backup: whatever happens to a file, it is refused, and the place is named."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from graph_model.backup import lines
from graph_model.errors import BackupRefused

ITEMS = (
    {"node": "Run", "properties": {"id": "a", "t": {"time": "2013-01-05T07:00:00.123456789Z"}, "text": "ü\n"}},
    {"node": "Run", "properties": {"id": "b", "float": 60.0, "int": 60, "list": ["x"], "true": True}},
    {"edge": "NEXT", "from": ["Run", "a"], "to": ["Run", "b"], "properties": {}},
)


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    path = tmp_path / "backup.ndjson"
    with path.open("wb") as file:
        writer = lines.Writer(file)
        writer.write(lines.header(created_at="2013-01-05", engine="neo4j", migrations=("0001",)))
        for item in ITEMS:
            writer.write(lines.text_of(item))
        writer.end(nodes=2, edges=1, content_hash="abc")
    return path


def test_what_is_written_is_read_with_its_types(backup: Path) -> None:
    found = [item for _, item in lines.items(backup)][1:-1]

    assert found == list(ITEMS)
    assert type(found[1]["properties"]["float"]) is float
    assert type(found[1]["properties"]["int"]) is int
    contents = lines.inspect(backup)
    assert (contents.nodes, contents.edges, contents.lines, contents.content_hash) == (2, 1, 5, "abc")


def test_a_reader_may_go_on_behind_a_line(backup: Path) -> None:
    assert [number for number, _ in lines.items(backup, after=3)] == [4, 5]


def test_every_flipped_bit_of_every_byte_is_refused_and_its_line_named(backup: Path) -> None:
    whole = backup.read_bytes()
    for place in range(len(whole)):
        line = whole[:place].count(b"\n") + 1
        for bit in range(8):
            backup.write_bytes(whole[:place] + bytes([whole[place] ^ (1 << bit)]) + whole[place + 1 :])

            with pytest.raises(BackupRefused, match=rf"line {line}\b"):
                lines.inspect(backup)


def test_a_file_that_is_cut_anywhere_is_refused(backup: Path) -> None:
    whole = backup.read_bytes()
    for length in range(len(whole)):
        backup.write_bytes(whole[:length])

        with pytest.raises(BackupRefused):
            lines.inspect(backup)


def test_a_line_that_was_lost_is_named(backup: Path) -> None:
    every = backup.read_bytes().splitlines(keepends=True)
    backup.write_bytes(b"".join([*every[:2], *every[3:]]))

    with pytest.raises(BackupRefused, match="line 3"):
        lines.inspect(backup)


def test_lines_that_changed_places_are_refused(backup: Path) -> None:
    every = backup.read_bytes().splitlines(keepends=True)
    backup.write_bytes(b"".join([every[0], every[2], every[1], *every[3:]]))

    with pytest.raises(BackupRefused, match="line 2"):
        lines.inspect(backup)


def test_a_line_of_another_backup_is_refused_by_the_end(backup: Path) -> None:
    every = backup.read_bytes().splitlines(keepends=True)
    every[1] = lines.line_of(2, lines.text_of(ITEMS[0] | {"node": "Job"}))
    backup.write_bytes(b"".join(every))

    with pytest.raises(BackupRefused, match="not whole"):
        lines.inspect(backup)


def test_what_comes_behind_the_end_is_refused(backup: Path) -> None:
    with backup.open("ab") as file:
        file.write(lines.line_of(6, lines.text_of(ITEMS[0])))

    with pytest.raises(BackupRefused, match="line 6"):
        lines.inspect(backup)


@pytest.mark.parametrize("content", [b"", b"{}\n", b"hello", b"\x00" * 100])
def test_a_file_of_another_kind_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "other"
    path.write_bytes(content)

    with pytest.raises(BackupRefused, match=re.escape(str(path))):
        lines.inspect(path)


def test_a_format_of_the_future_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "new"
    with path.open("wb") as file:
        writer = lines.Writer(file)
        writer.write(lines.text_of({"headwater_backup": {"format": 99}}))
        writer.end()

    with pytest.raises(BackupRefused, match="format 99"):
        lines.inspect(path)
