"""The flights example as a world: its own estate, code and contracts, on some records of a few of its days."""

from __future__ import annotations

from pathlib import Path

from app.demo.data import DAYS, Source, open_source, weather_of
from benchmarks.decision_trust.world import Content, Dataset, Input, Job, Reader, World
from graph_model.contracts.entities import Check, Column
from graph_model.estate.entities import ConsumerSpec, DatasetSpec, Estate, JobSpec
from graph_model.estate.parse import load_estate

EXAMPLE = Path(__file__).parents[2] / "examples" / "flights"
_ORDER = ("clean", "flight_weather", "carrier_daily", "rolling_delays", "feed", "late_departures")
_EVERY = 6
"""One record of so many is kept, or each run would take too long."""
_ALONE = ("schema", "not_null", "unique", "allowed_values", "range", "length", "matches", "row_count", "sql")
"""Checks that need nothing but the content."""


def flights_estate() -> Estate:
    return load_estate(EXAMPLE)


def flights_world(estate: Estate) -> World:
    """Runs what the estate file declares. A table of the warehouse is made anew for each run that reads it."""
    source = open_source()
    keys = DAYS[:4]
    jobs = {job.name.name: _job(job) for job in estate.jobs}
    return World(
        estate.namespace,
        {one.name.name: _dataset(one) for one in estate.datasets},
        tuple(jobs[name] for name in _ORDER),
        tuple(reader for one in estate.consumers for reader in _readers(one)),
        {
            "raw_flights": tuple(Content(text=_records(source, day)) for day in keys),
            "weather": tuple(Content(weather_of(source, day).combine_chunks()) for day in keys),
            "airlines": (Content(text=source.airlines.read_bytes()),),
        },
        keys,
    )


def _records(source: Source, day: str) -> bytes:
    return "".join((source.heading, *source.records[day][::_EVERY])).encode()


def _dataset(spec: DatasetSpec) -> Dataset:
    return Dataset(
        spec.name.name,
        spec.format,  # type: ignore[arg-type]
        spec.contract.columns or (_UNDECLARED if spec.name.name == "late_departures" else ()),
        {key: value for key, value in spec.options.items() if key == "nulls"},
        daily=spec.partitions.every == "day",
        placed=spec.location is not None,
        promises=tuple(check for check in spec.contract.checks if _is_held(check)),
    )


_UNDECLARED = tuple(Column(name, "string") for name in ("dep_delay", "carrier", "flight"))
"""What readers of a dataset without a contract would look for."""


def _is_held(check: Check) -> bool:
    return check.kind in _ALONE and check.severity == "blocking"


def _job(spec: JobSpec) -> Job:
    inputs = tuple(Input(one.dataset.name, window=-one.mapping.first) for one in spec.inputs)
    text = str(spec.executor.get("text") or "")
    if spec.kind == "python":
        module, _, function = str(spec.executor["function"]).partition(":")
        text = f"import sys\n\nsys.path.insert(0, {str(EXAMPLE)!r})\nfrom {module} import {function}  # noqa: E402\n"
    if spec.kind == "shell":
        text = "\n".join(_word(word) for word in spec.executor["argv"])
    kind = "duckdb" if spec.kind == "sql" else spec.kind
    return Job(spec.name.name, kind, text, inputs, spec.outputs[0].name, spec.columns)


def _word(word: str) -> str:
    """A command runs in the folder of its project."""
    return str(EXAMPLE / word) if (EXAMPLE / word).is_file() else word


def _readers(spec: ConsumerSpec) -> list[Reader]:
    """One for each dataset that a consumer reads."""
    return [Reader(spec.name.name, read.dataset.name, read.columns) for read in spec.reads]
