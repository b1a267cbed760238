"""Writes what facets say beside flows: owners, words about columns, hierarchies, the order of jobs, results, coverage.

All of it happens in the transaction that records the observations, after their locks; each statement only where there
is something for it. Whatever lies on the nodes themselves is written with them (`told.py`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from graph_model.audit.record import Notice, notify
from graph_model.checks.others import MOST_TOLD
from graph_model.estate.writing import FOREVER
from graph_model.names import Name, job_id, observed_result_id, owner_edge_id, owner_id, precedes_edge_id
from graph_model.observed.entities import SOURCE
from graph_model.observed.gather import JobSaid, RunSaid, Said, Span
from graph_model.observed.stamped import Stamped, latest
from graph_model.observed.told import Belonging, Heard, column_words, hear, owners_in, values_of
from graph_model.store.graph import Row, Transaction


@dataclass(frozen=True, slots=True)
class HeardOfAll:
    """By id of the node. `partial`: jobs of which not all is known so far."""

    jobs: Mapping[str, Heard]
    datasets: Mapping[str, Heard]
    runs: Mapping[str, Heard]
    partial: frozenset[str]


def hear_all(
    said: Said, known: Mapping[str, str | None], names: Mapping[str, str], partial: frozenset[str]
) -> HeardOfAll:
    """`known`: terms by id of the node (JSON); `names`: the id of the dataset behind each id of a name."""
    datasets: dict[str, Stamped] = {}
    for name, dataset in names.items():
        datasets[dataset] = latest(datasets.get(dataset, {}), said.datasets[name].terms)
    return HeardOfAll(
        jobs={identity: hear(known[identity], job.terms) for identity, job in said.jobs.items()},
        datasets={identity: hear(known[identity], terms) for identity, terms in datasets.items()},
        runs={identity: hear(known[identity], run.terms) for identity, run in said.runs.items()},
        partial=partial,
    )


def tell(tx: Transaction, said: Said, heard: HeardOfAll, names: Mapping[str, str], now: datetime) -> None:
    """`names`: the id of the dataset behind each id of a name."""
    _owners(tx, heard)
    _columns(tx, said, heard, names)
    _hierarchy(tx, said, heard)
    _order(tx, said, now)
    _results(tx, said, names)
    _coverage(tx, said, heard)


def _owners(tx: Transaction, heard: HeardOfAll) -> None:
    things = [
        {"id": identity, "owners": [_owner(identity, name, role) for name, role in owners_in(one.values)]}
        for identity, one in sorted({**heard.jobs, **heard.datasets}.items())
        if one.is_news("owners")
    ]
    if things:
        tx.rows("observed.own", things=things, source=SOURCE)


def _owner(thing: str, name: str, role: str) -> Row:
    owner = owner_id(name)
    return {"edge": owner_edge_id(thing, SOURCE, owner), "owner": owner, "name": name, "role": role}


def _columns(tx: Transaction, said: Said, heard: HeardOfAll, names: Mapping[str, str]) -> None:
    """Also where nothing new is told of a column, but the column itself may be new."""
    spoken_of = {names[name] for name, about in said.datasets.items() if about.schemas}
    spoken_of |= {names[end] for flows in said.flows.values() for flow in flows for end in (flow[0], flow[2])}
    fields = [
        row
        for identity, one in sorted(heard.datasets.items())
        if identity in spoken_of or one.is_news("column_descriptions", "column_tags")
        for row in column_words(identity, one)
    ]
    if fields:
        tx.rows("observed.describe_fields", fields=fields)


def _hierarchy(tx: Transaction, said: Said, heard: HeardOfAll) -> None:
    """Every parent that was ever told. A parent of which nothing else is known is made."""
    parts = sorted(
        part for identity, run in said.runs.items() for part in _belonging(identity, run, heard.runs[identity])
    )
    if parts:
        tx.rows("observed.see_parts", parts=[_part_row(part) for part in parts], source=SOURCE)


def _belonging(identity: str, run: RunSaid, heard: Heard) -> Iterator[Belonging]:
    known = values_of(heard.before).get("parent")
    for parent, parent_run in run.belongs_to:
        if known != {"job": [parent.namespace, parent.name], "run": parent_run}:
            yield Belonging(identity, run.job, parent, parent_run)


def _part_row(part: Belonging) -> Row:
    return {
        "run": part.run,
        "job": part.job,
        "parent": part.parent_id,
        "parent_run": part.parent_run,
        "parent_job": job_id(part.parent),
        "namespace": part.parent.namespace,
        "name": part.parent.name,
    }


def _order(tx: Transaction, said: Said, now: datetime) -> None:
    """Jobs that come one after the other without a dataset between them. What a later word lacks is stale."""
    tellers = {identity: job for identity, job in sorted(said.jobs.items()) if job.order_at is not None}
    if not tellers:
        return
    edges = {row["id"]: row for identity, job in tellers.items() for row in _order_edges(identity, job)}
    others = {job_id(name): name for job in tellers.values() for name in (*job.before, *job.after)}
    tx.rows(
        "observed.see_order",
        others=[{"id": key, "namespace": name.namespace, "name": name.name} for key, name in sorted(others.items())],
        edges=[edges[key] for key in sorted(edges)],
        tellers=[{"id": identity, "at": job.order_at} for identity, job in tellers.items()],
        source=SOURCE,
        now=now,
        forever=FOREVER,
    )


def _order_edges(teller: str, job: JobSaid) -> Iterator[Row]:
    for name, span in job.before.items():
        yield _order_edge(name, job.name, teller, span)
    for name, span in job.after.items():
        yield _order_edge(job.name, name, teller, span)


def _order_edge(before: Name, after: Name, teller: str, span: Span) -> Row:
    start, end = job_id(before), job_id(after)
    edge = precedes_edge_id(start, teller, end)
    return {"id": edge, "from": start, "to": end, "teller": teller, "first": span.first, "last": span.last}


def _results(tx: Transaction, said: Said, names: Mapping[str, str]) -> None:
    """Kept beside our own, and never blocking: whether one may stop a version is said by contracts alone. Owners hear
    of those that fail and would stop their own tool, unless they are old."""
    rows: dict[str, Row] = {}
    for row in _result_rows(said, names):
        rows[row["id"]] = max(rows.get(row["id"], row), row, key=lambda one: one["stamp"])
    if not rows:
        return
    found = tx.rows("observed.see_results", results=[rows[key] for key in sorted(rows)], source=SOURCE)
    failing: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in found:
        result = rows[row["id"]]
        if row["begins_to_fail"] and result["stops"]:
            failing[result["dataset"], result["by"]].append(result)
    notify(tx, [_notice(dataset, by, results) for (dataset, by), results in sorted(failing.items())])


def _result_rows(said: Said, names: Mapping[str, str]) -> Iterator[Row]:
    for name, about in sorted(said.datasets.items()):
        for (by, check), (stamp, at, result) in sorted(about.results.items()):
            yield {
                "id": observed_result_id(names[name], by, check),
                "dataset": names[name],
                "by": by,
                "stamp": stamp,
                "at": at,
                "check": f"{SOURCE}/{check}",
                "kind": result.kind,
                "passed": result.passed,
                "stops": result.severity == "blocking",
                "message": result.message,
                "value": result.value,
            }


def _notice(dataset: str, by: str, failing: Sequence[Row]) -> Notice:
    told = [f"{row['check']}: {row['message']}" if row["message"] else row["check"] for row in failing[:MOST_TOLD]]
    more = [f"and {len(failing) - MOST_TOLD} more"] if len(failing) > MOST_TOLD else []
    title = f"{SOURCE} found {len(failing)} failing checks"
    return Notice(f"results/{dataset}/{by}", "checks_failed", dataset, dataset, title, "; ".join([*told, *more]))


def _coverage(tx: Transaction, said: Said, heard: HeardOfAll) -> None:
    """Only where the answer may be another one than before: it looks at runs of the job."""
    concerned = {
        run.job
        for identity, run in said.runs.items()
        if heard.runs[identity].is_news("gaps") or "gaps" in run.terms or (run.complete_at and run.job in heard.partial)
    }
    if concerned:
        tx.rows("observed.settle_coverage", jobs=sorted(concerned))
