"""Relationships of the standard, where the contract wants them checked: then they are foreign keys.

By itself a relationship describes, often what no dataset here is. Its custom property `checked` says which version of
the other dataset must hold the keys: same, latest, whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from open_data_contract_standard.model import Relationship

from graph_model.contracts.entities import Check
from graph_model.contracts.own_rules import PARTITIONS
from graph_model.contracts.source import Path, Source, texts
from graph_model.errors import nearest

CHECKED = "checked"
_KEYS = ("id", "type", "from", "to", "customProperties")


def checks_of_relationships(
    source: Source,
    relationships: Sequence[Relationship] | None,
    path: Path,
    *,
    column: str | None,
    columns: Mapping[str, str],
) -> Iterator[Check]:
    """`column` is None for those of the whole object. Raises InvalidContract for one that is to be checked and odd."""
    for position, found in enumerate(relationships or []):
        here = (*path, "relationships", position)
        source.known_keys(here, _KEYS)
        partition = _partition(source, found, here)
        if partition is None:
            continue
        if found.type not in (None, "foreignKey"):
            raise source.refusal((*here, "type"), f"only a foreignKey can be checked, not a {found.type}")
        targets = _split(source, found.to, (*here, "to"))
        own = [column] if column is not None else _own(source, found, here, columns)
        objects = sorted({dataset for dataset, _ in targets})
        if len(objects) != 1 or len(own) != len(targets):
            raise source.refusal((*here, "to"), "a key refers to as many columns, all of one object, as it has itself")
        params = {"columns": own, "references": [name for _, name in targets], "dataset": objects[0]}
        name = found.id or f"{', '.join(own)} in {objects[0]}"
        yield Check(name, "foreign_key", {**params, "partition": partition, "if_missing": "fail"})


def _partition(source: Source, found: Relationship, here: Path) -> str | None:
    said = [own.value for own in found.customProperties or [] if own.property == CHECKED]
    if not said:
        return None
    if len(said) == 1 and said[0] in PARTITIONS:
        return str(said[0])
    near = nearest(str(said[0]), PARTITIONS)
    hint = f"did you mean {near}?" if near else f"write {texts(PARTITIONS)}"
    raise source.refusal((*here, "customProperties"), f"{said[0]} is no version to be checked against; {hint}")


def _own(source: Source, found: Relationship, here: Path, columns: Mapping[str, str]) -> list[str]:
    """The columns of our own properties; a property of an object inside of ours has dots in its name itself."""
    names = [name for _, name in _split(source, found.from_, (*here, "from"))]
    for name in names:
        if name not in columns:
            near = nearest(name, columns)
            raise source.refusal(
                (*here, "from"), f"there is no property {name}" + (f"; did you mean {near}?" if near else "")
            )
    return [columns[name] for name in names]


def _split(source: Source, said: Any, here: Path) -> list[tuple[str, str]]:
    """Object and property of `OBJECT.PROPERTY`, of one or of several."""
    written = said if isinstance(said, list) else [said]
    parts = [str(text).partition(".") for text in written if text]
    if not parts or len(parts) != len(written) or any("/" in name or not name for _, _, name in parts):
        raise source.refusal(here, "a key that is to be checked is written OBJECT.PROPERTY, or a list of these")
    return [(dataset, name) for dataset, _, name in parts]
