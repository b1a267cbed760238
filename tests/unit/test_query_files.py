"""Named queries: every file keeps the promise of its header, and nothing builds Cypher from pieces."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from graph_model.store.queries import CYPHER_ROOT, ENGINES, BadQueryFile, load_queries, parse_query

ROOT = CYPHER_ROOT.parent
ROOMS = ("app", "connectors", "graph_model", "workers", "examples")
STORE = ROOT / "graph_model" / "store"

GOOD = """\
// name:    lineage.step
// purpose: One hop.
// param:   ids list of string - the frontier
// returns: id string - one row each
// access:  read
MATCH (n:Dataset) WHERE n.id IN $ids RETURN n.id AS id
"""

# A clause keyword in capitals with what follows it in Cypher; prose does not write so.
CYPHER = re.compile(
    r"\b(MATCH|MERGE|CREATE|DETACH DELETE)\s*\(|\bUNWIND\s+\$|\bMATCH\s*$|\bRETURN\s+\w+\.\w+"
    r"|\bWHERE\s+\w+\.\w+\s*(=|IN)\s*\$"
)


@pytest.mark.parametrize("engine", ENGINES)
def test_every_query_file_loads(engine: str) -> None:
    assert "store.applied_migrations" in load_queries(engine)


def test_a_good_file_is_parsed(tmp_path: Path) -> None:
    query = parse_query(_file(tmp_path, GOOD), name="lineage.step")

    assert query.parameters == {"ids"}
    assert query.access == "read"
    assert query.text.startswith("MATCH")


@pytest.mark.parametrize(
    ("wrong", "right", "problem"),
    [
        ("// name:    lineage.step\n", "", "no `name` line"),
        ("// purpose: One hop.\n", "", "no `purpose` line"),
        ("// returns: id string - one row each\n", "", "no `returns` line"),
        ("// access:  read\n", "", "no `access` line"),
        ("access:  read", "access:  both", "access is `read` or `write`"),
        ("lineage.step\n", "lineage.hop\n", "is named 'lineage.hop', its place says 'lineage.step'"),
        ("// param:   ids list of string - the frontier\n", "", r"declares \[\] but uses \['ids'\]"),
        ("$ids", "$id", r"declares \['ids'\] but uses \['id'\]"),
        ("MATCH (n:Dataset) WHERE n.id IN $ids RETURN n.id AS id\n", "\n", "no query below its header"),
    ],
)
def test_a_file_that_breaks_a_header_rule_is_refused(tmp_path: Path, wrong: str, right: str, problem: str) -> None:
    assert wrong in GOOD

    with pytest.raises(BadQueryFile, match=problem):
        parse_query(_file(tmp_path, GOOD.replace(wrong, right)), name="lineage.step")


def test_a_dollar_in_text_or_comment_is_no_parameter(tmp_path: Path) -> None:
    text = GOOD.replace("RETURN n.id", "AND n.name <> '$price' // not $this either\nRETURN n.id")

    assert parse_query(_file(tmp_path, text), name="lineage.step").parameters == {"ids"}


def test_a_form_for_an_unknown_engine_is_refused(tmp_path: Path) -> None:
    _file(tmp_path / "lineage", GOOD, name="step.oracle.cypher")

    with pytest.raises(BadQueryFile, match="'oracle' is no engine"):
        load_queries("neo4j", tmp_path)


def test_a_form_for_one_engine_needs_a_common_form(tmp_path: Path) -> None:
    _file(tmp_path / "lineage", GOOD, name="step.arcadedb.cypher")

    with pytest.raises(BadQueryFile, match="no common form"):
        load_queries("arcadedb", tmp_path)


def test_a_form_for_one_engine_replaces_the_common_one_there_only(tmp_path: Path) -> None:
    _file(tmp_path / "lineage", GOOD, name="step.cypher")
    _file(tmp_path / "lineage", GOOD.replace("Dataset", "Job"), name="step.arcadedb.cypher")

    assert "Job" in load_queries("arcadedb", tmp_path)["lineage.step"].text
    assert "Dataset" in load_queries("neo4j", tmp_path)["lineage.step"].text


def test_only_the_store_holds_cypher() -> None:
    found = [offence for file in _sources() if STORE not in file.parents for offence in cypher_in(file)]

    assert found == [], "name the query and put it below cypher/"


def test_the_store_itself_builds_no_cypher_from_pieces() -> None:
    found = [offence for file in STORE.glob("*.py") for offence in cypher_in(file, may_run=True)]

    assert found == []


@pytest.mark.parametrize(
    "code",
    [
        'query = f"MATCH (n:{label}) RETURN n"',
        'query = "MATCH (n:" + label + ") RETURN n"',
        'query = "MERGE (n:{}) ".format(label)',
        'query = "UNWIND $rows AS row"',
        "session.run(text, ids=ids)",
        "driver.execute_query(text)",
    ],
)
def test_the_lint_sees_cypher_in_code(tmp_path: Path, code: str) -> None:
    assert cypher_in(_file(tmp_path, code, name="offender.py"))


@pytest.mark.parametrize(
    "code",
    [
        '"""What a MATCH (or a MERGE) would do."""',
        'note = "RUNNING jobs that CREATE tables"',
        'subprocess.run(["true"])',
        'graph.rows("lineage.step", ids=ids)',
        'sql = "SELECT 1 WHERE a.b = 2"',
    ],
)
def test_the_lint_lets_other_code_be(tmp_path: Path, code: str) -> None:
    assert cypher_in(_file(tmp_path, code, name="innocent.py")) == []


def cypher_in(file: Path, *, may_run: bool = False) -> list[str]:
    """Places in one Python file where Cypher stands as text, or is handed to a driver (unless it `may_run` one)."""
    tree = ast.parse(file.read_text())
    docstrings = {id(text) for text in _docstrings(tree)}
    offences = (
        node for node in ast.walk(tree) if _is_cypher(node, docstrings) or (not may_run and _runs_a_driver(node))
    )
    return [f"{file.name}:{getattr(node, 'lineno', 0)}" for node in offences]


def _is_cypher(node: ast.AST, docstrings: set[int]) -> bool:
    return (
        isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in docstrings
        and bool(CYPHER.search(node.value))
    )


def _runs_a_driver(node: ast.AST) -> bool:
    """`session.run(text)`, `tx.run(text)`, `driver.execute_query(text)`."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        return False
    owner = node.func.value
    name = owner.id if isinstance(owner, ast.Name) else owner.attr if isinstance(owner, ast.Attribute) else ""
    return node.func.attr == "execute_query" or (
        node.func.attr == "run" and name.lstrip("_") in {"session", "tx", "transaction", "driver"}
    )


def _docstrings(tree: ast.AST) -> Iterator[ast.expr]:
    """Bare texts: docstrings, and those below an attribute. They build nothing."""
    return (node.value for node in ast.walk(tree) if isinstance(node, ast.Expr))


def _sources() -> Iterator[Path]:
    return (file for room in ROOMS for file in (ROOT / room).rglob("*.py"))


def _file(folder: Path, text: str, *, name: str = "step.cypher") -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(text)
    return path
