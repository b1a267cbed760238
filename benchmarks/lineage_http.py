"""Lineage over HTTP, twice: of a server that was just started, and of the same one once asking on makes it no faster.

The JVM of a graph that was started minutes ago still translates it, and it takes a multiple of what it takes later.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial

from benchmarks.client import Client
from benchmarks.lineage_servers import Sent, ask_server, send_estate
from benchmarks.lineage_small import Bare, ask_small
from benchmarks.lineage_times import say, table, warmed
from benchmarks.servers import Served

Line = tuple[str, list[str]]
"""A line of a table, and what was answered wrongly."""


def ask_over_http(
    url: str, sizes: Sequence[int], *, bare: Bare, own: Served | None = None, warm: float = 0
) -> list[str]:
    """Prints what a server with Marquez' API takes, and gives what was answered wrongly. One of our own is asked for
    directed answers, too. `warm`: for so many seconds at least it is asked before it is measured again; 0: it is not.
    """
    wrong: list[str] = []
    with Client(url, timeout=600) as client:
        _title(f"Lineage of {url}")
        sent: list[Sent] = []
        for jobs in sizes:
            sent.append(send_estate(client, jobs))
            wrong += _tell(_lines(client, sent[-1:], bare=bare, own=own))
        if warm:
            lines = partial(_lines, client, sent, bare=bare, own=own)
            rounds = warmed(lambda: list(lines()), seconds=warm)
            _title(f"Lineage of {url}, after {len(rounds)} rounds of these questions more ({sum(rounds):.0f} s)")
            wrong += _tell(lines())
    return wrong


def _lines(client: Client, estates: Sequence[Sent], *, bare: Bare, own: Served | None) -> Iterator[Line]:
    for sent in estates:
        yield from ask_server(client, sent, directed=own is not None)
        if own and own.graph:
            yield from ask_small(own.url, own.graph, sent, bare)


def _tell(lines: Iterable[Line]) -> list[str]:
    wrong: list[str] = []
    for line, problems in lines:
        say(line)
        wrong += problems
    return wrong


def _title(text: str) -> None:
    table(text, "jobs", "question", "depth", "nodes", "ms (p50 / p95 of the roots)", "than Marquez 0.51.1")
