"""The world outside during the day: files that land and are told, and a person with a command line."""

from __future__ import annotations

import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow.parquet as pq

from app.demo.data import REPEATED_ROWS, Source, weather_of
from app.demo.estate import NAMESPACE
from tests.day.stage import Stage
from tests.kill.stack import until
from tests.support.cli import Cli

REFUSED = (400, 404, 422)
BAD_MONTH = "2013-13-99"
_BASE = datetime(2013, 2, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Told:
    """A report as it is sent until it has a 2xx, `times` times."""

    key: str
    dataset: str
    partition: str
    location: str | None
    number: int
    times: int


@dataclass
class World:
    """`final` holds what the raw flights of each day are in the end, line by line: what all results must rest on."""

    stage: Stage
    source: Source
    told: list[Told] = field(default_factory=list)
    acknowledged: dict[str, set[str]] = field(default_factory=dict)
    news: dict[str, int] = field(default_factory=dict)
    final: dict[str, tuple[str, ...]] = field(default_factory=dict)
    notices: dict[str, int] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    _senders: list[threading.Thread] = field(default_factory=list)
    _give_up: threading.Event = field(default_factory=threading.Event)

    def airlines(self) -> None:
        self._write("raw/airlines.csv", self.source.airlines.read_text())
        self._tell("airlines", "", 1)

    def flights(self, day: str, *, number: int, left_out: int = 0, bad: bool = False, times: int = 1) -> None:
        """A file of the day's departures. `number` orders the versions; `bad`: some records stand in it twice."""
        records = self.source.records[day][left_out:]
        again = records[:REPEATED_ROWS] if bad else ()
        place = f"raw/flights/{day}.csv" if number == 1 else f"raw/flights/{day}.{number}.csv"
        self._write(place, "".join((self.source.heading, *records, *again)))
        if not bad:
            self.final[day] = records
        self._tell("raw_flights", day, number, location=None if number == 1 else place, times=times)

    def weather(self, day: str, *, times: int = 1) -> None:
        place = self.stage.root / "raw" / "weather" / f"{day}.parquet"
        place.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(weather_of(self.source, day), place)
        self._tell("weather", day, 1, times=times)

    def feed(self, dataset: str, partition: str, *, rows: int) -> None:
        """A small file of one of the other feeds."""
        self._write(f"raw/{dataset}/{partition}.csv", table(rows))
        self._tell(dataset, partition, 1)

    def notice(self, day: str, *, rows: int, number: int = 1) -> None:
        """A file in the watched folder, which nobody tells."""
        self._write(f"incoming/notices-{day}-{number}.csv", table(rows))
        self.notices[day] = rows

    def misnamed_notice(self) -> None:
        self._write(f"incoming/notices-{BAD_MONTH}-1.csv", table(1))

    def command(self, *arguments: str) -> dict[str, Any]:
        """What a command of the command line prints as JSON. Raises AssertionError where it fails."""
        said = Cli(self.stage.direct)(*arguments, "--json")
        assert said.code == 0, f"headwater {' '.join(arguments)}: {said.out}{said.err}"
        return said.json

    def await_acknowledged(self) -> None:
        until(lambda: not any(sender.is_alive() for sender in self._senders), "every report to be acknowledged")

    def stop(self) -> None:
        self._give_up.set()
        for sender in self._senders:
            sender.join()

    def _tell(self, dataset: str, partition: str, number: int, *, location: str | None = None, times: int = 1) -> None:
        told = Told(f"{dataset}@{partition}#{number}", dataset, partition, location, number, times)
        self.told.append(told)
        sender = threading.Thread(target=self._deliver, args=(told,), daemon=True)
        self._senders.append(sender)
        sender.start()

    def _deliver(self, told: Told) -> None:
        times = told.times
        while times and not self._give_up.is_set():
            receipt = _post(f"{self.stage.stack.api_url}/api/v1/versions", told)
            if receipt is None:
                time.sleep(0.1)
                continue
            if "refused" in receipt:
                self.refused.append(f"{told.key}: {receipt['refused']}")
                return
            times -= 1
            self.acknowledged.setdefault(told.key, set()).add(receipt["version"])
            self.news[told.key] = self.news.get(told.key, 0) + bool(receipt["created"])

    def _write(self, place: str, text: str) -> None:
        path = self.stage.root / place
        path.parent.mkdir(parents=True, exist_ok=True)
        whole = path.with_name(f".{path.name}")
        whole.write_text(text)
        whole.rename(path)


def table(rows: int) -> str:
    return "id,text\n" + "".join(f"{row},something\n" for row in range(rows))


def _post(url: str, told: Told) -> Mapping[str, Any] | None:
    """The receipt, or None where the client cannot know what has become of its report."""
    body = {
        "dataset": f"{NAMESPACE}/{told.dataset}",
        "partition": told.partition,
        "location": told.location,
        "source_time": (_BASE + timedelta(hours=told.number)).isoformat(),
    }
    headers = {"Content-Type": "application/json", "Idempotency-Key": told.key}
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)  # noqa: S310  loopback
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
            return json.loads(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            words = error.read().decode(errors="replace")
        return {"refused": f"{error.code} {words}"} if error.code in REFUSED else None
    except (OSError, ValueError):
        return None
