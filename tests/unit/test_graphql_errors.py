"""What a client sees of an error, and what it does not."""

from __future__ import annotations

import pytest
from graphql import GraphQLError
from structlog.testing import capture_logs

from app.graphql.errors import presentable
from app.graphql.paging import Cursors
from graph_model.errors import DatasetNotFound, GraphUnavailable, InvalidInput, InvalidPartition


def shown(cause: Exception | None, message: str = "outer") -> GraphQLError:
    return presentable([GraphQLError(message, original_error=cause, path=["dataset"])])[0]


def test_a_mistake_in_the_document_is_shown_as_it_is() -> None:
    assert shown(None, "Cannot query field 'x'").message == "Cannot query field 'x'"


@pytest.mark.parametrize(
    ("error", "code"),
    [(DatasetNotFound("shop/orders"), "NOT_FOUND"), (InvalidPartition("x", "a day"), "INVALID_PARTITION")],
)
def test_a_mistake_of_the_caller_keeps_its_code_and_message(error: Exception, code: str) -> None:
    found = shown(error)

    assert (found.message, found.extensions, found.path) == (str(error), {"code": code}, ["dataset"])


def test_a_graph_that_does_not_answer_is_said_to_be_unavailable() -> None:
    found = shown(GraphUnavailable("the graph is down"))

    assert (found.message, found.extensions) == ("the graph is down", {"code": "UNAVAILABLE"})


def test_anything_else_is_hidden_behind_a_number_that_the_log_knows() -> None:
    with capture_logs() as logs:
        found = shown(RuntimeError("password=hunter2"))

    number = (found.extensions or {})["correlationId"]
    assert "hunter2" not in str(found.formatted)
    assert number in found.message
    assert [(line["correlation_id"], str(line["exc_info"])) for line in logs] == [(number, "password=hunter2")]


def test_an_error_wrapped_in_another_is_judged_by_the_inner_one() -> None:
    wrapped = GraphQLError("outer", original_error=ValueError("secret"))

    assert (shown(wrapped).extensions or {})["code"] == "INTERNAL"


def test_a_cursor_gives_back_its_place() -> None:
    cursors = Cursors("datasets", "orders")

    assert cursors.read(cursors.write("shop", "a/b é")) == ("shop", "a/b é")
    assert cursors.read(None) is None


@pytest.mark.parametrize("text", ["", "nonsense", "%%%", "W10=", "bnVsbA==", "WzFd", "é"])
def test_a_text_that_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        Cursors("datasets", None).read(text)


def test_a_cursor_of_another_filter_is_refused() -> None:
    cursor = Cursors("datasets", "orders").write("shop", "a")

    with pytest.raises(InvalidInput, match="other filters"):
        Cursors("datasets", "clean").read(cursor)
