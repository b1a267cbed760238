"""The columns of dbt's relations: as the database has them, as the project documents and promises them."""

from __future__ import annotations

from collections.abc import Iterator

from connectors.dbt.artifacts import Node, Project
from connectors.dbt.documents import Document, parts, text
from connectors.foreign import part
from graph_model.contracts.entities import Column
from graph_model.schemas.sql_names import from_sql

_NOT_NULL = frozenset({"not_null", "primary_key"})


def columns_of(project: Project, node: Node) -> tuple[Column, ...]:
    """Those of the catalog in its order; without one those that the project describes, which may not be all.

    Descriptions come from the project, and from an enforced contract whether a column may be empty.
    """
    described = {name.lower(): column for name, column in parts(node.document, "columns")}
    required = set(_required(node))
    found = project.columns.get(node.id) or tuple({**column, "name": _named(column)} for column in described.values())
    return tuple(
        _column(column, described.get(text(column, "name").lower(), {}), required) for column in found if _named(column)
    )


def are_all_known(project: Project, node: Node) -> bool:
    """Whether `columns_of` are all there are: the catalog looked, or a contract is enforced."""
    return bool(project.columns.get(node.id)) or is_promised(node)


def is_promised(node: Node) -> bool:
    """Whether dbt refuses to build anything but the described columns."""
    return any(part(said, "contract").get("enforced") is True for said in (node.config, node.document))


def constraints_of(node: Node) -> list[str]:
    """What dbt says of the relation beyond its columns, in words: `unique(customer_id)`, `check(total > 0)`."""
    said = [
        (text(one, "type"), text(one, "expression") or name)
        for name, column in parts(node.document, "columns")
        for one in _constraints(column)
    ]
    for one in _constraints(node.document):
        columns = one.get("columns")
        listed = ", ".join(map(str, columns)) if isinstance(columns, list) else ""
        said.append((text(one, "type"), text(one, "expression") or listed))
    return sorted(f"{kind}({about})" for kind, about in said if kind)


def _column(found: Document, described: Document, required: set[str]) -> Column:
    name = text(found, "name")
    said = text(found, "type") or text(described, "data_type") or text(found, "data_type")
    about = text(described, "description") or text(found, "comment")
    kind = str(from_sql(said).value) if said else "unknown"
    return Column(name, kind, nullable=name.lower() not in required, description=about)


def _required(node: Node) -> Iterator[str]:
    """Columns that an enforced contract keeps from being empty."""
    if not is_promised(node):
        return
    for name, column in parts(node.document, "columns"):
        if any(text(one, "type") in _NOT_NULL for one in _constraints(column)):
            yield name.lower()
    for one in _constraints(node.document):
        columns = one.get("columns")
        if text(one, "type") in _NOT_NULL and isinstance(columns, list):
            yield from (str(column).lower() for column in columns)


def _constraints(document: Document) -> Iterator[Document]:
    found = document.get("constraints")
    yield from (one for one in (found if isinstance(found, list) else ()) if isinstance(one, dict))


def _named(column: Document) -> str:
    return text(column, "name")
