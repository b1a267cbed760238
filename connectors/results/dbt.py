"""Tests of dbt: `run_results.json`, and `manifest.json` for what each test is about."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from connectors.foreign import part
from connectors.results.documents import count, listed, moment, number, text
from graph_model.checks.others import Delivery, ForeignResult, digest_of

SOURCE = "dbt"
_PASSED, _FAILED = ("pass", "success"), ("fail", "warn", "error", "runtime error")


def looks_like_dbt(document: dict[str, Any]) -> bool:
    return "dbt_schema_version" in part(document, "metadata")


def read_dbt(document: dict[str, Any], manifest: dict[str, Any]) -> Delivery:
    """The tests of a run; models, seeds and skipped tests are no results. Without a manifest, the node that a test is
    about is known only where the file itself says it. Raises InvalidResults."""
    found = listed(document.get("results"), SOURCE, "run_results.json has a list of results")
    results = tuple(result for one in found if (result := _result(one, manifest)))
    return Delivery(SOURCE, digest_of(document), moment(part(document, "metadata").get("generated_at")), results)


def _result(one: dict[str, Any], manifest: dict[str, Any]) -> ForeignResult | None:
    node = part(one, "node")  # before version 1 of the file
    id = str(one.get("unique_id") or node.get("unique_id") or "")
    status = str(one.get("status") or "").lower()
    if not id.startswith("test.") or status not in (*_PASSED, *_FAILED):
        return None
    node = part(manifest, "nodes", id) or node
    failures, passed = number(one.get("failures")), status in _PASSED
    return ForeignResult(
        subject=_subject(node, manifest),
        check=str(node.get("name") or id.split(".")[2] if id.count(".") >= 2 else id),
        kind=str(part(node, "test_metadata").get("name") or "test"),
        passed=passed,
        severity="warning" if status == "warn" or (passed and _only_warns(node)) else "blocking",
        failed_rows=0 if passed else count(failures),
        message="" if passed else text(one.get("message")),
        value=failures,
    )


def _only_warns(node: dict[str, Any]) -> bool:
    return str(part(node, "config").get("severity") or "").lower() == "warn"


def _subject(test: dict[str, Any], manifest: dict[str, Any]) -> tuple[str, ...]:
    """Names of the table that the tested node makes or is, the surest first."""
    id = _tested(test)
    node = part(manifest, "nodes", id) or part(manifest, "sources", id)
    if not node:
        return (id.rpartition(".")[2],) if id else ()
    table = node.get("identifier") or node.get("alias") or node.get("name")
    places = [node.get("database"), node.get("schema"), table]
    dotted = [".".join(str(place) for place in places[start:] if place) for start in range(3)]
    return tuple(dict.fromkeys(name for name in [*dotted, str(node.get("name") or "")] if name))


def _tested(test: dict[str, Any]) -> str:
    """The node that a test stands at; of tests that stand nowhere, the only one that they read."""
    if test.get("attached_node"):
        return str(test["attached_node"])
    read = [str(id) for id in _nodes_read(test)]
    named = str(test.get("file_key_name") or "").rpartition(".")[2]
    own = [id for id in read if named and id.rpartition(".")[2] == named]
    candidates = own or read
    return candidates[0] if len(set(candidates)) == 1 else ""


def _nodes_read(test: dict[str, Any]) -> Iterator[Any]:
    found = part(test, "depends_on").get("nodes")
    yield from found if isinstance(found, list) else ()
