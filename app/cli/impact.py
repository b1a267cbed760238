"""`headwater impact`: which jobs and consumers a change would break, and which are safe."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.connect import open_graph
from app.cli.errors import finish
from app.cli.lookup import find_dataset, find_named_column
from app.cli.options import AsJson, AsOf, DatasetArgument
from app.cli.output import print_json, print_table, say

if TYPE_CHECKING:
    from datetime import datetime

    from graph_model.impact.entities import Affected, Change, ImpactReport
    from graph_model.store.graph import Graph

app = typer.Typer(
    no_args_is_help=True,
    help="Say whom a change would break, by name and with the reason. Exit 1 when it breaks someone.",
)

Column = Annotated[
    str, typer.Argument(metavar="DATASET.COLUMN", help="The column. The longest dataset name that exists wins.")
]


@app.command("drop-column")
def drop_column(column: Column, *, as_of: AsOf = None, as_json: AsJson = False) -> None:
    """What breaks when a column goes away."""
    from graph_model.impact.entities import DropColumn

    with open_graph() as graph:
        answer = judged(graph, [DropColumn(*find_named_column(graph, column))], as_of)
    tell(answer, as_json=as_json)


@app.command("rename-column")
def rename_column(
    column: Column,
    to: Annotated[str, typer.Argument(metavar="NEW_NAME", help="What it would be called.")],
    *,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """What breaks when a column gets another name."""
    from graph_model.impact.entities import RenameColumn

    with open_graph() as graph:
        answer = judged(graph, [RenameColumn(*find_named_column(graph, column), to)], as_of)
    tell(answer, as_json=as_json)


@app.command("retype-column")
def retype_column(
    column: Column,
    to: Annotated[str, typer.Argument(metavar="TYPE", help="The type it would get.")],
    *,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """What breaks when a column gets another type."""
    from graph_model.impact.entities import RetypeColumn

    check_type(to)
    with open_graph() as graph:
        answer = judged(graph, [RetypeColumn(*find_named_column(graph, column), to)], as_of)
    tell(answer, as_json=as_json)


@app.command("drop-dataset")
def drop_dataset(dataset: DatasetArgument, *, as_of: AsOf = None, as_json: AsJson = False) -> None:
    """What breaks when a whole dataset goes away."""
    from graph_model.impact.entities import DropDataset

    with open_graph() as graph:
        answer = judged(graph, [DropDataset(find_dataset(graph, dataset).name)], as_of)
    tell(answer, as_json=as_json)


def check_type(text: str) -> None:
    """Refuses what is no canonical type."""
    from graph_model.schemas.types import NotAType, parse

    try:
        parse(text)
    except NotAType as error:
        raise typer.BadParameter(f"{error}: write integer, int64, decimal(10,2) …", param_hint="TYPE") from None


def judged(graph: Graph, changes: Sequence[Change], as_of: datetime | None) -> ImpactReport:
    """The verdicts on a whole set of changes."""
    from connectors.sql.binding import rebind
    from graph_model.impact.assess import assess

    return assess(graph, changes, rebind=rebind, as_of=as_of)


def print_changes(changes: Iterable[Change]) -> None:
    """What is asked about, in words."""
    from graph_model.impact.sentences import in_words
    from graph_model.impact.written import kind_of

    rows = [(kind_of(change), in_words(change)) for change in changes]
    print_table(("CHANGE", "WHAT"), rows, empty="nothing changes")


def print_verdicts(affected: Iterable[Affected]) -> None:
    """Who is affected, in the order of the answer: the worst first."""
    rows = [
        (
            each.verdict,
            each.effect,
            f"{each.node.kind.lower()} {each.node.name}",
            each.reason,
            each.owners,
            each.deadline,
            each.remedy,
        )
        for each in affected
    ]
    print_table(("VERDICT", "EFFECT", "WHO", "WHY", "OWNERS", "DEADLINE", "REMEDY"), rows, empty="nobody reads it")


def breaks(affected: Iterable[Affected]) -> bool:
    return any(each.verdict == "BREAKS" for each in affected)


def as_object(answer: ImpactReport) -> dict[str, Any]:
    """An impact report with what its properties say spelled out."""
    from graph_model.impact.written import as_written

    return {
        "changes": [as_written(change) for change in answer.changes],
        "as_of": answer.as_of,
        "is_complete": answer.is_complete,
        "incomplete_reasons": answer.incomplete_reasons,
        "breaks": breaks(answer.affected),
        "coverage": answer.coverage,
        "affected": answer.affected,
        "nodes": answer.nodes,
    }


def tell(answer: ImpactReport, *, as_json: bool) -> None:
    """The table, or the object; the command ends with findings where somebody breaks."""
    if as_json:
        print_json(impact=as_object(answer))
    else:
        print_report(answer)
    finish(findings=breaks(answer.affected))


def print_report(answer: ImpactReport) -> None:
    """The table, and how far it can be trusted."""
    print_verdicts(answer.affected)
    known = answer.coverage
    say(f"known readers: {known.readers}, of which columns known: {known.columns_known}")
    if not answer.is_complete:
        say(f"incomplete: {', '.join(answer.incomplete_reasons)}; SAFE is not proven beyond what is listed")
