"""What others tell of datasets, jobs and runs, as it is read from the graph: beside what is declared, never in its
place."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from operator import itemgetter
from typing import Any

from graph_model.names import Name

_CHECKS = ("assertions ", "metrics ")
_MEASURES = ("measured", "read", "written")


@dataclass(frozen=True, slots=True)
class ToldOwner:
    """`role`: what kind of owner, in the words of whoever told it; empty: that was not told."""

    name: str
    role: str = ""


@dataclass(frozen=True, slots=True)
class ToldColumn:
    path: str
    description: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Statistics:
    """Counts that somebody told. `kind`: `measured` by a check of quality, or what a run `read` or `written`; the last
    two need not be all of the dataset. None: not counted."""

    kind: str
    at: datetime
    rows: int | None = None
    bytes: int | None = None
    files: int | None = None


@dataclass(frozen=True, slots=True)
class ToldOfDataset:
    """`levels` lead from the widest to the dataset itself, each as kind and name; `checks` are the names of checks that
    were last told, with their kinds."""

    owners: tuple[ToldOwner, ...] = ()
    tags: tuple[str, ...] = ()
    description: str = ""
    columns: tuple[ToldColumn, ...] = ()
    kind: str = ""
    sub_kind: str = ""
    levels: tuple[tuple[str, str], ...] = ()
    catalog: Mapping[str, str] = field(default_factory=dict)
    storage: Mapping[str, str] = field(default_factory=dict)
    data_source: Mapping[str, str] = field(default_factory=dict)
    statistics: tuple[Statistics, ...] = ()
    checks: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ToldOfJob:
    """`gap`: what the client could not read of it, so that not all of it is known; empty: nothing such was told."""

    owners: tuple[ToldOwner, ...] = ()
    tags: tuple[str, ...] = ()
    description: str = ""
    integration: str = ""
    processing: str = ""
    kind: str = ""
    code: Mapping[str, str] = field(default_factory=dict)
    gap: str = ""


@dataclass(frozen=True, slots=True)
class ToldRun:
    """A run by the id that its client has for it, of a job."""

    job: Name
    run: str


@dataclass(frozen=True, slots=True)
class ToldTest:
    name: str
    status: str
    severity: str = ""
    description: str = ""
    expected: str = ""
    actual: str = ""


@dataclass(frozen=True, slots=True)
class ToldOfRun:
    parent: ToldRun | None = None
    root: ToldRun | None = None
    tags: tuple[str, ...] = ()
    engine: Mapping[str, str] = field(default_factory=dict)
    tests: tuple[ToldTest, ...] = ()
    before: tuple[Name, ...] = ()
    after: tuple[Name, ...] = ()
    query: str = ""


def told_of_dataset(text: str | None) -> ToldOfDataset | None:
    """None: nothing was told."""
    said, stamps = _said(text)
    if not said:
        return None
    return ToldOfDataset(
        **_of_all(said),
        columns=_columns(said),
        kind=said.get("kind", ""),
        sub_kind=said.get("sub_kind", ""),
        levels=tuple((kind, name) for kind, name in said.get("levels", ())),
        catalog=said.get("catalog", {}),
        storage=said.get("storage", {}),
        data_source=said.get("data_source", {}),
        statistics=tuple(_statistics(kind, said[kind], stamps[kind]) for kind in _MEASURES if said.get(kind)),
        checks=_checks(said),
    )


def told_of_job(text: str | None, gap: str | None) -> ToldOfJob | None:
    """None: nothing was told."""
    said, _ = _said(text)
    if not said and not gap:
        return None
    words = {key: said.get(key, "") for key in ("integration", "processing", "kind")}
    return ToldOfJob(**_of_all(said), **words, code=said.get("code", {}), gap=gap or "")


def told_of_run(text: str | None) -> ToldOfRun:
    said, _ = _said(text)
    order = said.get("order", {})
    return ToldOfRun(
        parent=_run(said.get("parent")),
        root=_run(said.get("root")),
        tags=tuple(said.get("tags", ())),
        engine=said.get("engine", {}),
        tests=tuple(_test(test) for test in said.get("tests", ())),
        before=tuple(Name(*one["job"]) for one in order.get("before", ())),
        after=tuple(Name(*one["job"]) for one in order.get("after", ())),
        query=said.get("query", {}).get("externalQueryId", ""),
    )


def raw_facets(text: str | None) -> Mapping[str, Any]:
    """Facets as they were sent last, without those that were deleted."""
    said, _ = _said(text)
    return {name: facet for name, facet in said.items() if facet.get("_deleted") is not True}


def latest_of(texts: Iterable[str | None]) -> str | None:
    """Terms or facets of datasets that are one, as those of one: of each, the word with the greatest stamp."""
    found = [json.loads(text) for text in texts if text]
    if not found:
        return None
    names = sorted({name for said in found for name in said})
    return json.dumps({name: max((said[name] for said in found if name in said), key=itemgetter(0)) for name in names})


def _said(text: str | None) -> tuple[dict[str, Any], dict[str, str]]:
    """What stands of each term, and the stamps of those who said it."""
    terms = json.loads(text or "{}")
    said = {name: value for name, (_, value) in terms.items() if value is not None}
    return said, {name: stamp for name, (stamp, _) in terms.items()}


def _of_all(said: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "owners": tuple(ToldOwner(name, role) for name, role in said.get("owners", ())),
        "tags": tuple(said.get("tags", ())),
        "description": said.get("description", ""),
    }


def _columns(said: Mapping[str, Any]) -> tuple[ToldColumn, ...]:
    descriptions, tags = said.get("column_descriptions", {}), said.get("column_tags", {})
    return tuple(
        ToldColumn(path, descriptions.get(path, ""), tuple(tags.get(path, ())))
        for path in sorted({*descriptions, *tags})
    )


def _checks(said: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Those of every job that tells of some."""
    terms = [term for term in said if term.startswith(_CHECKS)]
    return tuple(sorted({(name, kind) for term in terms for name, kind in said[term]}))


def _statistics(kind: str, said: Mapping[str, Any], stamp: str) -> Statistics:
    return Statistics(kind, moment_of(stamp), said.get("rows"), said.get("bytes"), said.get("files"))


def moment_of(stamp: str) -> datetime:
    """The time of the observation that a stamp is of."""
    return datetime.fromisoformat(f"{stamp.split(maxsplit=1)[0]}+00:00")


def _run(said: Mapping[str, Any] | None) -> ToldRun | None:
    return ToldRun(Name(*said["job"]), said["run"]) if said else None


def _test(said: Mapping[str, str]) -> ToldTest:
    keys = ("severity", "description", "expected", "actual")
    return ToldTest(said["name"], said["status"], **{key: said.get(key, "") for key in keys})
