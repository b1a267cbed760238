"""What it does to a job that it waits for another one without data, by a control edge."""

from __future__ import annotations

from graph_model.impact.entities import Verdict
from graph_model.impact.rules.reading import Finding
from graph_model.lineage.entities import LineageEdge
from graph_model.names import Name

_ENDS_WELL = ("success", "exit 0")


def before_stays(before: Name, edge: LineageEdge, found: Finding) -> Finding | None:
    """What is found of the job at the end of `edge`, given what was `found` of the one before it; None: nothing."""
    return _stalls(before, edge, found) or _is_doubtful(before, edge, found) or _may_stall(before, edge, found)


def _stalls(before: Name, edge: LineageEdge, found: Finding) -> Finding | None:
    """A job that fails still comes to an end, of which somebody may wait; one that waits itself comes to none."""
    if found.verdict is not Verdict.BREAKS or not found.stalls:
        return None
    if found.effect == "HIT" and edge.state not in _ENDS_WELL:
        return None
    what = "breaks" if found.effect == "HIT" else "does not run any more"
    reason = f"waits for job {before} without data ({edge.state}), which {what}"
    remedy = "mend what it waits for; nothing is wrong with it itself"
    return Finding(Verdict.BREAKS, "STALLED", "job_before_stalls", reason, (*found.path, edge), remedy)


def _is_doubtful(before: Name, edge: LineageEdge, found: Finding) -> Finding | None:
    if found.verdict is not Verdict.UNKNOWN:
        return None
    reason = f"waits for job {before} without data ({edge.state}), and whether that breaks is not known"
    settle = "settle what is not known upstream"
    return Finding(Verdict.UNKNOWN, "", "job_before_is_doubtful", reason, (*found.path, edge), settle)


def _may_stall(before: Name, edge: LineageEdge, found: Finding) -> Finding | None:
    if not found.may_fail or edge.state not in _ENDS_WELL:
        return None
    reason = f"waits for job {before} without data ({edge.state}), which may fail on what it reads"
    path = (*found.path, edge)
    return Finding(Verdict.RISKY, "", "job_before_may_fail", reason, path, "try that one first", may_fail=True)
