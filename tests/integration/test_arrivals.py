"""Files that appear become versions: once each, whoever looks, and what cannot be looked at is told; on each engine."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from app.cli.examine_arrivals import examine_arrivals
from connectors.sql.columns import read_columns
from graph_model.arrivals.repository import watched_datasets
from graph_model.estate.apply import apply
from graph_model.estate.parse import load_estate
from graph_model.names import Name
from graph_model.readiness.explain import readiness
from graph_model.store.graph import Graph
from graph_model.versions.repository import versions
from graph_model.versions.roots import Roots
from tests.integration.api import app_on, data
from workers.arrivals import Watcher

RAW = Name("shop", "raw")


class Clock:
    """Time that passes when a test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def look(graph: Graph, tmp_path: Path, clock: Clock) -> Callable[[float], None]:
    """Looks again, so many seconds later."""
    (tmp_path / "in").mkdir()
    watcher = a_watcher(graph, tmp_path, clock)

    def later(seconds: float) -> None:
        clock.now += seconds
        watcher.look()

    return later


def a_watcher(graph: Graph, folder: Path, clock: Clock) -> Watcher:
    return Watcher(graph, broker_url=None, roots=Roots(folder), clock=clock)


def declare(graph: Graph, folder: Path, arrival: str = "{watch: 'in/{date}.csv'}") -> None:
    file = folder / "estate.yaml"
    file.write_text(
        "scope: shop\nnamespace: shop\ndatasets:\n"
        f"  raw: {{format: csv, owner: flights-team, partition: {{every: day}}, arrival: {arrival}}}\n"
    )
    apply(graph, load_estate(file), read_columns=read_columns, actor="test")


def keys(graph: Graph) -> list[tuple[str, str]]:
    return sorted((found.partition, found.location) for found in versions(graph, RAW))


def test_a_file_is_a_version_once_it_has_not_changed_for_a_while(
    graph: Graph, tmp_path: Path, look: Callable[[float], None]
) -> None:
    declare(graph, tmp_path)
    file = tmp_path / "in" / "2013-01-05.csv"
    file.write_text("a\n")
    look(0)
    file.write_text("a\n1\n")
    look(25)
    assert keys(graph) == []

    look(15)
    assert keys(graph) == []
    look(20)

    assert keys(graph) == [("2013-01-05", "in/2013-01-05.csv")]
    assert versions(graph, RAW)[0].run is None


def test_nothing_is_reported_twice_and_a_file_that_changes_is_a_correction(
    graph: Graph, tmp_path: Path, look: Callable[[float], None], clock: Clock
) -> None:
    declare(graph, tmp_path)
    file = tmp_path / "in" / "2013-01-05.csv"
    file.write_text("a\n1\n")
    look(0)
    look(30)

    other = a_watcher(graph, tmp_path, clock)
    for _ in range(3):
        other.look()
        look(30)
    assert len(keys(graph)) == 1

    file.write_text("a\n1\n2\n")
    look(30)
    look(30)

    assert len(keys(graph)) == 2


def test_of_two_files_of_a_partition_in_one_look_the_later_one_is_the_newest(
    graph: Graph, tmp_path: Path, look: Callable[[float], None]
) -> None:
    declare(graph, tmp_path, "{watch: 'in/{date}-*.csv'}")
    for day in range(1, 7):
        for name, time in (("a", 200 + day), ("b", 100 + day)):
            file = tmp_path / "in" / f"2013-01-0{day}-{name}.csv"
            file.write_text(f"a\n{name}\n")
            os.utime(file, (time, time))
    look(0)
    look(40)

    newest = {found.partition: found.location for found in reversed(versions(graph, RAW))}

    assert newest == {f"2013-01-0{day}": f"in/2013-01-0{day}-a.csv" for day in range(1, 7)}


def test_a_marker_says_that_a_file_is_whole_if_it_is_not_older(
    graph: Graph, tmp_path: Path, look: Callable[[float], None]
) -> None:
    declare(graph, tmp_path, "{watch: 'in/{date}.csv', done_marker: 'in/{date}.done'}")
    file, marker = tmp_path / "in" / "2013-01-05.csv", tmp_path / "in" / "2013-01-05.done"
    file.write_text("a\n")
    look(0)
    look(3600)
    assert keys(graph) == []

    marker.touch()
    look(10)
    assert len(keys(graph)) == 1

    file.write_text("a\n1\n")
    os.utime(marker, (1, 1))
    look(10)
    look(10)
    assert len(keys(graph)) == 1


def test_strange_names_are_told_once(graph: Graph, tmp_path: Path, look: Callable[[float], None]) -> None:
    declare(graph, tmp_path)
    (tmp_path / "in" / "2013-13-99.csv").write_text("a\n")
    (tmp_path / "in" / "readme.txt").write_text("not looked for")
    for _ in range(3):
        look(30)

    (watched,) = watched_datasets(graph)
    notices = graph.rows("notify.unsent", most=10)

    assert watched.strange == ("2013-13-99.csv",)
    assert [notice["title"] for notice in notices] == ["files of shop/raw have names that are no partition"]
    assert keys(graph) == []


