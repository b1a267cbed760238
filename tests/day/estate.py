"""The estate of the day: a copy of the flights estate, extended by what only happens when a fleet runs by itself."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from app.demo.estate import FILE, PLACES
from connectors.sql.binding import rebind
from connectors.sql.columns import read_columns
from graph_model.estate.apply import apply
from graph_model.estate.entities import Estate
from graph_model.estate.parse import load_estate
from graph_model.store.graph import Graph

FIRST = "2013-01-01"
WORK = Path(__file__).parent / "work"
DAILY = {"every": "day", "from": FIRST}
# Each job of `job.sh`, the datasets that it reads, and what else is special about it.
SHELL_JOBS: dict[str, tuple[str, Sequence[str], dict[str, Any]]] = {
    "mail": ("mailed", ["raw_flights"], {"after": ["late_departures"]}),
    "deice": ("deiced", ["tower", "ice"], {}),
    "flaky": (
        "towered",
        ["tower"],
        {"retries": {"times": 3, "backoff": {"first": "1s", "factor": 1, "most": "1s"}, "exit_codes": {75: 4}}},
    ),
    "greedy": ("stands", ["apron"], {"limits": {"disk": "1MB"}}),
    "slow": ("cleared", ["apron"], {}),
}


class _WithoutAnchors(yaml.SafeDumper):
    """An estate file has no anchors: each value is written out where it is needed."""

    def ignore_aliases(self, data: object) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class Clocked:
    """What of the estate runs by the real clock: a partition that is not worked on before `not_before`."""

    partition: str
    not_before: datetime

    @classmethod
    def soon(cls, now: datetime, *, minutes: int) -> Clocked:
        """Not before a whole minute: that of `now`, which has begun, or so many minutes later."""
        moment = now.astimezone(UTC).replace(second=0, microsecond=0) + timedelta(minutes=minutes)
        return cls((moment.date() - timedelta(days=1)).isoformat(), moment)


def declare_day(graph: Graph, project: Path, clocked: Clocked) -> Estate:
    """Writes the estate into the new folder `project`, with its programs, and applies it."""
    example = next(place for place in PLACES if (place / FILE).is_file())
    shutil.copytree(example, project)
    shutil.copytree(WORK, project / "work")
    (project / "trouble").mkdir()
    tree = yaml.safe_load((project / FILE).read_text())
    extend(tree, clocked)
    (project / FILE).write_text(yaml.dump(tree, Dumper=_WithoutAnchors, sort_keys=False))
    estate = load_estate(project / FILE)
    apply(graph, estate, read_columns=read_columns, rebind=rebind, actor="the day")
    return estate


def extend(tree: dict[str, Any], clocked: Clocked) -> None:
    """Pools, a group, waiting times, a control edge, a watched folder, a schedule, a job with `not_before`."""
    tree["pools"] = {"warehouse": 1, "history": 2}
    tree["datasets"] |= _datasets(clocked)
    tree["jobs"] |= _jobs(clocked)
    tree["jobs"]["carrier_daily"]["pool"] = "warehouse"
    tree["jobs"]["rolling_delays"]["order"] = "serial"


def _datasets(clocked: Clocked) -> dict[str, Any]:
    reported = {
        name: {"format": "csv", "location": f"raw/{name}/{{date}}.csv", "partition": DAILY}
        for name in ("tower", "apron", "ice")
    }
    watched = {"watch": "incoming/notices-{date}-*.csv", "stable_for": "1s", "every": "1s"}
    made = ("board", *(output for output, _, _ in SHELL_JOBS.values()))
    daily = {"every": "day", "from": clocked.partition}
    return (
        reported
        | {"notices": {"format": "csv", "partition": DAILY, "arrival": watched, "owner": "tower@example.org"}}
        | {name: {"format": "csv", "partition": DAILY} for name in made}
        | {"pulse": {"format": "csv"}}
        | {"wire": {"format": "csv", "location": "raw/wire/{date}.csv", "partition": daily}}
        | {"bulletin": {"format": "csv", "partition": daily}}
    )


def _jobs(clocked: Clocked) -> dict[str, Any]:
    group = {"group": "ground", "at_least": 1, "of": ["tower", "apron"], "wait": "1.5s"}
    board = {
        "python": "work.board:build",
        "inputs": ["raw_flights", group, {"dataset": "notices", "optional": {"wait": "2s"}}],
        "outputs": ["board"],
        "retries": 3,
    }
    pulse = {
        "shell": [*_call("pulse"), "{output.pulse}"],
        "outputs": ["pulse"],
        "retries": 3,
        "schedule": {"cron": "* * * * *", "catch_up": "all"},
    }
    bulletin = _shell_job("bulletin", "bulletin", ["wire"]) | {"not_before": f"{clocked.not_before:%H:%M}"}
    jobs = {job: _shell_job(job, output, inputs) | more for job, (output, inputs, more) in SHELL_JOBS.items()}
    return {"board": board, "pulse": pulse, "bulletin": bulletin, **jobs}


def _shell_job(job: str, output: str, inputs: Sequence[str]) -> dict[str, Any]:
    places = [f"{{input.{dataset}}}" for dataset in inputs if dataset != "ice"]  # what is skipped has no place
    return {
        "shell": [*_call(job), f"{{output.{output}}}", *places],
        "inputs": list(inputs),
        "outputs": [output],
        "retries": 3,
        "timeout": "2m",
    }


def _call(job: str) -> list[str]:
    return ["sh", "work/job.sh", job, "{partition}"]
