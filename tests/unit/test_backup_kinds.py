"""A backup loses nothing: every label and edge that any query speaks of is held, or left out on purpose."""

from __future__ import annotations

import re

from graph_model.backup.kinds import EDGE_KINDS, LABELS, LEFT_OUT, SOURCES
from graph_model.store.migrations import migrations
from graph_model.store.queries import load_queries

_CODE = re.compile(r"//[^\n]*|'(?:[^'\\]|\\.)*'")
_NODE = re.compile(r"\(\w*((?::\w+)(?:\|\w+)*)")
_EDGE = re.compile(r"\[\w*:(\w+(?:\|\w+)*)")


def words(pattern: re.Pattern[str]) -> set[str]:
    texts = [_CODE.sub("", query.text) for query in load_queries("neo4j").values()]
    return {word for text in texts for found in pattern.findall(text) for word in found.lstrip(":").split("|")}


def body_of(query: str) -> str:
    return load_queries("neo4j")[query].text


def test_every_label_of_the_queries_is_held_or_left_out_on_purpose() -> None:
    assert words(_NODE) - {*LABELS, *LEFT_OUT} == set()


def test_every_edge_of_the_queries_is_held() -> None:
    assert words(_EDGE) - {kind.type for kind in EDGE_KINDS} == set()


def test_every_label_has_its_id_by_constraint() -> None:
    schema = " ".join(statement for migration in migrations() for statement in migration.statements)

    assert [label for label in (*LABELS, *LEFT_OUT) if f"(n:{label}) REQUIRE n.id IS UNIQUE" not in schema] == []


def test_the_queries_of_the_backup_name_every_kind() -> None:
    assert re.findall(r"label = '(\w+)'\nMATCH \(n:(\w+)\)", body_of("backup.nodes")) == [(x, x) for x in LABELS]
    assert re.findall(r"label = '(\w+)'\nMATCH \(n:(\w+)\)", body_of("backup.edges")) == [(x, x) for x in SOURCES]
    created = re.findall(r"\$nodes\.(\w+), \[\]\) \| CREATE \(n:(\w+)\)", body_of("backup.create_nodes"))
    assert created == [(x, x) for x in LABELS]


def test_the_query_that_creates_edges_names_every_kind() -> None:
    pattern = r"\$edges\.(\w+), .*\n.*\(a:(\w+) .*\(b:(\w+) .*\n.*\[e:(\w+)\]"
    found = re.findall(pattern, body_of("backup.create_edges"))

    assert found == [(kind.key, kind.source, kind.target, kind.type) for kind in EDGE_KINDS]


def test_the_look_for_an_empty_graph_leaves_out_the_same() -> None:
    assert set(re.findall(r"NOT n:(\w+)", body_of("backup.anything"))) == set(LEFT_OUT)
