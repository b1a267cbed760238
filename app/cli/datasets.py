"""`headwater datasets` and `headwater dataset`: which there are, and everything that is known of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.connect import open_graph
from app.cli.lookup import find_dataset
from app.cli.options import AsJson, DatasetArgument
from app.cli.output import print_fields, print_json, print_table, print_text, say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graph_model.datasets.entities import Dataset, PartitionOverview
    from graph_model.identity.show import KnownName, Names
    from graph_model.lineage.entities import Lineage
    from graph_model.store.graph import Graph

_LISTED = ("DATASET", "FORMAT", "PARTITIONS", "OWNERS", "TAGS", "DOMAIN", "TIER", "DESCRIPTION")
_COLUMNS = ("COLUMN", "TYPE", "NULLS", "CLASSIFICATION", "TAGS", "DESCRIPTION")
_CHECKS = ("CHECK", "KIND", "SEVERITY")
_PARTITIONS = ("PARTITION", "STATE", "VERSIONS", "PUBLISHED", "ROWS", "CURRENT", "REASON")
_NEWEST = 5


def list_datasets(
    *,
    tag: Annotated[str, typer.Option("--tag", metavar="TAG", help="Only those with this tag.")] = "",
    owner: Annotated[str, typer.Option("--owner", metavar="WHO", help="Only those that this one owns.")] = "",
    domain: Annotated[str, typer.Option("--domain", metavar="DOMAIN", help="Only those of this domain.")] = "",
    tier: Annotated[str, typer.Option("--tier", metavar="TIER", help="Only those of this tier.")] = "",
    namespace: Annotated[str, typer.Option("--namespace", metavar="NS", help="Only those of this namespace.")] = "",
    format: Annotated[str, typer.Option("--format", metavar="FORMAT", help="Only those of this format.")] = "",
    search: Annotated[str, typer.Option("--search", metavar="TEXT", help="Only with this part of a name.")] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="How many at most.")] = 200,
    as_json: AsJson = False,
) -> None:
    """List the datasets that are declared now, by namespace and name."""
    from graph_model.datasets.entities import Filters
    from graph_model.datasets.repository import datasets

    filters = Filters(search, namespace, format, owner, tag, domain, tier)
    with open_graph() as graph:
        page = datasets(graph, filters, first=limit)
    if as_json:
        print_json(datasets=[_words(found) for found in page.items], has_next=page.has_next)
    else:
        print_table(_LISTED, [_listed(found) for found in page.items], empty="no such datasets")
    if page.has_next:
        say(f"there are more than {limit}: raise --limit, or ask for less")


def show_dataset(dataset: DatasetArgument, *, as_json: AsJson = False) -> None:
    """Show everything that is known of one dataset: what it is, whose, its columns, readers and newest partitions."""
    from graph_model.datasets import repository
    from graph_model.identity.show import names_of
    from graph_model.lineage.ask import lineage

    with open_graph() as graph:
        found = repository.dataset(graph, find_dataset(graph, dataset).name)
        names = names_of(graph, found.id)
        newest = repository.partitions(graph, [found.id], first=_NEWEST)[found.id].items
        makers, readers = (_beside(lineage(graph, found.name, direction=way, depth=1)) for way in ("UP", "DOWN"))
        schema = _seen(graph, found)
    if as_json:
        print_json(
            dataset={
                **_words(found),
                "names": [known.name for known in names.names if known.name != found.name],
                "known_names": names.names,
                "doubts": names.doubts,
                "dropped_at": names.dropped_at,
                "columns": found.columns or schema,
                "contract": found.contract,
                "made_by": makers,
                "read_by": readers,
                "newest_partitions": newest,
            }
        )
        return
    _print_head(found, names, makers, readers)
    rows = [(c.path, c.type, c.nullable, c.classification, c.tags, c.description) for c in found.columns or schema]
    _print_part(_COLUMNS, rows, empty="no column of it is known")
    _print_part(_CHECKS, [(c.name, c.kind, c.severity) for c in found.contract.checks], empty="it promises nothing")
    _print_part(_PARTITIONS, [_partition(one) for one in newest], empty="no version of it was ever reported")


def _seen(graph: Graph, found: Dataset) -> tuple[Any, ...]:
    """Where nothing is declared, the columns that the current version showed."""
    if found.columns:
        return ()
    from graph_model.schemas.repository import columns_seen

    return columns_seen(graph, found.id)


def _print_head(found: Dataset, names: Names, makers: list[str], readers: list[str]) -> None:
    from graph_model.estate.schemes import sliced

    print_fields(
        dataset=found.name,
        also_called=tuple(_called(known) for known in names.names if known.name != found.name),
        said_to_be=tuple(f"{one.other} (by {one.said_by}; does not count: {one.held})" for one in names.doubts),
        description=found.description,
        format=found.format,
        location=found.location,
        partitions=sliced(found.partitions).removeprefix("partitions "),
        options=_pairs({key: value for key, value in found.options.items() if key not in ("url", "table")}),
        owners=found.owners,
        tags=found.tags,
        classification=found.classification,
        domain=found.domain,
        tier=found.tier,
        properties=_pairs(found.properties),
        retention=str(found.retention) if found.retention else None,
        contract=" ".join(part for part in (found.contract.file, found.contract.version) if part),
        made_by=tuple(makers),
        read_by=tuple(readers),
        scope=found.scope,
        retired_at=found.retired_at,
        dropped_at=names.dropped_at,
    )


def _called(known: KnownName) -> str:
    """A name, and who says why it is one of the dataset."""
    from app.cli.names import words

    why = "; ".join(f"{words(one)}, by {one.said_by}" for one in known.because)
    return f"{known.name} ({why})" if why else str(known.name)


def _pairs(values: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(f"{key}={value!r}" for key, value in sorted(values.items()))


def _print_part(columns: tuple[str, ...], rows: list[tuple[Any, ...]], *, empty: str) -> None:
    if rows:
        print_text("")
    print_table(columns, rows, empty=empty)


def _beside(found: Lineage) -> list[str]:
    """The jobs and consumers one step away."""
    return sorted(f"{node.kind.lower()} {node.name}" for node in found.nodes if node.kind in ("JOB", "CONSUMER"))


def _words(found: Dataset) -> dict[str, Any]:
    """A dataset as JSON says it; what is secret in its options stays out, as it does in the table."""
    return {
        "id": found.id,
        "name": found.name,
        "format": found.format,
        "location": found.location,
        "partition_every": found.partitions.every,
        "partition_from": found.partitions.start,
        "owners": found.owners,
        "tags": found.tags,
        "classification": found.classification,
        "domain": found.domain,
        "tier": found.tier,
        "properties": found.properties,
        "retention": str(found.retention) if found.retention else None,
        "description": found.description,
        "scope": found.scope,
        "retired_at": found.retired_at,
    }


def _listed(found: Dataset) -> tuple[Any, ...]:
    scheme, words = found.partitions, found.description.partition("\n")[0]
    return (found.name, found.format, scheme.every, found.owners, found.tags, found.domain, found.tier, words)


def _partition(one: PartitionOverview) -> tuple[Any, ...]:
    state = one.newest_state
    return (one.key or "whole", state, one.versions, one.published_at, one.row_count, one.current, one.reason)
