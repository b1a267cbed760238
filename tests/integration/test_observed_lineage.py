"""What runs of others read and wrote, by version: exactly where they say so, and unknown where they do not."""

from __future__ import annotations

from typing import Any

from graph_model.lineage.ask import lineage
from graph_model.lineage.entities import Lineage
from graph_model.names import Name, job_id, observed_run_id
from graph_model.observed.trust import Trust
from graph_model.store.graph import Graph
from graph_model.versions.quarantine import quarantine
from tests.integration.trusted import FIFTH, RAW, SIXTH, OwnContents, complete, current, declare, raw, tell
from tests.support.events import dataset, facet, run_event


def reading(*days: str) -> dict[str, Any]:
    partitions = [{"dimensions": {"dt": day}} for day in days]
    subset = {"subset": facet(inputCondition={"type": "partition", "partitions": partitions})}
    return {**dataset("raw", namespace="shop"), "inputFacets": subset if days else {}}


def export(at: str, *days: str, run: str = "export", **more: Any) -> list[dict[str, Any]]:
    """A run of another job that reads raw from `at` on, for a minute."""
    return [
        run_event("START", f"{at}:00", run=run, job="export"),
        run_event("COMPLETE", f"{at}:59", run=run, job="export", inputs=[reading(*days)], **more),
    ]


def ran(answer: Lineage) -> list[tuple[str, str]]:
    """The edges, with the jobs of the runs."""
    names = {node.id: node.name.name if node.kind == "RUN" else node.id for node in answer.nodes}
    return sorted((names[edge.source], names[edge.target]) for edge in answer.edges)


def test_a_run_leads_from_what_was_current_when_it_began_to_what_it_wrote(graph: Graph) -> None:
    declare(graph)
    fleet = OwnContents(graph)
    tell(graph, complete("01:00:00", FIFTH, run="first"))
    fleet.work()
    first = current(graph)[FIFTH]
    tell(graph, *export("02:00", FIFTH))
    tell(graph, complete("03:00:00", FIFTH, run="second"))
    fleet.work()
    tell(graph, *export("04:00", FIFTH, run="later"))
    second = current(graph)[FIFTH]

    up = lineage(graph, first, level="VERSION", direction="UP")
    assert (ran(up), up.is_complete) == ([("nightly.orders", first)], True)
    down = {version: lineage(graph, version, level="VERSION", direction="DOWN") for version in (first, second)}
    assert {version: sum(source == version for source, _ in ran(answer)) for version, answer in down.items()} == {
        first: 2,  # the export, and our own job that was started by it
        second: 2,
    }
    runs = {node.id for node in down[first].nodes if node.kind == "RUN"}
    assert runs.isdisjoint(node.id for node in down[second].nodes if node.kind == "RUN")


def test_the_run_is_found_from_its_own_output(graph: Graph) -> None:
    """raw is copied into raw of the next day by somebody else."""
    declare(graph)
    fleet = OwnContents(graph)
    tell(graph, complete("01:00:00", FIFTH, run="first"))
    tell(graph, *export("02:00", FIFTH, outputs=[raw(SIXTH)]))
    fleet.work()
    found = current(graph)

    up = lineage(graph, found[SIXTH], level="VERSION", direction="UP")

    assert ran(up) == sorted([(found[FIFTH], "export"), ("nightly.orders", found[FIFTH]), ("export", found[SIXTH])])
    assert up.is_complete
    runs = lineage(graph, RAW, partition=SIXTH, level="RUN", direction="UP")
    assert [node.name.name for node in runs.nodes if node.kind == "RUN"] == ["export", "nightly.orders"]
    run = next(node for node in runs.nodes if node.name.name == "export")
    assert run.state == "COMPLETE"
    assert (found[FIFTH], "export") in ran(lineage(graph, run.id, level="VERSION", direction="UP"))


def test_a_run_that_does_not_say_what_it_read_is_said_to_be_unknown(graph: Graph) -> None:
    declare(graph)
    fleet = OwnContents(graph)
    tell(graph, complete("01:00:00", FIFTH, run="first"))
    tell(graph, *export("02:00", outputs=[raw(SIXTH)]))
    fleet.work()
    found = current(graph)

    up = lineage(graph, found[SIXTH], level="VERSION", direction="UP")

    assert ran(up) == [("export", found[SIXTH])]
    assert up.incomplete_reasons == ("UNRESOLVED_READS",)
    assert lineage(graph, found[SIXTH], level="VERSION", direction="DOWN").is_complete


def test_who_read_a_version_that_turned_out_bad_is_still_known(graph: Graph) -> None:
    declare(graph, trust=Trust(("subset",)))
    fleet = OwnContents(graph)
    tell(graph, complete("01:00:00", FIFTH, run="first"))
    fleet.work()
    bad = current(graph)[FIFTH]
    quarantine(graph, bad, by="tester", reason="half of it is missing")

    tell(graph, *export("02:00", FIFTH))

    readers = {node.name.name for node in lineage(graph, bad, level="VERSION").nodes if node.kind == "RUN"}
    assert readers == {"export", "tidy"}


def test_the_order_in_which_runs_are_told_of_does_not_matter(graph: Graph) -> None:
    declare(graph)
    fleet = OwnContents(graph)
    tell(graph, *reversed(export("02:00", FIFTH)))
    tell(graph, complete("03:00:00", FIFTH, run="second"))
    tell(graph, complete("01:00:00", FIFTH, run="first"))
    fleet.work()

    (second,) = current(graph).values()
    answers = lineage(graph, second, level="VERSION", direction="DOWN")
    assert "export" not in {node.name.name for node in answers.nodes}
    run = observed_run_id(job_id(Name("scheduler", "export")), "export")
    (read,) = lineage(graph, run, level="VERSION", direction="UP", depth=1).edges
    assert (read.kind, read.target) == ("READ_BY", run)
    assert read.source != second
