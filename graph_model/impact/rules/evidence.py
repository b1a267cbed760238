"""What is left of a finding when what it rests on is weak, or not all was looked at."""

from __future__ import annotations

from dataclasses import replace

from graph_model.impact.entities import Verdict
from graph_model.impact.rules.reading import Finding
from graph_model.lineage.entities import LineageEdge


def is_weak(edge: LineageEdge) -> bool:
    """Nobody has seen it for long, or ever."""
    return edge.stale or edge.provenance == "inferred"


def evidence_is_weak(finding: Finding) -> Finding:
    """What rests on a stale or inferred edge is not known, neither for better nor for worse."""
    weak = next(filter(is_weak, finding.path), None)
    if weak is None or finding.verdict is Verdict.UNKNOWN:
        return finding
    why = "later runs did not show it again, or there were none for long" if weak.stale else "it is only inferred"
    reason = f"{finding.reason}; but the evidence is weak ({weak.kind} edge: {why})"
    remedy = "confirm or remove that edge, then ask again"
    return Finding(Verdict.UNKNOWN, "", "evidence_is_weak", reason, finding.path, remedy)


def when_cut_off(finding: Finding) -> Finding:
    """A walk that was cut off proves nobody safe."""
    if finding.verdict is not Verdict.SAFE:
        return finding
    reason = f"{finding.reason}; but not everything upstream of it was looked at"
    remedy = "ask about fewer changes at once"
    return replace(finding, verdict=Verdict.UNKNOWN, rule="answer_is_cut_off", reason=reason, remedy=remedy)
