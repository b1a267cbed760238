"""`headwater names …`: under which names a dataset is known, and which of them a person holds apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.connect import actor, open_graph, require_migrated
from app.cli.errors import finish
from app.cli.lookup import find_dataset, find_name
from app.cli.options import AsJson, By, DatasetArgument, Reason
from app.cli.output import print_fields, print_json, print_table, print_text, say

if TYPE_CHECKING:
    from graph_model.identity.apart import Parted
    from graph_model.identity.show import Because, Names

app = typer.Typer(no_args_is_help=True, help="Several names of one dataset, and what is held apart.")

_NAMES = ("NAME", "BECAUSE", "SAID BY", "SINCE", "LAST SEEN", "DROPPED")
_DOUBTS = ("NAME", "AND", "SAID BY", "DOES NOT COUNT BECAUSE")
_APART = ("NAME", "AND", "HELD APART BY", "SINCE", "REASON")
NameArgument = Annotated[
    str, typer.Argument(metavar="NAME", help="NAMESPACE/NAME, or 'NAMESPACE NAME' where the name holds slashes.")
]


@app.command("show")
def show_names(dataset: DatasetArgument, *, as_json: AsJson = False) -> None:
    """Show every name of a dataset and where it is from, what is in doubt, and what is held apart."""
    from graph_model.datasets import repository
    from graph_model.identity.show import names_of

    with open_graph() as graph:
        found = repository.dataset(graph, find_dataset(graph, dataset).name)
        names = names_of(graph, found.id)
    if as_json:
        print_json(dataset=found.name, names=names.names, doubts=names.doubts, apart=names.apart)
        return
    print_names(names)


def print_names(names: Names) -> None:
    print_table(_NAMES, rows_of(names), empty="it has no name")
    if names.doubts:
        print_text("")
        rows = [(one.name, one.other, one.said_by, one.held) for one in names.doubts]
        print_table(_DOUBTS, rows, empty="")
    if names.apart:
        print_text("")
        rows = [(one.name, one.other, one.by, one.at, one.reason) for one in names.apart]
        print_table(_APART, rows, empty="")


def rows_of(names: Names) -> list[tuple[Any, ...]]:
    """A row for each name and reason."""
    return [
        (
            known.name,
            why and words(why),
            why and why.said_by,
            why and why.since,
            why and why.last_seen,
            known.dropped_at,
        )
        for known in names.names
        for why in known.because or (None,)
    ]


def words(why: Because) -> str:
    if why.kind == "rename":
        return f"{'became' if why.is_old else 'was'} {why.other}"
    partition = f" (partition {why.partition})" if why.partition else ""
    return f"{why.kind} of {why.other}{partition}"


@app.command("apart")
def hold_apart(
    name: NameArgument, other: NameArgument, *, reason: Reason, by: By = None, as_json: AsJson = False
) -> None:
    """Undo that two names are one dataset. It holds against the same evidence, however often it comes again."""
    from graph_model.identity import apart

    with open_graph() as graph:
        require_migrated(graph)
        done = apart.hold_apart(graph, find_name(graph, name), find_name(graph, other), by=by or actor(), reason=reason)
    _tell(done, as_json=as_json, already="they were held apart already: that stays as it was")


@app.command("rejoin")
def rejoin(name: NameArgument, other: NameArgument, *, by: By = None, as_json: AsJson = False) -> None:
    """Take back that two names are held apart: what evidence says counts again."""
    from graph_model.identity import apart

    with open_graph() as graph:
        require_migrated(graph)
        done = apart.rejoin(graph, find_name(graph, name), find_name(graph, other), by=by or actor())
    _tell(done, as_json=as_json, already="")


def _tell(done: Parted, *, as_json: bool, already: str) -> None:
    if as_json:
        print_json(parted=done)
        return
    print_fields(name=done.one, other=done.other, are_one=done.are_one)
    if not done.changed:
        say(already)


@app.command("doubts")
def list_doubts(*, as_json: AsJson = False) -> None:
    """List what is said of names being one and does not count: both are declared, or held apart. Exit 1 for any."""
    from graph_model.identity.show import doubts

    with open_graph() as graph:
        found = doubts(graph)
    if as_json:
        print_json(doubts=found)
    else:
        print_table(
            _DOUBTS, [(one.name, one.other, one.said_by, one.held) for one in found], empty="nothing is in doubt"
        )
    finish(findings=any(one.held == "both declared" for one in found))
