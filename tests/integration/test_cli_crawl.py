"""`headwater register` and `crawl`: from what lies there to a graph that knows it, on each engine."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from graph_model.datasets.repository import dataset
from graph_model.names import Name
from graph_model.settings import GraphSettings
from graph_model.store.graph import Graph
from tests.support.cli import Cli, graph_environment

ROWS = "id,carrier\n" + "".join(f"{number},UA\n" for number in range(12))


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    """The storage root: three days of flights, a list of airlines, and a database."""
    root = tmp_path / "storage"
    (root / "raw").mkdir(parents=True)
    for day in (1, 2, 3):
        (root / "raw" / f"flights-2013-01-0{day}.csv").write_text(ROWS)
    (root / "airlines.csv").write_text("carrier,name\nUA,United\n")
    with closing(sqlite3.connect(root / "shop.db")) as database, database:
        database.execute("CREATE TABLE orders (id INTEGER PRIMARY KEY, amount REAL NOT NULL)")
    return root


@pytest.fixture
def cli(graph_settings: GraphSettings, lake: Path, tmp_path: Path) -> Cli:
    environment = {"HEADWATER_HOME": str(tmp_path / "home"), "HEADWATER_STORAGE_ROOT": str(lake)}
    return Cli({"HEADWATER_NAMESPACE": None, **graph_environment(graph_settings), **environment})


def test_what_a_crawl_writes_is_planned_applied_and_found_unchanged(
    graph: Graph, cli: Cli, lake: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"

    made = cli("crawl", str(lake), "--out", str(out), "--scope", "lake", "--guesses")
    assert made.code == 0, made.err
    assert "left out shop.db: a database: crawl its address" in made.err
    applied = cli("apply", str(out))
    assert applied.code == 0, applied.err

    flights = dataset(graph, Name("lake", "flights"))
    assert (flights.location, flights.partitions.every) == ("raw/flights-{date}.csv", "day")
    assert [column.path for column in flights.columns] == ["id", "carrier"]
    assert flights.owners
    assert cli("crawl", str(lake), "--against", str(out)).code == 0
    assert "is there already" in cli("crawl", str(lake), "--out", str(out)).err
    (lake / "airlines.csv").write_text("carrier\nUA\n")
    changed = cli("crawl", str(lake), "--against", str(out), "--json")
    assert changed.code == 1
    assert changed.json["changes"] == [{"change": "changed", "name": "airlines", "what": "column name is gone"}]


def test_a_crawl_prints_an_estate_and_a_database_is_crawled_alike(graph: Graph, cli: Cli, lake: Path) -> None:
    printed = cli("crawl", f"sqlite:///{lake / 'shop.db'}")
    assert printed.code == 0, printed.err
    file = lake.parent / "estate.yaml"
    file.write_text(printed.out)
    assert cli("apply", str(file)).code == 0
    assert dataset(graph, Name("shop", "orders")).options == {"table": "orders", "url": "sqlite:///{root}/shop.db"}
    assert cli("crawl", str(lake / "nowhere")).code == 2
    assert cli("crawl", "nothing://host/x").code == 3
    listed = cli("crawl", str(lake), "--json").json
    assert [one["name"] for one in listed["datasets"]] == ["airlines", "flights"]
    assert listed["skipped"] == [{"place": "shop.db", "reason": "a database: crawl its address"}]


def test_a_file_is_registered_in_an_estate_that_keeps_its_comments(graph: Graph, cli: Cli, lake: Path) -> None:
    file = lake.parent / "estate.yaml"
    file.write_text("scope: shop  # ours\ndatasets:\n  # the first\n  old: {format: csv}\n")

    shown = cli("register", str(lake / "raw" / "flights-2013-01-02.csv"))
    assert shown.out.splitlines()[:4] == [
        "  flights:  # 3 files, 2013-01-01 to 2013-01-03",
        "    format: csv",
        '    location: "raw/flights-{date}.csv"',
        "    partition: {every: day, from: 2013-01-01}",
    ]
    added = cli("register", str(lake / "raw" / "flights-2013-01-02.csv"), "--estate", str(file), "--name", "departures")
    assert added.code == 0, added.err
    assert file.read_text().startswith(
        "scope: shop  # ours\ndatasets:\n  # the first\n  old: {format: csv}\n  departures:"
    )
    assert cli("register", f"sqlite:///{lake / 'shop.db'}#orders", "--estate", str(file)).code == 0
    assert cli("apply", str(file)).code == 0
    assert [column.path for column in dataset(graph, Name("shop", "departures")).columns] == ["id", "carrier"]
    assert not dataset(graph, Name("shop", "orders")).columns[0].nullable
    again = cli("register", str(lake / "airlines.csv"), "--estate", str(file), "--name", "orders")
    assert (again.code, "call the dataset something else" in again.err) == (2, True)
    assert cli("register", str(lake)).code == 2
