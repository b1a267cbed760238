"""Whatever lies at a place: a verdict in one sentence, within bounded memory and time.

`FUZZ=full` flips 200 bits per format in place of 20, and makes bombs and rows of a gigabyte.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from graph_model.versions.entities import Content
from tests.fuzz import corpus, places
from tests.fuzz.corpus import Case
from tests.fuzz.judging import judge
from workers.template.keeper import Templates

FULL = os.environ.get("FUZZ") == "full"
FLIPS, BOMB_MEGABYTES, ROW_MEGABYTES = (200, 1200, 1024) if FULL else (20, 300, 64)

KINDS: dict[str, Callable[[Path], Iterator[Case]]] = {
    "texts": lambda _: corpus.texts(),
    "nested": lambda _: corpus.nested(),
    "wide": lambda _: corpus.wide(),
    "bombs": lambda _: corpus.bombs(megabytes=BOMB_MEGABYTES),
    "long-rows": lambda _: corpus.long_rows(megabytes=ROW_MEGABYTES),
    "lengths": corpus.lengths,
    "manifests": lambda _: places.manifests(),
    "tables": lambda _: places.tables(),
}


@pytest.fixture(scope="module")
def templates() -> Iterator[Templates]:
    made = Templates()
    made.start()
    assert made.ready_within(120)
    yield made
    made.stop()


def wrongs(cases: Sequence[Case], folder: Path, templates: Templates) -> list[str]:
    return [found.wrong for found in judge(cases, folder, templates) if found.wrong]


@pytest.mark.parametrize("kind", KINDS)
def test_every_bad_content_gets_a_verdict_in_one_sentence(kind: str, templates: Templates, tmp_path: Path) -> None:
    cases = list(KINDS[kind](tmp_path))
    assert len({case.name for case in cases}) == len(cases) > 3

    assert wrongs(cases, tmp_path, templates) == []


@pytest.mark.parametrize("format", corpus.FORMATS)
def test_damage_anywhere_gets_a_verdict(format: str, templates: Templates, tmp_path: Path) -> None:
    cases = [case for case in corpus.damaged(tmp_path, flips=FLIPS) if case.format == format]
    assert len(cases) > FLIPS

    assert wrongs(cases, tmp_path, templates) == []


def special(tmp_path: Path) -> Iterator[Case]:
    """What is no file at all, or one that nobody may read."""

    def pipe(folder: Path) -> str:
        os.mkfifo(folder / "pipe")
        return str(folder / "pipe")

    def circle(folder: Path) -> str:
        (folder / "circle").symlink_to(folder / "circle")
        return str(folder / "circle")

    for format in ("csv", "parquet", "arrow", "jsonl", "manifest"):
        yield Case(f"{format}-pipe", format, pipe)
        yield Case(f"{format}-device", format, lambda _: "/dev/zero")
        yield Case(f"{format}-endless-device", format, lambda _: "/dev/urandom")
        yield Case(f"{format}-folder", format, str, "any" if format == "parquet" else "refused")
        yield Case(f"{format}-circle", format, circle)
        yield Case(f"{format}-nothing", format, lambda folder: str(folder / "nothing"))
        yield Case(f"{format}-long-name", format, lambda folder: str(folder / ("x" * 5000)))
        yield Case(f"{format}-zero-byte-in-the-name", format, lambda folder: f"{folder}/a\0b")
    yield Case("table-pipe", "table", lambda folder: f"sqlite:///{pipe(folder)}#rows")
    yield Case("table-device", "table", lambda _: "sqlite:////dev/zero#rows")


def test_what_is_no_file_is_refused_before_it_is_opened(templates: Templates, tmp_path: Path) -> None:
    assert wrongs(list(special(tmp_path)), tmp_path, templates) == []


def test_a_process_that_is_killed_leaves_no_verdict_and_no_answer(templates: Templates, tmp_path: Path) -> None:
    """The harness itself must notice it: an endless view runs until its time is over."""
    (endless,) = [case for case in places.tables(endless=True) if case.name == "table-endless-view"]

    (found,) = judge([endless], tmp_path, templates, seconds=8)

    assert (found.ended.timed_out, found.validated) == (True, None)
    assert "no verdict" in found.wrong


def test_the_same_seed_makes_the_same_case(tmp_path: Path) -> None:
    first, second = (list(corpus.damaged(tmp_path, flips=2)) for _ in range(2))

    def bytes_of(case: Case, number: int) -> bytes:
        content: Content = case.content(tmp_path / str(number))
        return Path(content.location.removeprefix("sqlite:///").partition("#")[0]).read_bytes()

    assert [bytes_of(case, 1) for case in first] == [bytes_of(case, 2) for case in second]
