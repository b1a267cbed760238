"""`python -m benchmarks.peers [airflow prefect dagster headwater] [--events N] [--runs N]`.

Installs each orchestrator by its lock (`benchmarks/peers/packages`), apart from ours, starts all of its servers with
one worker on this machine, and measures, one orchestrator after the other:

- from an event of the outside (POST) to the first line of the job that waits for it, one at a time, warm: p50 and p95;
- no-op runs per second, four side by side, asked for at once, from the first line of the first to that of the last;
- memory of all its processes while nothing happens (PSS: shared pages are shared out).

Each as it comes, and with the one setting that makes it look more often, where there is one. Prints a Markdown table.
The figures hold for the machine that printed them; the ratios travel better.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version

from benchmarks.fleet import spread
from benchmarks.peers.airflow import Airflow
from benchmarks.peers.base import DONE_WITHIN, Peer, running, wait_until
from benchmarks.peers.dagster import Dagster
from benchmarks.peers.headwater import Headwater
from benchmarks.peers.prefect import Prefect

PEERS: dict[str, type[Peer]] = {kind.name: kind for kind in (Headwater, Airflow, Prefect, Dagster)}
TUNED = {
    "headwater": "",
    "airflow": "SCHEDULER_IDLE_SLEEP_TIME=0.1",
    "prefect": "PREFECT_WORKER_QUERY_SECONDS=1",
    "dagster": "sensor every second",
}
WARM_UP = 3
IDLE_SECONDS = 5.0
COLUMNS = ("", "setting", "event → first line, p50 / p95", "no-op runs/s", "memory, idle")


@dataclass(frozen=True, slots=True)
class Figures:
    waits: Sequence[float]
    runs_per_second: float
    memory_bytes: int


def main() -> None:
    parser = argparse.ArgumentParser(description="Headwater beside other orchestrators, each for real.")
    parser.add_argument("peers", nargs="*", metavar="PEER", help=f"of {', '.join(PEERS)}; without: all")
    parser.add_argument("--events", type=int, default=20, help="events, one at a time")
    parser.add_argument("--runs", type=int, default=40, help="runs that are asked for at once")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))  # so that what was started is stopped
    if unknown := set(arguments.peers) - PEERS.keys():
        parser.error(f"no peer {', '.join(sorted(unknown))}; there are {', '.join(PEERS)}")
    say(f"{os.cpu_count()} cores, Python {platform.python_version()}\n")
    say(f"| {' | '.join(COLUMNS)} |")
    say("|" + "---|" * len(COLUMNS))
    for name in arguments.peers or PEERS:
        for tuned in (False, True) if TUNED[name] else (False,):
            with running(PEERS[name], tuned=tuned) as peer:
                say(row(peer, measure(peer, events=arguments.events, runs=arguments.runs)))


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def measure(peer: Peer, *, events: int, runs: int) -> Figures:
    for _ in range(WARM_UP):
        one_wait(peer)
    time.sleep(IDLE_SECONDS)
    memory = peer.memory()
    waits = [one_wait(peer) for _ in range(events)]
    return Figures(waits, throughput(peer, runs), memory)


def one_wait(peer: Peer) -> float:
    """Seconds from an event to the first line of the job."""
    wait_until(peer.at_rest, DONE_WITHIN, peer)
    time.sleep(random.uniform(0, peer.rhythm()))
    before = len(peer.begun())
    asked_at = time.time()
    peer.publish()
    return peer.began_within(before + 1)[-1] - asked_at


def throughput(peer: Peer, runs: int) -> float:
    """Between the first lines of the first and the last of `runs` runs that are asked for at once."""
    before = len(peer.begun())
    peer.trigger(runs)
    begun = peer.began_within(before + runs, DONE_WITHIN)[before:]
    return (len(begun) - 1) / (begun[-1] - begun[0])


def row(peer: Peer, figures: Figures) -> str:
    called = f"{peer.name.capitalize()} {version_of(peer)}"
    setting = TUNED[peer.name] if peer.tuned else "as it comes"
    rate = f"{figures.runs_per_second:.1f}"
    return f"| {called} | {setting} | {spread(figures.waits)} | {rate} | {figures.memory_bytes / 2**20:.0f} MiB |"


def version_of(peer: Peer) -> str:
    if peer.name == "headwater":
        return version("headwater")
    question = f"from importlib.metadata import version; print(version({peer.version_of!r}))"
    command = [str(peer.python()), "-c", question]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


if __name__ == "__main__":
    main()
