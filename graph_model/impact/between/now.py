"""What a change leaves open and the graph knows: how it is before."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from graph_model.contracts.definition import as_text
from graph_model.contracts.document import Document
from graph_model.contracts.recorded import contract_of
from graph_model.contracts.service import ServiceLevel, level_of, levels_of
from graph_model.datasets.entities import Dataset
from graph_model.datasets.repository import dataset
from graph_model.errors import NotFound
from graph_model.impact.between.contracts import allowed_values, is_weaker
from graph_model.impact.entities import Change, ChangeAllowedValues, ChangeFormat, ChangeTerm, Repartition
from graph_model.store.graph import Graph


def completed(graph: Graph, change: Change, *, open: Collection[str]) -> Change:
    """`change` with what was left out, by the keys in `open`; what nobody knows stays as it is.

    Raises DatasetNotFound.
    """
    if isinstance(change, ChangeFormat):
        return _format(dataset(graph, change.dataset), change)
    if not open:
        return change
    if isinstance(change, ChangeAllowedValues):
        return _values(dataset(graph, change.dataset), change)
    if isinstance(change, Repartition):
        return replace(change, before=dataset(graph, change.dataset).partitions.every)
    return _term(graph, change, open) if isinstance(change, ChangeTerm) else change


def _format(found: Dataset, change: ChangeFormat) -> ChangeFormat:
    now = {option: as_text(value) for option, value in found.options.items()}
    options = tuple((option, now.get(option) if then is None else then, to) for option, then, to in change.options)
    return replace(change, options=options)


def _values(found: Dataset, change: ChangeAllowedValues) -> ChangeAllowedValues:
    return replace(change, before=allowed_values(found.contract).get(change.column))


def _term(graph: Graph, change: ChangeTerm, open: Collection[str]) -> ChangeTerm:
    before = change.before
    if "before" in open:
        level = _level(graph, dataset(graph, change.dataset), change.term)
        before = level.text if level else None
    if "weaker" not in open:
        return replace(change, before=before)
    then, now = (_read(change.term, text) for text in (before, change.after))
    return replace(change, before=before, weaker=is_weaker(then, now))


def _level(graph: Graph, found: Dataset, term: str) -> ServiceLevel | None:
    try:
        document: Document = contract_of(graph, found.id, found.name, "").document
    except NotFound:
        return None
    levels = levels_of(document, found.name.name)
    return next((level for level in levels if level.name.lower() == term.lower()), None)


def _read(term: str, text: str | None) -> ServiceLevel | None:
    """`2 days` as the standard has it: a value and its unit."""
    if text is None:
        return None
    value, _, unit = text.partition(" ")
    said: Any = float(value) if value.replace(".", "", 1).isdigit() else value
    return level_of({"property": term, "value": said, "unit": unit or None})
