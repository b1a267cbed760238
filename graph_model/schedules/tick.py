"""Ticking: nominal times that have come are carried out, each exactly once, whoever looks. A sweep of the steward.

The schedule is locked first, and only then it is read how far it has come; what comes of a nominal time is written in
the same transaction as that it came. So of two that tick at once the second finds nothing to do, and a crash on the way
leaves everything as it was. Whose clock is right does not matter: the graph's decides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from graph_model.audit.record import Notice, Trail, Transition
from graph_model.names import Name, job_partition_id, partition_id, tick_id
from graph_model.partitions.stored import stored_scheme
from graph_model.readiness.evaluate import TimedRun, create_timed_runs
from graph_model.readiness.gates import gate_rows
from graph_model.readiness.rules import JobNeeds, JobPartition, needs_of, needs_of_row
from graph_model.readiness.wiring import lock, rewire
from graph_model.schedules.entities import Nominal, Schedule, TickState, loads
from graph_model.schedules.rules import next_after, partitions_of, to_catch_up
from graph_model.store.graph import Graph, Row, Transaction
from graph_model.store.rounds import in_rounds

DUE_AT_ONCE = 200
# So many schedules are carried out in one transaction; and of one that is far behind, so many nominal times.
BATCH = 20
PASS = 50
# A schedule that waits for the end of a run before its next nominal time is looked at again after this.
LOOK_AGAIN = timedelta(seconds=5)
AT_ONCE = timedelta(0)


def tick(graph: Graph, *, limit: int = DUE_AT_ONCE, most_rounds: int = 50) -> tuple[str, ...]:
    """Carries out the nominal times that have come; the runs that this made, wanting a ring."""
    return in_rounds(
        lambda: graph.rows("schedules.due", most=limit),
        lambda due: _tick(graph, [row["id"] for row in due]),
        limit=limit,
        most=most_rounds,
    )


def _tick(graph: Graph, due: Sequence[str]) -> list[str]:
    made: list[str] = []
    for start in range(0, len(due), BATCH):
        batch = sorted(due[start : start + BATCH])
        made.extend(graph.write(lambda tx, batch=batch: carry_out(tx, batch), step="tick"))
    return made


@dataclass(slots=True)
class Call:
    """A nominal time of one job partition, and what becomes of it."""

    id: str
    schedule: str
    target: JobPartition
    nominal: datetime
    state: TickState = TickState.WAITING
    reason: str = ""
    run: str | None = None


@dataclass(slots=True)
class Round:
    """What one transaction makes of some schedules. `calls` are in the order of their times; of one job partition only
    the last has a say.
    """

    tx: Transaction
    jobs: dict[str, JobNeeds] = field(default_factory=dict)
    schedules: dict[str, Schedule] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    trail: Trail = field(default_factory=Trail)


def carry_out(tx: Transaction, schedules: Sequence[str]) -> list[str]:
    """Carries out what has come of these schedules (sorted ids). First statement of `tx`."""
    rows = tx.rows("schedules.lock", schedules=list(schedules), token=tx.token)
    round_ = Round(tx)
    planned = [(row, _plan(round_, row)) for row in rows]
    wanted = [call for _, plan in planned for call in plan.calls]
    targets = sorted({call.target for call in wanted})
    wirings = lock(tx, targets)
    gates = _look(tx, round_, targets)
    known = (
        {row["id"] for row in tx.rows("schedules.known_ticks", ids=[call.id for call in wanted])} if wanted else set()
    )
    advances = [_gather(round_, row, plan, gates, known) for row, plan in planned]
    _begin(round_, wirings, gates)
    tx.rows("schedules.advance", schedules=advances)
    round_.trail.write(tx)
    return [call.run for call in round_.calls if call.run]


@dataclass(frozen=True, slots=True)
class _Plan:
    """`times`: what is to be carried out, each with its calls; `then`: the first nominal time after them that has come
    too. `schedule` None: there is none any more.
    """

    schedule: Schedule | None
    times: tuple[tuple[Nominal, tuple[Call, ...]], ...] = ()
    then: datetime | None = None

    @property
    def calls(self) -> tuple[Call, ...]:
        return tuple(call for _, calls in self.times for call in calls)


def _plan(round_: Round, row: Row) -> _Plan:
    schedule = loads(row["schedule"])
    rows = round_.tx.rows("readiness.of_job", job=row["job"]) if schedule else []
    if schedule is None or not rows:
        return _Plan(None)
    round_.jobs[row["job"]], round_.schedules[row["job"]] = needs_of_row(rows[0]), schedule
    found, cut = to_catch_up(schedule, row["ticked_at"], row["now"])
    if cut:
        _tell_left_out(round_, row, schedule, found)
    scheme = stored_scheme(row["every"], row["start"], row["details"])
    times = tuple(
        (nominal, tuple(_call(row, nominal.at, key) for key in partitions_of(schedule, scheme, nominal.at)))
        for nominal in found[:PASS]
    )
    return _Plan(schedule, times, found[PASS].at if len(found) > PASS else None)


def _call(row: Row, nominal: datetime, key: str) -> Call:
    target = JobPartition(job_partition_id(row["job"], key), row["job"], key)
    return Call(tick_id(row["job"], key, nominal.isoformat()), row["id"], target, nominal)


def _look(tx: Transaction, round_: Round, targets: Sequence[JobPartition]) -> Mapping[str, Row]:
    asks_for_runs = [target.id for target in targets if _asks_for_runs(round_.schedules[target.job])]
    if asks_for_runs:
        # What runs already is part of the decision, and on one engine it must be touched to be seen whole.
        tx.rows("runs.lock", job_partitions=asks_for_runs, token=tx.token)
    return gate_rows(tx, targets)


def _asks_for_runs(schedule: Schedule) -> bool:
    return schedule.catch_up == "all" or not schedule.paces


def _gather(round_: Round, row: Row, plan: _Plan, gates: Mapping[str, Row], known: set[str]) -> Row:
    """Takes up the calls of one schedule; how far it comes by that."""
    if plan.schedule is None:
        return {"id": row["id"], "ticked_at": row["now"], "next_at": None, "look_at": None}
    taken: set[str] = set()
    for nominal, calls in plan.times:
        if plan.schedule.catch_up == "all" and any(_is_busy(call, gates, taken) for call in calls):
            return _stopped(row, nominal.at, LOOK_AGAIN)
        taken.update(call.target.id for call in calls)
        round_.calls += [call for call in calls if call.id not in known]
    if plan.then:
        return _stopped(row, plan.then, AT_ONCE)
    following = next_after(plan.schedule, row["now"])
    at = following.at if following else None
    return {"id": row["id"], "ticked_at": row["now"], "next_at": at, "look_at": at}


def _is_busy(call: Call, gates: Mapping[str, Row], taken: set[str]) -> bool:
    """Every nominal time is to be carried out, so the one before must be over first."""
    gate = gates[call.target.id]
    return call.target.id in taken or bool(gate["busy"] or gate["tick"])


def _stopped(row: Row, at: datetime, wait: timedelta) -> Row:
    return {
        "id": row["id"],
        "ticked_at": at - timedelta(microseconds=1),
        "next_at": at,
        "look_at": row["now"] + wait,
    }


def _begin(round_: Round, wirings: Mapping[str, str | None], gates: Mapping[str, Row]) -> None:
    """Makes the runs of what is called, and writes what became of each nominal time."""
    last = {call.target.id: call for call in round_.calls}
    for call in round_.calls:
        if call is not last[call.target.id]:
            call.state, call.reason = (
                TickState.SUPERSEDED,
                f"the nominal time {last[call.target.id].nominal} came first",
            )
    if not last:
        return
    targets = [call.target for call in sorted(last.values(), key=lambda call: call.target)]
    rewire(round_.tx, targets, round_.jobs, wirings)
    _give_way(round_, last, gates)
    paced = [target for target in targets if round_.jobs[target.job].is_paced]
    _run(round_, last, [target for target in paced if round_.jobs[target.job].inputs], take_what_is_there=False)
    _run(round_, last, [target for target in paced if not round_.jobs[target.job].inputs], take_what_is_there=True)
    _run_with_what_is_there(round_, last, [target for target in targets if target not in paced], gates)
    round_.tx.rows("schedules.put_ticks", ticks=[_tick_row(call) for call in round_.calls])


def _give_way(round_: Round, last: Mapping[str, Call], gates: Mapping[str, Row]) -> None:
    """A nominal time that still waits for its inputs makes way for a later one of the same job partition."""
    ended = [
        {
            "id": gates[id]["tick"],
            "job_partition": id,
            "state": TickState.SUPERSEDED,
            "reason": f"the nominal time {call.nominal} came first",
            "run": None,
        }
        for id, call in sorted(last.items())
        if gates[id]["tick"]
    ]
    if ended:
        round_.tx.rows("schedules.end_ticks", ticks=ended)


def _run(
    round_: Round, last: Mapping[str, Call], targets: Sequence[JobPartition], *, take_what_is_there: bool
) -> dict[str, TimedRun]:
    if not targets:
        return {}
    nominal = {target.id: last[target.id].nominal for target in targets}
    timed = create_timed_runs(
        round_.tx, targets, round_.jobs, nominal, round_.trail, take_what_is_there=take_what_is_there
    )
    for id, each in timed.items():
        last[id].state, last[id].run = TickState.RUN, each.run.id
    return timed


def _run_with_what_is_there(
    round_: Round, last: Mapping[str, Call], targets: Sequence[JobPartition], gates: Mapping[str, Row]
) -> None:
    wanting: list[JobPartition] = []
    for target in targets:
        if gates[target.id]["has_run"]:
            last[target.id].state, last[target.id].reason = TickState.HAD_RUN, "it had run already"
        else:
            last[target.id].state = TickState.NOTHING_THERE
            wanting.append(target)
    timed = _run(round_, last, wanting, take_what_is_there=True)
    missing = {target.id: _required(round_.jobs[target.job], target, timed) for target in wanting}
    _tell_missing(round_, last, timed, missing)
    for target in wanting:
        if target.id not in timed:
            last[target.id].reason = "none of its inputs was there"
            _tell(round_, last[target.id], "had nothing to run on", "none of its inputs was there at its time")


def _required(job: JobNeeds, target: JobPartition, timed: Mapping[str, TimedRun]) -> tuple[tuple[str, str], ...]:
    """Dataset id and key of the required inputs that a run goes without."""
    gone = set(timed[target.id].missing) if target.id in timed else set()
    found = ((need.dataset, need.key) for need in needs_of(job, target.key) if need.required)
    return tuple(one for one in found if partition_id(*one) in gone)


def _tell_missing(
    round_: Round,
    last: Mapping[str, Call],
    timed: Mapping[str, TimedRun],
    missing: Mapping[str, tuple[tuple[str, str], ...]],
) -> None:
    lacking = {id: found for id, found in missing.items() if found and id in timed}
    if not lacking:
        return
    ids = sorted({dataset for found in lacking.values() for dataset, _ in found})
    rows = round_.tx.rows("readiness.dataset_names", ids=ids)
    names = {row["id"]: Name(row["namespace"], row["name"]) for row in rows}
    words = {id: [names[dataset].at(key) for dataset, key in found] for id, found in lacking.items()}
    for id, said in words.items():
        last[id].reason = f"without {', '.join(said)}"
        _tell(round_, last[id], "runs without inputs", f"at its time it runs without {', '.join(said)}")


def _tell(round_: Round, call: Call, title: str, body: str) -> None:
    title = f"{title}: partition {call.target.key}" if call.target.key else title
    notice = Notice(f"tick/{call.id}", "what_is_there", call.run or call.id, call.target.job, title, body)
    round_.trail.tell([notice])


def _tell_left_out(round_: Round, row: Row, schedule: Schedule, found: Sequence[Nominal]) -> None:
    begun = f"those up to {found[0].at:%Y-%m-%d %H:%M} UTC" if found else "all of them"
    body = (
        f"nominal times after {row['ticked_at']:%Y-%m-%d %H:%M} UTC were missed, and {begun} are left out "
        f"(catch_up: {schedule.catch_up}, at most {schedule.most}); replay what is wanted of them"
    )
    round_.trail.add(Transition(row["id"], "LEFT_OUT", "schedule", {"job": row["job"], "reason": body}))
    id = f"left-out/{row['id']}/{row['ticked_at'].isoformat()}"
    round_.trail.tell([Notice(id, "left_out", row["id"], row["job"], "nominal times left out", body)])


def _tick_row(call: Call) -> Row:
    return {
        "id": call.id,
        "schedule": call.schedule,
        "job": call.target.job,
        "job_partition": call.target.id,
        "key": call.target.key,
        "nominal": call.nominal,
        "state": call.state,
        "reason": call.reason,
        "run": call.run,
        "waits": call.state == TickState.WAITING,
    }
