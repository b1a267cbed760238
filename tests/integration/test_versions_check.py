"""Contents that changed behind our back: found, taken from their readers, told; on both engines."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import neo4j
import pytest

from app.main import create_app
from connectors.checks import validate
from connectors.checks.reread import Found, reread
from graph_model.datasets.repository import dataset
from graph_model.errors import CannotCheckVersion, VersionNotFound
from graph_model.names import owner_id
from graph_model.settings import GraphSettings
from graph_model.store.graph import Graph
from graph_model.versions.altered import kept_version, kept_versions
from graph_model.versions.entities import Content, Report, VersionState
from graph_model.versions.quarantine import quarantine
from graph_model.versions.report import report_version
from graph_model.versions.repository import version as get_version
from graph_model.versions.resolve import resolve
from graph_model.versions.roots import Roots
from tests.integration.api import data
from tests.support.cli import Cli, graph_environment
from tests.support.protocol import Fleet, a_job, audited, declare, name

DAY = "2013-01-01"
_CONSUMER = """
MATCH (d:Dataset {name: 'raw'})
CREATE (c:Consumer {id: 'cn_board', namespace: 'test', name: 'board', kind: 'dashboard'}),
  (o:Owner {id: $owner, name: 'board@example.org'}), (c)-[:OWNED_BY]->(o)
CREATE (d)-[:CONSUMED_BY {id: 'raw>board', valid_from: datetime('2000-01-01T00:00:00Z'), source: 'estate:test',
  valid_to: datetime('9999-12-31T00:00:00Z'), recorded_at: datetime('2000-01-01T00:00:00Z'),
  retracted_at: datetime('9999-12-31T00:00:00Z'), provenance: 'declared', stale: false}]->(c)
