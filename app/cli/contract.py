"""`headwater contract …`: what datasets promise, what they promised before, how that differs, and a trial of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli import contract_compare
from app.cli.connect import open_graph
from app.cli.lookup import find_dataset, split_partition
from app.cli.options import AsJson, DatasetArgument, DatasetPartition
from app.cli.output import print_fields, print_json, print_table, print_text, say

if TYPE_CHECKING:
    from datetime import datetime

    from graph_model.contracts.history import ContractStep
    from graph_model.contracts.recorded import Whole
    from graph_model.contracts.service import ServiceLevel
    from graph_model.datasets.entities import Dataset
    from graph_model.names import Name

app = typer.Typer(no_args_is_help=True, help="What datasets promise, and what they promised before.")


@app.command("show")
def show_contract(
    dataset: DatasetPartition,
    *,
    version: Annotated[
        str, typer.Option("--version", metavar="VERSION", help="An earlier one: its version, or its id.")
    ] = "",
    as_yaml: Annotated[
        bool, typer.Option("--yaml", help="Print the file as it was applied, and nothing else.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show the contract of a dataset; with a partition also by when it promises that one."""
    from graph_model.contracts.recorded import contract_of
    from graph_model.datasets.repository import dataset as dataset_called

    if as_yaml and as_json:
        raise typer.BadParameter("choose one of --yaml and --json")
    spelled, key = split_partition(dataset)
    with open_graph() as graph:
        found = dataset_called(graph, find_dataset(graph, spelled).name)
        whole = contract_of(graph, found.id, found.name, version)
    if as_yaml:
        print_text(whole.document.text.removesuffix("\n"))
    else:
        (_print_json if as_json else _print)(found, whole, key)


@app.command("history")
def show_history(
    dataset: DatasetArgument,
    *,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="How many of the newest at most.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Show the contracts that a dataset was declared to have, oldest first, each compared with the one before it."""
    from graph_model.contracts.history import history
    from graph_model.datasets.repository import dataset as dataset_called

    with open_graph() as graph:
        found = dataset_called(graph, find_dataset(graph, dataset).name)
        past = history(graph, found.id, found.name, limit=limit)
    if as_json:
        print_json(is_complete=past.is_complete, steps=[_as_object(step) for step in past.steps])
        return
    columns = ("SINCE", "UNTIL", "VERSION", "STATUS", "CONTRACT", "CHANGE", "WHY")
    print_table(columns, [_row(step) for step in past.steps], empty="it never had a contract")
    if not past.is_complete:
        say("there are older ones")


app.command("diff")(contract_compare.show_difference)
app.command("test")(contract_compare.try_checks)


def _print(dataset: Dataset, whole: Whole, key: str) -> None:
    from graph_model.contracts.team import owners_of

    recorded, levels = whole.recorded, _levels(whole, dataset.name)
    description = whole.document.content.get("description") or {}
    print_fields(
        contract=recorded.name,
        dataset=dataset.name,
        version=recorded.version,
        status=recorded.status,
        since=recorded.since,
        until=recorded.until,
        id=recorded.id,
        file=recorded.file,
        purpose=description.get("purpose"),
        limitations=description.get("limitations"),
        team=owners_of(whole.document),
        deadline=_deadline(dataset, levels, key) if key else None,
    )
    _print_parts(levels, whole.document.content.get("servers") or ())
    checks = [] if recorded.until else dataset.contract.checks
    rows = [(check.name, check.kind, check.severity) for check in checks]
    if rows:
        print_text("")
        print_table(("CHECK", "KIND", "SEVERITY"), rows, empty="")


def _print_parts(levels: tuple[ServiceLevel, ...], servers: tuple[Mapping[str, Any], ...]) -> None:
    if levels:
        print_text("")
        rows = [(level.name, level.text, level.element, level.driver, level.description) for level in levels]
        print_table(("SERVICE LEVEL", "PROMISE", "OF", "FOR", "WHY"), rows, empty="")
    if servers:
        print_text("")
        print_table(("SERVER", "TYPE", "ENVIRONMENT", "WHERE"), [_server_row(server) for server in servers], empty="")


def _server_row(server: Mapping[str, Any]) -> tuple[Any, ...]:
    told = ("server", "id", "type", "environment", "description", "roles", "customProperties")
    where = [f"{key}: {value}" for key, value in server.items() if key not in told]
    return server.get("server"), server.get("type"), server.get("environment"), "; ".join(where)


def _print_json(dataset: Dataset, whole: Whole, key: str) -> None:
    levels = _levels(whole, dataset.name)
    print_json(
        dataset=dataset.name,
        contract=whole.recorded,
        document=whole.document.content,
        service_levels=[
            {
                "name": level.name,
                "promise": level.text,
                "understood": level.term is not None,
                "element": level.element,
                "driver": level.driver,
            }
            for level in levels
        ],
        deadline=_deadline(dataset, levels, key) if key else None,
    )


def _levels(whole: Whole, name: Name) -> tuple[ServiceLevel, ...]:
    from graph_model.contracts.service import levels_of

    return levels_of(whole.document, name.name)


def _deadline(dataset: Dataset, levels: tuple[ServiceLevel, ...], key: str) -> datetime | None:
    from graph_model.contracts.service import deadline_of

    return deadline_of(levels, dataset.partitions, key)


def _row(step: ContractStep) -> tuple[Any, ...]:
    one, found = step.recorded, step.difference
    if found is None:
        why = "cannot be compared any more" if step.before else "the first that is known"
        return (one.since, one.until, one.version, one.status, one.id, None, why)
    return (one.since, one.until, one.version, one.status, one.id, found.change, found.why)


def _as_object(step: ContractStep) -> dict[str, Any]:
    found = step.difference
    return {
        "contract": step.recorded,
        "before": step.before,
        "change": found.change if found else None,
        "changes": found.changes if found else None,
    }
