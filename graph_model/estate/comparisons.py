"""Holds the checks of contracts that compare with something against what there is to compare with."""

from __future__ import annotations

from graph_model.checks.surroundings import AGAINST_OTHERS, FRESHNESS, HISTORY, WITH_WEEKDAYS
from graph_model.contracts.entities import Check
from graph_model.errors import nearest
from graph_model.estate.drafts import DatasetDraft
from graph_model.estate.references import Surroundings
from graph_model.estate.sections import Said, shown
from graph_model.names import Name, parse_name


def check_comparisons(datasets: tuple[DatasetDraft, ...], around: Surroundings) -> None:
    """Tells mistakes at the line of the dataset: where its contract stands in the estate."""
    for dataset in datasets:
        for check in dataset.spec.contract.checks:
            if check.kind in AGAINST_OTHERS:
                _check_other(dataset, check, around)
            elif dataset.is_sliced_clearly:
                _check_time(dataset, check, around)


def _check_other(dataset: DatasetDraft, check: Check, around: Surroundings) -> None:
    name = parse_name(check.params["dataset"], default_namespace=dataset.name.namespace)
    if not around.has(name):
        around.unknown_dataset(Said(name, dataset.line), f"{_what(dataset, check)} compares with")
        return
    promised = around.columns(name)
    for column in check.params["references"]:
        if promised and column not in promised:
            message = f"{_what(dataset, check)}: the contract of {shown(name, around.namespace)} has no column {column}"
            around.mistakes.add(dataset.line, message, _hint(column, promised))
    if dataset.is_sliced_clearly:
        _check_partition(dataset, check, name, around)


def _check_partition(dataset: DatasetDraft, check: Check, name: Name, around: Surroundings) -> None:
    """Partitions that can never be there: another rhythm's, or any of what has none."""
    other, said = around.scheme(name), check.params["partition"]
    if other is None:
        return
    own = dataset.spec.partitions
    if said == "whole" and other.every is not None:
        message = f"{_what(dataset, check)}: {shown(name, around.namespace)} has partitions, and none is whole"
        around.mistakes.add(dataset.line, message, "write partition: same, or latest")
    elif said == "same" and own.every != other.every:
        slices = f"by {other.every}" if other.every else "not at all"
        message = f"{_what(dataset, check)}: {shown(name, around.namespace)} is sliced {slices}, so no key is the same"
        hint = "write partition: latest" if other.every else "write partition: whole"
        around.mistakes.add(dataset.line, message, hint)


def _check_time(dataset: DatasetDraft, check: Check, around: Surroundings) -> None:
    scheme = dataset.spec.partitions
    if check.kind == FRESHNESS and check.params.get("until") == "partition" and scheme.unit is None:
        message = f"{_what(dataset, check)}: its partitions are no slices of time"
        around.mistakes.add(dataset.line, message, "write until: now")
    if check.kind == HISTORY and check.params["same_weekday"] and scheme.every not in WITH_WEEKDAYS:
        message = f"{_what(dataset, check)}: only days and hours have a weekday"
        around.mistakes.add(dataset.line, message, "leave sameWeekday out")


def _what(dataset: DatasetDraft, check: Check) -> str:
    return f"dataset {dataset.name.name}: check {check.name!r}"


def _hint(column: str, known: tuple[str, ...]) -> str:
    near = nearest(column, known)
    return f"did you mean {near}?" if near else f"it has {', '.join(known)}"
