"""Declares one dataset without an estate file of its own: the words are those of a file, and so are all the rules.

Each registered dataset is a scope for itself, so registering one never retires another, and what an estate file
declares stays its own.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NoReturn, TypeVar

from graph_model.datasets.repository import dataset
from graph_model.errors import InvalidEstate, InvalidInput, Refused
from graph_model.estate.apply import apply
from graph_model.estate.entities import Estate
from graph_model.estate.parse import FILE_NAME, load_estate
from graph_model.estate.plan import Plan, plan
from graph_model.impact.binding import Rebind
from graph_model.names import Name
from graph_model.store.graph import Graph

T = TypeVar("T")
_CONTRACT = "contract.odcs.yaml"


class NotRegistered(Refused):
    """An estate file declares the dataset, so only that file can take it back."""

    def __init__(self, name: Name, scope: str) -> None:
        super().__init__(f"{name} was not registered alone, scope {scope} declares it: take it out of its estate file")


@dataclass(frozen=True, slots=True)
class Registration:
    """`words` are what an estate file says below the name of a dataset, but for the contract, which is its text."""

    name: Name
    words: Mapping[str, Any]
    contract: str = ""


@dataclass(frozen=True, slots=True)
class Allowed:
    """Who does it, whom it may break (by name), and the hash of the plan that was shown; None: whatever the plan is."""

    actor: str
    accept: Collection[str] = ()
    plan_hash: str | None = None


def scope_of(name: Name) -> str:
    return f"registered:{name}"


def plan_registration(graph: Graph, registration: Registration, *, rebind: Rebind | None = None) -> Plan:
    """What registering would change, and whom that would hit. `rebind` as in `plan`: without it, what only a query
    itself could tell is UNKNOWN. Raises InvalidInput with every mistake at once."""
    return _as_input(lambda: plan(graph, _estate_of(registration), read_columns=_no_jobs, rebind=rebind))


def register(graph: Graph, registration: Registration, allowed: Allowed, *, rebind: Rebind | None = None) -> Plan:
    """Declares the dataset as it is described, or changes it into that; again changes nothing. `rebind` as in `plan`.

    Raises InvalidInput with every mistake at once (a dataset of another scope is one), PlanChanged and BreaksRefused.
    """
    return _apply(graph, _estate_of(registration), allowed, rebind)


def unregister(graph: Graph, name: Name, allowed: Allowed, *, rebind: Rebind | None = None) -> Plan:
    """Retires a dataset that was registered; it stays, with its history. `rebind` as in `plan`. Raises
    DatasetNotFound, NotRegistered, BreaksRefused."""
    found = dataset(graph, name)
    if found.scope != scope_of(found.name):
        raise NotRegistered(found.name, found.scope)
    return _apply(graph, Estate(scope_of(found.name), found.name.namespace, project=""), allowed, rebind)


def _apply(graph: Graph, estate: Estate, allowed: Allowed, rebind: Rebind | None) -> Plan:
    return _as_input(
        lambda: apply(
            graph,
            estate,
            read_columns=_no_jobs,
            rebind=rebind,
            expected_hash=allowed.plan_hash,
            accept=allowed.accept,
            actor=allowed.actor,
        )
    )


def _estate_of(registration: Registration) -> Estate:
    """The registration as the estate that its words are."""
    name = registration.name
    if "/" in name.name:
        raise InvalidInput("name", f"{name.name} must hold no slash; what stands before it belongs to the namespace")
    words = dict(registration.words)
    with TemporaryDirectory(prefix="headwater-") as folder:
        if registration.contract:
            Path(folder, _CONTRACT).write_text(registration.contract, encoding="utf-8")
            words["contract"] = _CONTRACT
        document = {"scope": scope_of(name), "namespace": name.namespace, "datasets": {str(name): words}}
        file = Path(folder, FILE_NAME)
        # JSON is YAML, and a text in it can be nothing but a text.
        file.write_text(json.dumps(document, ensure_ascii=False, indent=1), encoding="utf-8")
        return _as_input(lambda: load_estate(file))


def _as_input(work: Callable[[], T]) -> T:
    """Mistakes of an estate that nobody wrote as a file, without the places in it; in a contract the line counts."""
    try:
        return work()
    except InvalidEstate as error:
        told = [_told(mistake.file, mistake.line, mistake.message, mistake.hint) for mistake in error.mistakes]
        raise InvalidInput("dataset", "; ".join(told)) from None


def _told(file: str, line: int, message: str, hint: str | None) -> str:
    where = f"contract line {line}: " if file.endswith(_CONTRACT) else ""
    return f"{where}{message}" + (f" ({hint})" if hint else "")


def _no_jobs(job: object, schemas: object) -> NoReturn:  # noqa: ARG001  the names that callers know
    raise AssertionError("a registration has no jobs")
