"""What the doctor concludes from what it sees."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.cli.examine_fleet import machines_findings
from app.cli.examine_graph import clock_finding, expected_constraints
from app.cli.examine_machine import disk_finding, examine_storage
from app.cli.examine_telling import telling_finding
from connectors.storage.mark import MARK, mark_of, marked
from graph_model.emitting.repository import Backlog
from tests.support.cli import Cli

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
NOBODY = Backlog(0, None, 0, None, subscribed=False, until=None, trouble=None, dropped=0)


@pytest.mark.parametrize(
    ("theirs", "state"),
    [
        (NOON, "OK"),
        (NOON + timedelta(seconds=1), "OK"),
        (NOON + timedelta(seconds=5), "FAIL"),
        (NOON - timedelta(seconds=5), "FAIL"),
    ],
)
def test_clocks_may_differ_a_little(theirs: datetime, state: str) -> None:
    finding = clock_finding(theirs, NOON, NOON + timedelta(milliseconds=10))

    assert finding.state == state
    assert bool(finding.mend) == (state == "FAIL")


def test_a_slow_answer_is_not_taken_for_a_wrong_clock() -> None:
    finding = clock_finding(NOON + timedelta(seconds=4), NOON, NOON + timedelta(seconds=8))

    assert finding.state == "OK"


def a_worker(storage: str, *, ahead_ms: int = 0) -> dict[str, Any]:
    return {"id": f"w-{storage}", "host": "there", "storage": storage, "ahead_ms": ahead_ms}


@pytest.mark.parametrize(
    ("storages", "mark", "states"),
    [
        (("a", "a"), "a", ["OK"]),
        (("a", "b"), "a", ["FAIL"]),
        (("a",), "b", ["FAIL"]),
        (("a",), "", ["OK"]),
        (("",), "", []),
    ],
)
def test_whether_all_see_one_storage_root_is_found(storages: tuple[str, ...], mark: str, states: list[str]) -> None:
    findings = list(machines_findings([a_worker(storage) for storage in storages], mark=mark))

    assert [finding.state for finding in findings] == states


def test_a_worker_whose_clock_is_wrong_is_named() -> None:
    *_, finding = machines_findings([a_worker("a"), a_worker("b", ahead_ms=-60_000)], mark="")

    assert (finding.state, finding.subject) == ("FAIL", "clocks of workers")
    assert "w-b on there by -60.0 s" in finding.found


def test_of_many_who_mark_a_root_all_see_one_mark(tmp_path: Path) -> None:
    assert mark_of(tmp_path) == ""

    with ThreadPoolExecutor(8) as threads:
        marks = set(threads.map(lambda _: marked(tmp_path), range(16)))

    assert marks == {mark_of(tmp_path)} != {""}
    assert [path.name for path in tmp_path.iterdir()] == [MARK]
    assert marked(tmp_path / "nowhere") == ""


def test_a_full_disk_is_found(tmp_path: Path) -> None:
    assert disk_finding(tmp_path, free=1 << 20).state == "FAIL"
    assert disk_finding(tmp_path, free=1 << 40).state == "OK"


def test_a_storage_root_that_is_missing_is_found_with_its_mend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADWATER_STORAGE_ROOT", str(tmp_path / "nowhere"))

    (finding,) = examine_storage()

    assert finding.state == "FAIL"
    assert finding.mend.startswith(f"mkdir -p {tmp_path / 'nowhere'}")


def test_a_good_storage_root_is_left_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADWATER_STORAGE_ROOT", str(tmp_path))

    findings = list(examine_storage())

    assert [finding.subject for finding in findings] == ["storage", "disk", "data roots", "databases"]
    assert list(tmp_path.iterdir()) == []


def test_the_doctor_shows_the_roots_and_misses_a_folder_that_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEADWATER_STORAGE_ROOT", str(tmp_path))
    monkeypatch.setenv("HEADWATER_DATA_ROOTS", f"{tmp_path},s3://lake/raw")
    monkeypatch.setenv("HEADWATER_DATA_DATABASES", "env:WAREHOUSE")
    roots, databases = list(examine_storage())[-2:]

    assert (roots.state, roots.found) == ("OK", f"{tmp_path}, {tmp_path}, s3://lake/raw")
    assert databases.found == "may be opened: env:WAREHOUSE"

    monkeypatch.setenv("HEADWATER_DATA_ROOTS", f"{tmp_path}/nowhere")
    missing = list(examine_storage())[-2]

    assert (missing.state, missing.found) == ("FAIL", f"no folder here: {tmp_path}/nowhere")


def test_every_node_that_the_migrations_constrain_is_expected() -> None:
    assert ("Run", "id") in expected_constraints()
    assert ("DatasetVersion", "id") in expected_constraints()


def test_without_a_graph_the_doctor_still_tells_everything_else(tmp_path: Path) -> None:
    cli = Cli({"HEADWATER_GRAPH_URI": "bolt://127.0.0.1:1", "HEADWATER_STORAGE_ROOT": str(tmp_path)})

    said = cli("doctor", "--json")

    states = {finding["subject"]: finding["state"] for finding in said.json["findings"]}
    assert said.code == 1
    assert not said.json["ok"]
    assert states["graph"] == "FAIL"
    assert states["migrations"] == states["workers"] == "SKIP"
    assert states["storage"] == "OK"
    assert all(finding["mend"] for finding in said.json["findings"] if finding["state"] == "FAIL")


def test_a_broker_that_is_down_is_found_without_its_password() -> None:
    cli = Cli({"HEADWATER_GRAPH_URI": "bolt://127.0.0.1:1", "HEADWATER_BROKER_URL": "redis://:hunter2@127.0.0.1:1/0"})

    said = cli("doctor", "--json")

    broker = next(finding for finding in said.json["findings"] if finding["subject"] == "broker")
    assert broker["state"] == "FAIL"
    assert "127.0.0.1:1" in broker["found"]
    assert "hunter2" not in said.out + said.err


@pytest.mark.parametrize(
    ("found", "state", "words"),
    [
        (NOBODY, "OK", "nobody is told of runs"),
        (replace(NOBODY, subscribed=True), "OK", "runs are told; 0 events wait"),
        (replace(NOBODY, subscribed=True, waiting=3, oldest=NOON - timedelta(seconds=5)), "OK", "3 events wait"),
        (replace(NOBODY, waiting=3, oldest=NOON - timedelta(minutes=5)), "FAIL", "no worker that knows an address"),
        (
            replace(NOBODY, subscribed=True, waiting=3, oldest=NOON, trouble="the receiver answered 503"),
            "FAIL",
            "3 events of runs wait since 2026-01-01 12:00:00: the receiver answered 503",
        ),
        (replace(NOBODY, refused=2, reason="422"), "FAIL", "2 events were refused, such as: 422"),
        (replace(NOBODY, subscribed=True, dropped=9), "OK", "9 were let go, because too many waited"),
    ],
)
def test_a_backlog_of_events_is_said(found: Backlog, state: str, words: str) -> None:
    finding = telling_finding(found, NOON)

    assert (finding.state, finding.subject) == (state, "openlineage")
    assert words in finding.found
    assert bool(finding.mend) == (state == "FAIL")
