"""What the doctor looks at: each examination yields findings, and none of them raises."""

from __future__ import annotations

import importlib.util
import os
import platform
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.config import Setting, settings_of, without_login
from app.cli.connect import broker_url, open_graph, read_settings
from app.cli.examine_arrivals import examine_arrivals
from app.cli.examine_telling import examine_telling
from app.cli.findings import Finding, Findings
from graph_model.errors import HeadwaterError, SettingsError

if TYPE_CHECKING:
    from graph_model.store.graph import Graph, Row

LEAST_FREE_BYTES = 1 << 30
MOST_SKEW_SECONDS = 2.0
# What a worker tells of its clock comes with the graph's answer, which may take a while.
MOST_WORKER_SKEW_MS = 10_000
OLDEST_GLIBC = (2, 34)

_CONSTRAINT = re.compile(r"^CREATE CONSTRAINT \w+ IF NOT EXISTS FOR \(n:(\w+)\) REQUIRE n\.(\w+) IS UNIQUE$")
STEWARD = "steward"
_MIGRATE, _UP, _WORKER = "headwater migrate", "headwater up", "headwater worker"


def examine_all(stack: ExitStack) -> Findings:
    """Every finding, settings first. `stack` closes what was opened."""
    yield from examine_settings()
    graph, reached = _reach_graph(stack)
    yield reached
    for subject, examination in _OF_THE_GRAPH.items():
        yield from _guarded(subject, examination, graph)
    yield from examine_broker()
    yield from examine_storage()
    yield examine_embedded_engine(graph_reached=graph is not None)


def examine_settings() -> Findings:
    """A finding for each part: which of its settings are not the default, and where they come from."""
    from graph_model.settings import ALL_SETTINGS

    for settings_class in ALL_SETTINGS:
        part = f"{settings_class.__name__.removesuffix('Settings').lower()} settings"
        try:
            settings = list(settings_of(settings_class))
        except SettingsError as error:
            yield Finding("FAIL", part, str(error), "headwater config")
            continue
        yield Finding("OK", part, origins_in_words(settings))


def origins_in_words(settings: Iterable[Setting]) -> str:
    """Which settings come from where, those of one place together; the defaults are not worth a word."""
    places: dict[str, list[str]] = {}
    for each in settings:
        if each.origin != "default":
            place = "the environment" if each.origin.startswith("environment") else each.origin
            places.setdefault(place, []).append(each.variable)
    return "; ".join(f"{', '.join(variables)} from {place}" for place, variables in places.items()) or "all default"


def examine_clock(graph: Graph) -> Findings:
    """How far the graph's clock is from ours: leases follow the graph's, times in reports follow ours."""
    before = datetime.now(UTC)
    now = graph.rows("doctor.clock")[0]["now"]
    after = datetime.now(UTC)
    yield clock_finding(now, before, after)


def clock_finding(theirs: datetime, before: datetime, after: datetime) -> Finding:
    """`theirs` was read between `before` and `after`, so any time between these counts as equal."""
    skew = max((before - theirs).total_seconds(), (theirs - after).total_seconds(), 0.0)
    if skew > MOST_SKEW_SECONDS:
        return Finding(
            "FAIL", "clock", f"this machine and the graph differ by {skew:.1f} s", "timedatectl set-ntp true"
        )
    return Finding(
        "OK", "clock", f"this machine and the graph agree to {max(skew, (after - before).total_seconds()):.3f} s"
    )


def examine_migrations(graph: Graph) -> Findings:
    from graph_model.store.migrations import pending

    missing = pending(graph)
    if missing:
        yield Finding("FAIL", "migrations", f"not applied: {', '.join(missing)}", _MIGRATE)
        return
    yield Finding("OK", "migrations", "all applied")


def examine_constraints(graph: Graph) -> Findings:
    """Whether the constraints are really there: a migration only says that they once were made."""
    there = {
        (label, prop)
        for row in graph.rows("doctor.constraints")
        for label in row["labels"] or ()
        for prop in row["properties"] or ()
    }
    missing = sorted(f"{label}.{prop}" for label, prop in expected_constraints() - there)
    if missing:
        yield Finding("FAIL", "constraints", f"missing on {', '.join(missing)}", f"{_MIGRATE} --repair")
        return
    yield Finding("OK", "constraints", f"all {len(expected_constraints())} present")


