"""A forecast begins with what was declared when that was read last, and counts with what is declared now."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import neo4j
import pytest

from graph_model.deadlines.delay import forecast_delay
from graph_model.deadlines.forecast import forecast
from graph_model.deadlines.planned import Slice
from graph_model.errors import DatasetNotFound
from graph_model.impact.entities import Delay
from graph_model.names import job_id
from graph_model.store.graph import Graph
from tests.support.histories import end_of
from tests.support.protocol import a_job, declare, name

AHEAD = datetime.now(UTC).date() + timedelta(days=3)
LATE = Delay(name("raw"), AHEAD.isoformat(), end_of(AHEAD) + timedelta(hours=1))


def test_what_is_declared_between_two_questions_counts_in_the_second(graph: Graph, side_driver: neo4j.Driver) -> None:
    database = graph.settings.database
    declare(side_driver, database, datasets=("other", "o_other"), jobs=(a_job("first", {"other": "same"}, "o_other"),))
    before = {each.name for each in forecast(graph, AHEAD).steps}
    with pytest.raises(DatasetNotFound):
        forecast_delay(graph, [LATE])

    declare(side_driver, database, datasets=("raw", "clean"), jobs=(a_job("clean", {"raw": "same"}, "clean"),))
    late = forecast_delay(graph, [LATE])
    after = {each.name for each in forecast(graph, AHEAD).steps}

    assert before == {name("first"), name("other")}
    assert late.made == {Slice(job_id(name("clean")), AHEAD.isoformat())}
    assert after - before == {name("clean"), name("raw")}


def test_a_mistake_is_told_whoever_asked_before(graph: Graph, side_driver: neo4j.Driver) -> None:
    declare(side_driver, graph.settings.database, datasets=("raw",), jobs=())
    forecast(graph, AHEAD)

    with pytest.raises(DatasetNotFound):
        forecast_delay(graph, [Delay(name("row"), AHEAD.isoformat(), LATE.until)])
