"""What must be true at the end of the day. Every finding is a sentence; none is how it should be."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from app.demo import checks
from app.demo.data import flights_of
from app.demo.estate import NAMESPACE
from graph_model.estate.entities import Estate
from graph_model.names import Name
from graph_model.runs.entities import Attempt
from graph_model.runs.repository import runs
from graph_model.runs.stuck import stuck
from graph_model.verify.check import verify
from graph_model.versions.repository import versions
from tests.day.estate import SHELL_JOBS, Clocked
from tests.day.plan import Cast
from tests.day.world import World
from tests.kill.checker import GONE_WITHIN
from tests.kill.stack import job_processes

POISON = "poison:"
MOST_RUNS = 1000
_RUNS = """
MATCH (r:Run)
RETURN r.id AS id, r.kind AS kind, r.state AS state, coalesce(r.reason, '') AS reason,
  COUNT { MATCH (r)-[:HAS_ATTEMPT]->(a) WHERE a.outcome = 'SUCCEEDED' } AS successes,
  COUNT { MATCH (r)-[:WROTE]->(v) WHERE v.published_at IS NOT NULL } AS published
"""
_KEYS = "MATCH (v:DatasetVersion) WHERE v.report_key = $key RETURN v.id AS id, v.state AS state"
_TICKS = "MATCH (t:Tick) RETURN t.id AS id, toString(t.nominal) AS nominal, t.state AS state"
_PLACES = "MATCH (v:DatasetVersion) RETURN v.location AS location"


def findings(world: World, estate: Estate, cast: Cast, clocked: Clocked, since: datetime) -> list[str]:
    """Everything that is wrong. The fleet must be at rest; `since`: when the schedule began."""
    return [
        *_violations(world),
        *_wrong_contents(world, estate, cast),
        *_wrong_tables(world, estate, cast),
        *_wrong_reports(world),
        *_wrong_runs(world),
        *_wrong_ticks(world, since),
        *_too_early(world, clocked),
        *_unfinished(world),
        *_without_trouble(world),
        *_left_behind(world),
    ]


def _violations(world: World) -> Iterator[str]:
    for each in verify(world.stage.graph):
        yield f"invariant {each.invariant}: {each.subject}: {each.message}"


def _wrong_contents(world: World, estate: Estate, cast: Cast) -> Iterator[str]:
    """What the jobs of the demo made, counted again from the records that were right in the end."""
    source = dataclasses.replace(world.source, records={**world.source.records, **world.final})
    found = [version for dataset in estate.datasets for version in versions(world.stage.graph, dataset.name)]
    result = checks.Result.of(found, world.stage.root)
    days = {day: flights_of(source, day) for day in cast.days}
    flown = {day: [flight for flight in flights if flight["dep_time"] != "NA"] for day, flights in days.items()}
    comparisons = [
        *checks.of_clean(result, flown, cast.days),
        *checks.of_weather(result, source, flown, cast.days),
        *checks.of_carriers(result, flown, cast.days),
        *checks.of_rolling(result, flown, cast.days),
        *checks.of_feed(result, flown, cast.days),
        *checks.of_late(result, days, cast.days),
    ]
    for each in comparisons:
        if not each.same:
            yield f"{each.what}: expected {each.expected!r}, found {each.found!r}"
    quarantined = [(each.dataset.name, each.partition) for each in found if each.state == "QUARANTINED"]
    if quarantined != [("raw_flights", cast.bad)]:
        yield f"quarantined are {quarantined}, not the bad day alone"


def _wrong_tables(world: World, estate: Estate, cast: Cast) -> Iterator[str]:
    """The text of each output of the small jobs."""
    for (dataset, partition), text in expected_texts(world, cast).items():
        found = [each for each in versions(world.stage.graph, Name(estate.namespace, dataset)) if each.current]
        places = [world.stage.root / each.location for each in found if each.partition == partition]
        texts = [place.read_text() for place in places if place.is_file()]
        if texts != ([] if text is None else [text]):
            yield f"{dataset}@{partition} holds {texts}, not {text!r}"


def expected_texts(world: World, cast: Cast) -> dict[tuple[str, str], str | None]:
    """None: nothing may be there, because the job was skipped."""
    expected: dict[tuple[str, str], str | None] = {}
    for day in cast.days:
        number, raw = int(day[-2:]), len(world.final[day])
        rows = {"raw_flights": raw, "tower": 10 + number, "apron": 20 + number, "ice": number}
        for job, (output, inputs, _) in SHELL_JOBS.items():
            read = [rows[dataset] for dataset in inputs if dataset != "ice"]
            expected[output, day] = "source,records\n" + "".join(f"{job},{each}\n" for each in read)
        seen = {**rows, "notices": world.notices.get(day, 0)}
        lines = [f"{day},{name},{seen[name]}\n" for name in ("raw_flights", "tower", "apron", "notices")]
        expected["board", day] = "date,source,rows\n" + "".join(lines)
    expected["mailed", cast.skipped] = None
    return expected


def _wrong_reports(world: World) -> Iterator[str]:
    yield from (f"refused: {each}" for each in world.refused)
    for told in world.told:
        found = world.stage.rows(_KEYS, key=told.key)
        answers = world.acknowledged.get(told.key, set())
        if [row["id"] for row in found] != list(answers):
            yield f"report {told.key} was acknowledged as {answers} and is there as {found}"
        elif world.news[told.key] > 1:
            yield f"report {told.key} was news {world.news[told.key]} times"


def _wrong_runs(world: World) -> Iterator[str]:
    for row in world.stage.rows(_RUNS):
        if row["successes"] > 1 or row["published"] > 1:
            yield f"run {row['id']} succeeded {row['successes']}, published {row['published']} times"
        if row["state"] == "FAILED" and not row["reason"].startswith(POISON):
            yield f"run {row['id']} failed: {row['reason']}"
    for each in stuck(world.stage.graph):
        yield f"stuck: {each.run.subject}@{each.run.partition}: {each.why}"


def _wrong_ticks(world: World, since: datetime) -> Iterator[str]:
    """Each whole minute since the schedule began is there once."""
    now = datetime.now(UTC)
    minutes = [row["nominal"][:16] for row in world.stage.rows(_TICKS)]
    first, last = int(since.timestamp() // 60) + 1, int(now.timestamp() // 60)
    due = [datetime.fromtimestamp(minute * 60, UTC).strftime("%Y-%m-%dT%H:%M") for minute in range(first, last + 1)]
    if sorted(minutes)[: len(due)] != due[: len(minutes)] or len(minutes) < len(due) - 1:
        yield f"nominal times are {sorted(minutes)}, and should be {due}"


def _too_early(world: World, clocked: Clocked) -> Iterator[str]:
    started = [attempt.started_at for attempt in attempts(world, "bulletin")]
    if not started or min(started) < clocked.not_before:
        yield f"bulletin began at {started}, and should not before {clocked.not_before}"


def attempts(world: World, job: str) -> list[Attempt]:
    found = runs(world.stage.graph, job=Name(NAMESPACE, job), limit=MOST_RUNS)
    return [attempt for run in found for attempt in run.attempts]


def _unfinished(world: World) -> Iterator[str]:
    for order in world.command("backfill", "list")["orders"]:
        if order["state"] != "DONE":
            yield f"order {order['id']} is {order['state']}"
    lasting = [each for each in world.command("holds")["holds"] if each["effect"] != "SKIP"]
    yield from (f"a hold goes on: {each}" for each in lasting)


def _without_trouble(world: World) -> Iterator[str]:
    """Trouble that was meant to come and did not would prove nothing."""
    if not any(attempt.exit_code == 75 for attempt in attempts(world, "flaky")):
        yield "no attempt of flaky ended with 75"
    if not any("disk" in attempt.reason for attempt in attempts(world, "greedy")):
        yield "no attempt of greedy met its limit of disk"
    if not any(row["state"] == "CANCELLED" for row in world.stage.rows(_RUNS)):
        yield "no run was cancelled"


def _left_behind(world: World) -> list[str]:
    """Processes of runs, and staging folders of attempts that made no version, once the sweeps had their time."""
    root = world.stage.root
    deadline = time.monotonic() + GONE_WITHIN
    while True:
        kept = {str(Path(row["location"]).parent) for row in world.stage.rows(_PLACES)}
        staged = [str(path.relative_to(root)) for path in root.glob("*/*/rn_*") if path.is_dir()]
        left = [f"staging folder {place}" for place in staged if place not in kept]
        left += [f"process {each.pid} of a run" for each in job_processes(root)]
        if not left or time.monotonic() > deadline:
            return left
        time.sleep(0.3)
