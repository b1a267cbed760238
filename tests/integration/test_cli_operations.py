"""What people do by the command line, against a real graph: JSON and exit codes."""

from __future__ import annotations

from pathlib import Path

import neo4j
import pytest

from graph_model.runs.repository import runs
from graph_model.settings import GraphSettings
from graph_model.store.graph import Graph
from graph_model.versions.entities import Report
from graph_model.versions.report import report_version
from tests.support.cli import Cli, graph_environment
from tests.support.protocol import Fleet, a_job, declare, name

DAY = "2013-01-01"
WHY = ("--reason", "it looks wrong")


@pytest.fixture
def fleet(graph: Graph, side_driver: neo4j.Driver) -> Fleet:
    """raw (and rates, about which is asked) -> clean -> board; a job and a dataset are called clean."""
    clean = a_job("clean", {"raw": "same", "rates": "same"}, "clean", ask=("rates",), optional=("rates",))
    board = a_job("paint", {"clean": "same"}, "board")
    names = ("raw", "rates", "clean", "board")
    declare(side_driver, graph.settings.database, datasets=names, jobs=(clean, board))
    return Fleet(graph)


@pytest.fixture
def cli(graph_settings: GraphSettings, tmp_path: Path) -> Cli:
    nothing = dict.fromkeys(("HEADWATER_BROKER_URL", "HEADWATER_NAMESPACE"))
    return Cli({**nothing, **graph_environment(graph_settings), "HEADWATER_HOME": str(tmp_path)})


def report(fleet: Fleet, dataset: str, content: str) -> str:
    version = report_version(fleet.graph, Report(name(dataset), DAY, location=content)).version
    fleet.work()
    return version


def test_hold_and_release(fleet: Fleet, cli: Cli) -> None:
    held = cli("hold", f"test/raw@{DAY}", *WHY, "--by", "ops", "--json")
    report(fleet, "raw", "a")

    assert (held.code, held.json["placed"], held.json["hold"]["target"]["kind"]) == (0, True, "dataset")
    assert [each["by"] for each in cli("holds", "--json").json["holds"]] == ["ops"]
    assert "it looks wrong" in cli("holds").out
    ready = cli("ready", "test/clean", "-p", DAY)
    assert "held by ops: it looks wrong" in ready.out
    assert "it was held already" in cli("hold", f"raw@{DAY}", *WHY).err
    released = cli("release", f"raw@{DAY}", "--json")
    assert (released.code, len(released.json["runs"])) == (0, 1)
    again = cli("release", f"raw@{DAY}")
    assert (again.code, "is not held" in again.err) == (2, True)
    assert cli("holds", "--json").json["holds"] == []


def test_where_a_job_and_a_dataset_have_one_name_one_must_be_meant(fleet: Fleet, cli: Cli) -> None:
    said = cli("hold", "clean", *WHY)

    assert (said.code, "add --job or --dataset" in said.err) == (2, True)
    assert cli("hold", "clean", "--job", *WHY, "--json").json["hold"]["target"]["kind"] == "job"
    assert cli("hold", "clean", "--dataset", *WHY, "--json").json["hold"]["target"]["kind"] == "dataset"
    assert cli("hold", "clean", "--dataset", "--job", *WHY).code == 2
    assert cli("hold", "paint", *WHY, "--json").json["hold"]["target"]["kind"] == "job"


def test_what_does_not_exist_cannot_be_held(cli: Cli, fleet: Fleet) -> None:
    for text in ("test/rax", "test/pain"):
        said = cli("hold", text, *WHY)
        assert (said.code, "did you mean" in said.err) == (2, True)
    wrong_day = cli("hold", "test/raw@yesterday", *WHY)
    assert (wrong_day.code, "is not a partition here" in wrong_day.err) == (2, True)


def test_cancel_and_replay(fleet: Fleet, cli: Cli) -> None:
    cli("hold", "clean", "--job", *WHY)
    report(fleet, "raw", "a")
    run = runs(fleet.graph, job=name("clean"))[0].id

    said = cli("cancel", run, *WHY, "--json")

    assert (said.code, said.json["was"]) == (0, "READY")
    assert "nothing changed" in cli("cancel", run, *WHY).err
    cli("release", "clean", "--job")
    made = cli("replay", "clean", "-p", DAY, *WHY, "--json")
    assert (made.code, made.json["run"] != run) == (0, True)
    fleet.work()
    ended = cli("cancel", made.json["run"], *WHY)
    assert (ended.code, "SUCCEEDED" in ended.err) == (2, True)
    not_ready = cli("replay", "clean", "-p", "2013-01-09", *WHY)
    assert (not_ready.code, "waits for test/raw" in not_ready.err) == (2, True)


def test_quarantine_and_what_is_tainted_and_back(fleet: Fleet, cli: Cli) -> None:
    first, version = report(fleet, "raw", "a"), report(fleet, "raw", "b")

    said = cli("quarantine", version, *WHY, "--json")

    assert (said.code, said.json["current"]) == (0, first)
    tainted = cli("tainted", version, "--json").json["tainted"]
    assert [each["dataset"] for each in tainted["versions"]] == ["test/clean", "test/board"]
    assert "test/board" in cli("tainted", version).out
    assert "nothing changed" in cli("quarantine", version, *WHY).err
    refused = cli("revalidate", version, *WHY)
    assert (refused.code, "release it instead" in refused.err) == (2, True)
    assert cli("release-version", version, *WHY, "--json").json["state"] == "PUBLISHED"
    assert cli("release-version", version, *WHY).code == 2


def test_questions_and_answers(fleet: Fleet, cli: Cli) -> None:
    for dataset, content in (("rates", "a"), ("raw", "a"), ("rates", "b")):
        report(fleet, dataset, content)
    (asked,) = cli("questions", "--json").json["questions"]
    assert "test/clean" in cli("questions").out

    said = cli("answer", asked["id"], "rerun", "--json")

    assert (said.code, said.json["question"]["answer"]) == (0, "rerun")
    assert next(run.id for run in fleet.work()) == said.json["run"]
    twice = cli("answer", asked["id"], "ignore")
    assert (twice.code, "closed already: rerun" in twice.err) == (2, True)
    assert cli("answer", asked["id"], "perhaps").code == 2
