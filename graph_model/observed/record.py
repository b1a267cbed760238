"""Records observations: in one transaction, whole or not at all, and in whatever order they come with the same end.

The nodes that are spoken of are locked first (jobs, then datasets, then runs, each sorted by id), what is known of them
is read with it, what the observations say is added, and what differs is written back. Statements are few, because each
costs a client that sends one event at a time half a millisecond.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from graph_model.emitting.repository import of_others
from graph_model.estate.writing import FOREVER
from graph_model.identity.declare import match_found
from graph_model.identity.life import CHANGE, Life, life, settle_lives
from graph_model.identity.see import see_names
from graph_model.moments import earlier, later
from graph_model.observed.entities import SOURCE, Observation, Role, RunEventType
from graph_model.observed.gather import RunSaid, Said, gather
from graph_model.observed.lock import Known, lock
from graph_model.observed.marks import mark, mark_by_names
from graph_model.observed.sights import Ended, flow_rows, news_of, schema_rows, see_columns
from graph_model.observed.slices import follows, slices_of_text, slices_text
from graph_model.observed.stamped import Stamped, latest, together
from graph_model.observed.tell import HeardOfAll, hear_all, tell
from graph_model.observed.told import dataset_properties, job_properties, run_properties, terms_text
from graph_model.observed.words import as_text, marks, record_words
from graph_model.store.graph import Graph, Row, Transaction
from graph_model.texts import kept_text


def record_observations(graph: Graph, observations: Sequence[Observation]) -> tuple[str, ...]:
    """Durable and whole when it returns. What is known already changes nothing, and what tells of our own runs is. The
    runs, by id, that are marked now: what they wrote may have to be published (`observed.publish`)."""
    foreign = of_others(graph, observations)
    if not foreign:
        return ()
    said = gather(foreign)
    return graph.write(lambda tx: _record(tx, foreign, said), step="observe")


def _record(tx: Transaction, observations: Sequence[Observation], said: Said) -> tuple[str, ...]:
    now = datetime.now(UTC)
    known = lock(tx, said, now)
    heard = hear_all(said, known.terms, known.names, known.partial)
    runs, ended = _runs(known.runs, said, heard)
    recorded = tx.rows(
        "observed.record",
        events=[_event_row(observation) for observation in observations],
        jobs=[
            *_changed_facets(
                known.jobs,
                {identity: job.facets for identity, job in said.jobs.items()},
                {identity: job_properties(one) for identity, one in heard.jobs.items() if one.is_more},
            ),
            *marks(known.jobs, said),
        ],
        datasets=_changed_facets(
            known.datasets,
            _facets_of_datasets(known, said),
            {identity: dataset_properties(one) for identity, one in heard.datasets.items() if one.is_more},
        ),
        runs=runs,
        **flow_rows(said, ended),
        schemas=schema_rows(said, known.names, known.shown),
        source=SOURCE,
        now=now,
        forever=FOREVER,
        operation=tx.operation,
    )
    marked = mark(tx, news_of(ended), set(recorded[0]["concerns"]))
    record_words(tx, said, [(run.job, run.at, run.told) for run in ended], known.tells)
    see_columns(tx, said, known.names, now)
    tell(tx, said, heard, known.names, now)
    sights = {same: (span.first, span.last) for same, span in said.same.items()}
    see_names(tx, sights, known.names, said_by=SOURCE, now=now, forever=FOREVER)
    settle_lives(tx, _lives(known, said), source=SOURCE, forever=FOREVER)
    is_matched = match_found(tx, known.may_be, known.declared, now=now)
    if is_matched or said.same:
        return mark_by_names(tx, news_of(ended))
    return marked


def _event_row(observation: Observation) -> Row:
    return {
        "id": observation.id,
        "at": observation.at,
        "body": observation.body,
        "run": observation.run,
        "job": str(observation.job) if observation.job else None,
        "warnings": list(observation.warnings),
    }


def _facets_of_datasets(known: Known, said: Said) -> dict[str, Stamped]:
    told: dict[str, Stamped] = {}
    for name, dataset in known.names.items():
        told[dataset] = latest(told.get(dataset, {}), said.datasets[name].facets)
    return told


def _changed_facets(
    known: Mapping[str, str | None], told: Mapping[str, Stamped], beside: Mapping[str, Row]
) -> list[Row]:
    """`beside`: what else changes on the node because of its facets."""
    changed = []
    for identity, facets in sorted(told.items()):
        if not facets and identity not in beside:
            continue
        text = facets_text(latest(facets_of(known[identity]), facets))
        if text != (known[identity] or "{}") or identity in beside:
            changed.append({"id": identity, "properties": {"facets": text, **beside.get(identity, {})}})
    return changed


def _lives(known: Known, said: Said) -> list[Life]:
    """Those of the datasets that were ever dropped."""
    drops = {dataset: set(before) for dataset, before in known.drops.items()}
    for name, dataset in known.names.items():
        drops[dataset] |= said.datasets[name].drops
    ended = {dataset: times for dataset, times in drops.items() if times}
    told = _facets_of_datasets(known, said) if ended else {}
    last = {one: latest(facets_of(known.datasets[one]), told[one]).get(CHANGE) for one in ended}
    return [found for one, times in ended.items() if (found := life(one, times, last[one]))]


def facets_of(text: str | None) -> Stamped:
    """Facets as the graph keeps them."""
    return {name: (stamp, facet) for name, (stamp, facet) in json.loads(text).items()} if text else {}


def facets_text(facets: Stamped) -> str:
    return kept_text(facets)


def _runs(known: Mapping[str, Row], said: Said, heard: HeardOfAll) -> tuple[list[Row], list[Ended]]:
    """What changes of the runs, and those that are complete now."""
    changed, ended = [], []
    for identity, run in sorted(said.runs.items()):
        before, terms = known[identity], heard.runs[identity].after
        after: Row = _together(before, run) | {"terms": terms_text(terms)}
        is_news = any(before[key] != value for key, value in after.items())
        if is_news:
            derived = follows(after, facets_of(after["facets"])) | run_properties(terms)
            changed.append({"id": identity, "properties": {**after, "state": run_state(after["types"]), **derived}})
        if after["complete_at"]:
            parts = [(name, Role.INPUT) for name in after["inputs"]] + [
                (name, Role.OUTPUT) for name in after["outputs"]
            ]
            told = tuple(after["told"])
            ended.append(Ended(identity, is_news, run.job, after["complete_at"], tuple(parts), told))
    return changed, ended


def _together(before: Row, run: RunSaid) -> Row:
    inputs = {name for name, role in run.parts if role is Role.INPUT}
    outputs = {name for name, role in run.parts if role is Role.OUTPUT}
    facets = latest(facets_of(before["facets"]), run.facets)
    return {
        "types": sorted({*before["types"], *run.types}),
        "first": earlier(before["first"], run.first),
        "heard": later(before["heard"], run.heard),
        "started_at": earlier(before["started_at"], run.started_at),
        "ended_at": later(before["ended_at"], run.ended_at),
        "complete_at": later(before["complete_at"], run.complete_at),
        "inputs": sorted({*before["inputs"], *inputs}),
        "outputs": sorted({*before["outputs"], *outputs}),
        "told": sorted({*before["told"], *map(as_text, run.words)}),
        "facets": facets_text(facets) if facets else None,
        "slices": slices_text(together(slices_of_text(before["slices"]), run.slices)),
    }


# A failure is never taken back: Spark says COMPLETE after FAIL where a query failed in an application that went on.
_RANK = (
    RunEventType.FAIL,
    RunEventType.ABORT,
    RunEventType.COMPLETE,
    RunEventType.RUNNING,
    RunEventType.START,
    RunEventType.OTHER,
)


def run_state(types: Iterable[str]) -> str | None:
    """The state of a run of which events of these types are known; None: nothing was said of it."""
    return next((kind.value for kind in _RANK if kind.value in set(types)), None)
