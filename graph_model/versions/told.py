"""Versions whose content lies where nobody here can read it: they stand on the word of the client that made them.

Such a version has no location. What is told of it is kept among its metrics. Checks need the content, so none passes:
one that blocks sets the version aside, the others are recorded as not passed.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from graph_model.contracts.entities import CheckResult
from graph_model.versions.entities import Told, Validated

if TYPE_CHECKING:
    from graph_model.runs.entities import RunOutput

NOWHERE = ""
OPTION = "told"
NOT_CHECKED = "not checked: nobody says where the content lies"


def metrics_of(told: Told | None) -> str | None:
    return json.dumps({OPTION: asdict(told)}, sort_keys=True) if told else None


def told_in(metrics: str | None) -> Told:
    return Told(**json.loads(metrics or "{}").get(OPTION, {}))


def judged_by_word(output: RunOutput) -> Validated:
    """The verdict on a version without location."""
    results = tuple(
        CheckResult(check.name, check.kind, passed=False, severity=check.severity, message=NOT_CHECKED)
        for check in output.checks
    )
    return Validated(None, results, NOT_CHECKED, Told(**output.content.options[OPTION]))


def content_hash_of(told: Told, version: str) -> str:
    """Stands for the content: the source's mark of it, else the version alone, so that no two are taken for equal."""
    return f"told:{told.content or version}"
