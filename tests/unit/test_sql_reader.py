"""SQL is read in a process of its own, which a hostile text may cost its life."""

from __future__ import annotations

import os
import signal
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from connectors.sql.reader import Reader
from connectors.sql.reads import UnreadableSqlError

GOOD = "INSERT INTO t (v) SELECT x FROM s"


@pytest.fixture
def reader() -> Iterator[Reader]:
    found = Reader(seconds=3.0)
    yield found
    found.close()


def works(reader: Reader) -> bool:
    """With a text that it has not read before."""
    text = f"{GOOD} -- {uuid.uuid4()}"
    return [one.table for one in reader.read_script(text, dialect="postgres").written] == ["t"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("SELECT " + "(" * 10_000 + "1" + ")" * 10_000, "nested too deeply"),
        ("SELECT '" + "x" * 5_000_000 + "'", "5000009 characters"),
        ("SELECT " + "CASE WHEN a THEN " * 4_000 + "1" + " END" * 4_000, "nested too deeply"),
        ("SELECT \ud800 FROM", "could not be read"),
    ],
    ids=["parentheses", "five megabytes", "cases", "half a character"],
)
def test_a_hostile_text_gets_its_answer_and_the_next_one_too(reader: Reader, text: str, told: str) -> None:
    with pytest.raises(UnreadableSqlError, match=told):
        reader.read_script(text, dialect="postgres")

    assert works(reader)


def test_what_takes_too_long_is_ended() -> None:
    slow = " UNION ALL ".join(["SELECT a0 FROM (SELECT * FROM s JOIN s AS q USING (a0))"] * 1500)
    impatient = Reader(seconds=0.2)

    with pytest.raises(UnreadableSqlError, match=r"longer than 0\.2 s"):
        impatient.read_script(slow, dialect="duckdb", tables={"s": [f"a{n}" for n in range(300)]})

    assert works(impatient)
    impatient.close()


def test_a_child_that_was_killed_is_replaced(reader: Reader) -> None:
    assert works(reader)
    assert reader._child is not None

    os.kill(reader._child.pid, signal.SIGKILL)
    reader._child.wait()

    assert reader.read_script("SELECT 1", dialect="postgres").unresolved == ()


def test_a_child_that_dies_while_it_reads_is_an_answer(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    assert works(reader)
    assert reader._child is not None
    monkeypatch.setattr(reader._child, "poll", lambda: None)
    os.kill(reader._child.pid, signal.SIGKILL)

    with pytest.raises(UnreadableSqlError, match="broke down"):
        reader.read_script("SELECT 1", dialect="postgres")

    assert works(reader)


def test_an_answer_is_remembered_also_one_that_cost_a_life() -> None:
    slow = " UNION ALL ".join(["SELECT a0 FROM (SELECT * FROM s JOIN s AS q USING (a0))"] * 1500)
    impatient = Reader(seconds=0.2)
    told = []

    for _ in range(2):
        with pytest.raises(UnreadableSqlError) as refused:
            impatient.read_script(slow, dialect="duckdb", tables={"s": [f"a{n}" for n in range(300)]})
        told.append((str(refused.value), impatient._child is None))

    assert told[0] == told[1]
    assert impatient._child is None, "the text was read again"


def test_many_threads_share_a_child(reader: Reader) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(lambda _: works(reader), range(40)))


def test_a_copy_of_the_process_has_a_child_of_its_own(reader: Reader) -> None:
    assert works(reader)
    assert reader._child is not None
    child = reader._child.pid

    copy = os.fork()
    if not copy:
        try:
            own = works(reader) and reader._child.pid != child
            reader.close()
            os._exit(0 if own else 1)
        except BaseException:  # noqa: BLE001  a copy of the test must not go on as a test
            os._exit(2)

    assert os.waitstatus_to_exitcode(os.waitpid(copy, 0)[1]) == 0
    assert reader._child.pid == child
    assert works(reader)
