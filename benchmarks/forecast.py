"""What a forecast costs, and how often it is right: `python -m benchmarks.forecast [SECTION …] [--jobs N] [--warm S]`.

Sections: `speed` (a business date of N job partitions, on a Neo4j of its own that was asked for S seconds before),
`history` (learning from a job with few and with very many past runs), `calibration` (histories of networks with known
and with changing distributions, by a simulator of events: how many actual ends lie beyond what was forecast). Without
any, all of them. The figures hold for the machine that printed them. Exit 1 where a calibration is off by more than 4
in 100.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import neo4j
import numpy as np

from benchmarks.forecast_estate import draw, plant, run_history
from benchmarks.forecast_replay import Day, Recorded, recorded_days, simulated
from benchmarks.lineage_times import row, say, table, warmed
from graph_model.deadlines.delay import forecast_delay
from graph_model.deadlines.durations import Subject, measure
from graph_model.deadlines.forecast import forecast
from graph_model.deadlines.network import Step, quantiles, run_through
from graph_model.deadlines.predict import foresee
from graph_model.deadlines.spread import spread_of
from graph_model.garbage import collect_rarely_from_here
from graph_model.impact.entities import Delay
from graph_model.names import job_id
from graph_model.store.graph import Graph
from graph_model.store.migrations import migrate
from tests.support.histories import end_of
from tests.support.neo4j import JarNeo4j
from tests.support.protocol import DAILY, a_job, declare, name
from tests.support.servers import driver_for

TURNS = 7
UNIT = "ms (shortest / median / processor)"
ALLOWED = 0.04


@contextmanager
def a_graph() -> Iterator[tuple[Graph, neo4j.Driver, int]]:
    """A Neo4j with the memory of a small server."""
    with tempfile.TemporaryDirectory() as folder:
        server = JarNeo4j(Path(folder), jvm=("-Xmx2g",))
        server.start()
        try:
            patient = server.settings.model_copy(update={"timeout": 300.0})
            with Graph(patient) as graph, driver_for(patient) as driver:
                migrate(graph)
                yield graph, driver, server.pid
        finally:
            server.stop()


def speed(jobs: int, warm: float) -> int:
    table("A forecast on a warm Neo4j", "question", "open steps", "deadlines", UNIT)
    with a_graph() as (graph, driver, pid):
        estate = draw(jobs)
        plant(graph, driver, estate, deadlines=200)
        day = estate.day
        asked = warmed(lambda: forecast(graph, day), seconds=warm) if warm else []
        say(f"asked {len(asked)} times in {sum(asked):.0f} s before the first line")
        found = forecast(graph, day)
        say(
            row(
                f"a business date of {jobs} job partitions",
                f"{len(found.steps)}",
                "200",
                _took(pid, forecast, graph, day),
            )
        )
        ahead = day + timedelta(days=1)
        found = forecast(graph, ahead)
        say(
            row("the date after it: nothing is there", f"{len(found.steps)}", "200", _took(pid, forecast, graph, ahead))
        )
        delays = [Delay(name("s3"), ahead.isoformat(), end_of(ahead) + timedelta(hours=9))]
        late = forecast_delay(graph, delays)
        sizes = (f"{len(late.forecast.steps)}", f"{len(late.deadlines)}")
        say(row("one source of that date is late", *sizes, _took(pid, forecast_delay, graph, delays)))
        foresee(graph)
        say(row("the steward looks at all deadlines", "", "", _took(pid, foresee, graph)))
    return 0


def _took(pid: int, work: Callable[..., object], *arguments: object) -> str:
    """Milliseconds: the shortest and the median time, and the processor time of this process and of the graph, which
    other work of the machine does not change."""
    times: list[float] = []
    work(*arguments)
    before = _processor(pid)
    for _ in range(TURNS):
        began = time.perf_counter()
        work(*arguments)
        times.append((time.perf_counter() - began) * 1000)
    used = (_processor(pid) - before) / TURNS * 1000
    return f"{min(times):.0f} / {statistics.median(times):.0f} / {used:.0f}"


def _processor(pid: int) -> float:
    user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return time.process_time() + (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def history(jobs: int, warm: float) -> int:  # noqa: ARG001  every section is called alike
    """Whatever lies behind the newest 400 runs costs nothing."""
    table("Learning the durations of one job", "past runs", UNIT)
    with a_graph() as (graph, driver, pid):
        database = graph.settings.database
        for runs in (400, 10 * jobs):
            job = f"job{runs}"
            declare(driver, database, datasets=(f"in{runs}", f"out{runs}"), jobs=(a_job(job, {}, f"out{runs}"),))
            run_history(driver, database, name(job), runs)
            subject = Subject(job_id(name(job)), is_job=True, scheme=DAILY)
            say(row(f"{runs}", _took(pid, measure, graph, [subject])))
    return 0


def calibration(jobs: int, warm: float) -> int:  # noqa: ARG001  every section is called alike
    """Learned from some days, held against others that nobody has seen."""
    table("Actual ends beyond the forecast", "days come from", "learned from", "ends", "beyond 50 %", "beyond 95 %")
    wrong = 0
    for recorded in recorded_days():
        for count in (20, 60, 200):
            beyond_likely, beyond_late, ends = _beyond(recorded, count)
            wrong += not recorded.together and abs(beyond_late - 0.05) > ALLOWED
            cells = (recorded.title, f"{count} days", f"{ends}", f"{beyond_likely:.1%}", f"{beyond_late:.1%}")
            say(row(*cells))
    return 1 if wrong else 0


def _beyond(recorded: Recorded, count: int) -> tuple[float, float, int]:
    chance = random.Random(count)
    likely, late, ends = 0.0, 0.0, 0
    for _ in range(20):
        days = [recorded.a_day(chance) for _ in range(count)]
        steps = _learned(recorded, days)
        points = quantiles(run_through(steps).ends)
        actual = np.array([simulated(recorded.after, recorded.a_day(chance)) for _ in range(20)])
        likely += float((actual > points[:, 1]).mean()) / 20
        late += float((actual > points[:, 2]).mean()) / 20
        ends += actual.size
    return likely, late, ends


def _learned(recorded: Recorded, days: list[Day]) -> list[Step]:
    spreads = [spread_of(day[at] for day in days) for at in range(len(recorded.after))]
    return [
        Step(f"{recorded.title}/{at}", after, (spread,) if spread else ())
        for at, (after, spread) in enumerate(zip(recorded.after, spreads, strict=True))
    ]


SECTIONS: dict[str, Callable[[int, float], int]] = {
    section.__name__: section for section in (speed, history, calibration)
}


def main() -> None:
    parser = argparse.ArgumentParser(description="What a forecast costs, and how often it is right.")
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=f"of {', '.join(SECTIONS)}; without: all")
    parser.add_argument("--jobs", type=int, default=10_000, help="job partitions of the business date")
    parser.add_argument("--warm", type=float, default=60, help="seconds that the graph is asked before the first line")
    arguments = parser.parse_args()
    if unknown := set(arguments.sections) - SECTIONS.keys():
        parser.error(f"no section {', '.join(sorted(unknown))}; there are {', '.join(SECTIONS)}")
    collect_rarely_from_here()  # as the API and the command line do
    say(f"{os.cpu_count()} cores, Python {platform.python_version()}, Neo4j 5.26 with 2 GiB of heap")
    sys.exit(max(SECTIONS[section](arguments.jobs, arguments.warm) for section in arguments.sections or SECTIONS))


if __name__ == "__main__":
    main()
