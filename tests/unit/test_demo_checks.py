"""The demo's own recount: it must notice what is wrong, or its green means nothing."""

from __future__ import annotations

import hashlib
import io
import json
import sqlite3
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from app.demo.checks import Result, carriers_in, expected_delays, of_carriers, of_clean, of_feed, package_at
from app.demo.data import BAD_DAY, DAYS, REPEATED_ROWS, Source, flights_of, lay_out, read_source
from app.demo.delivery import ARRIVAL, TOLD_TWICE, arrivals

HEADING = "year,month,day,dep_time,dep_delay,carrier,flight,origin,distance,hour\n"


def a_flight(day: int, carrier: str, flight: int, delay: int | str, *, origin: str = "JFK") -> str:
    return f"2013,1,{day},{'NA' if delay == 'NA' else 600},{delay},{carrier},{flight},{origin},100,6\n"


@pytest.fixture
def source(tmp_path: Path) -> Source:
    """Four flights on each of the seven days, one of them cancelled."""
    days = range(1, len(DAYS) + 1)
    lines = [
        a_flight(day, carrier, flight, delay)
        for day in days
        for carrier, flight, delay in (("AA", 1, day), ("AA", 2, 10 * day), ("UA", 3, -1), ("UA", 4, "NA"))
    ]
    (tmp_path / "airlines.csv").write_text("carrier,name\nAA,American\n")
    weather = "".join(f"JFK,2013,1,{day},6,39.0\n" for day in days)
    (tmp_path / "weather.csv").write_text("origin,year,month,day,hour,temp\n" + weather)
    # A day of ten begins like a day of one.
    year = io.StringIO(HEADING + "".join(lines) + a_flight(11, "ZZ", 9, 1))
    return read_source(year, tmp_path / "weather.csv", tmp_path / "airlines.csv")


def test_each_day_gets_its_own_records_and_the_bad_day_some_of_them_twice(source: Source, tmp_path: Path) -> None:
    lay_out(source, tmp_path / "data")

    rows = {day: (tmp_path / f"data/raw/flights/{day}.csv").read_text().count("\n") - 1 for day in DAYS}
    assert rows == {day: 4 + (REPEATED_ROWS if day == BAD_DAY else 0) for day in DAYS}
    assert pq.read_table(tmp_path / "data/raw/weather/2013-01-03.parquet").num_rows == 1


def test_a_day_holds_its_own_records_only(source: Source) -> None:
    assert [flight["flight"] for flight in flights_of(source, "2013-01-01")] == ["1", "2", "3", "4"]


def test_reports_come_out_of_order_and_one_of_them_twice() -> None:
    days = [partition for dataset, partition in arrivals() if dataset == "raw_flights"]

    assert sorted(set(days)) == list(DAYS)
    assert list(dict.fromkeys(days)) == list(ARRIVAL) != list(DAYS)
    assert [day for day in DAYS if days.count(day) == 2] == [TOLD_TWICE]


def flown_on(source: Source) -> dict[str, list[dict[str, str]]]:
    return {day: [flight for flight in flights_of(source, day) if flight["dep_time"] != "NA"] for day in DAYS}


def test_expected_delays_look_back_three_days_and_no_further(source: Source) -> None:
    found = expected_delays(flown_on(source), "2013-01-05")

    assert found["AA", "JFK"] == (2, 6, (2 + 20 + 3 + 30 + 4 + 40) / 6)


def test_nothing_is_expected_on_the_first_day(source: Source) -> None:
    assert expected_delays(flown_on(source), DAYS[0])["AA", "JFK"] == (2, 0, None)


def a_warehouse(root: Path, rows: list[tuple[str, str, int, int, int]]) -> None:
    connection = sqlite3.connect(root / "warehouse.db")
    connection.execute("CREATE TABLE carrier_daily (date, carrier, flights, total_dep_delay, total_distance)")
    connection.executemany("INSERT INTO carrier_daily VALUES (?, ?, ?, ?, ?)", rows)
    connection.commit()
    connection.close()


@pytest.mark.parametrize(("wrong", "same"), [(0, True), (1, False)])
def test_one_minute_too_many_in_the_warehouse_is_noticed(
    source: Source, tmp_path: Path, wrong: int, same: bool
) -> None:
    days = [day for day in DAYS if day != BAD_DAY]
    number = {day: int(day[-2:]) for day in days}
    a_warehouse(
        tmp_path,
        [(day, "AA", 2, 11 * number[day] + (wrong if day == days[-1] else 0), 200) for day in days]
        + [(day, "UA", 1, -1, 100) for day in days],
    )

    found = list(of_carriers(Result(tmp_path, {}), flown_on(source)))

    assert [each.same for each in found] == [True, same]


def test_what_is_not_there_at_all_differs(source: Source, tmp_path: Path) -> None:
    nothing = Result(tmp_path, {})

    comparisons = [
        *of_carriers(nothing, flown_on(source)),
        *of_clean(nothing, flown_on(source)),
        *of_feed(nothing, flown_on(source)),
    ]

    assert carriers_in(tmp_path / "warehouse.db") == {}
    assert not any(each.same for each in comparisons)


def test_a_file_that_is_not_what_its_manifest_says_is_noticed(tmp_path: Path) -> None:
    content = b"carrier\nAA\n"
    entry = {
        "path": "JFK.csv",
        "size_bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "row_count": 1,
    }
    (tmp_path / "manifest.json").write_text(json.dumps({"files": [entry]}))
    (tmp_path / "JFK.csv").write_bytes(content)
    assert package_at(tmp_path / "manifest.json") == {"JFK": 1}

    (tmp_path / "JFK.csv").write_bytes(b"carrier\nUA\n")

    assert package_at(tmp_path / "manifest.json") == {"damaged JFK.csv": 1}