def expected_constraints() -> frozenset[tuple[str, str]]:
    """Label and property of each constraint that the migrations make."""
    from graph_model.store.migrations import migrations

    statements = (statement for migration in migrations() for statement in migration.statements)
    return frozenset((found[1], found[2]) for statement in statements if (found := _CONSTRAINT.match(statement)))


def examine_workers(graph: Graph) -> Findings:
    rows = graph.rows("doctor.workers")
    live = [row for row in rows if row["live"]]
    gone = f"; {len(rows) - len(live)} gone" if len(rows) > len(live) else ""
    if not live:
        yield Finding("FAIL", "workers", f"none has a lease: nothing will run{gone}", f"{_WORKER} (or {_UP})")
        return
    named = ", ".join(
        f"{row['id']} on {row['host']} ({_offers(row)}, lease until {row['lease_until']:%H:%M:%S})" for row in live
    )
    yield Finding("OK", "workers", f"{len(live)} live: {named}{gone}")
    yield from machines_findings(live, mark=_own_mark())


def _offers(row: Row) -> str:
    labels = f", labels {', '.join(row['labels'])}" if row["labels"] else ""
    return f"{row['slots']} slots{labels}"


def machines_findings(live: Sequence[Row], *, mark: str) -> Findings:
    """Whether the machines of the workers see one storage root and keep one time. `mark`: that of ours, if any."""
    roots: dict[str, list[str]] = {}
    for row in live:
        if row["storage"]:
            roots.setdefault(row["storage"], []).append(f"{row['id']} on {row['host']}")
    if len({*roots, mark} - {""}) > 1:
        apart = "; ".join(f"one root: {', '.join(named)}" for named in roots.values())
        mend = "mount one shared folder on all machines, and set HEADWATER_STORAGE_ROOT to it"
        yield Finding("FAIL", "shared storage", f"not all see the storage root of this machine: {apart}", mend)
    elif roots:
        yield Finding("OK", "shared storage", "all workers and this machine see one storage root")
    off = [row for row in live if abs(row["ahead_ms"]) > MOST_WORKER_SKEW_MS]
    if off:
        told = ", ".join(f"{row['id']} on {row['host']} by {row['ahead_ms'] / 1000:+.1f} s" for row in off)
        mend = "timedatectl set-ntp true, there, and start them again"
        yield Finding("FAIL", "clocks of workers", f"differed from the graph's when they came: {told}", mend)


def _own_mark() -> str:
    from connectors.storage.mark import mark_of
    from graph_model.settings import StorageSettings

    return mark_of(read_settings(StorageSettings).root)


def examine_leader(graph: Graph) -> Findings:
    leaders = [row for row in graph.rows("doctor.leaders") if row["live"] and row["id"] == STEWARD]
    if not leaders:
        yield Finding(
            "FAIL", "steward", "nobody leads the sweeps: retries and lost messages wait", f"{_WORKER} (or {_UP})"
        )
        return
    yield Finding("OK", "steward", ", ".join(f"{row['holder']} leads until {row['until']:%H:%M:%S}" for row in leaders))


_OF_THE_GRAPH: dict[str, Callable[[Graph], Findings]] = {
    "clock": examine_clock,
    "migrations": examine_migrations,
    "constraints": examine_constraints,
    "workers": examine_workers,
    "steward": examine_leader,
    "openlineage": examine_telling,
    "arrivals": examine_arrivals,
}


def examine_broker() -> Findings:
    try:
        url = broker_url()
    except SettingsError as error:
        yield Finding("FAIL", "broker", str(error), "headwater config")
        return
    if url is None:
        yield Finding("OK", "broker", "none is set: workers poll the graph")
        return
    yield _reach_broker(url)


def examine_storage() -> Findings:
    """Whether runs could write below the storage root, and how much room is left there."""
    from graph_model.settings import DataSettings, StorageSettings

    try:
        root, data = read_settings(StorageSettings).root, read_settings(DataSettings)
    except SettingsError as error:
        yield Finding("FAIL", "storage", str(error), "headwater config")
        return
    if not root.is_dir():
        yield Finding(
            "FAIL",
            "storage",
            f"{root.absolute()} is no folder",
            f"mkdir -p {root.absolute()} (or set HEADWATER_STORAGE_ROOT)",
        )
        return
    yield _writable(root)
    yield disk_finding(root, free=shutil.disk_usage(root).free)
    yield from roots_findings(root, data.listed_roots(), data.listed_databases())


