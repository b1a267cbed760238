"""Lineage as text."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.cli.drawing import dot, mermaid, print_tree
from graph_model.lineage.entities import Lineage, LineageEdge, LineageNode
from graph_model.names import Name

RAW = LineageNode("ds1", "DATASET", Name("f", "raw"))
CLEAN = LineageNode("jb1", "JOB", Name("f", "clean"), hops=1)
AUDIT = LineageNode("jb2", "JOB", Name("f", 'aud"it'), hops=1)
OUT = LineageNode("ds2", "DATASET", Name("f", "out"), hops=2)
DIAMOND = Lineage(
    "ds1",
    (RAW, CLEAN, AUDIT, OUT),
    (
        LineageEdge("ds1", "jb1", "CONSUMED_BY"),
        LineageEdge("ds1", "jb2", "CONSUMED_BY", provenance="observed", stale=True),
        LineageEdge("jb1", "ds2", "PRODUCES"),
        LineageEdge("jb2", "ds2", "PRODUCES"),
        LineageEdge("ds2", "beyond", "CONSUMED_BY"),
    ),
    datetime(2026, 1, 1, tzinfo=UTC),
)


def test_a_tree_shows_each_node_once_and_names_it_where_it_is_met_again(capsys: pytest.CaptureFixture[str]) -> None:
    print_tree(DIAMOND, "DOWN")

    lines = [line.strip("│├└─ ") for line in capsys.readouterr().out.splitlines()]
    assert lines[0] == "dataset f/raw"
    assert 'job f/aud"it  (observed, stale)' in lines
    assert sorted(line for line in lines if "f/out" in line) == ["dataset f/out", "dataset f/out  (shown elsewhere)"]


def test_upstream_the_tree_follows_edges_backwards(capsys: pytest.CaptureFixture[str]) -> None:
    upwards = Lineage("ds2", DIAMOND.nodes, DIAMOND.edges, DIAMOND.as_of)

    print_tree(upwards, "UP")

    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "dataset f/out"
    assert lines[-1].endswith(("dataset f/raw", "dataset f/raw  (shown elsewhere)"))


def test_a_cycle_ends(capsys: pytest.CaptureFixture[str]) -> None:
    back = LineageEdge("ds2", "jb1", "CONSUMED_BY")

    print_tree(Lineage("ds1", DIAMOND.nodes, (*DIAMOND.edges, back), DIAMOND.as_of), "DOWN")

    assert "(shown elsewhere)" in capsys.readouterr().out


def test_both_directions_are_two_branches_and_what_is_missing_is_counted(capsys: pytest.CaptureFixture[str]) -> None:
    source = LineageNode("ds0", "DATASET", Name("f", "source"), hops=1, direction="UP", hidden=3)
    target = LineageNode("ds9", "DATASET", Name("f", "target"), hops=1, direction="DOWN")
    edges = (
        LineageEdge("ds0", "ds1", "VIA", via=("jb1", "jb2")),
        LineageEdge("ds1", "ds9", "VIA", via=("jb1",), provenance="inferred"),
    )

    print_tree(Lineage("ds1", (RAW, source, target), edges, DIAMOND.as_of), "BOTH")

    assert capsys.readouterr().out.splitlines() == [
        "dataset f/raw",
        "├── comes from",
        "│   └── dataset f/source  (+3 not shown)  (via 2 not shown)",
        "└── what comes of it",
        "    └── dataset f/target  (via 1 not shown, inferred)",
    ]


def test_what_ran_says_its_partition_and_state(capsys: pytest.CaptureFixture[str]) -> None:
    version = LineageNode("vs1", "VERSION", Name("f", "raw"), partition="2024-01-05", state="PUBLISHED")

    print_tree(Lineage("vs1", (version,), (), DIAMOND.as_of), "UP")

    assert capsys.readouterr().out == "version f/raw@2024-01-05 PUBLISHED\n"


def test_graphviz_quotes_names_and_leaves_out_what_lies_beyond() -> None:
    drawn = dot(DIAMOND)

    assert drawn.startswith("digraph lineage {")
    assert '[label="job f/aud\\"it", shape=box];' in drawn
    assert "n0 -> n2 [style=dashed];" in drawn
    assert "beyond" not in drawn


def test_mermaid_quotes_names_and_dashes_stale_edges() -> None:
    drawn = mermaid(DIAMOND)

    assert drawn.splitlines()[0] == "flowchart LR"
    assert '"job f/aud#quot;it"' in drawn
    assert "n0 -.-> n2" in drawn
    assert "n0 --> n1" in drawn
