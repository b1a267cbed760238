"""What processes print: in files that are read while they grow, from any place on."""

from __future__ import annotations

import os
import random
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.run_logs import Page, folder_of, forget_logs, printed_by, read_log
from graph_model.errors import InvalidInput
from graph_model.names import Name
from graph_model.runs.entities import Attempt, Run, RunKind, RunState
from workers.launcher.capture import Capture

NOW = datetime(2013, 1, 5, tzinfo=UTC)


def captured(folder: Path, data: bytes, *, cap: int) -> None:
    capture = Capture(str(folder / "job.stdout"), cap)
    writer = threading.Thread(target=written, args=(capture.sink, data))
    writer.start()
    while writer.is_alive():
        capture.copy()
    capture.drain()
    os.close(capture.source)


def written(sink: int, data: bytes) -> None:
    with os.fdopen(sink, "wb") as file:
        file.write(data)


def all_of(folder: Path, *, most: int = 7) -> str:
    texts, cursor = [], 0
    while True:
        page = read_log(folder, "job", "stdout", after=cursor, most=most)
        texts.append(page.text)
        cursor = page.cursor
        if page.at_end:
            return "".join(texts)


def test_what_is_not_too_long_is_kept_whole(tmp_path: Path) -> None:
    text = "".join(random.choice("aä€𝄞\n") for _ in range(200))

    captured(tmp_path, text.encode(), cap=2000)

    assert all_of(tmp_path) == text


def test_of_a_long_output_the_beginning_and_the_end_are_kept_and_the_gap_is_told(tmp_path: Path) -> None:
    data = b"".join(b"%07d\n" % number for number in range(100_000))

    captured(tmp_path, data, cap=8000)

    text = all_of(tmp_path, most=1000)
    head, _, rest = text.partition("\n[… ")
    gone, _, tail = rest.partition(" bytes left out …]\n")
    assert len(head.encode()) == 4000
    assert data.endswith(tail.encode())
    assert 3000 < len(tail) <= 4000
    assert len(head) + int(gone) + len(tail) == len(data)
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 8000


def test_a_reader_that_follows_gets_what_comes_once(tmp_path: Path) -> None:
    (tmp_path / "job.stdout").write_text("one\n")
    first = read_log(tmp_path, "job", "stdout")
    with (tmp_path / "job.stdout").open("a") as file:
        file.write("two\n")

    assert first == Page("one\n", 4, at_end=True)
    assert read_log(tmp_path, "job", "stdout", after=first.cursor) == Page("two\n", 8, at_end=True)
    assert read_log(tmp_path, "job", "stdout", after=8) == Page("", 8, at_end=True)
    assert read_log(tmp_path / "none", "job", "stderr") == Page("", 0, at_end=True)


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_disk_that_is_full_costs_the_log_and_not_the_run(tmp_path: Path) -> None:
    (tmp_path / "job.stdout").symlink_to("/dev/full")

    captured(tmp_path, b"x" * 10_000, cap=1000)


def test_a_run_is_shown_by_its_newest_attempt_or_by_the_one_that_is_asked_for(tmp_path: Path) -> None:
    attempts = (Attempt(3, "w", NOW, NOW), Attempt(5, "w", NOW))
    run = Run("rn_1", RunKind.JOB, Name("a", "b"), "", RunState.RUNNING, NOW, attempts=attempts)

    newest, earlier = printed_by(run, tmp_path), printed_by(run, tmp_path, 3)

    assert newest is not None
    assert earlier is not None
    assert (newest.attempt, newest.over, newest.folder) == (5, False, folder_of(tmp_path, "rn_1", 5))
    assert (earlier.attempt, earlier.over, earlier.folder.name) == (3, True, "rn_1-3")
    with pytest.raises(InvalidInput, match="has no attempt 4; there are 3, 5"):
        printed_by(run, tmp_path, 4)


def test_what_is_old_goes_and_what_belongs_to_an_attempt_that_goes_on_stays(tmp_path: Path) -> None:
    old, young, going_on = (folder_of(tmp_path, f"rn_{number}", 1) for number in range(3))
    for folder in (old, young, going_on):
        folder.mkdir(parents=True)
        (folder / "job.stdout").write_text("x")
    (going_on / "tmp").mkdir()
    for path in (*old.rglob("*"), *going_on.rglob("*"), old, going_on):
        os.utime(path, (1, 1))

    assert forget_logs(tmp_path, days=30) == 1

    assert [folder.exists() for folder in (old, young, going_on)] == [False, True, True]
