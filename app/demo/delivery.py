"""The outside world of the demo: it tells the API what has arrived, in no good order."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from app.demo.data import DAYS
from graph_model.errors import HeadwaterError

ARRIVAL = ("2013-01-03", "2013-01-01", "2013-01-07", "2013-01-05", "2013-01-02", "2013-01-06", "2013-01-04")
TOLD_TWICE = "2013-01-02"
ANSWER_WITHIN = 30.0


class DeliveryRefused(HeadwaterError):
    """The API of the demo's own stack did not take a report."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One report, and whether it was news to Headwater."""

    dataset: str
    partition: str
    version: str
    state: str
    created: bool


def arrivals() -> Iterator[tuple[str, str]]:
    """Dataset and partition of each report, in the order they are sent: days shuffled, one of them told twice."""
    for number, day in enumerate(ARRIVAL):
        yield "raw_flights", day
        yield "weather", DAYS[number]
        if day == TOLD_TWICE:
            yield "raw_flights", day
        if number == len(DAYS) // 2:
            yield "airlines", ""


def deliver(api_url: str, namespace: str, dataset: str, partition: str) -> Delivery:
    """Reports one version. The key is the same however often it is told."""
    body = {"dataset": f"{namespace}/{dataset}", "partition": partition, "key": f"demo:{dataset}@{partition}"}
    receipt = _post(f"{api_url}/api/v1/versions", body)
    return Delivery(dataset, partition, receipt["version"], receipt["state"], receipt["created"])


def _post(url: str, body: dict[str, Any]) -> dict[str, Any]:
    request = Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})  # noqa: S310  our own API, on loopback
    try:
        with urlopen(request, timeout=ANSWER_WITHIN) as answer:  # noqa: S310
            return json.load(answer)
    except HTTPError as error:
        raise DeliveryRefused(
            f"{url} answered {error.code} to {body}: {error.read().decode(errors='replace')}"
        ) from error
