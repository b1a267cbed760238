"""`headwater impact …` of changes that are written somewhere already: a set of them, files, contracts."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.connect import open_graph
from app.cli.errors import finish
from app.cli.impact import as_object, breaks, judged, print_changes, print_report, tell
from app.cli.lookup import find_consumer, find_dataset, find_job
from app.cli.options import AsJson, AsOf, DatasetArgument, DbtNamespace, DbtRelations
from app.cli.output import print_json, print_text, say
from graph_model.errors import ContentError, InvalidContract

if TYPE_CHECKING:
    from datetime import datetime

    from graph_model.contracts.document import Document
    from graph_model.contracts.entities import Contract
    from graph_model.impact.entities import Change
    from graph_model.names import Name
    from graph_model.store.graph import Graph
    from graph_model.versions.entities import Content

_ENDINGS = {".pq": "parquet", ".ndjson": "jsonl", ".json": "jsonl", ".feather": "arrow", ".tsv": "csv", ".txt": "csv"}
_OLD = typer.Argument(metavar="BEFORE", exists=True, dir_okay=False, readable=True, help="As it is.")
_NEW = typer.Argument(metavar="AFTER", exists=True, dir_okay=False, readable=True, help="As it would be.")


@dataclass(frozen=True, slots=True)
class _Named:
    """What a file of changes names, as people spell it."""

    graph: Graph

    def dataset(self, text: str) -> Name:
        return find_dataset(self.graph, text).name

    def job(self, text: str) -> Name:
        return find_job(self.graph, text)

    def consumer(self, text: str) -> Name:
        return find_consumer(self.graph, text)


def judge_set(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", exists=True, dir_okay=False, readable=True, help="A list of changes."),
    ] = None,
    *,
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON Schema of such a file instead.")] = False,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """What breaks when a whole set of changes is made at once: all are applied, then everybody is judged."""
    from graph_model.impact.between.now import completed
    from graph_model.impact.reading import read_changes
    from graph_model.impact.written import schema as schema_of_changes

    if schema:
        print_text(json.dumps(schema_of_changes(), indent=2))
        return
    if file is None:
        raise typer.BadParameter("name a file", param_hint="FILE")
    with open_graph() as graph:
        said = read_changes(text_of(file), file=str(file), naming=_Named(graph), folder=file.parent)
        changes = [completed(graph, one.change, open=one.open) for one in said]
        answer = judged(graph, changes, as_of)
    tell(answer, as_json=as_json)


def judge_files(
    dataset: DatasetArgument,
    before: Annotated[Path, _OLD],
    after: Annotated[Path, _NEW],
    *,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """What breaks when a dataset is written as one file and was as another: columns, order, csv dialect."""
    from connectors.storage.compared import between_contents
    from graph_model.datasets.repository import dataset as dataset_called

    with open_graph() as graph:
        found = dataset_called(graph, find_dataset(graph, dataset).name)
        changes = between_contents(found.name, *(_content(file, found.format) for file in (before, after)))
        tell_source(graph, changes, as_of, as_json=as_json)


def judge_contract(
    dataset: DatasetArgument,
    before: Annotated[Path, _OLD],
    after: Annotated[Path, _NEW],
    *,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """What breaks when a dataset has another contract: columns, keys, values, meaning, service levels."""
    from graph_model.impact.between.contracts import between_contracts, between_documents

    with open_graph() as graph:
        name = find_dataset(graph, dataset).name
        (old, one), (new, other) = (_contract(file, name.name) for file in (before, after))
        changes = (*between_contracts(name, one, other), *between_documents(name, old, new))
        tell_source(graph, changes, as_of, as_json=as_json)


def tell_source(
    graph: Graph,
    changes: Sequence[Change],
    as_of: datetime | None,
    *,
    unread: Sequence[str] = (),
    notes: Sequence[str] = (),
    as_json: bool,
) -> None:
    """What changes from outside come to, of those that the graph knows; `unread` is what could not be read of them.

    The command ends with findings where somebody breaks, and where something was not read: nobody may take it for
    harmless.
    """
    from graph_model.impact.between.fitting import fitted, with_unread

    found = fitted(graph, changes)
    not_read = (*unread, *found.open)
    answer = with_unread(judged(graph, found.changes, as_of), unread=bool(not_read))
    if as_json:
        left_out = [*found.left_out, *notes]
        print_json(impact=as_object(answer), unread=not_read, left_out=left_out)
    else:
        print_changes(found.changes)
        for text in (*found.left_out, *notes):
            say(f"left out: {text}")
        for text in not_read:
            say(f"not read: {text}")
        if found.changes:
            print_report(answer)
    finish(findings=breaks(answer.affected) or bool(not_read))


def text_of(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise ContentError(f"{file} is not UTF-8 text") from None


def _content(file: Path, format: str) -> Content:
    """A file of the format that its ending says, else of the dataset's; how a csv file is written is looked at."""
    from connectors.storage import formats
    from graph_model.versions.dialects import FORMAT, OPTION, SNIFFED
    from graph_model.versions.entities import Content

    ending = file.suffix.lower()
    own = _ENDINGS.get(ending, ending.removeprefix("."))
    kind = own if own in formats() else format
    said = {FORMAT: {OPTION: SNIFFED}}.get(kind, {})
    return Content(kind, str(file.resolve()), said)


