"""What the run protocol costs: `python -m benchmarks.protocol [SECTION …] [--scale N]`.

Starts a Neo4j, a Redis and workers of its own and prints Markdown tables. Sections: `reports`, `runs`, `pools`,
`starts`, `memory`, `recovery`; without any, all of them. `--scale` multiplies the amount of work. The figures hold for
the machine that printed them; the ratios inside one table travel better.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from benchmarks.fleet import Bench, a_bench, days, spread
from graph_model.names import Name
from graph_model.store.grouping import Group
from graph_model.versions.entities import Receipt, Report
from graph_model.versions.report import report_versions


def say(text: str = "") -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def table(title: str, *columns: str) -> None:
    say(f"\n### {title}\n")
    say(f"| {' | '.join(columns)} |")
    say(f"|{'---|' * len(columns)}")


def reports(bench: Bench, scale: int) -> None:
    """Durable reports per second: alone, from many threads (grouped as in the API), and by the hundred."""
    bench.chain("reported", 1)
    table("Reports, durable before they are answered", "how", "reports/s", "times one by one")
    first, alone = 0, 0.0
    for threads, most in ((1, 1), (16, 1), (1, 100), (4, 100), (16, 100), (64, 100)):
        count = 400 * scale
        grouped: Group[Report, Receipt] = Group(lambda some: report_versions(bench.graph, some), most=most)
        wanted = [Report(Name("test", "reported"), key, reported_by="benchmark") for key in days(first, count)]
        first += count
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(grouped.submit, wanted[:50]))
            began = time.perf_counter()
            list(pool.map(grouped.submit, wanted[50:]))
        rate = (count - 50) / (time.perf_counter() - began)
        alone = alone or rate
        say(f"| {'one by one' if most == 1 else 'grouped'}, {threads} threads | {rate:.0f} | {rate / alone:.1f} |")
    wanted = [Report(Name("test", "reported"), key, reported_by="benchmark") for key in days(first, 2000 * scale)]
    began = time.perf_counter()
    for start in range(0, len(wanted), 100):
        report_versions(bench.graph, wanted[start : start + 100])
    rate = len(wanted) / (time.perf_counter() - began)
    say(f"| in hundreds, 1 thread | {rate:.0f} | {rate / alone:.1f} |")
    began = time.perf_counter()
    for number in range(400):
        bench.rows("CREATE (n:Bare {id: $id}) RETURN n.id AS id", id=number)
    rate = 400 / (time.perf_counter() - began)
    say(f"| a bare CREATE of one node, 1 thread | {rate:.0f} | {rate / alone:.1f} |")
    # Nobody delivered these files, so their validations would only be in the way of what comes next.
    bench.rows("MATCH (r:Run) WHERE r.open = 1 AND r.kind = 'validation' REMOVE r.open SET r.state = 'CANCELLED'")


def runs(bench: Bench, scale: int) -> None:
    """Runs per second through everything: report, validation, publish, claim, process, validation of the output.

    The last columns: milliseconds of processor for each run, by who spent them.
    """
    parts = ("Neo4j, ms a run", "workers", "jobs", "validations")
    table(
        "No-op runs through the whole protocol, one worker of 16 slots", "estate", "runs", "seconds", "runs/s", *parts
    )
    bench.start_workers()
    for length, count in ((1, 300 * scale), (10, 40 * scale)):
        source = f"flow{length}"
        last = bench.chain(source, length)
        before = bench.processor()
        keys = bench.report(source, count)
        bench.wait_for(last, keys)
        done, seconds = bench.span(keys)
        used = {part: (now - before[part]) / done * 1000 for part, now in bench.processor().items()}
        shape = "independent" if length == 1 else f"{length} jobs in a chain"
        spent = " | ".join(f"{milliseconds:.0f}" for milliseconds in used.values())
        say(f"| {count} partitions, {shape} | {done} | {seconds:.1f} | {done / seconds:.0f} | {spent} |")
    bench.stop_workers()


def pools(bench: Bench, scale: int) -> None:
    """Threads that supervise processes and claim together, against workers that claim alone."""
    table("The same work by other pools", "pool", "runs/s")
    last = bench.chain("pooled", 1)
    for workers, slots in ((1, 16), (1, 4), (4, 1), (1, 1)):
        bench.start_workers(workers, slots=slots)
        keys = bench.report("pooled", 150 * scale)
        bench.wait_for(last, keys)
        done, seconds = bench.span(keys)
        say(f"| {workers} worker(s) of {slots} slot(s) | {done / seconds:.0f} |")
        bench.stop_workers()


def starts(bench: Bench, scale: int) -> None:
    """From the commit that publishes an input to the first line of the job that reads it, one at a time, warm."""
    last = bench.chain("single", 1)
    bench.start_workers(slots=4)
    table("Published → first line of the job in its process", "broker", "p50 / p95")
    say(f"| Redis | {spread(_one_by_one(bench, last, 100 * scale))} |")
    bench.broker.child.process.kill()
    bench.broker.child.process.wait()
    say(f"| gone: workers poll | {spread(_one_by_one(bench, last, 20 * scale))} |")
    bench.stop_workers()
    bench.start_broker()


def _one_by_one(bench: Bench, last: str, count: int) -> list[float]:
    keys: list[str] = []
    for _ in range(count):
        keys += bench.report("single", 1)
        bench.wait_for(last, keys[-1:])
    return bench.starts("single", keys)


def recovery(bench: Bench, scale: int) -> None:
    """How long it takes until work goes on after a death, with the leases and sweeps that are the default."""
    table("Recovery, default settings", "death", "times", "p50 / p95")
    last = bench.chain("deadly", 1)
    bench.start_workers(2, slots=4)
    waits = [_after_a_killed_worker(bench, last) for _ in range(5 * scale)]
    say(f"| worker killed → its run claimed by another | {len(waits)} | {spread(waits)} |")
    waits = [_after_a_killed_graph(bench, last) for _ in range(3 * scale)]
    say(f"| Neo4j killed → all runs done, from when it answers again | {len(waits)} | {spread(waits)} |")
    bench.stop_workers()


def _after_a_killed_worker(bench: Bench, last: str) -> float:
    """`kill -9` of the worker that holds a run; the seconds until another one has claimed it."""
    bench.hold()
    (key,) = bench.report("deadly", 1)
    owner = "MATCH (r:Run {kind: 'job', key: $key, state: 'RUNNING'}), (w:Worker {id: r.owner}) RETURN w.pid AS pid"
    bench.until(lambda: bench.rows(owner, key=key))
    killed_at = bench.kill_worker(bench.rows(owner, key=key)[0]["pid"])
    second = (
        "MATCH (:Run {kind: 'job', key: $key})-[:HAS_ATTEMPT]->(a:Attempt {number: 2}) "
        "RETURN a.started_at.epochMillis AS at"
    )
    bench.until(lambda: bench.rows(second, key=key))
    bench.let_go()
    bench.wait_for(last, [key])
    return bench.rows(second, key=key)[0]["at"] / 1000 - killed_at


def _after_a_killed_graph(bench: Bench, last: str) -> float:
    keys = bench.report("deadly", 30)
    time.sleep(0.3)
    bench.neo4j.kill()
    bench.neo4j.start()
    answers_at = time.monotonic()
    bench.wait_for(last, keys)
    return time.monotonic() - answers_at


def memory(bench: Bench, scale: int) -> None:
    """Resident memory of a worker over many runs."""
    last = bench.chain("many", 1)
    bench.start_workers()
    table("Memory of a worker", "runs so far", "resident MiB")
    for done in range(1, 11):
        bench.wait_for(last, bench.report("many", 500 * scale))
        say(f"| {1000 * scale * done} | {bench.memory():.0f} |")
    bench.stop_workers()


SECTIONS: dict[str, Callable[[Bench, int], None]] = {
    section.__name__: section for section in (reports, runs, pools, starts, memory, recovery)
}
WARM_UP = 400


def main() -> None:
    parser = argparse.ArgumentParser(description="What the run protocol costs, on Neo4j and Redis.")
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=f"of {', '.join(SECTIONS)}; without: all")
    parser.add_argument("--scale", type=int, default=1, help="multiplies the amount of work")
    arguments = parser.parse_args()
    if unknown := set(arguments.sections) - SECTIONS.keys():
        parser.error(f"no section {', '.join(sorted(unknown))}; there are {', '.join(SECTIONS)}")
    say(f"{os.cpu_count()} cores, Python {platform.python_version()}, Neo4j 5.26 with 1 GiB of heap")
    with a_bench() as bench:
        bench.warm_up(WARM_UP)
        for section in arguments.sections or SECTIONS:
            SECTIONS[section](bench, arguments.scale)


if __name__ == "__main__":
    main()
