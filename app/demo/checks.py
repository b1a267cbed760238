"""Does the result agree with the input? All is counted again here, from the source, without the product's own jobs."""

from __future__ import annotations

import csv
import hashlib
import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from app.demo.data import BAD_DAY, DAYS, REPEATED_ROWS, Source, flights_of, weather_of
from app.demo.delivery import TOLD_TWICE, Delivery
from graph_model.runs.entities import Run, RunState
from graph_model.versions.entities import Version, VersionState

WINDOW = 3
LATE = 60
GOOD_DAYS = tuple(day for day in DAYS if day != BAD_DAY)
# The window of three days before a day reaches the bad one from the next day to the third.
WHOLE_WINDOW = tuple(
    day for day in GOOD_DAYS if BAD_DAY not in DAYS[max(0, DAYS.index(day) - WINDOW) : DAYS.index(day)]
)
EXPECTED_DAYS: Mapping[str, tuple[str, ...]] = {
    "raw_flights": GOOD_DAYS,
    "weather": DAYS,
    "airlines": ("",),
    "clean_flights": GOOD_DAYS,
    "flight_weather": GOOD_DAYS,
    "carrier_daily": GOOD_DAYS,
    "late_departures": GOOD_DAYS,
    "rolling_delays": WHOLE_WINDOW,
    "delay_feed": WHOLE_WINDOW,
}

