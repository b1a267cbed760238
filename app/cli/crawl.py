"""`headwater crawl` and `register`: from what lies in folders and databases to estate files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.connect import open_graph, storage_root
from app.cli.errors import finish
from app.cli.options import AsJson
from app.cli.output import print_json, print_table, print_text, say
from graph_model.errors import InvalidEstate, InvalidInput, SettingsError, Unavailable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connectors.crawl.entities import Crawled, Proposal, Skipped
    from graph_model.estate.entities import Estate

_MOST_TOLD = 20

Guesses = Annotated[bool, typer.Option("--guesses", help="Write guessed owners down as owners, not as comments.")]


def crawl(
    target: Annotated[
        str,
        typer.Argument(
            metavar="FOLDER|URL", help="A folder, or the address of a database (env:NAME for a secret one)."
        ),
    ],
    *,
    scope: Annotated[str | None, typer.Option("--scope", metavar="NAME", help="What to call the estate.")] = None,
    schema: Annotated[
        str | None, typer.Option("--schema", metavar="NAME", help="Of a database, only this schema.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FOLDER", help="Write the estate and a contract for each dataset into a folder."),
    ] = None,
    against: Annotated[
        Path | None,
        typer.Option(
            "--against", metavar="ESTATE", help="Show what changed since this estate was written.", exists=True
        ),
    ] = None,
    guesses: Guesses = False,
    as_json: AsJson = False,
) -> None:
    """Propose the datasets of a folder or a database as an estate file. With --against, exit 1 if something changed.

    Nothing is declared by it: look the proposal through, then plan and apply it.
    """
    from connectors.crawl import propose

    if out and against:
        raise typer.BadParameter("choose one of them", param_hint="--out / --against")
    root = storage_root()
    found = propose.crawl(target, root, schema=schema)
    _tell_skipped(found.skipped)
    if any(one.location and Path(one.location).is_absolute() for one in found.proposals):
        say(
            f"{target} does not lie below the storage root {root}, so locations are absolute: workers must see the same"
        )
    if against:
        _print_changes(found, against, root, as_json=as_json)
        return
    if as_json:
        print_json(within=found.within, datasets=found.proposals, skipped=found.skipped)
        return
    if not found.proposals:
        say("no datasets were found")
        return
    named = scope or propose.scope_of(target)
    if out:
        _write(list(propose.written(out, named, found.proposals, guesses=guesses)))
    else:
        _print_estate(named, found.proposals, guesses=guesses)
    say(f"proposed {len(found.proposals)} datasets")


def register(
    target: Annotated[
        str, typer.Argument(metavar="PATH|TABLE", help="A file, a folder, or a table as URL#TABLE (env:NAME#TABLE).")
    ],
    *,
    name: Annotated[str | None, typer.Option("--name", metavar="NAME", help="What to call it.")] = None,
    estate: Annotated[
        Path | None,
        typer.Option(
            "--estate", metavar="FILE", help="Add it to this estate file, with a contract beside it.", exists=True
        ),
    ] = None,
    guesses: Guesses = False,
    as_json: AsJson = False,
) -> None:
    """Write the estate entry of one dataset, its schema, format and partitions found by looking.

    A date in the path makes partitions of the files that differ in it. Without --estate the entry is printed.
    """
    from connectors.crawl import propose
    from connectors.crawl.writing import entry

    one = propose.called(propose.propose(target, storage_root()), name)
    if estate:
        _append(estate, one, guesses=guesses)
    if as_json:
        print_json(dataset=one)
    elif not estate:
        print_text("\n".join(f"  {line}" for line in entry(one, guesses=guesses)))


def _print_estate(scope: str, proposals: Sequence[Proposal], *, guesses: bool) -> None:
    from connectors.crawl.writing import estate_text
    from graph_model.estate.yaml_lines import MOST_BYTES

    text = estate_text(scope, proposals, guesses=guesses)
    if len(text.encode()) > MOST_BYTES:
        raise InvalidInput("crawl", f"{len(proposals)} datasets are too many for one estate file: use --out FOLDER")
    print_text(text.rstrip("\n"))


def _write(files: Sequence[tuple[Path, str]]) -> None:
    """Nothing that is there already is written over: somebody may have worked on it."""
    there = [str(file) for file, _ in files if file.exists()]
    if there:
        raise InvalidInput("--out", f"{there[0]} is there already; use --against to see what changed")
    for file, text in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    for file, _ in files[:_MOST_TOLD]:
        print_text(str(file))
    if len(files) > _MOST_TOLD:
        print_text(f"and {len(files) - _MOST_TOLD} more")


def _append(estate: Path, one: Proposal, *, guesses: bool) -> None:
    """The contract first: without it the estate would point at nothing. It goes again if the estate cannot take it."""
    from connectors.crawl.appending import append
    from connectors.crawl.propose import CONTRACTS
    from connectors.crawl.writing import contract_text, entry, file_name

    file = estate / "estate.yaml" if estate.is_dir() else estate
    contract = file.parent / CONTRACTS / file_name(one)
    if contract.exists():
        raise InvalidInput("--estate", f"{contract} is there already: call the dataset something else with --name")
    if one.columns:
        contract.parent.mkdir(exist_ok=True)
        contract.write_text(contract_text(one), encoding="utf-8")
    try:
        append(file, list(entry(one, contract=f"{CONTRACTS}/{contract.name}" if one.columns else "", guesses=guesses)))
    except BaseException:
        contract.unlink(missing_ok=True)
        raise
    say(f"added {one.name} to {file}" + (f", with its contract {contract}" if one.columns else ""))


def _print_changes(found: Crawled, against: Path, root: Path, *, as_json: bool) -> None:
    from connectors.crawl.against import changes

    told = changes(found, _estate(against), root)
    if as_json:
        print_json(changes=told, skipped=found.skipped)
    else:
        rows: list[tuple[Any, ...]] = [(change.change, change.name, change.what) for change in told]
        print_table(("CHANGE", "DATASET", "WHAT"), rows, empty="nothing changed")
    finish(findings=bool(told))


def _estate(path: Path) -> Estate:
    """The graph is asked only where the file speaks of what other scopes declare."""
    from graph_model.estate.parse import load_estate
    from graph_model.estate.repository import known_datasets

    try:
        return load_estate(path)
    except InvalidEstate as mistakes:
        try:
            with open_graph() as graph:
                known = known_datasets(graph)
        except (Unavailable, SettingsError):
            raise mistakes from None
    return load_estate(path, known=known)


def _tell_skipped(skipped: Sequence[Skipped]) -> None:
    for one in skipped[:_MOST_TOLD]:
        say(f"left out {one.place}: {one.reason}")
    if len(skipped) > _MOST_TOLD:
        say(f"left out {len(skipped) - _MOST_TOLD} more; --json lists them")
