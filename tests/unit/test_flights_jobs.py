"""The jobs of the flights estate, called as the plain functions they are."""

from __future__ import annotations

import hashlib
import importlib
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa

PROJECT = Path(__file__).parents[2] / "examples" / "flights"
HEADING = (
    "year,month,day,dep_time,sched_dep_time,dep_delay,arr_time,sched_arr_time,arr_delay,carrier,"
    "flight,tailnum,origin,dest,air_time,distance,hour,minute,time_hour\n"
)
RAW = (
    HEADING
    + "2013,1,2,517,515,2,830,819,11,UA,1545,N14228,EWR,IAH,227,1400,5,15,2013-01-02T10:00:00Z\n"
    + "2013,1,2,NA,600,NA,NA,900,NA,AA,31,NA,JFK,MIA,NA,1089,6,0,2013-01-02T11:00:00Z\n"
    + "2013,1,2,700,600,60,1000,900,60,AA,30,N1,JFK,MIA,160,1089,6,0,2013-01-02T11:00:00Z\n"
    + "2013,1,2,700,601,59,NA,900,NA,ZZ,7,N2,LGA,MIA,NA,1000,6,1,2013-01-02T11:00:00Z\n"
)


@pytest.fixture(autouse=True)
def _project_on_path(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As a worker does it: the folder of the estate is where the jobs are imported from."""
    monkeypatch.syspath_prepend(str(PROJECT))
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] == "flights"]:
        del sys.modules[name]


def run(job: str, inputs: dict[str, SimpleNamespace], outputs: dict[str, SimpleNamespace], day: str) -> dict[str, int]:
    return importlib.import_module(f"flights.{job}").build(inputs, outputs, day)


def at(path: Path) -> SimpleNamespace:
    return SimpleNamespace(path=str(path), paths=[str(path)])


def a_table(path: Path, **columns: list[object]) -> Path:
    pq.write_table(pa.table(columns), path)
    return path


def clean(folder: Path) -> dict[str, int]:
    (folder / "raw.csv").write_text(RAW)
    (folder / "airlines.csv").write_text("carrier,name\nUA,United Air Lines Inc.\nAA,American Airlines Inc.\n")
    inputs = {"raw_flights": at(folder / "raw.csv"), "airlines": at(folder / "airlines.csv")}
    return run("clean", inputs, {"clean_flights": at(folder / "clean.parquet")}, "2013-01-02")


def test_cleaning_keeps_the_flights_that_departed_in_the_order_of_their_key(tmp_path: Path) -> None:
    metrics = clean(tmp_path)

    rows = pq.read_table(tmp_path / "clean.parquet").to_pylist()
    assert [(row["carrier"], row["flight"], row["dep_delay"]) for row in rows] == [
        ("AA", 30, 60),
        ("UA", 1545, 2),
        ("ZZ", 7, 59),
    ]
    assert {str(row["date"]) for row in rows} == {"2013-01-02"}
    assert metrics == {"scheduled": 4, "cancelled": 1}


def test_cleaning_names_the_airline_or_else_repeats_its_code(tmp_path: Path) -> None:
    clean(tmp_path)

    names = pq.read_table(tmp_path / "clean.parquet")["airline"].to_pylist()
    assert names == ["American Airlines Inc.", "United Air Lines Inc.", "ZZ"]


def test_cleaning_keeps_an_unknown_arrival_as_null(tmp_path: Path) -> None:
    clean(tmp_path)

    assert pq.read_table(tmp_path / "clean.parquet")["arr_delay"].to_pylist() == [60, 11, None]


def today(folder: Path) -> Path:
    return a_table(
        folder / "weather.parquet",
        carrier=["AA", "AA", "UA"],
        origin=["JFK", "JFK", "EWR"],
        flight=[1, 2, 3],
        precip=[0.1, 0.4, None],
    )


def roll(folder: Path, *days: Path) -> list[dict[str, object]]:
    inputs = {"flight_weather": at(today(folder)), "clean_flights": SimpleNamespace(paths=[str(day) for day in days])}
    assert run("rolling", inputs, {"rolling_delays": at(folder / "rolling.parquet")}, "2013-01-04") == {
        "days": len(days)
    }
    return pq.read_table(folder / "rolling.parquet").to_pylist()


def test_the_expected_delay_is_the_mean_over_all_days_before(tmp_path: Path) -> None:
    first = a_table(tmp_path / "1.parquet", carrier=["AA", "AA"], origin=["JFK", "JFK"], dep_delay=[10, 20])
    second = a_table(tmp_path / "2.parquet", carrier=["AA", "AA"], origin=["JFK", "LGA"], dep_delay=[60, 500])

    rows = roll(tmp_path, first, second)

    assert rows == [
        {"carrier": "AA", "origin": "JFK", "flights": 2, "wettest": 0.4, "expected_delay": 30.0, "rests_on": 3},
        {"carrier": "UA", "origin": "EWR", "flights": 1, "wettest": None, "expected_delay": None, "rests_on": 0},
    ]


def test_on_the_first_day_nothing_is_expected(tmp_path: Path) -> None:
    rows = roll(tmp_path)

    assert [(row["expected_delay"], row["rests_on"]) for row in rows] == [(None, 0), (None, 0)]


def a_warehouse(folder: Path) -> SimpleNamespace:
    url = f"sqlite:///{folder / 'warehouse.db'}"
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE carriers (carrier TEXT, airline TEXT)"))
        connection.execute(sa.text("INSERT INTO carriers VALUES ('AA', 'American, Inc.'), ('UA', 'United')"))
    engine.dispose()
    return SimpleNamespace(url=url, table="carriers")


def test_the_feed_says_in_its_manifest_what_each_file_holds(tmp_path: Path) -> None:
    rolling = a_table(
        tmp_path / "rolling.parquet",
        carrier=["AA", "UA", "AA"],
        origin=["JFK", "EWR", "EWR"],
        flights=[5, 6, 7],
        expected_delay=[1.5, None, 2.0],
    )
    package = tmp_path / "package"
    package.mkdir()

    metrics = run(
        "feed",
        {"rolling_delays": at(rolling), "carrier_daily": a_warehouse(tmp_path)},
        {"delay_feed": at(package / "manifest.json")},
        "2013-01-04",
    )

    files = json.loads((package / "manifest.json").read_text())["files"]
    assert metrics == {"files": 2}
    assert [(file["path"], file["row_count"]) for file in files] == [("EWR.csv", 2), ("JFK.csv", 1)]
    for file in files:
        content = (package / file["path"]).read_bytes()
        assert (file["size_bytes"], file["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
    assert "American, Inc." in (package / "JFK.csv").read_text()


def sql(name: str, **parameters: str) -> duckdb.DuckDBPyConnection:
    return duckdb.execute((PROJECT / "sql" / f"{name}.sql").read_text(), parameters or None)


def test_carriers_are_summed_by_day(tmp_path: Path) -> None:
    clean(tmp_path)
    duckdb.execute(f"CREATE OR REPLACE TEMP VIEW clean_flights AS FROM '{tmp_path / 'clean.parquet'}'")

    rows = sql("carrier_daily", partition="2013-01-02").fetchall()

    assert rows[0] == ("2013-01-02", "AA", "American Airlines Inc.", 1, 60, 1089)
    assert [row[1] for row in rows] == ["AA", "UA", "ZZ"]


def test_a_flight_without_weather_is_kept(tmp_path: Path) -> None:
    clean(tmp_path)
    weather = a_table(
        tmp_path / "w.parquet", origin=["JFK"], hour=[6], temp=[39.0], wind_speed=[1.0], precip=[0.0], visib=[10.0]
    )
    duckdb.execute(f"CREATE OR REPLACE TEMP VIEW clean_flights AS FROM '{tmp_path / 'clean.parquet'}'")
    duckdb.execute(f"CREATE OR REPLACE TEMP VIEW weather AS FROM '{weather}'")

    rows = sql("flight_weather").fetchall()

    assert [(row[0], row[6]) for row in rows] == [("AA", 39.0), ("UA", None), ("ZZ", None)]


@pytest.mark.skipif(shutil.which("awk") is None, reason="needs awk")
def test_late_departures_are_those_of_an_hour_and_more(tmp_path: Path) -> None:
    (tmp_path / "raw.csv").write_text(RAW)
    late = tmp_path / "late.csv"

    subprocess.run(
        ["awk", "-F,", "-v", f"out={late}", "-f", "shell/late_departures.awk", str(tmp_path / "raw.csv")],
        cwd=PROJECT,
        check=True,
    )

    lines = late.read_text().splitlines(keepends=True)
    assert lines[0] == HEADING
    assert [line.split(",")[9] for line in lines[1:]] == ["AA"]


def test_the_jobs_import_nothing_of_headwater() -> None:
    ours = {"app", "connectors", "graph_model", "workers", "headwater"}
    for path in (PROJECT / "flights").glob("*.py"):
        words = {
            line.split()[1].partition(".")[0]
            for line in path.read_text().splitlines()
            if line.startswith(("import ", "from "))
        }
        assert not words & ours, path.name