Flights = Sequence[Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Comparison:
    """One number counted twice: in the input, and in what Headwater's fleet made of it."""

    what: str
    expected: Any
    found: Any

    @property
    def same(self) -> bool:
        return self.expected == self.found


@dataclass(frozen=True, slots=True)
class Result:
    """What the run left: the current versions by dataset and day, and where they lie."""

    root: Path
    versions: Mapping[tuple[str, str], Version]

    @classmethod
    def of(cls, versions: Iterable[Version], root: Path) -> Result:
        return cls(
            root, {(version.dataset.name, version.partition): version for version in versions if version.current}
        )

    def rows(self, dataset: str, day: str) -> int | None:
        """The rows that the graph says a version has."""
        version = self.versions.get((dataset, day))
        return version.row_count if version else None

    def file(self, dataset: str, day: str) -> Path:
        """Where it lies; a place that does not exist when there is no such version."""
        version = self.versions.get((dataset, day))
        return self.root / version.location if version else self.root / "missing" / dataset / day


def compare(
    source: Source, root: Path, versions: Sequence[Version], runs: Sequence[Run], deliveries: Sequence[Delivery]
) -> tuple[Comparison, ...]:
    """Every comparison of the demo, the equal ones too."""
    result = Result.of(versions, root)
    days = {day: flights_of(source, day) for day in DAYS}
    flown = {day: [flight for flight in flights if flight["dep_time"] != "NA"] for day, flights in days.items()}
    return (
        *of_states(versions, runs, deliveries),
        *of_raw(result, days, versions),
        *of_clean(result, flown),
        *of_weather(result, source, flown),
        *of_carriers(result, flown),
        *of_rolling(result, flown),
        *of_feed(result, flown),
        *of_late(result, days),
    )


def of_states(versions: Sequence[Version], runs: Sequence[Run], deliveries: Sequence[Delivery]) -> Iterator[Comparison]:
    """Which days each dataset must have, that nothing ran twice or failed, and that the second telling was no news."""
    for dataset, days in EXPECTED_DAYS.items():
        current = tuple(
            sorted(version.partition for version in versions if version.current and version.dataset.name == dataset)
        )
        yield Comparison(f"days of {dataset}", days, current)
    quarantined = [
        (version.dataset.name, version.partition) for version in versions if version.state is VersionState.QUARANTINED
    ]
    yield Comparison("what is quarantined", [("raw_flights", BAD_DAY)], quarantined)
    yield Comparison("runs that did not succeed", [], [run.id for run in runs if run.state is not RunState.SUCCEEDED])
    executed = [(run.kind, run.subject, run.partition) for run in runs]
    yield Comparison("runs done twice", 0, len(executed) - len(set(executed)))
    yield Comparison(
        "versions beyond one of each partition",
        0,
        len(versions) - len({(version.dataset, version.partition) for version in versions}),
    )
    told = [
        delivery.created
        for delivery in deliveries
        if (delivery.dataset, delivery.partition) == ("raw_flights", TOLD_TWICE)
    ]
    yield Comparison(f"raw_flights of {TOLD_TWICE}, told twice, was news", [True, False], told)


def of_raw(result: Result, days: Mapping[str, Flights], versions: Sequence[Version]) -> Iterator[Comparison]:
    for day in GOOD_DAYS:
        yield Comparison(f"rows of raw_flights on {day}", len(days[day]), result.rows("raw_flights", day))
    failed = [
        found.failed_rows
        for version in versions
        if (version.dataset.name, version.partition) == ("raw_flights", BAD_DAY)
        for found in version.results
        if not found.passed
    ]
    yield Comparison(f"rows of {BAD_DAY} that repeat a key", [REPEATED_ROWS], failed)


def of_clean(result: Result, flown: Mapping[str, Flights], when: Sequence[str] = GOOD_DAYS) -> Iterator[Comparison]:
    for day in when:
        expected = (len(flown[day]), total(flown[day], "dep_delay"))
        yield Comparison(f"rows of clean_flights on {day}", expected[0], result.rows("clean_flights", day))
        places = {
            "its version": result.file("clean_flights", day),
            "the fixed place": result.root / "clean" / "flights" / f"{day}.parquet",
        }
        for where, place in places.items():
            yield Comparison(f"flights and minutes of delay on {day} in {where}", expected, rows_and_delay(place))


def of_weather(
    result: Result, source: Source, flown: Mapping[str, Flights], when: Sequence[str] = GOOD_DAYS
) -> Iterator[Comparison]:
    for day in when:
        weather = {(row["origin"], row["hour"]): row["temp"] for row in weather_of(source, day).to_pylist()}
        temperatures = [weather.get((flight["origin"], int(flight["hour"]))) for flight in flown[day]]
        yield Comparison(
            f"temperatures in flight_weather on {day}",
            spread(temperatures),
            spread(column_at(result.file("flight_weather", day), "temp")),
        )


def of_carriers(result: Result, flown: Mapping[str, Flights], when: Sequence[str] = GOOD_DAYS) -> Iterator[Comparison]:
    """The table that outsiders read, by another client than the one that wrote it."""
    expected = {
        (day, carrier): (len(flights), total(flights, "dep_delay"), total(flights, "distance"))
        for day in when
        for carrier, flights in grouped(flown[day], "carrier").items()
    }
    found = carriers_in(result.root / "warehouse.db")
    yield Comparison("carriers and days in the warehouse", len(expected), len(found))
    yield Comparison(
        "flights, delay and distance of each carrier and day in the warehouse", digest(expected), digest(found)
    )


def of_rolling(
    result: Result, flown: Mapping[str, Flights], when: Sequence[str] = WHOLE_WINDOW
) -> Iterator[Comparison]:
    for day in when:
        place = result.file("rolling_delays", day)
        rows = pq.read_table(place).to_pylist() if place.is_file() else []
        found = {
            (row["carrier"], row["origin"]): (row["flights"], row["rests_on"], rounded(row["expected_delay"]))
            for row in rows
        }
        yield Comparison(f"expected delays on {day}", digest(expected_delays(flown, day)), digest(found))


def of_feed(result: Result, flown: Mapping[str, Flights], when: Sequence[str] = WHOLE_WINDOW) -> Iterator[Comparison]:
    """One row per carrier in the file of each airport, and files that are what their manifest says."""
    for day in when:
        expected = {
            airport: len(grouped(flights, "carrier")) for airport, flights in grouped(flown[day], "origin").items()
        }
        yield Comparison(
            f"rows of each airport in delay_feed on {day}", expected, package_at(result.file("delay_feed", day))
        )
        yield Comparison(f"rows of delay_feed on {day}", sum(expected.values()), result.rows("delay_feed", day))


def of_late(result: Result, days: Mapping[str, Flights], when: Sequence[str] = GOOD_DAYS) -> Iterator[Comparison]:
    for day in when:
        expected = sum(1 for flight in days[day] if flight["dep_delay"] != "NA" and int(flight["dep_delay"]) >= LATE)
        yield Comparison(f"rows of late_departures on {day}", expected, result.rows("late_departures", day))


def expected_delays(flown: Mapping[str, Flights], day: str) -> dict[tuple[str, str], tuple[int, int, float | None]]:
    """Flights of the day, flights before it, and their mean delay, by carrier and airport."""
    before = [flight for past in DAYS[max(0, DAYS.index(day) - WINDOW) : DAYS.index(day)] for flight in flown[past]]
    past = grouped(before, "carrier", "origin")
    return {
        group: (len(flights), len(past.get(group, ())), rounded(mean(past.get(group, ()))))
        for group, flights in grouped(flown[day], "carrier", "origin").items()
    }


def column_at(place: Path, column: str) -> list[Any]:
    """One column of a Parquet file; nothing where there is no file."""
    return pq.read_table(place, columns=[column])[column].to_pylist() if place.is_file() else []


def rows_and_delay(place: Path) -> tuple[int, int]:
    delays = column_at(place, "dep_delay")
    return len(delays), sum(delays)


def carriers_in(database: Path) -> dict[tuple[str, str], tuple[int, int, int]]:
    if not database.is_file():
        return {}
    with sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True) as connection:
        rows = connection.execute(
            "SELECT date, carrier, flights, total_dep_delay, total_distance FROM carrier_daily"
        ).fetchall()
    connection.close()
    return {(date, carrier): (flights, delay, distance) for date, carrier, flights, delay, distance in rows}


