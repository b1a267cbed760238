"""A complete run of others publishes what it wrote of the datasets that an estate trusts it with.

Recording a run leaves a mark on it, in the same transaction. Whoever finds the mark (the process that recorded the run,
or a sweep of the steward) reports the versions, which then go the way of all reported versions, and takes the mark
away. Every step can be done again: the version of a run and a partition has one id, and what is known of the run
decides alone what becomes of it. So nothing is lost or done twice, and events in any order come to the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from graph_model.audit.record import Notice, notify
from graph_model.errors import DomainError, Unavailable
from graph_model.observed.outcome import Outcome, Unknown, outcome_of
from graph_model.observed.withdraw import BY, bring_back, withdraw, withdraw_for_good
from graph_model.store.graph import Graph, Row, Transaction
from graph_model.store.rounds import in_rounds
from graph_model.versions.advance import advance
from graph_model.versions.entities import VersionState
from graph_model.versions.report import report_versions

# A younger mark is being looked at by who left it.
MARK_GRACE_MS = 1_000
AT_ONCE = 100
_ELSEWHERE = "its run says now that it wrote other partitions"


def publish_marked(graph: Graph, *, grace_ms: int = MARK_GRACE_MS, limit: int = AT_ONCE) -> tuple[str, ...]:
    """Looks at marked runs until no mark is left that is old enough. The runs of ours that want ringing."""
    return in_rounds(
        lambda: graph.rows("observed.marked", grace_ms=grace_ms, most=limit),
        lambda rows: _publish_all(graph, [row["id"] for row in rows]),
        limit=limit,
        most=50,
    )


def _publish_all(graph: Graph, runs: Sequence[str]) -> list[str]:
    """One run that cannot be looked at keeps no other from being published; what is wrong with it is raised then."""
    try:
        return list(publish_runs(graph, runs))
    except Unavailable:
        raise
    except Exception:
        if len(runs) == 1:
            raise
    ready: list[str] = []
    wrong: list[Exception] = []
    for run in runs:
        try:
            ready += publish_runs(graph, [run])
        except Unavailable:
            raise
        except Exception as error:  # noqa: BLE001  raised below, once the others are done
            wrong.append(error)
    if wrong:
        raise wrong[0]
    return ready


def publish_runs(graph: Graph, runs: Sequence[str]) -> tuple[str, ...]:
    """Publishes what these observed runs (by id) wrote, as far as they are marked. The runs of ours that became ready
    by it: validations, or what waited for the versions."""
    outcomes = [outcome_of(row) for row in graph.rows("observed.to_publish", runs=sorted(set(runs)))]
    if not outcomes:
        return ()
    ready: list[str] = []
    refused = _report(graph, outcomes, ready)
    stood = _fates(graph, outcomes)
    done = []
    for outcome in outcomes:
        ready += _keep_up(graph, outcome, stood)
        if _withdraw(graph, outcome, stood, ready):
            done.append(outcome)
    rows = [_row(outcome, refused, stood) for outcome in done]
    if rows:
        graph.write(lambda tx: _settle(tx, rows, done, refused), step="published")
    return tuple(dict.fromkeys(ready))


def look_at_joined(graph: Graph, *, most: int = AT_ONCE) -> None:
    """Marks the runs that wrote or read a dataset which has become one with a declared one since: what a run wrote is
    published whether the names of its dataset were told before or after."""
    if graph.rows("observed.joined", most=1):
        graph.write(lambda tx: tx.rows("observed.mark_joined", most=most), step="joined")


Refused = Mapping[str, str]
"""By version, why its report was not taken."""
Fates = Mapping[str, Row]


def _report(graph: Graph, outcomes: Iterable[Outcome], ready: list[str]) -> Refused:
    wanted = [one for outcome in outcomes if not outcome.failed for one in outcome.written]
    refused: dict[str, str] = {}
    answers = report_versions(graph, [one.report for one in wanted]) if wanted else ()
    for one, answer in zip(wanted, answers, strict=True):
        if isinstance(answer, DomainError):
            refused[one.version] = str(answer)
        else:
            ready += answer.runs
    return refused


def _fates(graph: Graph, outcomes: Iterable[Outcome]) -> Fates:
    versions = {one.version for outcome in outcomes for one in outcome.written}
    versions |= {version for outcome in outcomes for version in outcome.before}
    rows = graph.rows("observed.fates", versions=sorted(versions)) if versions else []
    return {row["id"]: row for row in rows}


def _keep_up(graph: Graph, outcome: Outcome, fates: Fates) -> list[str]:
    """Versions that were known before: as of the time at which the run is known to be complete now, and good again
    where they were withdrawn for something that does not hold any more."""
    ready: list[str] = []
    for one in () if outcome.failed else outcome.written:
        fate = fates.get(one.version)
        if fate is None:
            continue
        if fate["withdrawn"]:
            ready += bring_back(graph, one.version) or ()
        if one.report.source_time is not None and fate["source_time"] < one.report.source_time:
            ready += advance(graph, one.version, one.report.source_time, by=BY)
    return ready


def _withdraw(graph: Graph, outcome: Outcome, fates: Fates, ready: list[str]) -> bool:
    """Takes back the versions that the run did not write after all, and all of a run that failed. False: one of them is
    being judged; the mark stays until it is."""
    own = {one.version for one in outcome.written}
    over = True
    for version in _that_may_be_read(outcome.before - own, fates):
        freed = withdraw(graph, version, reason=outcome.failed or _ELSEWHERE)
        over = over and freed is not None
        ready += freed or ()
    for version in _that_may_be_read(own, fates) if outcome.failed else ():
        ready += withdraw_for_good(graph, version, reason=outcome.failed)
    return over


def _that_may_be_read(versions: Iterable[str], fates: Fates) -> list[str]:
    return [version for version in sorted(versions) if version in fates and fates[version]["state"] in _MAY_BE_READ]


_MAY_BE_READ = (VersionState.REPORTED, VersionState.VALIDATING, VersionState.PUBLISHED, VersionState.SUPERSEDED)


def _row(outcome: Outcome, refused: Refused, fates: Fates) -> Row:
    return {
        "id": outcome.run,
        "mark": outcome.mark,
        "unknown_reads": outcome.unknown_reads,
        "versions": [one.version for one in outcome.written if one.version in fates],
        "reads": [{"id": one.id, "dataset": one.dataset, "key": one.key} for one in outcome.reads],
        "unplaced": [{"dataset": one.dataset, "reason": one.reason} for one in _unplaced(outcome, refused)],
    }


def _unplaced(outcome: Outcome, refused: Refused) -> list[Unknown]:
    """What nobody could place, and what was placed where nothing can be reported. Of a run that failed, nothing is
    missed."""
    if outcome.failed:
        return []
    refusals = [
        Unknown(one.dataset, one.report.dataset, refused[one.version])
        for one in outcome.written
        if one.version in refused
    ]
    return [*outcome.unplaced, *refusals]


def _settle(tx: Transaction, rows: Sequence[Row], outcomes: Sequence[Outcome], refused: Refused) -> None:
    settled = {row["id"] for row in tx.rows("observed.published", runs=list(rows), token=tx.token)}
    notify(
        tx,
        (
            _notice(outcome, unknown)
            for outcome in outcomes
            if outcome.run in settled
            for unknown in _unplaced(outcome, refused)
        ),
    )


def _notice(outcome: Outcome, unknown: Unknown) -> Notice:
    """Told once for each job and dataset: what one run does not say, the next one will not say either."""
    return Notice(
        f"unplaced/{unknown.dataset}/{outcome.job_id}",
        "unplaced",
        outcome.run,
        unknown.dataset,
        f"not published: what {outcome.job} wrote of {unknown.name}",
        f"{unknown.reason}; its runs publish nothing of it until that is mended",
    )
