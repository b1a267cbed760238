"""What others tell of a dataset, on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.cli.observed_runs import pairs

if TYPE_CHECKING:
    from graph_model.observed.known import ToldOfDataset

STATISTICS = ("COUNTED", "AT", "ROWS", "BYTES", "FILES")


def told_fields(told: ToldOfDataset | None) -> dict[str, Any]:
    """Beside what is declared; nothing where nobody told anything."""
    if told is None:
        return {}
    return {
        "told_to_be": " ".join(word for word in (told.sub_kind, told.kind) if word),
        "told_owners": tuple(f"{owner.name} ({owner.role})" if owner.role else owner.name for owner in told.owners),
        "told_tags": told.tags,
        "told_description": told.description,
        "told_checks": tuple(name for name, _ in told.checks),
        "lies_in": tuple(f"{kind} {name}" for kind, name in told.levels),
        "catalog": pairs(told.catalog),
        "storage": pairs(told.storage),
        "data_source": tuple(dict.fromkeys(told.data_source.values())),
    }


def statistics(told: ToldOfDataset | None) -> list[tuple[Any, ...]]:
    """A row for each kind of counts that were told."""
    return [(one.kind, one.at, one.rows, one.bytes, one.files) for one in told.statistics] if told else []
