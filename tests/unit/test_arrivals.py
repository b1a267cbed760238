"""What a watch looks for, how an estate says it, and what lies below a watched folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.arrivals import files_below
from graph_model.arrivals.entities import Mark
from graph_model.arrivals.watch import TableWatch, Watch, dumps, loads
from graph_model.errors import ContentError, InvalidEstate, LocationRefused
from graph_model.estate.holdings import Node
from graph_model.estate.parse import load_estate
from graph_model.estate.wording import changed_properties
from graph_model.versions.roots import Roots


@pytest.mark.parametrize(
    ("path", "folder", "depth", "below", "key"),
    [
        ("raw/{date}.csv", "raw", 0, "2013-01-05.csv", "2013-01-05"),
        ("raw/{date}.csv", "raw", 0, "2013-01-05.csv.part", None),
        ("raw/flights-{date}-*.csv", "raw", 0, "flights-us-x.csv", "us"),
        ("raw/flights-{date}-*.csv", "raw", 0, "flights-2013-01-05-x.csv", "2013-01-05"),
        ("raw/flights-{date}-*.csv", "raw", 0, "flights-2013-01-05T06-x-y.csv", "2013-01-05T06"),
        ("raw/flights-{date}-*.csv", "raw", 0, "flights-2013-01-x.csv", "2013-01"),
        ("raw/{date}-*.csv", "raw", 0, "2013-01-05-1.csv", "2013-01-05"),
        ("raw/{date}/flights.csv", "raw", 1, "2013-01-05/flights.csv", "2013-01-05"),
        ("raw/{date}/{date}.csv", "raw", 1, "a/b.csv", None),
        ("raw/{date}/{date}.csv", "raw", 1, "a/a.csv", "a"),
        ("{partition}.csv", ".", 0, "us.csv", "us"),
        ("/{date}.csv", "/", 0, "us.csv", "us"),
        ("raw/codes.csv", "raw", 0, "codes.csv", ""),
        ("s3://bucket/in/{date}.json", "s3://bucket/in", 0, "us.json", "us"),
        ("raw/a+b.{date}", "raw", 0, "aab.us", None),
    ],
)
def test_a_path_says_where_to_look_and_which_partition_a_file_is(
    path: str, folder: str, depth: int, below: str, key: str | None
) -> None:
    watch = Watch(path)

    assert (watch.folder, watch.depth, watch.key_of(below)) == (folder, depth, key)


def test_a_file_is_reported_in_the_words_of_the_path() -> None:
    assert Watch("raw/{date}.csv").at("us.csv") == "raw/us.csv"
    assert Watch("{date}.csv").at("us.csv") == "us.csv"
    assert Watch("/{date}.csv").at("us.csv") == "/us.csv"
    assert Watch("s3://bucket/{date}.csv").at("us.csv") == "s3://bucket/us.csv"


def test_a_watch_travels_as_text() -> None:
    watch = Watch("raw/{date}.csv", done_marker="raw/{date}.done", every=5)

    assert loads(dumps(watch)) == watch
    assert loads(None) is None
    assert watch.marker_of("us") == "raw/us.done"


def test_an_estate_says_what_is_watched(tmp_path: Path) -> None:
    estate = _estate(tmp_path, "location: 'raw/{date}.csv', arrival: {stable_for: 5s}")

    assert load_estate(estate).datasets[0].arrival == Watch("raw/{date}.csv", stable_for=5)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("arrival: {}", "says no path, and the dataset has no location; write watch: incoming/{date}.csv"),
        ("arrival: {watch: raw/all.csv}", "raw/all.csv does not say which partition a file is; put {date} into it"),
        ("arrival: {watch: 'raw/{dat}.csv'}", "unknown placeholder {dat}; did you mean {date}?"),
        ("arrival: {watch: 'raw/{date}.csv', every: soon}", "every 'soon' is no length of time"),
        ("arrival: {wach: 'raw/{date}.csv'}", "did you mean watch?"),
        (
            "arrival: {watch: 'raw/{date}.csv', done_marker: 'raw/{date}.ok', stable_for: 5s}",
            "done_marker says when a file is whole, and so does stable_for; keep one of them",
        ),
        ("arrival: {watch: 'raw/{date}.csv', done_marker: 'raw/{date}*'}", "is the path of one file, without *"),
    ],
)
def test_a_wrong_word_is_told_with_the_mend(said: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidEstate) as caught:
        load_estate(_estate(tmp_path, said))

    assert told in str(caught.value)


def test_a_plan_says_what_is_watched_from_now_on() -> None:
    nodes = [Node("1", "dataset", {"arrival": dumps(watch)} if watch else {}) for watch in (None, Watch("a/{date}"))]

    assert list(changed_properties(*nodes)) == [
        "arrival: nobody looks → a/{date}, unchanged for 30 s, looked at every 10 s"
    ]


def test_files_are_found_as_deep_as_the_path_goes(tmp_path: Path) -> None:
    for name in ("in/us/a.csv", "in/us/deep/b.csv", "in/c.csv"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    (tmp_path / "in" / "dangling").symlink_to(tmp_path / "nowhere")

    assert set(_below("in/{partition}/*.csv", tmp_path)) == {"us/a.csv", "c.csv"}
    assert set(_below("in/{partition}.csv", tmp_path)) == {"c.csv"}
    assert _below("in/{partition}.csv", tmp_path)["c.csv"].size == 1


def test_what_cannot_be_looked_at_is_told(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="there is no folder"):
        _below("nowhere/{date}.csv", tmp_path)
    with pytest.raises(LocationRefused):
        _below("/etc/{date}.csv", tmp_path)


def _below(path: str, root: Path) -> dict[str, Mark]:
    return files_below(Watch(path), format="csv", options={}, roots=Roots(root))


def _estate(folder: Path, said: str) -> Path:
    file = folder / "estate.yaml"
    file.write_text(f"scope: shop\ndatasets:\n  raw: {{format: csv, partition: {{every: day}}, {said}}}\n")
    return file


@pytest.mark.parametrize(
    ("said", "watch"),
    [
        ("partition: {every: day}, arrival: {watch: table, column: day}", TableWatch("day")),
        (
            "partition: {every: day}, options: {partition_column: d}, arrival: {watch: table, changed: at, every: 1m}",
            TableWatch("d", "at", every=60),
        ),
        ("arrival: {watch: table, changed: updated_at}", TableWatch(None, "updated_at")),
    ],
)
def test_an_estate_says_what_tells_rows_apart(said: str, watch: TableWatch, tmp_path: Path) -> None:
    found = load_estate(_estate_of_a_table(tmp_path, said)).datasets[0].arrival

    assert found == watch
    assert loads(dumps(watch)) == watch


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("partition: {every: day}, arrival: {column: day}", "the dataset is a table; write watch: table"),
        ("partition: {every: day}, arrival: {watch: 'in/{date}', column: day}", "is a table; write watch: table"),
        ("partition: {every: day}, arrival: {watch: table}", "which partition a row is; write column: NAME"),
        ("arrival: {watch: table, column: day}", "column tells partitions apart, but the dataset has none"),
        (
            "partition: {every: day}, arrival: {watch: table, column: day, done_marker: a}",
            "done_marker is a file, and the dataset is a table; write stable_for",
        ),
        ("partition: {every: day}, arrival: {watch: table, columm: day}", "did you mean column?"),
    ],
)
def test_a_wrong_word_about_a_table_is_told_with_the_mend(said: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidEstate) as caught:
        load_estate(_estate_of_a_table(tmp_path, said))

    assert told in str(caught.value)


def test_each_partition_with_a_table_of_its_own_is_not_watched(tmp_path: Path) -> None:
    estate = _estate_of_a_table(tmp_path, "partition: {every: day}, arrival: {watch: table, column: day}", "f_{date}")
    with pytest.raises(InvalidEstate, match="one table is watched, and each partition has its own"):
        load_estate(estate)


def test_a_column_is_a_word_of_tables(tmp_path: Path) -> None:
    with pytest.raises(InvalidEstate, match="column is of a table, and the dataset is files; leave column out"):
        load_estate(_estate(tmp_path, "arrival: {watch: 'raw/{date}.csv', column: day}"))


def _estate_of_a_table(folder: Path, said: str, table: str = "flights") -> Path:
    file = folder / "estate.yaml"
    file.write_text(
        f"scope: shop\ndatasets:\n  raw: {{format: table, url: 'sqlite:///w.db', table: '{table}', {said}}}\n"
    )
    return file
