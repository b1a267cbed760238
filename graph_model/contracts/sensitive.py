"""What is nobody else's business: the one rule that says so, and the checks that keep it out of their samples."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from graph_model.contracts.entities import Check, Column, Contract, lies_in

# Classifications and tags, in any case, of a column or a whole dataset.
SENSITIVE = frozenset({"sensitive", "confidential", "restricted", "secret", "pii", "personal"})


def is_sensitive(classification: str, tags: Iterable[str]) -> bool:
    return not SENSITIVE.isdisjoint({classification.lower(), *(tag.lower() for tag in tags)})


def sensitive_columns(columns: Collection[Column]) -> frozenset[str]:
    """Paths of the columns that are classified or tagged so, with all that is inside them."""
    own = [column.path for column in columns if is_sensitive(column.classification, column.tags)]
    return frozenset(column.path for column in columns if any(lies_in(column.path, path) for path in own))


def hidden_in(check: Check, sensitive: Collection[str]) -> Check:
    """The check, told which of its columns hold what nobody may see in a sample."""
    # A function sees all columns.
    about = sorted(sensitive) if check.kind == "python" else _about(check)
    masked = [path for path in about if path in sensitive]
    return replace(check, params={**check.params, "masked": masked}) if masked else check


def hidden_whole(contract: Contract) -> Contract:
    """The contract of a dataset that is sensitive as a whole: no check shows a value of any column."""
    columns = {column.path for column in contract.columns}
    return replace(contract, checks=tuple(hidden_in(check, {*columns, *_about(check)}) for check in contract.checks))


def _about(check: Check) -> list[str]:
    if check.kind == "sql":
        return []
    return [path for path in check.params.get("columns") or [check.params.get("column")] if path]
