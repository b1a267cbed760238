"""What the doctor looks at on this machine: broker, storage, disk, and whether it could run a graph of its own."""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from app.cli.config import without_login
from app.cli.connect import broker_url, read_settings
from app.cli.findings import Finding, Findings
from graph_model.errors import SettingsError

LEAST_FREE_BYTES = 1 << 30
OLDEST_GLIBC = (2, 34)


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