def test_a_folder_that_is_not_there_is_told_once_and_found_when_it_comes(
    graph: Graph, tmp_path: Path, look: Callable[[float], None]
) -> None:
    declare(graph, tmp_path, "{watch: 'later/{date}.csv'}")
    for _ in range(3):
        look(30)
    (watched,) = watched_datasets(graph)
    assert watched.trouble.startswith("there is no folder")
    assert len(graph.rows("notify.unsent", most=10)) == 1

    (tmp_path / "later").mkdir()
    (tmp_path / "later" / "2013-01-05.csv").write_text("a\n")
    look(30)
    look(30)

    assert watched_datasets(graph)[0].trouble == ""
    assert len(keys(graph)) == 1


def test_files_that_came_while_nobody_watched_are_found(
    graph: Graph, tmp_path: Path, look: Callable[[float], None]
) -> None:
    declare(graph, tmp_path)
    for day in range(1, 29):
        (tmp_path / "in" / f"2013-02-{day:02}.csv").write_text("a\n1\n")
    look(0)
    look(30)

    assert len(keys(graph)) == 28


def test_a_dataset_that_is_watched_no_more_is_left_alone(
    graph: Graph, tmp_path: Path, look: Callable[[float], None]
) -> None:
    declare(graph, tmp_path)
    declare(graph, tmp_path, "{watch: 'elsewhere/{date}.csv'}")
    (tmp_path / "in" / "2013-01-05.csv").write_text("a\n")
    look(0)
    look(30)

    assert keys(graph) == []


READING = """jobs:
  tidy: {shell: ["true"], inputs: [raw], outputs: [tidied]}
"""


def declare_with_a_job(graph: Graph, folder: Path, arrival: str) -> None:
    declare(graph, folder, arrival)
    file = folder / "estate.yaml"
    tidied = "  tidied: {format: csv, partition: {every: day}}\n"
    file.write_text(file.read_text() + tidied + READING)
    apply(graph, load_estate(file), read_columns=read_columns, actor="test")


def test_readiness_says_what_is_watched_and_what_keeps_from_looking(
    graph: Graph, tmp_path: Path, look: Callable[[float], None]
) -> None:
    declare_with_a_job(graph, tmp_path, "{watch: 'in/{date}.csv'}")
    look(0)
    assert why_of_the_input(graph) == "not there yet; watched at in/{date}.csv"

    declare_with_a_job(graph, tmp_path, "{watch: 'later/{date}.csv'}")
    look(30)
    trouble = f"there is no folder {tmp_path}/later"
    assert why_of_the_input(graph) == f"not there yet; watched at later/{{date}}.csv; it cannot be looked at: {trouble}"

    declare_with_a_job(graph, tmp_path, "{watch: 'in/{date}.csv'}")
    (tmp_path / "in" / "2013-01-05.csv").write_text("a\n")
    look(30)
    look(30)
    assert why_of_the_input(graph) == "its validation is not over"


def why_of_the_input(graph: Graph) -> str:
    (found,) = readiness(graph, Name("shop", "tidy"), "2013-01-05").inputs
    return found.reason


def test_the_doctor_and_graphql_say_which_watch_is_in_trouble(
    graph: Graph, tmp_path: Path, look: Callable[[float], None]
) -> None:
    declare_with_a_job(graph, tmp_path, "{watch: 'in/{date}.csv', done_marker: 'in/{date}.done'}")
    (tmp_path / "in" / "soon.csv").write_text("a\n")
    look(0)
    (fine,) = examine_arrivals(graph)
    assert (fine.state, fine.found) == (
        "OK",
        "1 datasets are watched; with names or values that are no partition: shop/raw (soon.csv)",
    )

    (tmp_path / "in" / "soon.csv").unlink()
    (tmp_path / "in").rmdir()
    look(30)

    (found,) = examine_arrivals(graph)
    trouble = f"there is no folder {tmp_path}/in"
    assert (found.state, found.found) == ("FAIL", f"shop/raw, watched at in/{{date}}.csv: {trouble}")
    asked = "arrival { watch column stableFor doneMarker every trouble strange }"
    query = f'{{ datasets {{ edges {{ node {{ name {asked} }} }} }} raw: dataset(namespace: "shop", name: "raw") '
    query += f"{{ ... on Dataset {{ {asked} }} }} }}"
    answer = data(app_on(graph), query)
    assert answer["raw"]["arrival"] == {
        "watch": "in/{date}.csv",
        "column": None,
        "stableFor": 30.0,
        "doneMarker": "in/{date}.done",
        "every": 10.0,
        "trouble": trouble,
        "strange": ["soon.csv"],
    }
    assert {each["node"]["name"]: bool(each["node"]["arrival"]) for each in answer["datasets"]["edges"]} == {
        "raw": True,
        "tidied": False,
    }
