"""`headwater impact …` of what happens to whole datasets, jobs and consumers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.cli.connect import open_graph
from app.cli.impact import judged, tell
from app.cli.lookup import find_consumer, find_dataset, find_job
from app.cli.options import AsJson, AsOf, DatasetArgument, JobArgument

NONE = "none"
Before = Annotated[
    str | None, typer.Option("--before", metavar="TEXT", help="What it is now, if not what the graph says.")
]


def rename_dataset(
    dataset: DatasetArgument,
    to: Annotated[str, typer.Argument(metavar="NEW_NAME", help="NAMESPACE/NAME; a bare name stays in its namespace.")],
    *,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """What breaks when a dataset gets another name."""
    from graph_model.impact.entities import RenameDataset
    from graph_model.names import parse_name

    with open_graph() as graph:
        name = find_dataset(graph, dataset).name
        change = RenameDataset(name, parse_name(to, default_namespace=name.namespace))
        answer = judged(graph, [change], as_of)
    tell(answer, as_json=as_json)


def change_format(
    dataset: DatasetArgument,
    format: Annotated[str | None, typer.Argument(metavar="[FORMAT]", help="Another format; none: it stays.")] = None,
    *,
    option: Annotated[
        list[str] | None,
        typer.Option("--option", metavar="NAME=VALUE", help="An option of the format, such as header=false."),
    ] = None,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """What breaks when a dataset is written in another format, or otherwise in the same one."""
    from graph_model.impact.between.now import completed
    from graph_model.impact.entities import ChangeFormat

    if not format and not option:
        raise typer.BadParameter("name another format, or an --option", param_hint="FORMAT")
    options = tuple(_option(text) for text in option or ())
    with open_graph() as graph:
        change = ChangeFormat(find_dataset(graph, dataset).name, format, options)
        answer = judged(graph, [completed(graph, change, open=())], as_of)
    tell(answer, as_json=as_json)


def _option(text: str) -> tuple[str, str | None, str | None]:
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise typer.BadParameter(f"{text!r} is no option: write NAME=VALUE", param_hint="--option")
    return name, None, value


def move_dataset(
    dataset: DatasetArgument,
    location: Annotated[str, typer.Argument(metavar="LOCATION", help="The new place; `none`: no fixed place.")],
    *,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """What breaks when a dataset lies elsewhere."""
    from graph_model.impact.entities import MoveDataset

    with open_graph() as graph:
        change = MoveDataset(find_dataset(graph, dataset).name, _or_none(location))
        answer = judged(graph, [change], as_of)
    tell(answer, as_json=as_json)


def repartition(
    dataset: DatasetArgument,
    every: Annotated[str, typer.Argument(metavar="UNIT", help="hour, day, week, month …; `none`: no partitions.")],
    *,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """What breaks when a dataset is sliced otherwise."""
    from graph_model.estate.vocabulary import EVERY
    from graph_model.impact.between.now import completed
    from graph_model.impact.entities import Repartition

    if every not in (NONE, *EVERY):
        raise typer.BadParameter(f"{every} is none of {', '.join(EVERY)}", param_hint="UNIT")
    with open_graph() as graph:
        change = Repartition(find_dataset(graph, dataset).name, None, _or_none(every))
        answer = judged(graph, [completed(graph, change, open=("before",))], as_of)
    tell(answer, as_json=as_json)


def change_term(
    dataset: DatasetArgument,
    term: Annotated[str, typer.Argument(metavar="TERM", help="A service level of the contract, such as freshness.")],
    after: Annotated[str, typer.Argument(metavar="VALUE", help="Such as `2 days`; `none`: promised no more.")],
    *,
    before: Before = None,
    weaker: Annotated[
        bool | None, typer.Option("--weaker/--stronger", help="Whether it promises less, where that cannot be told.")
    ] = None,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """What breaks when a contract promises something else, such as freshness or retention."""
    from graph_model.impact.between.now import completed
    from graph_model.impact.entities import ChangeTerm

    given = {"before": before, "weaker": weaker}
    with open_graph() as graph:
        change = ChangeTerm(find_dataset(graph, dataset).name, term, before, _or_none(after), weaker is not False)
        left_out = [key for key, value in given.items() if value is None]
        answer = judged(graph, [completed(graph, change, open=left_out)], as_of)
    tell(answer, as_json=as_json)


def change_job(
    job: JobArgument,
    *,
    sql: Annotated[
        Path | None,
        typer.Option("--sql", metavar="FILE", help="Its new statement.", exists=True, dir_okay=False, readable=True),
    ] = None,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """What breaks when a job computes something else; without --sql, what that is may be anything."""
    from graph_model.impact.entities import ChangeJob

    with open_graph() as graph:
        text = sql.read_text(encoding="utf-8") if sql else None
        answer = judged(graph, [ChangeJob(find_job(graph, job), text)], as_of)
    tell(answer, as_json=as_json)


def retire_job(job: JobArgument, *, as_of: AsOf = None, as_json: AsJson = False) -> None:
    """What breaks when a job runs no more."""
    from graph_model.impact.entities import RetireJob

    with open_graph() as graph:
        answer = judged(graph, [RetireJob(find_job(graph, job))], as_of)
    tell(answer, as_json=as_json)


def retire_consumer(
    consumer: Annotated[
        str, typer.Argument(metavar="CONSUMER", help="NAMESPACE/NAME, or NAME when only one consumer is called so.")
    ],
    *,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """What breaks when a consumer goes away: nothing of its own, since it is judged no more."""
    from graph_model.impact.entities import RetireConsumer

    with open_graph() as graph:
        answer = judged(graph, [RetireConsumer(find_consumer(graph, consumer))], as_of)
    tell(answer, as_json=as_json)


def _or_none(text: str) -> str | None:
    return None if text == NONE else text
