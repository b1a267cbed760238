"""What a dataset promises about its schema from one version to the next, and the checks that watch over it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from graph_model.contracts.entities import Check, CheckResult, Column
from graph_model.schemas.compatibility import Mode, breaches, breaches_of_columns

OnViolation = Literal["quarantine", "warn"]
ON_VIOLATION: tuple[OnViolation, ...] = get_args(OnViolation)
KIND = "compatibility"


@dataclass(frozen=True, slots=True)
class Promise:
    """How a new version may differ from the ones before: by `mode`, or, where there are `columns`, in these not at all
    in a way that a reader of them minds."""

    mode: Mode = "forward"
    columns: tuple[str, ...] = ()
    on_violation: OnViolation = "quarantine"

    def __str__(self) -> str:
        return f"{', '.join(self.columns) or self.mode}, else {self.on_violation}"


@dataclass(frozen=True, slots=True)
class Baseline:
    """What readers get now: the columns of `version`, which new versions are held against."""

    version: str
    columns: tuple[Column, ...]


def dumps(promise: Promise) -> str:
    document = {"mode": promise.mode, "columns": list(promise.columns), "on_violation": promise.on_violation}
    return json.dumps(document, sort_keys=True, ensure_ascii=False)


def loads(text: str) -> Promise:
    document = json.loads(text)
    return Promise(document["mode"], tuple(document["columns"]), document["on_violation"])


def check_of(promise: Promise, baseline: Baseline | None, *, reader: str = "") -> Check:
    """The check that a new version must pass. `reader`: the consumer on whose behalf it is; empty: all readers."""
    params: dict[str, Any] = {"mode": promise.mode, "columns": list(promise.columns)}
    if reader:
        params["reader"] = reader
    if baseline:
        params["version"] = baseline.version
        params["before"] = [[column.path, column.type, column.nullable] for column in baseline.columns]
    name = f"{KIND} for {reader}" if reader else KIND
    return Check(name, KIND, params, "blocking" if promise.on_violation == "quarantine" else "warning")


def judge(check: Check, columns: Sequence[Column]) -> CheckResult:
    """What such a check says about a version with these columns."""
    params = check.params
    before = tuple(Column(path, type, nullable) for path, type, nullable in params.get("before", ()))
    wanted = params["columns"]
    found = breaches_of_columns(wanted, before, columns) if wanted else _broken(params, before, columns)
    label = f"{KIND} ({params.get('reader') or ', '.join(wanted) or params['mode']})"
    against = f", against version {params['version']}" if "version" in params else ""
    said = "; ".join(found) + against if found else f"holds{against or ', as nothing was published before'}"
    return CheckResult(check.name, check.kind, not found, check.severity, 0, f"{label}: {said}")


def _broken(params: Any, before: Sequence[Column], columns: Sequence[Column]) -> tuple[str, ...]:
    """The first version of all is held against nothing."""
    return breaches(params["mode"], before, columns) if "before" in params else ()