def roots_findings(root: Path, more: Sequence[str], databases: Sequence[str]) -> Findings:
    """Where data may lie at all. A listed folder that is not there is mostly a slip of the pen."""
    missing = [entry for entry in more if entry.startswith("/") and not Path(entry).is_dir()]
    if missing:
        mend = "mount it on this machine, or take it out of HEADWATER_DATA_ROOTS"
        yield Finding("FAIL", "data roots", f"no folder here: {', '.join(missing)}", mend)
    else:
        yield Finding("OK", "data roots", ", ".join([str(root.absolute()), *more]))
    yield Finding("OK", "databases", f"may be opened: {', '.join(databases) or 'none'}")


def disk_finding(root: Path, *, free: int) -> Finding:
    room = f"{free / (1 << 30):.1f} GiB free below {root.absolute()}"
    if free < LEAST_FREE_BYTES:
        return Finding("FAIL", "disk", room, "set HEADWATER_STORAGE_ROOT to a larger disk, or free some of it")
    return Finding("OK", "disk", room)


def examine_embedded_engine(*, graph_reached: bool) -> Finding:
    """Whether `headwater up` could start a graph here; it fails only where there is no other graph."""
    problem = _embedded_problem()
    if problem is None:
        return Finding("OK", "embedded graph", "available")
    if graph_reached:
        return Finding("OK", "embedded graph", f"{problem}; not needed, another graph is set")
    return Finding("FAIL", "embedded graph", problem, "pip install 'headwater[embedded]' (or set HEADWATER_GRAPH_URI)")


def _embedded_problem() -> str | None:
    if not sys.platform.startswith("linux"):
        return f"does not run on {sys.platform}"
    if importlib.util.find_spec("arcadedb_embedded") is None:
        return "the package arcadedb-embedded is not installed"
    library, version = platform.libc_ver()
    if library != "glibc" or tuple(int(part) for part in version.split(".")[:2]) < OLDEST_GLIBC:
        oldest = ".".join(map(str, OLDEST_GLIBC))
        return f"needs glibc {oldest} or newer, not {library or 'another C library'} {version}".rstrip()
    return None


def _reach_graph(stack: ExitStack) -> tuple[Graph | None, Finding]:
    try:
        graph = stack.enter_context(open_graph())
        server = graph.rows("doctor.server")[0]
    except HeadwaterError as error:
        return None, Finding("FAIL", "graph", str(error), f"{_UP} (or set HEADWATER_GRAPH_URI)")
    speaks = f"{server['name']} {', '.join(server['versions'])} {server['edition']}"
    what = speaks if graph.engine == "neo4j" else f"{graph.engine}, compatible to {speaks}"
    return graph, Finding("OK", "graph", f"{what} at {without_login(graph.settings.uri)}")


def _guarded(subject: str, examination: Callable[[Graph], Findings], graph: Graph | None) -> Findings:
    if graph is None:
        yield Finding("SKIP", subject, "needs the graph")
        return
    try:
        yield from examination(graph)
    except HeadwaterError as error:
        yield Finding("FAIL", subject, str(error), "headwater doctor")


def _reach_broker(url: str) -> Finding:
    from kombu.connection import Connection

    from connectors.bell import TRANSPORT_OPTIONS
    from graph_model.settings import origin

    where = f"{without_login(url)} (from: {origin('HEADWATER_BROKER_URL')})"
    try:
        with Connection(url, transport_options=TRANSPORT_OPTIONS) as connection:
            connection.ensure_connection(max_retries=0)
    except Exception as error:  # noqa: BLE001  each transport has errors of its own
        return Finding(
            "FAIL",
            "broker",
            f"{where} does not answer: {error}",
            "start it, or unset HEADWATER_BROKER_URL: workers then poll the graph",
        )
    return Finding("OK", "broker", f"{where} answers")


def _writable(root: Path) -> Finding:
    try:
        with tempfile.NamedTemporaryFile(dir=root, prefix=".doctor-"):
            pass
    except OSError as error:
        return Finding(
            "FAIL",
            "storage",
            f"{root.absolute()} cannot be written: {error.strerror}",
            f"chown {os.getuid()} {root.absolute()}",
        )
    return Finding("OK", "storage", f"{root.absolute()} can be written")
