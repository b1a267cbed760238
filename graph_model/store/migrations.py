"""Numbered migrations of the graph's schema, safe to run by many processes at once. A second file for one engine
(`0010_search.arcadedb.cypher`) replaces the common one there, as it does with queries.

Each statement is idempotent by itself (`IF NOT EXISTS`), so two processes that meet do the same work twice and harm
nothing; the Migration node says afterwards that all of it is there.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import LiteralString, cast

from graph_model.store.graph import Graph
from graph_model.store.queries import CYPHER_ROOT


@dataclass(frozen=True, slots=True)
class Migration:
    """`id` is the file's name without ending; migrations apply in the order of their ids."""

    id: str
    statements: tuple[LiteralString, ...]


@cache
def migrations(engine: str = "neo4j") -> tuple[Migration, ...]:
    """All migrations in the form meant for `engine`, oldest first; the ids are the same on each. Statements end with a
    semicolon; `//` starts a comment line."""
    common = sorted(path for path in (CYPHER_ROOT / "schema").glob("*.cypher") if "." not in path.stem)
    special = {path: path.with_name(f"{path.stem}.{engine}.cypher") for path in common}
    return tuple(
        Migration(path.stem, _statements((own if own.exists() else path).read_text())) for path, own in special.items()
    )


def pending(graph: Graph) -> tuple[str, ...]:
    """The ids of migrations that this graph still lacks, oldest first."""
    applied = {row["id"] for row in graph.rows("store.applied_migrations")}
    return tuple(migration.id for migration in migrations() if migration.id not in applied)


def migrate(graph: Graph) -> tuple[str, ...]:
    """Applies what is pending and returns its ids, oldest first; empty when the graph was up to date."""
    missing = pending(graph)
    for migration in migrations(graph.engine):
        if migration.id not in missing:
            continue
        for statement in migration.statements:
            graph.run_schema(statement)
        graph.rows("store.record_migration", id=migration.id)
    return missing


def _statements(text: str) -> tuple[LiteralString, ...]:
    code = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("//"))
    # Trusted as the query files are: it comes with the program, never from a user.
    return tuple(cast(LiteralString, statement.strip()) for statement in code.split(";") if statement.strip())
