"""`headwater contract diff` and `test`: before anybody relies on a contract."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.connect import data_roots, open_graph
from app.cli.errors import finish
from app.cli.lookup import find_dataset, find_partition, split_partition
from app.cli.options import AsJson, DatasetPartition
from app.cli.output import print_fields, print_json, print_table, say
from graph_model.errors import InvalidContract

if TYPE_CHECKING:
    from graph_model.contracts.changes import ContractDifference
    from graph_model.contracts.difference import Side
    from graph_model.contracts.entities import Check, CheckResult
    from graph_model.store.graph import Graph
    from graph_model.versions.entities import Validated

_WHICH = "a contract file, DATASET for the contract of now, or DATASET@VERSION"
_FILE_ENDINGS = (".yaml", ".yml", ".json")
PATIENCE_SECONDS = 900.0


def show_difference(
    before: Annotated[str, typer.Argument(metavar="A", help=f"The older one: {_WHICH}.")],
    after: Annotated[str, typer.Argument(metavar="B", help="The newer one, named alike.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Show how two contracts differ and what each change means to who relies on A. Exit 1 for a major one."""
    from graph_model.contracts.difference import difference
    from graph_model.contracts.version import remark

    old, new = _sides(before, after)
    found = difference(old, new)
    versions = (old.document.version, new.document.version)
    said = remark(*versions, found.change, found.why) if old.document.binds else None
    if as_json:
        print_json(before=versions[0], after=versions[1], change=found.change, changes=found.changes, remark=said)
    else:
        _print_difference(versions, found, said)
    finish(findings=found.change == "major")


def try_checks(
    dataset: DatasetPartition,
    *,
    contract: Annotated[
        Path | None,
        typer.Option(
            "--contract", metavar="FILE", help="A draft in place of the contract of now.", exists=True, dir_okay=False
        ),
    ] = None,
    timeout: Annotated[float, typer.Option("--timeout", min=1, metavar="SECONDS", help="How long it may take.")] = (
        PATIENCE_SECONDS
    ),
    as_json: AsJson = False,
) -> None:
    """Run the checks of a contract on the current version of a partition. Nothing in the graph changes.

    Exit 1 when a blocking check fails: the version would be quarantined.
    """
    from connectors.checks.apart import validate_apart
    from connectors.checks.places import places_found
    from connectors.storage.locations import located
    from graph_model.contracts.trial import trial

    with open_graph() as graph:
        name, key = find_partition(graph, dataset)
        found = trial(graph, name, key, draft=_drafted(contract, name.name) if contract else None)
    roots = data_roots()
    content, checks = located(found.content, roots), places_found(found.checks, roots)
    validated, version = validate_apart(content, checks, timeout=timeout), found.version
    if as_json:
        print_json(
            dataset=name,
            partition=key,
            version=version.id,
            good=validated.good,
            reason=validated.reason,
            results=validated.results,
        )
    else:
        print_fields(dataset=name, partition=key, version=version.id, rows=version.row_count)
        _print_results(validated)
    finish(findings=not validated.good)


def _print_results(validated: Validated) -> None:
    if validated.inspection is None:
        print_fields(unreadable=validated.reason)
        return
    rows = [
        (_verdict(result), result.check, result.kind, result.severity, result.failed_rows or None, result.message)
        for result in validated.results
    ]
    print_table(("RESULT", "CHECK", "KIND", "SEVERITY", "ROWS", "WHAT"), rows, empty="the contract checks nothing")


def _verdict(result: CheckResult) -> str:
    if result.passed:
        return "OK"
    return "FAIL" if result.blocks else "WARN"


def _drafted(file: Path, dataset: str) -> tuple[Check, ...]:
    from graph_model.contracts.odcs import read_contract

    return read_contract(_text(file), file=str(file), dataset=dataset).checks


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise InvalidContract(str(file), None, "is not UTF-8 text") from None


def _sides(before: str, after: str) -> tuple[Side, Side]:
    """Two files are compared object by object; a file and a dataset by what each says of that dataset."""
    from graph_model.contracts.difference import side_of

    files = {text: Path(text) for text in (before, after) if _is_file(text)}
    if len({before, after} - files.keys()) == 0:
        one, other = (side_of(_text(files[text]), file=text) for text in (before, after))
        return one, other
    with open_graph() as graph:
        named = {text: _recorded(graph, text) for text in (before, after) if text not in files}
    subject = next(iter(named.values()))[0]
    one, other = (
        side_of(_text(files[text]), file=text, dataset=subject)
        if text in files
        else side_of(named[text][1], file=text, dataset=named[text][0])
        for text in (before, after)
    )
    return one, other


def _is_file(text: str) -> bool:
    if Path(text).is_file():
        return True
    if text.endswith(_FILE_ENDINGS):
        raise typer.BadParameter(f"there is no file {text}")
    return False


def _recorded(graph: Graph, text: str) -> tuple[str, str]:
    """Name of the dataset and text of the contract of `DATASET[@VERSION]`."""
    from graph_model.contracts.recorded import contract_of
    from graph_model.datasets.repository import dataset as dataset_called

    spelled, which = split_partition(text)
    found = dataset_called(graph, find_dataset(graph, spelled).name)
    return found.name.name, contract_of(graph, found.id, found.name, which).document.text


def _print_difference(versions: tuple[str, str], found: ContractDifference, said: str | None) -> None:
    print_fields(before=versions[0], after=versions[1], change=found.change)
    rows = [(change.change, change.part, change.about, change.text) for change in found.changes]
    print_table(("CHANGE", "PART", "ABOUT", "WHAT"), rows, empty="both say the same")
    if said:
        say(f"remark: {said}")
