"""The changes between two declarations of one dataset: pure."""

from __future__ import annotations

from collections.abc import Iterator

from graph_model.contracts.definition import as_text
from graph_model.estate.entities import DatasetSpec
from graph_model.estate.vocabulary import LOGIN_OPTIONS
from graph_model.impact.between.contracts import RETENTION, between_contracts, between_documents
from graph_model.impact.entities import Change, ChangeFormat, ChangeTerm, MoveDataset, Repartition
from graph_model.names import Name
from graph_model.partitions.scheme import PartitionScheme
from graph_model.retention.entities import Retention

# Where a table lies and who asks for it is no matter of how its content is written.
_OF_PLACE = frozenset({"url", "table", *LOGIN_OPTIONS})


def between_datasets(before: DatasetSpec, after: DatasetSpec) -> tuple[Change, ...]:
    """What who reads the dataset may notice. All changes name it as it is called in `before`."""
    name = before.name
    return (
        *between_contracts(name, before.contract, after.contract),
        *_format(before, after),
        *_place(before, after),
        *_partitions(name, before.partitions, after.partitions),
        *_retention(name, before.retention, after.retention),
        *between_documents(name, before.document, after.document),
    )


def _format(before: DatasetSpec, after: DatasetSpec) -> Iterator[Change]:
    """An option of a format that is gone says nothing beside the new one."""
    format = after.format if after.format != before.format else None
    options = () if format else tuple(_options(before, after))
    if format or options:
        yield ChangeFormat(before.name, format, options)


def _options(before: DatasetSpec, after: DatasetSpec) -> Iterator[tuple[str, str | None, str | None]]:
    for option in sorted({*before.options, *after.options} - _OF_PLACE):
        then, now = (_text(spec, option) for spec in (before, after))
        if then != now:
            yield option, then, now


def _text(spec: DatasetSpec, option: str) -> str | None:
    return as_text(spec.options[option]) if option in spec.options else None


def _place(before: DatasetSpec, after: DatasetSpec) -> Iterator[Change]:
    """Where nothing was nobody looks; and a place that is not kept up to date any more is as good as none."""
    is_left = before.expose is not None and after.expose is None
    if before.location and (is_left or before.location != after.location):
        yield MoveDataset(before.name, None if is_left else after.location)


def _partitions(name: Name, before: PartitionScheme, after: PartitionScheme) -> Iterator[Change]:
    if before.every != after.every:
        yield Repartition(name, before.every, after.every)
    elif before.unit and before.timezone != after.timezone:
        yield Repartition(name, f"{before.every} in {before.timezone}", f"{after.every} in {after.timezone}")


def _retention(name: Name, before: Retention | None, after: Retention | None) -> Iterator[Change]:
    if before != after:
        said = [str(one) if one else None for one in (before, after)]
        yield ChangeTerm(name, RETENTION, *said, weaker=_keeps_less(before, after))


def _keeps_less(before: Retention | None, after: Retention | None) -> bool:
    """Each rule keeps something, and without one all is kept; only `partition_age` takes away."""
    then, now = before or Retention(), after or Retention()
    if now.partition_age is not None and (then.partition_age is None or now.partition_age < then.partition_age):
        return True
    if not now.keeps or not then.keeps:
        return now.keeps
    pairs = ((then.versions, now.versions), (then.partitions, now.partitions), (then.age, now.age))
    return any((new or 0) < (old or 0) for old, new in pairs)
