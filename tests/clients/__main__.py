"""Runs every official client, unchanged, against a Headwater that is started for it: `python -m tests.clients [NAME…]`.

Prints a Markdown table: what each sent, what was odd in it, and whether all that its flow is made of is known. Exit 1
when a client was not content, or when something of its flow is not known. `--keep FOLDER` keeps logs there, `--record`
keeps what each sent beside this program, for tests that replay it.
"""

from __future__ import annotations

import argparse
import json
import socket
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from neo4j import GraphDatabase

from tests.clients.clients import CLIENTS, Client, ClientFailed
from tests.clients.flows import RECORDED, Flow, not_known
from tests.support.stacks import RunningStack, running_stack

WORDS_ARRIVE_WITHIN = 60.0
HEAD = "| client | versions | told of the URL by | events | odd | seconds | its flow |\n|---|---|---|---|---|---|---|"


@dataclass(frozen=True, slots=True)
class Outcome:
    """`missing`: flows that are not known. `trouble`: why the client itself failed."""

    events: int
    warnings: int
    seconds: float
    missing: Sequence[Flow] = ()
    trouble: str = ""

    @property
    def fine(self) -> bool:
        return not self.missing and not self.trouble and self.events > 0

    @property
    def verdict(self) -> str:
        if self.trouble:
            return "failed"
        return "known" if not self.missing else "not known: " + ", ".join(f"{a} → {b}" for a, b in self.missing)


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def outcome_of(client: Client, folder: Path, *, record: bool) -> Outcome:
    folder.mkdir(parents=True)
    with running_stack(folder / "home") as stack:
        began = time.monotonic()
        try:
            client.run(stack.api_url, _made(folder / "work"))
        except ClientFailed as error:
            return Outcome(0, 0, time.monotonic() - began, trouble=str(error))
        seconds = time.monotonic() - began
        missing = _missing(stack, client.flows)
        kept = _kept(stack)
        if record:
            _record(client, kept, folder)
        return Outcome(len(kept), sum(len(warnings) for _, warnings in kept), seconds, missing)


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _missing(stack: RunningStack, flows: Sequence[Flow]) -> list[Flow]:
    """Transports may still be sending what they hold when their program has ended, and SQL is read after the answer."""
    deadline = time.monotonic() + WORDS_ARRIVE_WITHIN
    while True:
        missing = not_known(flows, partial(_ask, stack))
        if not missing or time.monotonic() > deadline:
            return missing
        time.sleep(1)


def _ask(stack: RunningStack, query: str, variables: Mapping[str, Any]) -> dict[str, Any]:
    body = json.dumps({"query": query, "variables": variables}).encode()
    request = urllib.request.Request(f"{stack.api_url}/graphql", body, {"Content-Type": "application/json"})  # noqa: S310
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310  an address of our own
        document = json.loads(answer.read())
    if document.get("errors"):
        raise RuntimeError(document["errors"])
    return document["data"]


def _kept(stack: RunningStack) -> list[tuple[str, list[str]]]:
    """Every event that is kept, as JSON text, in the order of their times; and what was odd in it."""
    with _bolt(stack) as session:
        rows = session.run("MATCH (e:LineageEvent) RETURN e.body AS body, e.warnings AS warnings ORDER BY e.at, e.id")
        return [(row["body"], row["warnings"]) for row in rows]


def _record(client: Client, kept: Sequence[tuple[str, list[str]]], folder: Path) -> None:
    """Without the folders and names of this machine."""
    RECORDED.mkdir(exist_ok=True)
    text = "".join(body + "\n" for body, _ in kept)
    text = text.replace(str(folder / "work"), "/flow").replace(socket.gethostname(), "machine")
    (RECORDED / f"{client.name}.ndjson").write_text(text)


@contextmanager
def _bolt(stack: RunningStack) -> Iterator[Any]:
    told = stack.connection
    auth = (told["HEADWATER_GRAPH_USER"], told["HEADWATER_GRAPH_PASSWORD"])
    with (
        GraphDatabase.driver(told["HEADWATER_GRAPH_URI"], auth=auth) as driver,
        driver.session(database=told.get("HEADWATER_GRAPH_DATABASE")) as session,
    ):
        yield session


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(client.name for client in CLIENTS))
    parser.add_argument("--record", action="store_true", help="keep what each client sent, for the tests")
    parser.add_argument("--keep", type=Path, help="a folder for the logs of the clients")
    options = parser.parse_args()
    chosen = [client for client in CLIENTS if not options.names or client.name in options.names]
    if not chosen:
        parser.error("no client has such a name")
    say(HEAD)
    fine = True
    with tempfile.TemporaryDirectory() as temporary:
        for client in chosen:
            outcome = outcome_of(client, (options.keep or Path(temporary)) / client.name, record=options.record)
            fine = fine and outcome.fine
            say(
                f"| {client.name} | {client.versions()} | {client.how} | {outcome.events} | {outcome.warnings} "
                f"| {outcome.seconds:.0f} | {outcome.verdict} |"
            )
            if outcome.trouble:
                sys.stderr.write(outcome.trouble + "\n")
    return 0 if fine else 1


if __name__ == "__main__":
    raise SystemExit(main())
