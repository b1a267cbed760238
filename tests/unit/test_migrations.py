"""Migrations as files: the same ids on each engine, each in the form meant for it."""

from __future__ import annotations

from graph_model.store.migrations import migrations
from graph_model.store.queries import CYPHER_ROOT, ENGINES


def test_every_engine_has_the_same_migrations_in_order() -> None:
    ids = {engine: [migration.id for migration in migrations(engine)] for engine in ENGINES}

    assert ids["neo4j"] == ids["arcadedb"] == sorted(ids["neo4j"])
    assert not any("." in one for one in ids["neo4j"])


def test_a_form_for_one_engine_replaces_the_common_one_there_only() -> None:
    search = {engine: {one.id: one for one in migrations(engine)}["0010_search"].statements for engine in ENGINES}

    assert any("FULLTEXT" in statement for statement in search["neo4j"])
    assert search["arcadedb"] == ()


def test_a_form_for_one_engine_has_a_common_one() -> None:
    special = list((CYPHER_ROOT / "schema").glob("*.*.cypher"))

    assert [path.name for path in special if not path.with_name(f"{path.name.split('.')[0]}.cypher").exists()] == []
    assert {path.name.split(".")[1] for path in special} <= set(ENGINES)
