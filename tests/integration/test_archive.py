"""Old runs leave the graph but for what lineage needs, on both engines."""

from __future__ import annotations

import json
from pathlib import Path

import neo4j
import pytest

from graph_model.archive.runs import FOLDER, RunArchive, with_details
from graph_model.runs.claim import claim
from graph_model.runs.entities import Failure, RunState
from graph_model.runs.fail import fail_run
from graph_model.runs.repository import run as get_run
from graph_model.runs.repository import runs
from graph_model.store.graph import Graph
from graph_model.versions.entities import Report
from graph_model.versions.report import report_version
from tests.support.protocol import Fleet, a_job, declare, name

DAY = "2013-01-01"


@pytest.fixture
def estate(graph: Graph, side_driver: neo4j.Driver) -> Graph:
    """raw -> clean."""
    declare(
        side_driver,
        graph.settings.database,
        datasets=("raw", "clean"),
        jobs=(a_job("clean", {"raw": "same"}, "clean", retries=3),),
    )
    return graph


@pytest.fixture
def archive(estate: Graph, tmp_path: Path) -> RunArchive:
    return RunArchive(estate, tmp_path, older_than_days=0.0)


def lines(root: Path) -> list[dict[str, object]]:
    return [json.loads(line) for file in sorted((root / FOLDER).iterdir()) for line in file.read_text().splitlines()]


def test_details_go_into_a_file_and_what_read_and_wrote_stays(
    estate: Graph, archive: RunArchive, tmp_path: Path
) -> None:
    fleet = Fleet(estate)
    report_version(estate, Report(name("raw"), DAY))
    fleet.work(most=1)
    (held,) = claim(estate, fleet.worker)
    fail_run(estate, held, Failure("disk full", 7))
    estate.rows("runs.try_now", run=held.id)
    fleet.work()
    before = get_run(estate, held.id)
    estate.rows("runs.swept", attempts=[{"id": held.id, "fence": held.fence}])

    assert archive.advance() == 2, "the run of the job, and the validation"

    after = get_run(estate, held.id)
    assert (after.state, after.started_at, after.inputs, after.outputs) == (
        RunState.SUCCEEDED,
        before.started_at,
        before.inputs,
        before.outputs,
    )
    assert (after.attempts, after.archived) == ((), f"{before.created_at:%Y-%m}.ndjson")
    assert [line["id"] for line in lines(tmp_path)] == [run.id for run in reversed(runs(estate))]
    told = with_details(after, tmp_path)
    assert (told.attempts, told.reason, told.metrics) == (before.attempts, before.reason, before.metrics)
    assert (archive.advance(), RunArchive(estate, tmp_path, older_than_days=0.0).advance()) == (0, 0)
    assert fleet.settle() == ()


def test_what_is_open_or_not_swept_stops_it(estate: Graph, archive: RunArchive) -> None:
    fleet = Fleet(estate)
    report_version(estate, Report(name("raw"), DAY))
    assert archive.advance() == 0, "its validation waits"
    fleet.work(most=1)
    (held,) = claim(estate, fleet.worker)
    assert archive.advance() == 1
    fail_run(estate, held, Failure("disk full", 7, retry=False))

    assert archive.advance() == 0, "its folders are still there"

    estate.rows("runs.swept", attempts=[{"id": held.id, "fence": held.fence}])
    assert archive.advance() == 1


def test_an_overtaken_run_goes_whole_and_its_inputs_can_still_run(
    estate: Graph, archive: RunArchive, tmp_path: Path
) -> None:
    fleet = Fleet(estate)
    for content in ("one.csv", "two.csv"):
        report_version(estate, Report(name("raw"), DAY, location=content, key=content))
        fleet.work(most=1)
    (overtaken,) = (run for run in runs(estate) if run.state == RunState.SUPERSEDED)
    fleet.work()

    assert archive.advance() == 4

    assert overtaken.id not in {run.id for run in runs(estate)}
    assert overtaken.id in {line["id"] for line in lines(tmp_path)}
    assert fleet.settle() == ()


def test_a_crash_between_file_and_graph_writes_the_same_again(
    estate: Graph, archive: RunArchive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fleet = Fleet(estate)
    report_version(estate, Report(name("raw"), DAY))
    fleet.work()

    def crash(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(type(estate), "write", crash)
        with pytest.raises(KeyboardInterrupt):
            archive.advance()
    assert all(run.attempts for run in runs(estate)), "the graph forgets only what is in the file"

    assert archive.advance() == 2
    found = lines(tmp_path)
    assert found[:2] == found[2:]


def test_lineage_by_version_goes_through_archived_runs(estate: Graph, archive: RunArchive) -> None:
    fleet = Fleet(estate)
    report_version(estate, Report(name("raw"), DAY))
    fleet.work()
    (made,) = runs(estate, job=name("clean"))
    before = estate.rows("versions.made_from", ids=list(made.inputs))
    assert [row["version"] for row in before] == list(made.outputs)

    archive.advance()

    assert estate.rows("versions.made_from", ids=list(made.inputs)) == before


def test_younger_runs_stay(estate: Graph, tmp_path: Path) -> None:
    fleet = Fleet(estate)
    report_version(estate, Report(name("raw"), DAY))
    fleet.work()

    assert RunArchive(estate, tmp_path, older_than_days=1.0).advance() == 0
    assert not (tmp_path / FOLDER).exists()
