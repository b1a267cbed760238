"""`headwater backup`, `restore` and `audit` against a real graph, and the trail over GraphQL."""

from __future__ import annotations

from pathlib import Path

import neo4j
import pytest

from graph_model.audit.seal import seal_audit
from graph_model.store.graph import Graph
from tests.conftest import wipe
from tests.integration.api import app_on, data
from tests.support.backups import declare_line, report
from tests.support.cli import Cli, graph_environment

TRAIL = """query ($subject: ID!, $first: Int!, $after: String) {
  auditTrail(subject: $subject, first: $first, after: $after) {
  edges { node { transition actor place detail subject } } pageInfo { hasNextPage endCursor } } }"""


@pytest.fixture
def cli(graph: Graph, tmp_path: Path) -> Cli:
    return Cli({**graph_environment(graph.settings), "HEADWATER_HOME": str(tmp_path / "home")})


@pytest.fixture
def reported(graph: Graph, side_driver: neo4j.Driver) -> str:
    """The id of a version that was reported; its record is sealed."""
    declare_line(side_driver, graph.settings.database)
    version = report(graph, 1, "day-1").version
    assert seal_audit(graph, grace_ms=0) == 2
    return version


def test_a_graph_is_backed_up_and_restored(
    cli: Cli, graph: Graph, side_driver: neo4j.Driver, reported: str, tmp_path: Path
) -> None:
    file = str(tmp_path / "graph.backup")

    taken = cli("backup", file, "--json")
    again = cli("backup", file)
    full = cli("restore", file)
    wipe(side_driver, graph.settings.database)
    restored = cli("restore", file, "--json")

    assert (taken.code, restored.code) == (0, 0), (taken.err, restored.err)
    assert restored.json["restored"]["content_hash"] == taken.json["backup"]["content_hash"]
    assert taken.json["backup"]["pause_seconds"] > 0
    assert (again.code, "--force" in again.err) == (2, True)
    assert (full.code, "not empty" in full.err) == (2, True)
    assert cli("versions", "test/raw", "--json").json["versions"][0]["id"] == reported


def test_a_damaged_file_is_refused_with_its_line(cli: Cli, tmp_path: Path, reported: str) -> None:
    file = tmp_path / "graph.backup"
    assert cli("backup", str(file)).code == 0
    file.write_bytes(file.read_bytes().replace(b"test", b"tset", 1))

    said = cli("restore", str(file))

    assert said.code == 2
    assert "its checksum does not fit" in said.err


def test_a_chain_that_holds_is_said_to_hold(cli: Cli, graph: Graph, reported: str) -> None:
    report(graph, 2, "day-2")

    said, as_json = cli("audit", "verify"), cli("audit", "verify", "--json")

    assert (said.code, "the chain holds" in said.err) == (0, True)
    assert as_json.json["ok"] is True
    assert (as_json.json["report"]["sealed"], as_json.json["report"]["unsealed"]) == (2, 2)


def test_a_broken_chain_is_a_finding_that_names_the_record(
    cli: Cli, graph: Graph, side_driver: neo4j.Driver, reported: str
) -> None:
    statement = "MATCH (a:AuditRecord {seq: 2}) SET a.actor = 'somebody else' RETURN a.id AS id"
    altered = side_driver.execute_query(statement, database_=graph.settings.database).records[0]["id"]

    said, as_json = cli("audit", "verify"), cli("audit", "verify", "--json")

    assert said.code == 1
    assert f"record 2 ({altered}) was altered" in said.err
    assert as_json.json["report"]["broken"]["record"] == altered
    assert cli("verify").code == 1


def test_the_trail_of_a_version_is_shown(cli: Cli, reported: str) -> None:
    said, as_json = cli("audit", "show", reported), cli("audit", "show", reported, "--json")

    assert (said.code, "REPORTED" in said.out) == (0, True)
    assert [(each["transition"], each["actor"]) for each in as_json.json["records"]] == [("REPORTED", "test")]
    assert cli("audit", "show", "nobody").code == 0


def test_the_trail_is_paged_over_graphql(graph: Graph, reported: str) -> None:
    app = app_on(graph)
    graph.write(lambda tx: tx.rows("audit.record", records=[_record(reported, n) for n in range(3)]))

    first = data(app, TRAIL, subject=reported, first=2)["auditTrail"]
    rest = data(app, TRAIL, subject=reported, first=9, after=first["pageInfo"]["endCursor"])["auditTrail"]

    nodes = [edge["node"] for edge in (*first["edges"], *rest["edges"])]
    assert (first["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (True, False)
    assert nodes[0]["transition"] == "REPORTED"
    assert nodes[0]["place"] in {"1", "2", 1, 2}
    assert sorted(node["transition"] for node in nodes[1:]) == ["T0", "T1", "T2"]
    assert [node["place"] for node in nodes[1:]] == [None, None, None]


def _record(subject: str, number: int) -> dict[str, str]:
    return {"id": f"r{number}", "subject": subject, "transition": f"T{number}", "actor": "me", "detail": "{}"}
