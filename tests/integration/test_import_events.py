"""Events from files: recorded as if their clients sent them, wrong lines named, nothing lost and nothing done twice."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import neo4j
import pytest

from app.cli import import_events
from graph_model.errors import GraphUnavailable
from graph_model.observed import record
from graph_model.observed.record import record_observations
from graph_model.settings import GraphSettings
from graph_model.store.graph import Graph
from tests.conftest import wipe
from tests.integration.observing import observations, state_of
from tests.support.cli import Cli, graph_environment
from tests.support.events import two_runs

LINES = [json.dumps(event) for event in two_runs()]


@pytest.fixture
def cli(graph: Graph, graph_settings: GraphSettings, tmp_path: Path) -> Cli:
    return Cli({**graph_environment(graph_settings), "HEADWATER_HOME": str(tmp_path)})


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "events.ndjson"
    file.write_text("\n".join(LINES))
    return file


def test_a_file_says_what_its_events_say(cli: Cli, graph: Graph, side_driver: neo4j.Driver, file: Path) -> None:
    record_observations(graph, observations(two_runs()))
    expected = state_of(side_driver)
    wipe(side_driver, graph.settings.database)
    packed = file.with_suffix(".gz")
    packed.write_bytes(gzip.compress(file.read_bytes()))

    done = cli("import", "openlineage", str(packed))

    assert done.code == 0, done.err
    assert done.out.startswith("events recorded: 8; wrong lines: 0; ")
    assert state_of(side_driver) == expected
    assert cli("import", "openlineage", str(file)).code == 0
    assert state_of(side_driver) == expected


def test_wrong_lines_are_named_and_the_others_recorded(cli: Cli, side_driver: neo4j.Driver, file: Path) -> None:
    wrong = json.dumps({**two_runs()[0], "eventTime": "never"})
    file.write_text("\n".join([LINES[0], "", wrong, "{", LINES[1]]))

    done = cli("import", "openlineage", str(file), "--json")

    assert done.code == 1
    assert (done.json["recorded"], done.json["wrong"]) == (2, 2)
    assert [(one["line"], one["pointer"]) for one in done.json["wrong_lines"]] == [(3, "/eventTime"), (4, "")]
    assert f"{file}:3: /eventTime: " in done.err
    events = side_driver.execute_query("MATCH (e:LineageEvent) RETURN count(e) AS n").records[0]["n"]
    assert events == 2


def test_what_stands_before_the_damage_is_recorded(cli: Cli, side_driver: neo4j.Driver, file: Path) -> None:
    lines = [json.dumps({**two_runs()[0], "eventTime": f"2013-01-05T01:00:{n:02}Z"}) for n in range(60)]
    file.write_bytes(gzip.compress("\n".join(lines).encode(), compresslevel=0)[:9000])

    done = cli("import", "openlineage", str(file))

    assert (done.code, "is damaged after line" in done.err) == (2, True)
    events = side_driver.execute_query("MATCH (e:LineageEvent) RETURN count(e) AS n").records[0]["n"]
    assert 0 < events < 60


def test_an_outage_says_where_to_go_on(cli: Cli, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_events, "AT_ONCE", 3)
    whole = record.record_observations
    calls: list[int] = []

    def fails_later(graph: Graph, found: list[object]) -> None:
        calls.append(len(found))
        if len(calls) == 2:
            raise GraphUnavailable("it went away")
        whole(graph, found)  # type: ignore[arg-type]

    monkeypatch.setattr(record, "record_observations", fails_later)
    done = cli("import", "openlineage", str(file))
    assert (done.code, "go on with --from-line 4" in done.err) == (3, True), done.err

    again = cli("import", "openlineage", str(file), "--from-line", "4", "--json")
    assert (again.code, again.json["recorded"]) == (0, 5)
