"""SARIF 2.1.0: findings with rules and places, for systems that show them beside the code."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from importlib import metadata
from typing import Any
from urllib.parse import quote

from connectors.review.escaping import plain
from connectors.review.report import Place, Report
from connectors.review.telling import headline, reader_title, reader_words
from graph_model.errors import Mistake
from graph_model.impact.entities import Affected, Verdict
from graph_model.impact.rules import POLICY

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
MOST_RESULTS = 5000
"""More are neither shown nor kept by those who take them; the worst come first."""

_LEVELS = {Verdict.BREAKS: "error", Verdict.UNKNOWN: "warning", Verdict.RISKY: "warning"}
_MISTAKE, _NOT_CHECKED = "mistake_in_estate", "not_checked"
_OWN_RULES = {
    _MISTAKE: "The estate cannot be applied as it stands.",
    _NOT_CHECKED: "Nothing could be compared, so that nothing may be concluded.",
}
_MOST_TEXT = 2000


def sarif(report: Report, *, sticky: str) -> str:
    """Readers that are safe are no finding. `sticky` tells several checks of one commit apart."""
    results = [*_results(report)]
    shown = results[:MOST_RESULTS]
    rules = {rule: index for index, rule in enumerate(dict.fromkeys(result["ruleId"] for result in shown))}
    for result in shown:
        result["ruleIndex"] = rules[result["ruleId"]]
    run = {
        "tool": {"driver": _driver(rules, shown)},
        "automationDetails": {"id": f"headwater-impact/{sticky}/"},
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {
                "executionSuccessful": not report.failure,
                "toolExecutionNotifications": [*_notifications(report, len(results) - len(shown))],
            }
        ],
        "results": shown,
    }
    return f"{json.dumps({'$schema': SCHEMA, 'version': '2.1.0', 'runs': [run]}, indent=2)}\n"


def _results(report: Report) -> Iterator[dict[str, Any]]:
    if report.failure:
        yield _result(_NOT_CHECKED, "error", headline(report), None, report.failure)
    for mistake in report.mistakes:
        yield _of_mistake(mistake)
    for one in report.impact.affected:
        if one.verdict in _LEVELS:
            yield _of_reader(report, one)


def _of_mistake(mistake: Mistake) -> dict[str, Any]:
    text = f"{mistake.message}; {mistake.hint}" if mistake.hint else mistake.message
    identity = f"{mistake.file} {mistake.message}"
    return _result(_MISTAKE, "error", text, Place(mistake.file, mistake.line), identity)


def _of_reader(report: Report, one: Affected) -> dict[str, Any]:
    name = str(one.node.name)
    text = f"{reader_title(one)}: {'; '.join(reader_words(one))}"
    found = _result(one.rule, _LEVELS[one.verdict], text, report.place_of(one), f"{one.node.kind} {name} {one.rule}")
    logical = {"fullyQualifiedName": name, "name": one.node.name.name, "kind": one.node.kind.lower()}
    found.setdefault("locations", [{}])[0]["logicalLocations"] = [logical]
    found["properties"] = {
        "verdict": one.verdict.value,
        "effect": one.effect,
        "owners": list(one.owners),
        "hit": list(one.hit),
        "path": [str(node.name) for node, _ in report.way_of(one)],
    }
    return found


def _result(rule: str, level: str, text: str, place: Place | None, identity: str) -> dict[str, Any]:
    """`identity` is what stays the same where only lines move."""
    digest = hashlib.sha256(f"{rule} {identity}".encode(errors="replace")).hexdigest()
    found: dict[str, Any] = {
        "ruleId": rule,
        "level": level,
        "message": {"text": plain(text, most=_MOST_TEXT)},
        "partialFingerprints": {"headwaterImpact/v1": digest},
    }
    if place:
        artifact = {"uri": quote(place.file, errors="surrogateescape"), "uriBaseId": "%SRCROOT%"}
        region = {"startLine": max(place.line, 1)}
        found["locations"] = [{"physicalLocation": {"artifactLocation": artifact, "region": region}}]
    return found


def _driver(rules: Mapping[str, int], results: list[dict[str, Any]]) -> dict[str, Any]:
    levels = {result["ruleId"]: result["level"] for result in reversed(results)}
    described = _descriptions()
    return {
        "name": "Headwater",
        "semanticVersion": metadata.version("headwater"),
        "rules": [_rule(rule, described.get(rule, ""), levels[rule]) for rule in rules],
    }


def _rule(rule: str, description: str, level: str) -> dict[str, Any]:
    short = rule.replace("_", " ").capitalize()
    text = description or f"{short}."
    return {
        "id": rule,
        "name": "".join(word.capitalize() for word in rule.split("_")),
        "shortDescription": {"text": short},
        "fullDescription": {"text": text},
        "help": {
            "text": f"{text} See {rule} in docs/impact-rules.md of Headwater.",
            "markdown": f"{text}\n\nSee `{rule}` in `docs/impact-rules.md` of Headwater.",
        },
        "defaultConfiguration": {"level": level},
    }


def _descriptions() -> dict[str, str]:
    """What each rule says of itself."""
    said = {rule.__name__: " ".join((rule.__doc__ or "").split()) for rule in POLICY}
    return {**said, **_OWN_RULES}


def _notifications(report: Report, left_out: int) -> Iterator[dict[str, Any]]:
    if report.failure:
        yield {"level": "error", "message": {"text": headline(report)}}
    for note in report.notes:
        yield {"level": "warning", "message": {"text": plain(note, most=_MOST_TEXT)}}
    if left_out:
        yield {"level": "warning", "message": {"text": f"{left_out} findings that are not worse were left out"}}
