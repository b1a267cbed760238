"""`headwater impact check` on real git repositories with the flights of the examples, against a real graph."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from graph_model.settings import GraphSettings
from graph_model.store.graph import Graph
from tests.support.cli import Cli, Said, cli_in
from tests.support.repositories import Repository

FLIGHTS = Path(__file__).parents[2] / "examples" / "flights"
CONTRACT = "contracts/clean_flights.odcs.yaml"
DISTANCE = (
    "      - {name: distance, logicalType: integer, required: true, description: miles, tags: [measure], "
    "logicalTypeOptions: {exclusiveMinimum: 0}}\n"
)
AUDIT = """\
scope: audit
consumers:
  miles: {kind: report, reads: {flights/carrier_daily: [total_distance]}, owner: "@audit"}
"""


@pytest.fixture
def cli(graph_settings: GraphSettings, tmp_path: Path) -> Cli:
    return cli_in(graph_settings, tmp_path)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """The flights on main, and a branch `topic` to work on."""
    made = Repository(tmp_path / "repository")
    made.holds(FLIGHTS, "data")
    made.commits("what is")
    made.branches("topic")
    return made


@pytest.fixture
def flights(graph: Graph, cli: Cli, repository: Repository) -> Repository:
    """The same, applied to the graph."""
    applies(cli, repository.folder / "data" / "estate.yaml")
    return repository


def applies(cli: Cli, file: Path) -> None:
    said = cli("apply", str(file))
    assert said.code == 0, said.err


def check(cli: Cli, repository: Repository, *options: str) -> Said:
    return cli("impact", "check", "--repository", str(repository.folder), "--base", "main", *options)


def checked(cli: Cli, repository: Repository, *options: str) -> dict[str, Any]:
    said = check(cli, repository, "--json", *options)
    assert said.code in (0, 1), said.err
    return said.json["check"]


def verdicts(found: dict[str, Any]) -> dict[str, str]:
    return {one["node"]["name"]: one["verdict"] for one in found["affected"]}


def drops_distance(repository: Repository) -> None:
    repository.edits(f"data/{CONTRACT}", DISTANCE, "")
    repository.edits("data/estate.yaml", "      distance: [raw_flights.distance]\n", "")
    repository.commits("no more distance")


def mends_its_readers(repository: Repository) -> None:
    repository.edits("data/sql/flight_weather.sql", "    flown.distance,\n", "")
    repository.edits(
        "data/sql/carrier_daily.sql",
        "    CAST(sum(dep_delay) AS BIGINT) AS total_dep_delay,\n    CAST(sum(distance) AS BIGINT) AS total_distance\n",
        "    CAST(sum(dep_delay) AS BIGINT) AS total_dep_delay\n",
    )
    for dataset in ("flight_weather", "carrier_daily"):
        file = f"data/contracts/{dataset}.odcs.yaml"
        lines = (repository.folder / file).read_text().splitlines(keepends=True)
        repository.writes(file, "".join(line for line in lines if "distance" not in line))
    repository.commits("nobody reads it any more")


def test_a_column_that_is_read_breaks_its_readers_and_fails_the_check(cli: Cli, flights: Repository) -> None:
    drops_distance(flights)

    found = checked(cli, flights)

    assert check(cli, flights).code == 1
    breaking = {name for name, verdict in verdicts(found).items() if verdict == "BREAKS"}
    assert {"flights/flight_weather", "flights/carrier_daily", "flights/crew_app"} <= breaking
    dropped = next(change for change in found["changes"] if change["change"] == "drop-column")
    assert (dropped["dataset"], dropped["column"]) == ("flights/clean_flights", "distance")
    assert dropped["place"]["file"] == "data/estate.yaml"
    declared = (flights.folder / "data/estate.yaml").read_text().splitlines()[dropped["place"]["line"] - 1]
    assert declared.strip() == "clean_flights:"


def test_readers_that_the_same_change_mends_are_not_broken(cli: Cli, flights: Repository) -> None:
    drops_distance(flights)
    mends_its_readers(flights)

    found = checked(cli, flights)

    assert "BREAKS" not in verdicts(found).values()
    assert check(cli, flights).code == 0


def test_a_reader_of_another_repository_is_only_known_to_the_graph(
    cli: Cli, flights: Repository, tmp_path: Path
) -> None:
    (tmp_path / "audit.yaml").write_text(AUDIT)
    applies(cli, tmp_path / "audit.yaml")
    drops_distance(flights)
    mends_its_readers(flights)

    said = check(cli, flights, "--format", "markdown")

    assert said.code == 1
    assert "consumer <code>audit/miles</code>" in said.out
    assert "@audit" not in said.out
    assert {name for name, verdict in verdicts(checked(cli, flights)).items() if verdict == "BREAKS"} == {"audit/miles"}


def test_a_query_that_changes_is_found_at_its_file(cli: Cli, flights: Repository) -> None:
    flights.edits("data/sql/carrier_daily.sql", "count(*) AS flights", "count(*) + 1 AS flights")
    flights.commits()

    found = checked(cli, flights)

    (change,) = found["changes"]
    assert (change["change"], change["job"]) == ("change-job", "flights/carrier_daily")
    assert change["place"] == {"file": "data/sql/carrier_daily.sql", "line": 1}
    assert verdicts(found)["flights/crew_app"] != "SAFE"


def test_what_is_not_known_fails_only_where_that_is_asked(cli: Cli, flights: Repository) -> None:
    flights.edits(f"data/{CONTRACT}", "name: tailnum, logicalType: string, ", "name: tailnum, logicalType: integer, ")
    flights.commits("a tail number is a number")

    found = checked(cli, flights)

    assert verdicts(found)["flights/notebooks"] == "UNKNOWN"
    codes = [check(cli, flights, "--fail-on", limit).code for limit in ("breaks", "unknown", "risky")]
    assert codes == [1 if "BREAKS" in verdicts(found).values() else 0, 1, 1]


def test_nothing_that_anybody_reads_is_fine(cli: Cli, flights: Repository) -> None:
    flights.edits("data/estate.yaml", "    tier: gold\n    properties:", "    tier: silver\n    properties:")
    flights.commits()

    said = check(cli, flights)

    assert (said.code, said.out) == (0, "")
    assert "Nothing changes that anybody reads" in said.err


def test_the_graph_and_the_work_tree_are_left_as_they_were(cli: Cli, flights: Repository) -> None:
    drops_distance(flights)
    flights.writes("data/estate.yaml", "not saved yet")
    before = flights.git("status", "--porcelain"), flights.git("worktree", "list"), flights.git("stash", "list")

    check(cli, flights)

    assert (
        flights.git("status", "--porcelain"),
        flights.git("worktree", "list"),
        flights.git("stash", "list"),
    ) == before
    assert (flights.folder / "data/estate.yaml").read_text() == "not saved yet"
    flights.git("checkout", "--quiet", "--force", "main")
    assert "nothing changes" in cli("plan", str(flights.folder / "data/estate.yaml")).err


def test_a_mistake_of_the_head_is_a_finding_with_its_line(cli: Cli, flights: Repository) -> None:
    flights.edits("data/estate.yaml", "    inputs: [clean_flights, weather]", "    inputs: [clean_flights, wether]")
    flights.commits()

    found = checked(cli, flights)

    (mistake,) = found["mistakes"]
    text = (flights.folder / "data/estate.yaml").read_text().splitlines()
    assert (mistake["file"], text[mistake["line"] - 1].strip()) == (
        "data/estate.yaml",
        "inputs: [clean_flights, wether]",
    )
    assert "weather" in mistake["hint"]
    assert found["fails"]
    assert not found["is_complete"]
    assert (found["changes"], found["notes"]) == ([], [])


def test_a_mistake_of_the_base_is_said_and_the_graph_is_compared_with(cli: Cli, flights: Repository) -> None:
    flights.git("checkout", "--quiet", "main")
    flights.edits("data/estate.yaml", "    inputs: [clean_flights, weather]", "    inputs: [clean_flights, wether]")
    flights.commits()
    flights.branches("topic")
    flights.edits("data/estate.yaml", "    inputs: [clean_flights, wether]", "    inputs: [clean_flights, weather]")
    drops_distance(flights)

    found = checked(cli, flights)

    assert any("the base has a mistake" in note and "wether" in note for note in found["notes"])
    assert verdicts(found)["flights/carrier_daily"] == "BREAKS"


def test_a_base_that_is_not_there_fails_in_every_format(cli: Cli, repository: Repository, tmp_path: Path) -> None:
    forms = {name: tmp_path / name for name in ("markdown", "json", "junit", "sarif", "annotations")}
    options = [word for name, file in forms.items() for word in ("--format", f"{name}={file}")]

    said = cli("impact", "check", "--repository", str(repository.folder), "--base", "origin/main", *options)

    assert said.code == 2
    assert "the base is missing" in said.err
    for file in forms.values():
        assert "the base is missing" in file.read_text(), file
    assert json.loads(forms["json"].read_text())["check"]["fails"] is True


def test_a_shallow_clone_says_how_to_get_the_base(cli: Cli, repository: Repository, tmp_path: Path) -> None:
    repository.writes("notes", "1")
    repository.commits()
    shallow = repository.clone(tmp_path / "shallow", "--depth", "1", "--branch", "topic")

    said = check(cli, shallow)

    assert said.code == 2
    assert "fetch-depth: 0" in said.err


def test_a_shallow_clone_of_both_tips_does_not_guess_where_they_parted(
    cli: Cli, repository: Repository, tmp_path: Path
) -> None:
    repository.writes("notes", "1")
    repository.commits()
    repository.git("checkout", "--quiet", "main")
    repository.writes("others", "1")
    repository.commits()
    shallow = repository.clone(tmp_path / "shallow", "--depth", "1", "--no-single-branch", "--branch", "topic")
    shallow.git("branch", "main", "origin/main")

    said = check(cli, shallow)

    assert said.code == 2
    assert "does not reach back to where HEAD left main" in said.err


def test_what_the_base_has_got_since_is_not_of_the_heads_doing(cli: Cli, flights: Repository) -> None:
    """Main drops a column that `topic`, which left before, still has."""
    flights.edits("data/estate.yaml", "    tier: gold\n    properties:", "    tier: silver\n    properties:")
    flights.commits()
    flights.branches("main", "main")
    drops_distance(flights)
    flights.git("checkout", "--quiet", "topic")

    since, direct = checked(cli, flights), checked(cli, flights, "--direct")

    assert since["changes"] == []
    assert since["comparison"]["before"]["id"] != since["comparison"]["base"]["id"]
    assert [change["change"] for change in direct["changes"] if change.get("column") == "distance"] == ["add-column"]


def test_a_graph_that_is_not_as_the_base_is_told_and_judged_as_if_it_were(cli: Cli, flights: Repository) -> None:
    flights.edits("data/estate.yaml", "    tier: gold\n    properties:", "    tier: silver\n    properties:")
    applies(cli, flights.folder / "data/estate.yaml")
    flights.git("checkout", "--quiet", "data/estate.yaml")
    drops_distance(flights)

    found = checked(cli, flights)

    assert any("dataset flights/raw_flights" in note for note in found["notes"])
    assert {change["dataset"] for change in found["changes"] if "dataset" in change} == {"flights/clean_flights"}
    assert verdicts(found)["flights/carrier_daily"] == "BREAKS"


def test_a_base_that_was_never_applied_is_judged_as_if_it_were(cli: Cli, graph: Graph, repository: Repository) -> None:
    drops_distance(repository)

    found = checked(cli, repository)

    assert any("never applied" in note for note in found["notes"])
    assert verdicts(found)["flights/carrier_daily"] == "BREAKS"


def test_several_estates_of_one_tree_are_one_set(cli: Cli, flights: Repository) -> None:
    """One new estate reads what another one of the same change declares; a third is the base of neither."""
    flights.git("checkout", "--quiet", "main")
    flights.writes("audit/estate.yaml", AUDIT)
    flights.commits()
    applies(cli, flights.folder / "audit/estate.yaml")
    flights.branches("topic")
    drops_distance(flights)
    mends_its_readers(flights)
    broken = verdicts(checked(cli, flights))
    flights.edits("audit/estate.yaml", "[total_distance]", "[total_dep_delay]")
    flights.commits()

    mended = verdicts(checked(cli, flights))

    assert broken["audit/miles"] == "BREAKS"
    assert mended.get("audit/miles", "SAFE") != "BREAKS"
    only = checked(cli, flights, "--estate", "audit")
    assert only["estates"] == ["audit/estate.yaml"]


def test_an_estate_that_goes_takes_all_it_declares_along(cli: Cli, flights: Repository, tmp_path: Path) -> None:
    (tmp_path / "audit.yaml").write_text(AUDIT)
    applies(cli, tmp_path / "audit.yaml")
    flights.git("rm", "--quiet", "-r", "data")
    flights.writes("other/estate.yaml", "scope: other\n")
    flights.commits()

    found = checked(cli, flights)

    assert verdicts(found)["audit/miles"] == "BREAKS"
    assert any("scope flights is no longer declared" in note for note in found["notes"])


def test_a_check_of_nothing_does_not_pass(cli: Cli, flights: Repository) -> None:
    drops_distance(flights)

    said = check(cli, flights, "--estate", "dat/estate.yaml")

    assert said.code == 2
    assert "did you mean data/estate.yaml?" in said.err


def test_a_graph_that_does_not_answer_is_told_in_the_comment(cli: Cli, repository: Repository, tmp_path: Path) -> None:
    comment = tmp_path / "comment.md"

    said = cli(
        "impact", "check", "--repository", str(repository.folder), "--base", "main", "--format", f"markdown={comment}",
        HEADWATER_GRAPH_URI="bolt://127.0.0.1:1",
    )  # fmt: skip

    assert said.code == 3
    assert "Not checked" in comment.read_text()
