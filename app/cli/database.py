"""`headwater database …`: what Headwater needs inside of a database of others."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.options import AsJson
from app.cli.output import print_json, print_text, say

app = typer.Typer(no_args_is_help=True, help="What Headwater needs inside of a database.")


@app.command()
def guard(
    url: Annotated[str, typer.Argument(metavar="URL", help="The address of the database (env:NAME for a secret one).")],
    table: Annotated[str, typer.Argument(metavar="TABLE", help="TABLE or SCHEMA.TABLE that a procedure writes.")],
    *,
    dataset: Annotated[
        str, typer.Option("--dataset", metavar="NAMESPACE/NAME", help="The dataset that lies in this table.")
    ],
    only_print: Annotated[bool, typer.Option("--print", help="Print the SQL, to be run by somebody else.")] = False,
    as_json: AsJson = False,
) -> None:
    """Put a guard on a table: a trigger that stops attempts which are over, and lets everybody else pass.

    For jobs with `procedure: {fence: guard}`. A second time it changes nothing.
    """
    from connectors.databases.guard import install_guard, printed_guard
    from graph_model.names import parse_name

    name = str(parse_name(dataset))
    if not only_print:
        install_guard(url, table, name)
    if as_json:
        print_json(table=table, dataset=name, installed=not only_print, sql=printed_guard(url, table, name))
        return
    if only_print:
        print_text(printed_guard(url, table, name).rstrip())
        return
    say(f"{table} is guarded: attempts at {name} that are over change nothing in it")
