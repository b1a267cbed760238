"""The examiner of delays: a verdict on everybody downstream, by whether a deadline is missed because of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from graph_model.deadlines.delay import A_LITTLE, Delayed, DelayForecast, forecast_delay
from graph_model.deadlines.entities import Outlook, StepForecast
from graph_model.deadlines.planned import Slice
from graph_model.deadlines.telling import clock, minutes
from graph_model.impact.about import NOTHING
from graph_model.impact.downstream import Downstream, downstream
from graph_model.impact.entities import Affected, Change, Delay, Verdict
from graph_model.impact.examiners import Examined
from graph_model.lineage.entities import LineageNode
from graph_model.names import job_partition_id, partition_id
from graph_model.store.graph import Graph

_WORST_LAST = (Verdict.SAFE, Verdict.RISKY, Verdict.UNKNOWN, Verdict.BREAKS)


@dataclass(frozen=True, slots=True)
class Judged:
    verdict: Verdict
    rule: str
    reason: str
    remedy: str = ""
    settle: str = ""


def examine_delays(graph: Graph, changes: Sequence[Change], as_of: datetime | None) -> Examined:  # noqa: ARG001  a delay is asked about as things stand
    """Who misses a deadline by these delays. Raises DatasetNotFound, InvalidPartition and InvalidInput."""
    found = forecast_delay(graph, [change for change in changes if isinstance(change, Delay)])
    late = {one.of for one in (*found.delayed, *found.already)}
    start = [LineageNode(id_, "DATASET", found.plan.name(id_)) for id_ in sorted(late)]
    around = graph.read(lambda tx: downstream(tx, start, at=found.clock))
    judging = _Judging(found, around)
    affected = tuple(judging.affected(node) for node in around.readers())
    ends = {id_ for one in affected for edge in one.path for id_ in (edge.source, edge.target)}
    nodes = tuple(node for id_, node in around.nodes.items() if id_ in ends)
    return Examined(affected, nodes, (*found.forecast.incomplete, *around.cut_off))


@dataclass(slots=True)
class _Judging:
    """`late`: the datasets that are delayed, or made from what is; `unknown`: those of which that is not known."""

    found: DelayForecast
    around: Downstream
    late: set[str] = field(init=False)
    unknown: set[str] = field(default_factory=set)
    steps: Mapping[str, StepForecast] = field(init=False)
    by_job: dict[str, list[StepForecast]] = field(default_factory=dict)
    by_consumer: dict[str, list[Delayed]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        found = self.found
        self.late = {one.of for one in found.delayed}
        self.late |= {output for job in found.made for output in found.plan.jobs[job.of].outputs}
        self.steps = {step.id: step for step in found.forecast.steps}
        for job in sorted(found.made):
            step = self.steps.get(job_partition_id(job.of, job.key))
            if step is not None:
                self.by_job.setdefault(job.of, []).append(step)
        for each in found.deadlines:
            self.by_consumer.setdefault(each.deadline.consumer_id, []).append(each)

    def affected(self, node: LineageNode) -> Affected:
        judged = self._job(node) if node.kind == "JOB" else self._consumer(node)
        if node.kind == "JOB" and judged.verdict is Verdict.UNKNOWN:
            self.unknown |= {made.edge.target for made in self.around.makes.get(node.id, ())} - self.late
        about, way = self.around.about.get(node.id, NOTHING), self.around.ways.get(node.id, ())
        breaks = judged.verdict is Verdict.BREAKS
        return Affected(
            node=node,
            verdict=judged.verdict,
            effect="" if not breaks else "HIT" if len(way) <= 1 else "STALLED",
            rule=judged.rule,
            reason=judged.reason,
            path=way,
            owners=about.owners,
            deadline=about.deadline,
            remedy=judged.remedy,
            shortest=way,
            settle=judged.settle,
        )

    def _consumer(self, node: LineageNode) -> Judged:
        reads = {hop.edge.source for hop in self.around.reads[node.id]}
        judged = [self._deadline(each) for each in self.by_consumer.get(node.id, ())]
        if reads & self.unknown:
            judged.append(_ELSEWHERE)
        if judged:
            return max(judged, key=_badness)
        if reads & self.late:
            return Judged(Verdict.SAFE, "no_deadline", "it gets its data later, and has no deadline for it")
        return self._untouched()

    def _job(self, node: LineageNode) -> Judged:
        if node.id in self.by_job:
            judged = [self._step(step) for step in self.by_job[node.id]]
            return max(judged, key=_badness)
        hops = self.around.reads[node.id]
        if node.id not in self.found.plan.jobs:
            concerned = any(hop.edge.source in self.late | self.unknown for hop in hops)
            return _ELSEWHERE if concerned else self._untouched()
        if any(hop.edge.source in self.late and not hop.required for hop in hops):
            reason = "an optional input is late: it runs without it, and again when it is there"
            return Judged(Verdict.RISKY, "optional_input_is_late", reason)
        return self._untouched()

    def _untouched(self) -> Judged:
        if self.found.already and not self.found.delayed:
            return Judged(Verdict.SAFE, "already_there", "what would be delayed is there already")
        return Judged(Verdict.SAFE, "not_delayed", "nothing that it reads waits for the delay")

    def _deadline(self, each: Delayed) -> Judged:
        one = each.deadline
        when = f"its deadline for {one.day} at {clock(one.due)}"
        if one.outlook is Outlook.KEPT:
            return Judged(Verdict.SAFE, "already_there", f"what it needs for {when} is there already")
        if one.outlook in (Outlook.MISSED, Outlook.LATE) and not _is_later(each):
            return Judged(Verdict.SAFE, "delay_changes_nothing", f"it misses {when}, and no less without the delay")
        if one.outlook in (Outlook.MISSED, Outlook.LATE):
            return Judged(Verdict.BREAKS, "deadline_breaks", f"it misses {when}{_over(each)}", self._remedy(each))
        if one.outlook is Outlook.UNKNOWN:
            settle = "a few runs on time, from which durations are learned"
            return Judged(Verdict.UNKNOWN, "duration_is_unknown", f"{when}: {one.ends.unknown}", settle=settle)
        if one.outlook is Outlook.AT_RISK and _is_later(each):
            return Judged(Verdict.RISKY, "deadline_at_risk", f"it keeps {when}{_spare(each)}", self._remedy(each))
        return Judged(Verdict.SAFE, "slack_suffices", f"it keeps {when}{_spare(each)}")

    def _step(self, step: StepForecast) -> Judged:
        partition = step.partition or "whole"
        if step.slack is None or step.slack_late is None:
            return Judged(Verdict.SAFE, "no_deadline", f"{partition} is made later; no deadline depends on it")
        if step.slack < 0:
            reason = f"{partition} is made {minutes(-step.slack)} too late for a deadline that depends on it"
            return Judged(Verdict.BREAKS, "deadline_breaks", reason)
        if step.ends.unknown:
            settle = "a few runs on time, from which durations are learned"
            return Judged(Verdict.UNKNOWN, "duration_is_unknown", step.ends.unknown, settle=settle)
        if step.slack_late < 0:
            reason = (
                f"{partition} has {minutes(step.slack)} to spare, but at 95 % it is {minutes(-step.slack_late)} late"
            )
            return Judged(Verdict.RISKY, "deadline_at_risk", reason)
        reason = f"{partition} is made later, and still has {minutes(step.slack_late)} to spare with 95 % certainty"
        return Judged(Verdict.SAFE, "slack_suffices", reason)

    def _remedy(self, each: Delayed) -> str:
        """Until when it is early enough, where the delay alone is to blame."""
        if each.without in (Outlook.MISSED, Outlook.LATE) or not self.found.delayed:
            return ""
        ends = [self._early_enough(one) for one in self.found.delayed]
        by = min((end for end in ends if end is not None), default=None)
        return f"there by {clock(by)}, it would be kept with 95 % certainty" if by else ""

    def _early_enough(self, one: Slice) -> datetime | None:
        """When a delayed partition must be there so that no deadline has less than its 95 %."""
        step = self.steps.get(partition_id(one.of, one.key))
        if step is None or step.slack_late is None or step.ends.late is None:
            return None
        return step.ends.late + timedelta(seconds=step.slack_late)


_ELSEWHERE = Judged(
    Verdict.UNKNOWN,
    "runs_elsewhere",
    "it depends on a job that is not run here: nobody knows when it runs",
    settle="declare that job, or ask whoever runs it",
)


def _badness(one: Judged) -> int:
    return _WORST_LAST.index(one.verdict)


def _is_later(each: Delayed) -> bool:
    return each.later is None or each.later > A_LITTLE or (each.later_late or 0.0) > A_LITTLE


def _over(each: Delayed) -> str:
    one = each.deadline
    if one.over is None:
        return f": {one.reason}"
    late = f" (95 %: {minutes(one.over_late)})" if one.over_late is not None else ""
    without = ", and would without the delay too" if each.without in (Outlook.MISSED, Outlook.LATE) else ""
    return f" by {minutes(one.over)}{late}{without}"


def _spare(each: Delayed) -> str:
    one = each.deadline
    if one.over is None or one.over_late is None:
        return ""
    if one.over_late > 0:
        return f" with {minutes(-one.over)} to spare, but at 95 % misses it by {minutes(one.over_late)}"
    return f" with {minutes(-one.over)} to spare (95 %: {minutes(-one.over_late)})"