def package_at(manifest: Path) -> dict[str, int] | None:
    """Rows by airport, counted in the files themselves; 'damaged' where a file is not what the manifest says."""
    if not manifest.is_file():
        return None
    found: dict[str, int] = {}
    for entry in json.loads(manifest.read_text())["files"]:
        content = (manifest.parent / entry["path"]).read_bytes()
        rows = len(list(csv.DictReader(content.decode().splitlines())))
        sound = (len(content), hashlib.sha256(content).hexdigest(), rows) == (
            entry["size_bytes"],
            entry["sha256"],
            entry["row_count"],
        )
        found[Path(entry["path"]).stem if sound else f"damaged {entry['path']}"] = rows
    return found


def grouped(flights: Flights, *columns: str) -> dict[Any, list[Mapping[str, str]]]:
    """Flights by the value of one column, or by the tuple of several."""
    groups: dict[Any, list[Mapping[str, str]]] = defaultdict(list)
    for flight in flights:
        groups[itemgetter(*columns)(flight)].append(flight)
    return dict(groups)


def total(flights: Flights, column: str) -> int:
    return sum(int(flight[column]) for flight in flights)


def mean(flights: Flights) -> float | None:
    return total(flights, "dep_delay") / len(flights) if flights else None


def rounded(value: float | None) -> float | None:
    """To what two ways of adding up floats agree on."""
    return None if value is None else round(value, 6)


def spread(values: Sequence[float | None]) -> tuple[int, int, float]:
    """How many, how many of them known, and their sum."""
    known = [value for value in values if value is not None]
    return len(values), len(known), round(sum(known), 4)


def digest(values: Mapping[Any, Any]) -> str:
    """Many numbers as one short text, equal only for equal numbers."""
    return f"{len(values)} groups, {hashlib.sha256(repr(sorted(values.items())).encode()).hexdigest()[:12]}"
