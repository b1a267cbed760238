"""`headwater impact …` of what happens to the columns of a dataset, beyond dropping, renaming and retyping one."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.connect import open_graph
from app.cli.impact import Column, check_type, judged, tell
from app.cli.lookup import find_column, find_dataset, find_named_column
from app.cli.options import AsJson, AsOf, DatasetArgument
from graph_model.errors import InvalidInput


def add_column(
    column: Annotated[str, typer.Argument(metavar="DATASET.COLUMN", help="The dataset, and the new column.")],
    type: Annotated[str, typer.Argument(metavar="[TYPE]", help="The type it would have.")] = "unknown",
    *,
    not_null: Annotated[bool, typer.Option("--not-null", help="It would never be empty.")] = False,
    default: Annotated[
        str | None, typer.Option("--default", metavar="VALUE", help="What rows get that say nothing.")
    ] = None,
    position: Annotated[
        int | None, typer.Option("--position", min=0, metavar="N", help="Its place, from 0 on; else it comes last.")
    ] = None,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """What breaks when a column is new."""
    from graph_model.impact.entities import AddColumn

    check_type(type)
    with open_graph() as graph:
        dataset, new = find_column(graph, column)
        if new is None:
            raise InvalidInput(column, "names no column: write NAMESPACE/NAME.COLUMN")
        change = AddColumn(dataset, new, type, not not_null, default, position)
        answer = judged(graph, [change], as_of)
    tell(answer, as_json=as_json)


def reorder_columns(
    dataset: DatasetArgument,
    columns: Annotated[list[str], typer.Argument(metavar="COLUMN...", help="All columns, in their new order.")],
    *,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """What breaks when the columns stand in another order."""
    from graph_model.impact.entities import ReorderColumns

    with open_graph() as graph:
        change = ReorderColumns(find_dataset(graph, dataset).name, tuple(columns))
        answer = judged(graph, [change], as_of)
    tell(answer, as_json=as_json)


def make_nullable(column: Column, *, as_of: AsOf = None, as_json: AsJson = False) -> None:
    """What breaks when a column may be empty that never was."""
    _nullability(column, nullable=True, as_of=as_of, as_json=as_json)


def make_not_null(column: Column, *, as_of: AsOf = None, as_json: AsJson = False) -> None:
    """What breaks when a column is never empty any more."""
    _nullability(column, nullable=False, as_of=as_of, as_json=as_json)


def _nullability(column: str, *, nullable: bool, as_of: AsOf, as_json: bool) -> None:
    from graph_model.impact.entities import ChangeNullability

    with open_graph() as graph:
        change = ChangeNullability(*find_named_column(graph, column), nullable)
        answer = judged(graph, [change], as_of)
    tell(answer, as_json=as_json)


def change_key(
    dataset: DatasetArgument,
    columns: Annotated[
        list[str] | None, typer.Argument(metavar="[COLUMN...]", help="What is unique together; none: nothing is.")
    ] = None,
    *,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """What breaks when other columns are the key, or none."""
    from graph_model.impact.entities import ChangeKey

    with open_graph() as graph:
        change = ChangeKey(find_dataset(graph, dataset).name, tuple(columns or ()))
        answer = judged(graph, [change], as_of)
    tell(answer, as_json=as_json)


def change_allowed_values(
    column: Column,
    values: Annotated[
        list[str] | None, typer.Argument(metavar="[VALUE...]", help="The values that may occur; none: any.")
    ] = None,
    *,
    before: Annotated[
        list[str] | None,
        typer.Option("--before", metavar="VALUE", help="A value that may occur now, if not as the contract says."),
    ] = None,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """What breaks when other values may occur in a column."""
    from graph_model.impact.between.now import completed
    from graph_model.impact.entities import ChangeAllowedValues

    with open_graph() as graph:
        then, now = tuple(before) if before else None, tuple(values) if values else None
        change = ChangeAllowedValues(*find_named_column(graph, column), then, now)
        answer = judged(graph, [completed(graph, change, open=() if before else ("before",))], as_of)
    tell(answer, as_json=as_json)


def change_meaning(
    column: Column,
    meaning: Annotated[str, typer.Argument(metavar="MEANING", help="What its values stand for from now on.")],
    *,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """What breaks when a column means something else under the same name."""
    from graph_model.impact.entities import ChangeMeaning

    with open_graph() as graph:
        answer = judged(graph, [ChangeMeaning(*find_named_column(graph, column), meaning)], as_of)
    tell(answer, as_json=as_json)


def change_default(
    column: Column,
    default: Annotated[
        str | None, typer.Argument(metavar="[VALUE]", help="What rows get that say nothing; none: nothing.")
    ] = None,
    *,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """What breaks when rows that say nothing get another value."""
    from graph_model.impact.entities import ChangeDefault

    with open_graph() as graph:
        answer = judged(graph, [ChangeDefault(*find_named_column(graph, column), default)], as_of)
    tell(answer, as_json=as_json)