"""


@dataclass(frozen=True, slots=True)
class Place:
    """Files that are reported, and what a validation really finds in them."""

    fleet: Fleet
    root: Path

    def report(self, file: str, text: str, dataset: str = "raw") -> str:
        path = self.root / file
        path.write_text(text)
        self.fleet.contents[file] = validate(Content("csv", str(path)), ())
        version = report_version(self.fleet.graph, Report(name(dataset), DAY, location=file)).version
        self.fleet.work()
        return version

    def check(self, version: str) -> Found:
        graph = self.fleet.graph
        return reread(graph, kept_version(graph, version), self.root, by="night watch").state


@pytest.fixture
def place(graph: Graph, side_driver: neo4j.Driver, tmp_path: Path) -> Place:
    """raw -> clean, and a consumer that reads raw."""
    declare(
        side_driver,
        graph.settings.database,
        datasets=("raw", "clean"),
        jobs=(a_job("clean", {"raw": "same"}, "clean"),),
    )
    side_driver.execute_query(_CONSUMER, owner=owner_id("board@example.org"), database_=graph.settings.database)
    return Place(Fleet(graph), tmp_path)


@pytest.fixture
def cli(graph_settings: GraphSettings, place: Place) -> Cli:
    nothing = dict.fromkeys(("HEADWATER_BROKER_URL", "HEADWATER_NAMESPACE"))
    root = {"HEADWATER_STORAGE_ROOT": str(place.root), "HEADWATER_HOME": str(place.root)}
    return Cli({**nothing, **graph_environment(graph_settings), **root})


def told(driver: neo4j.Driver, graph: Graph) -> set[tuple[str, tuple[str, ...]]]:
    found = driver.execute_query(
        "MATCH (n:Outbox) RETURN n.kind AS kind, n.recipients AS recipients", database_=graph.settings.database
    ).records
    return {(row["kind"], tuple(row["recipients"])) for row in found}


def test_what_is_unchanged_stays_and_is_asked_last_the_next_time(place: Place, graph: Graph) -> None:
    first, second = place.report("a.csv", "id\n1\n"), place.report("b.csv", "id\n2\n")

    assert place.check(first) is Found.UNCHANGED

    kept = kept_versions(graph, dataset(graph, name("raw")).id, limit=10)
    assert [each.id for each in kept] == [second, first]
    assert [each.id for each in kept_versions(graph, dataset(graph, name("raw")).id, limit=1)] == [second]
    assert get_version(graph, second).state == VersionState.PUBLISHED


def test_an_altered_version_is_taken_from_its_readers_and_they_are_told(
    place: Place, graph: Graph, side_driver: neo4j.Driver
) -> None:
    first, second = place.report("a.csv", "id\n1\n"), place.report("b.csv", "id\n2\n")
    (place.root / "b.csv").write_text("id\n3\n")

    assert place.check(second) is Found.ALTERED

    found = get_version(graph, second)
    assert (found.state, found.current) == (VersionState.QUARANTINED, False)
    assert found.reason.startswith("quarantined by night watch: altered: its content is sha256:")
    assert resolve(graph, name("raw"), DAY).id == first
    assert ("QUARANTINED", "night watch") in audited(side_driver, graph, second)
    assert ("altered", ("board@example.org",)) in told(side_driver, graph)
    assert {kind for kind, _ in told(side_driver, graph)} == {"altered", "quarantined", "tainted"}
    assert place.fleet.settle() == ()


def test_only_the_altered_place_is_bad_the_same_content_elsewhere_stays_good(place: Place, graph: Graph) -> None:
    first, copy = place.report("a.csv", "id\n1\n"), place.report("copy.csv", "id\n1\n")
    (place.root / "a.csv").unlink()

    assert place.check(first) is Found.ALTERED

    assert get_version(graph, first).state == VersionState.QUARANTINED
    assert resolve(graph, name("raw"), DAY).id == copy
    assert place.check(copy) is Found.UNCHANGED


def test_a_version_that_a_later_one_overwrote_is_no_alteration(place: Place, graph: Graph) -> None:
    first, second = place.report("a.csv", "id\n1\n"), place.report("a.csv", "id\n2\n")

    assert (place.check(first), place.check(second)) == (Found.OVERWRITTEN, Found.UNCHANGED)

    assert get_version(graph, first).state == VersionState.SUPERSEDED


def test_when_the_one_place_is_altered_nobody_is_sent_there_any_more(place: Place, graph: Graph) -> None:
    """The version before it lay at the same place: it must not become current again, its content is gone too."""
    first, second = place.report("a.csv", "id\n1\n"), place.report("a.csv", "id\n2\n")
    (place.root / "a.csv").write_text("id\n3\n")

    assert place.check(second) is Found.ALTERED

    assert {get_version(graph, each).state for each in (first, second)} == {VersionState.QUARANTINED}
    with pytest.raises(VersionNotFound):
        resolve(graph, name("raw"), DAY)
    assert place.fleet.settle() == ()


def test_a_place_that_is_being_replaced_waits_for_the_verdict(place: Place, graph: Graph) -> None:
    first = place.report("a.csv", "id\n1\n")
    (place.root / "a.csv").write_text("id\n2\n")
    kept = kept_version(graph, first)
    report_version(graph, Report(name("raw"), DAY, location="a.csv"))

    assert place.check(first) is Found.BEING_REPLACED
    late = reread(graph, kept, place.root, by="night watch")  # the report came between the look and the lock

    assert (late.state, late.done and late.done.versions) == (Found.ALTERED, ())
    assert get_version(graph, first).state == VersionState.PUBLISHED


def test_a_root_that_is_not_mounted_is_no_alteration(place: Place, graph: Graph) -> None:
    first = place.report("a.csv", "id\n1\n")

    found = reread(graph, kept_version(graph, first), place.root / "not-mounted", by="night watch")

    assert (found.state, "is not there" in found.reason) == (Found.UNAVAILABLE, True)
    assert get_version(graph, first).state == VersionState.PUBLISHED


def test_only_good_versions_are_checked(place: Place, graph: Graph) -> None:
    first = place.report("a.csv", "id\n1\n")
    quarantine(graph, first, by="ops", reason="wrong")

    with pytest.raises(CannotCheckVersion, match="is QUARANTINED"):
        place.check(first)
    with pytest.raises(VersionNotFound):
        place.check("v_none")


def test_the_command_finds_marks_and_says_so(place: Place, graph: Graph, cli: Cli) -> None:
    first, second = place.report("a.csv", "id\n1\n"), place.report("b.csv", "id\n2\n")
    assert cli("versions", "check", f"test/raw@{DAY}").code == 0
    (place.root / "b.csv").write_text("id\nnot what it was\n")

    looked = cli("versions", "check", "test/raw", "--dry-run", "--json")
    assert (looked.code, get_version(graph, second).state) == (1, VersionState.PUBLISHED)
    done = cli("versions", "check", "test/raw", "--json", "--by", "ops")

    states = {each["version"]: (each["state"], each["set_aside"]) for each in done.json["versions"]}
    assert (done.code, states) == (1, {first: ("UNCHANGED", []), second: ("ALTERED", [second])})
    assert get_version(graph, second).state == VersionState.QUARANTINED
    assert (cli("versions", "check", "test/raw").code, cli("versions", "check", "test/rax").code) == (0, 2)
    assert cli("versions", "check", "test/raw", "--sample", "1", "--json").json["versions"][0]["version"] == first
    assert cli("versions", "check", "test/raw", "--since", "2099-01-01", "--json").json["versions"] == []
    assert cli("versions", "test/raw", "--json").out == cli("versions", "list", "test/raw", "--json").out


def test_graphql_checks_one_version(place: Place, graph: Graph) -> None:
    version = place.report("a.csv", "id\n1\n")
    path = place.root / "b.csv"
    place.fleet.contents[str(path)] = place.fleet.contents["a.csv"]
    path.write_text("id\n7\n")
    other = report_version(graph, Report(name("clean"), DAY, location=str(path))).version
    place.fleet.work()
    app = create_app(graph=graph, broker_url=None, storage_root=Roots(Path("/not/mounted"), (place.root,)))
    asked = """mutation($v: ID!) { checkVersion(input: {version: $v, by: "ops"}) {
      __typename ... on CheckVersionPayload { found quarantined version { state } } ... on Error { code } } }"""

    altered = data(app, asked, v=other)["checkVersion"]

    assert (altered["found"], altered["quarantined"]) == ("ALTERED", [other])
    assert altered["version"] == {"state": "QUARANTINED"}
    assert data(app, asked, v=version)["checkVersion"]["found"] == "UNAVAILABLE"  # the root of this API is not there
    assert data(app, asked, v=other)["checkVersion"]["code"] == "CANNOT_CHECK_VERSION"
