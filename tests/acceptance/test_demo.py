"""`headwater demo` as a person runs it: real processes, real data, and nothing left behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

pytestmark = pytest.mark.xdist_group("demo")

HEADWATER = (sys.executable, "-m", "app.cli.main")
GIVEN_UP_AFTER = 400


@dataclass(frozen=True, slots=True)
class Played:
    """One demo that has ended, and the folder that it had for its temporary files."""

    exit_code: int
    document: dict[str, Any]
    progress: str
    folder: Path


def played(folder: Path, *flags: str) -> Played:
    """The demo on an embedded graph of its own, whatever graph this shell is set to."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HEADWATER_")}
    environment["TMPDIR"] = str(folder)
    command = [*HEADWATER, "demo", "--json", *flags]
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=GIVEN_UP_AFTER,
        check=False,
    )
    assert done.stdout, done.stderr
    return Played(done.returncode, json.loads(done.stdout), done.stderr, folder)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Played:
    return played(tmp_path_factory.mktemp("plain"))


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Played:
    return played(tmp_path_factory.mktemp("killed"), "--kill-worker")


def differing(demo: Played) -> list[dict[str, Any]]:
    return [each for each in demo.document["comparisons"] if not each["same"]]


def test_the_demo_agrees_with_its_input_and_ends_well(plain: Played) -> None:
    assert differing(plain) == []
    assert plain.document["violations"] == []
    assert len(plain.document["comparisons"]) > 50
    assert plain.exit_code == 0, plain.progress


def test_the_demo_counts_the_flights_of_each_good_day(plain: Played) -> None:
    rows = {
        version["partition"]: version["row_count"]
        for version in plain.document["versions"]
        if version["dataset"] == "flights/raw_flights" and version["current"]
    }

    # The numbers of the published data set, counted by hand once.
    assert rows == {
        "2013-01-01": 842,
        "2013-01-02": 943,
        "2013-01-03": 914,
        "2013-01-04": 915,
        "2013-01-06": 832,
        "2013-01-07": 933,
    }


def test_the_demo_says_why_the_bad_day_waits(plain: Played) -> None:
    (raw,) = [found for found in plain.document["why"]["inputs"] if found["dataset"] == "flights/raw_flights"]

    assert raw["state"] == "QUARANTINED"
    assert [result["kind"] for result in raw["results"]] == ["unique"]
    assert {row["carrier"] for row in raw["results"][0]["sample"]}


def test_only_what_needs_the_bad_day_waits(plain: Played) -> None:
    waiting = {(each["job"].removeprefix("flights/"), each["partition"]) for each in plain.document["waiting"]}

    bad_day = {
        (job, "2013-01-05")
        for job in ("clean", "flight_weather", "carrier_daily", "rolling_delays", "feed", "late_departures")
    }
    after = {(job, day) for job in ("rolling_delays", "feed") for day in ("2013-01-06", "2013-01-07")}
    assert waiting == bad_day | after


def test_the_demo_gives_each_consumer_its_verdict(plain: Played) -> None:
    verdicts = {
        each["node"]["name"].removeprefix("flights/"): each["verdict"]
        for each in plain.document["impact"]["affected"]
        if each["node"]["kind"] == "CONSUMER"
    }

    assert verdicts == {
        "morning_board": "BREAKS",
        "crew_app": "BREAKS",
        "partner_feed": "BREAKS",
        "storm_model": "SAFE",
        "notebooks": "UNKNOWN",
    }


def test_the_demo_judges_three_changes_of_different_kinds(plain: Played) -> None:
    impacts = plain.document["impacts"]
    verdicts = [
        {each["node"]["name"].removeprefix("flights/"): each["verdict"] for each in impact["affected"]}
        for impact in impacts
    ]

    assert [impact["changes"][0]["change"] for impact in impacts] == ["drop-column", "retype-column", "add-column"]
    assert impacts[0] == plain.document["impact"]
    assert [found["storm_model"] for found in verdicts] == ["SAFE", "BREAKS", "SAFE"]
    assert [found["notebooks"] for found in verdicts] == ["UNKNOWN", "UNKNOWN", "UNKNOWN"]
    assert "BREAKS" not in verdicts[2].values()


def test_the_demo_follows_a_column_to_its_readers(plain: Played) -> None:
    names = {
        node["name"].removeprefix("flights/")
        for node in plain.document["lineage"]["nodes"]
        if node["kind"] == "CONSUMER"
    }

    assert names == {"morning_board", "crew_app", "partner_feed", "notebooks"}


def canonical(demo: Played) -> dict[str, Any]:
    """Everything of a result that must not depend on who did it, when, or in how many attempts."""
    versions = demo.document["versions"]
    runs = demo.document["runs"]
    return {
        "versions": sorted(
            [
                each["dataset"],
                each["partition"],
                each["state"],
                each["current"],
                each["row_count"],
                each["content_hash"],
            ]
            for each in versions
        ),
        "runs": sorted([each["kind"], each["subject"], each["partition"], each["state"]] for each in runs),
        "waiting": demo.document["waiting"],
        "comparisons": demo.document["comparisons"],
    }


def test_a_worker_killed_in_the_middle_changes_nothing_in_the_result(plain: Played, killed: Played) -> None:
    assert killed.document["killed"] is not None
    assert any(len(run["attempts"]) > 1 for run in killed.document["runs"])
    assert canonical(killed) == canonical(plain)
    assert killed.document["violations"] == []
    assert killed.exit_code == 0, killed.progress


def processes_of(folder: Path) -> Iterator[psutil.Process]:
    """Processes that were told of `folder`, by argument or environment."""
    for process in psutil.process_iter():
        try:
            told = [*process.cmdline(), *process.environ().values()]
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
        if any(str(folder) in text for text in told):
            yield process


@pytest.mark.parametrize("name", ["plain", "killed"])
def test_the_demo_leaves_nothing_behind(name: str, request: pytest.FixtureRequest) -> None:
    demo: Played = request.getfixturevalue(name)

    assert list(demo.folder.iterdir()) == []
    assert list(processes_of(demo.folder)) == []
