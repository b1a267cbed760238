"""A small part of the benchmark that holds verdicts against executed changes; the long form is a make target."""

from __future__ import annotations

import pytest

from benchmarks.decision_trust.campaign import Asked, run_some
from benchmarks.decision_trust.examples import run_examples
from benchmarks.decision_trust.matrix import Matrix
from graph_model.settings import GraphSettings
from graph_model.store.graph import Graph

# Verdicts are rules over what the graph holds; that each engine gives the same of it is asked elsewhere.
pytestmark = pytest.mark.one_engine_will_do

DRAWN = Asked(seed=20, pairs=30, per_estate=10)


@pytest.fixture
def settings(graph: Graph, graph_settings: GraphSettings) -> GraphSettings:
    """How to reach a graph that holds nothing yet."""
    return graph_settings


def missed(matrix: Matrix) -> list[str]:
    return [f"{one.case} {one.node} {one.verdict} {one.rule}: {one.truth} {one.seen}" for one in matrix.missed]


def test_no_break_of_drawn_estates_is_missed_and_most_that_is_safe_is_called_so(settings: GraphSettings) -> None:
    matrix = run_some(settings, DRAWN, range(DRAWN.estates))

    assert missed(matrix) == []
    assert matrix.pairs >= 27
    assert matrix.count(["BREAKS"]) > len(matrix.overstated) * 10
    assert matrix.count(["SAFE"]) > matrix.count(["RISKY", "UNKNOWN"]) / 2


def test_lineage_that_is_hidden_makes_unknown_never_safe(settings: GraphSettings) -> None:
    asked = Asked(seed=21, pairs=20, per_estate=10, hide=0.5)

    matrix = run_some(settings, asked, range(asked.estates))

    assert missed(matrix) == []
    assert matrix.count(["UNKNOWN"])


@pytest.mark.parametrize("name", ["flights", "star_schema"])
def test_no_break_of_the_examples_is_missed(settings: GraphSettings, name: str) -> None:
    matrix = run_examples(settings, Asked(seed=22, pairs=12), [name])

    assert missed(matrix) == []
    assert matrix.count()
