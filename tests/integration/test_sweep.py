"""What a sweep deletes and what it leaves, on both engines, with real files and real kills."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import neo4j
import pytest

from connectors.sweep import MANIFEST, NOT_OURS, Fate, Sweep, look, sweep
from graph_model.failpoints import VARIABLE
from graph_model.holds.entities import HoldKind, HoldTarget
from graph_model.holds.hold import hold, release
from graph_model.retention import expire as expiry
from graph_model.retention.entities import Retention
from graph_model.runs.claim import claim, runnable
from graph_model.runs.entities import ClaimedRun, RunKind
from graph_model.settings import GraphSettings
from graph_model.store.graph import Graph
from graph_model.versions.entities import GONE, Report, VersionState
from graph_model.versions.report import report_version
from graph_model.versions.repository import version as get_version
from graph_model.versions.repository import versions
from graph_model.versions.resolve import resolve
from tests.kill.cells import FailPoint
from tests.kill.stack import until
from tests.support.cli import Cli, graph_environment
from tests.support.protocol import Fleet, a_job, audited, declare, name
from tests.support.retention import expire, keep

DAY = "2013-01-01"
ROUNDS = 6


@pytest.fixture
def estate(graph: Graph, side_driver: neo4j.Driver) -> Graph:
    """raw -> clean -> summary; of raw and clean only the newest version stays."""
    clean = a_job("clean", {"raw": "same"}, "clean")
    summary = a_job("summary", {"clean": "same"}, "summary")
    declare(side_driver, graph.settings.database, datasets=("raw", "clean", "summary"), jobs=(clean, summary))
    for dataset in ("raw", "clean"):
        keep(side_driver, graph, dataset, Retention(versions=1))
    return graph


def report(graph: Graph, root: Path, content: str, *, hour: int = 0, at: str | None = None) -> str:
    """A version of raw that lies below `root`, and its file."""
    location = at or f"in/{content}.csv"
    (root / location).parent.mkdir(parents=True, exist_ok=True)
    (root / location).write_text(content)
    time = datetime(2013, 1, 2, hour, tzinfo=UTC)
    return report_version(graph, Report(name("raw"), DAY, location=location, source_time=time)).version


def work(fleet: Fleet, root: Path) -> list[ClaimedRun]:
    """Plays what can be claimed, and leaves the files that the runs would have written."""
    played = fleet.work()
    for run in played:
        write_outputs(run, root)
    return played


def write_outputs(run: ClaimedRun, root: Path) -> None:
    for output in run.outputs if run.kind is RunKind.JOB else ():
        place = root / output.content.location
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(run.id)


def of(graph: Graph, dataset: str) -> list[str]:
    """The versions of a dataset, oldest first."""
    return [version.id for version in reversed(versions(graph, name(dataset)))]


def place(graph: Graph, root: Path, version: str) -> Path:
    return root / get_version(graph, version).location


def now(root: Path, **wanted: object) -> Sweep:
    return Sweep(root, grace=0, **wanted)  # pyright: ignore[reportArgumentType]


def fates(swept: object) -> dict[str, tuple[Fate, str]]:
    return {each.version.id: (each.fate, each.why) for each in swept}  # type: ignore[attr-defined]


def two_versions(graph: Graph, root: Path) -> tuple[list[str], list[str]]:
    """Of raw and of clean, of each the older one expired."""
    fleet = Fleet(graph)
    for hour, content in enumerate("ab"):
        report(graph, root, content, hour=hour)
        work(fleet, root)
    expire(graph)
    return of(graph, "raw"), of(graph, "clean")


def test_a_sweep_shows_first_and_deletes_what_runs_wrote(
    estate: Graph, side_driver: neo4j.Driver, tmp_path: Path
) -> None:
    raw, clean = two_versions(estate, tmp_path)
    gone, kept = (place(estate, tmp_path, version) for version in clean)
    expected = {clean[0]: (Fate.GOES, "no longer kept: versions 1"), raw[0]: (Fate.STAYS, NOT_OURS)}

    assert fates(look(estate, now(tmp_path))) == expected
    assert (gone.exists(), get_version(estate, clean[0]).state) == (True, VersionState.EXPIRED)

    swept = fates(sweep(estate, now(tmp_path), by="ops"))

    assert swept == {**expected, clean[0]: (Fate.DELETED, "no longer kept: versions 1")}
    assert (gone.parent.exists(), kept.exists(), place(estate, tmp_path, raw[0]).exists()) == (False, True, True)
    assert get_version(estate, clean[0]).state == VersionState.RETIRED
    assert audited(side_driver, estate, clean[0])[-2:] == [("RETIRED", "ops"), ("DELETED", "ops")]
    assert resolve(estate, name("clean"), DAY).id == clean[1]
    assert fates(sweep(estate, now(tmp_path), by="ops")) == {raw[0]: (Fate.STAYS, NOT_OURS)}
    assert Fleet(estate).settle() == ()


def test_what_expired_only_now_waits_until_no_transaction_can_know_it_any_more(estate: Graph, tmp_path: Path) -> None:
    _, clean = two_versions(estate, tmp_path)

    swept = fates(sweep(estate, Sweep(tmp_path), by="ops"))

    assert swept[clean[0]] == (Fate.STAYS, "it has expired only now")
    assert place(estate, tmp_path, clean[0]).exists()


def test_what_others_reported_is_deleted_when_that_is_asked_for(estate: Graph, tmp_path: Path) -> None:
    raw, _ = two_versions(estate, tmp_path)

    swept = fates(sweep(estate, now(tmp_path, also_reported=True), by="ops"))

    assert swept[raw[0]][0] == Fate.DELETED
    assert [place(estate, tmp_path, version).exists() for version in raw] == [False, True]


@pytest.mark.parametrize("spelled", ["{root}/in/same.csv", "file://{root}/in/same.csv"])
def test_a_place_that_a_later_version_lies_in_stays(estate: Graph, tmp_path: Path, spelled: str) -> None:
    fleet = Fleet(estate)
    first = report(estate, tmp_path, "a", at="in/same.csv")
    fleet.work()
    location = spelled.replace("{root}", str(tmp_path))
    time = datetime(2013, 1, 2, 1, tzinfo=UTC)
    second = report_version(estate, Report(name("raw"), DAY, location=location, source_time=time)).version
    fleet.work()
    expire(estate)

    swept = fates(sweep(estate, now(tmp_path, also_reported=True), by="ops"))

    assert swept[first] == (Fate.STAYS, f"version {second} lies in the same place")
    assert (tmp_path / "in" / "same.csv").exists()


def test_what_is_held_or_being_read_stays(estate: Graph, side_driver: neo4j.Driver, tmp_path: Path) -> None:
    fleet = Fleet(estate)
    report(estate, tmp_path, "a")
    for run in fleet.work(most=2):
        write_outputs(run, tmp_path)
    (reading,) = claim(estate, fleet.worker, slots=1)
    assert reading.subject == name("summary")
    read = reading.inputs[0].version
    report(estate, tmp_path, "b", hour=1)
    for run in fleet.work(most=2):
        write_outputs(run, tmp_path)
    assert read in expire(estate)

    assert fates(sweep(estate, now(tmp_path), by="ops"))[read] == (Fate.STAYS, f"run {reading.id} reads it")
    fleet.play(reading)
    fleet.work()
    target = HoldTarget(HoldKind.DATASET, name("clean"), DAY)
    hold(estate, target, by="ops", reason="look")
    assert fates(sweep(estate, now(tmp_path), by="ops"))[read] == (Fate.STAYS, "it is held")
    release(estate, target, by="ops")
    assert fates(sweep(estate, now(tmp_path), by="ops"))[read][0] == Fate.DELETED
    assert Fleet(estate).settle() == ()


def test_a_link_that_leads_out_of_the_storage_root_is_not_followed(estate: Graph, tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    root.mkdir()
    _, clean = two_versions(estate, root)
    folder = place(estate, root, clean[0]).parent
    outside.mkdir()
    folder.rename(outside / folder.name)
    folder.symlink_to(outside / folder.name)

    assert fates(sweep(estate, now(root), by="ops"))[clean[0]] == (Fate.STAYS, NOT_OURS)
    assert list(outside.rglob("*.csv"))


def test_the_files_of_a_manifest_that_others_wrote_stay(
    estate: Graph, side_driver: neo4j.Driver, tmp_path: Path
) -> None:
    raw, _ = two_versions(estate, tmp_path)
    statement = "MATCH (v:DatasetVersion {id: $id}) SET v.format = 'manifest'"
    side_driver.execute_query(statement, id=raw[0], database_=estate.settings.database)

    assert fates(look(estate, now(tmp_path, also_reported=True)))[raw[0]] == (Fate.STAYS, MANIFEST)


def test_the_command_shows_and_then_deletes(
    estate: Graph, side_driver: neo4j.Driver, graph_settings: GraphSettings, tmp_path: Path
) -> None:
    _, clean = two_versions(estate, tmp_path)
    expired_long_ago(side_driver, estate)
    headwater = Cli({**graph_environment(graph_settings), "HEADWATER_STORAGE_ROOT": str(tmp_path)})

    shown = headwater("sweep", "test/clean")
    done = headwater("sweep", "test/clean", "--yes", "--json", "--by", "ops")

    assert (shown.code, "GOES" in shown.out, "add --yes" in shown.err) == (0, True, True)
    assert [(each["version"]["id"], each["fate"]) for each in done.json["swept"]] == [(clean[0], "DELETED")]
    assert not place(estate, tmp_path, clean[0]).exists()
    assert headwater("sweep", "--yes", "test/clean").err == "nothing has expired\ndeleted 0 versions, 0 bytes\n"


def expired_long_ago(driver: neo4j.Driver, graph: Graph) -> None:
    statement = "MATCH (v:DatasetVersion) WHERE v.expired = 1 SET v.expired_at = v.expired_at - duration({days: 1})"
    driver.execute_query(statement, database_=graph.settings.database)


@pytest.mark.parametrize(
    "step", ["retire.before_commit", "retire.after_commit", "sweep.discarded", "deleted.before_commit"]
)
def test_a_sweep_that_is_killed_is_finished_by_the_next_one(
    estate: Graph, side_driver: neo4j.Driver, graph_settings: GraphSettings, tmp_path: Path, step: str
) -> None:
    _, clean = two_versions(estate, tmp_path)
    expired_long_ago(side_driver, estate)
    points = tmp_path / "points"
    points.mkdir()
    environment = {**graph_environment(graph_settings), "HEADWATER_STORAGE_ROOT": str(tmp_path)}
    point = FailPoint(points, step)
    point.arm()
    command = [sys.executable, "-m", "app.cli.main", "sweep", "--yes"]
    with subprocess.Popen(
        command,
        env={**os.environ, **environment, VARIABLE: str(points)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        until(point.pid, "the sweep to stand at its step")
        process.send_signal(signal.SIGKILL)
        process.communicate()
    assert get_version(estate, clean[0]).state in (VersionState.EXPIRED, VersionState.RETIRED)

    done = Cli(environment)("sweep", "--yes", "--json", "test/clean")

    assert [(each["version"]["id"], each["fate"]) for each in done.json["swept"]] == [(clean[0], "DELETED")]
    assert not place(estate, tmp_path, clean[0]).parent.exists()
    assert place(estate, tmp_path, clean[1]).exists()
    told = [what for what, _ in audited(side_driver, estate, clean[0])]
    assert (told.count("RETIRED"), told.count("DELETED")) == (1, 1)
    assert Fleet(estate).settle() == ()


def test_a_version_that_came_to_a_place_about_to_be_deleted_keeps_it(
    estate: Graph, side_driver: neo4j.Driver, tmp_path: Path
) -> None:
    """The sweep that began was killed, and meanwhile somebody reported what lies there."""
    _, clean = two_versions(estate, tmp_path)
    file = place(estate, tmp_path, clean[0])
    statement = "MATCH (v:DatasetVersion {id: $id}) SET v.state = 'RETIRED', v.undeleted = 1 REMOVE v.expired"
    side_driver.execute_query(statement, id=clean[0], database_=estate.settings.database)
    came = report_version(estate, Report(name("raw"), DAY, location=str(file))).version

    swept = fates(sweep(estate, now(tmp_path), by="ops"))

    assert swept[clean[0]] == (Fate.STAYS, f"version {came} lies in the same place")
    assert file.exists()
    assert clean[0] not in fates(look(estate, now(tmp_path)))
    assert get_version(estate, clean[0]).reason.endswith(f"its place is that of version {came}")


def test_no_run_ever_loses_what_it_reads_to_a_sweep(
    estate: Graph, side_driver: neo4j.Driver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Versions are replaced, expire and are swept as fast as can be, while workers claim the runs that read them."""
    monkeypatch.setattr(expiry, "MARK_GRACE_MS", 0)
    fleet, lost, reading, passes = Fleet(estate), list[str](), list[str](), list[float]()
    over = threading.Event()

    def sweep_once() -> None:
        list(sweep(estate, now(tmp_path, also_reported=True), by="ops"))
        passes.append(time.monotonic())

    def publish() -> None:
        for number in range(ROUNDS):
            report(estate, tmp_path, f"content-{number}", hour=number)
            until(lambda number=number: len(reading) > number, "a run that reads it")

    def run() -> None:
        while not over.is_set():
            for claimed in claim(estate, fleet.worker, slots=1):
                if claimed.subject == name("clean"):
                    reading.append(claimed.id)
                    linger(estate, claimed, passes)
                lost.extend(missing(claimed, tmp_path))
                write_outputs(claimed, tmp_path)
                fleet.play(claimed)

    with ThreadPoolExecutor(6) as pool:
        sweeping = [
            pool.submit(again, over, lambda: expiry.expire_versions(estate)),
            pool.submit(again, over, sweep_once),
        ]
        running = [pool.submit(run) for _ in range(3)]
        try:
            pool.submit(publish).result(timeout=300)
            until(
                lambda: runnable(estate, most=1) == (),
                "all runs to be claimed",
            )
            until(lambda: state_of(estate, of(estate, "raw")[0]) is VersionState.RETIRED, "the first one to be swept")
        finally:
            over.set()
        for each in (*sweeping, *running):
            each.result(timeout=300)

    assert lost == []
    assert fleet.settle() == ()


def again(over: threading.Event, work: Callable[[], object]) -> None:
    while not over.is_set():
        work()
        time.sleep(0.01)


def linger(graph: Graph, run: ClaimedRun, passes: list[float]) -> None:
    """A run of clean goes on until what it reads has expired and a sweep has come by, or nothing replaces it."""
    deadline = time.monotonic() + 3
    while time.monotonic() < deadline and state_of(graph, run.inputs[0].version) not in GONE:
        time.sleep(0.02)
    seen = len(passes)
    while time.monotonic() < deadline and len(passes) < seen + 2:
        time.sleep(0.02)


def state_of(graph: Graph, version: str) -> VersionState:
    return get_version(graph, version).state


def missing(run: ClaimedRun, root: Path) -> list[str]:
    """What a run that is under way should read and does not find."""
    if run.kind is not RunKind.JOB or run.subject != name("clean"):
        return []
    return [item.version for item in run.inputs if not (root / item.content.location).exists()]