def _contract(file: Path, dataset: str) -> tuple[Document, Contract]:
    from graph_model.contracts.odcs import read_whole

    try:
        return read_whole(file.read_text(encoding="utf-8"), file=str(file), dataset=dataset)
    except UnicodeDecodeError:
        raise InvalidContract(str(file), None, "is not UTF-8 text") from None


def judge_ddl(
    script: Annotated[
        Path,
        typer.Argument(
            metavar="SCRIPT", exists=True, dir_okay=False, readable=True, allow_dash=True, help="SQL, or -."
        ),
    ],
    *,
    namespace: Annotated[
        str, typer.Option("--namespace", metavar="NS", help="Where its tables are, as postgres://HOST:PORT.")
    ],
    dialect: Annotated[
        str | None,
        typer.Option("--dialect", metavar="D", help="Its SQL dialect, if the namespace does not tell."),
    ] = None,
    path: Annotated[
        str, typer.Option("--path", metavar="DATABASE.SCHEMA", help="What short names mean; by default nothing.")
    ] = "",
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """What breaks when a script of ALTER, DROP and CREATE runs. Exit 1 also for a statement that cannot be read."""
    from connectors.sql.ddl_changes import changes_of_script
    from connectors.sql.ddl_tables import TablesOfGraph
    from connectors.sql.dialects import dialect_of
    from connectors.sql.reads import UnreadableSqlError

    text = sys.stdin.read() if str(script) == "-" else text_of(script)
    meant = dialect or dialect_of(namespace)
    if not meant:
        raise typer.BadParameter(f"what {namespace} speaks is not known: say it", param_hint="--dialect")
    with open_graph() as graph:
        tables = TablesOfGraph(graph, namespace)
        try:
            found = changes_of_script(text, dialect=meant, tables=tables, path=tuple(filter(None, path.split("."))))
        except UnreadableSqlError as error:
            raise typer.BadParameter(str(error), param_hint="SCRIPT") from None
        notes = [f"table {name} is not known here" for name in found.strangers]
        tell_source(graph, found.changes, as_of, unread=found.unread, notes=notes, as_json=as_json)


def judge_dbt(
    before: Annotated[
        Path,
        typer.Argument(metavar="BEFORE", exists=True, file_okay=False, help="A target folder of dbt."),
    ],
    after: Annotated[
        Path, typer.Argument(metavar="AFTER", exists=True, file_okay=False, help="That of the project as it would be.")
    ],
    *,
    datasets: DbtRelations = None,
    namespace: DbtNamespace = "dbt",
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """What breaks when a dbt project becomes another: models, columns, SQL, exposures."""
    from connectors.dbt.compared import between_projects

    found = between_projects(before, after, datasets=datasets, jobs=namespace)
    with open_graph() as graph:
        tell_source(graph, found.changes, as_of, unread=found.unread, as_json=as_json)
