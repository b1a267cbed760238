"""What is told of the findings: the worst first, each with its path, and with what others found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import chain

from graph_model.impact.about import NOTHING
from graph_model.impact.entities import Affected, Change, Coverage, ImpactReport, Verdict
from graph_model.impact.examiners import Examined
from graph_model.impact.facts import Facts
from graph_model.impact.rules import Finding, when_cut_off
from graph_model.lineage.entities import LineageNode
from graph_model.lineage.hops import Hop

_WORST_FIRST = (Verdict.BREAKS, Verdict.UNKNOWN, Verdict.RISKY, Verdict.SAFE)


def report_of(changes: tuple[Change, ...], facts: Facts, findings: dict[str, Finding]) -> ImpactReport:
    cut_off = facts.cut_off
    affected = [
        _affected(facts, id_, when_cut_off(found) if cut_off else found)
        for id_, found in findings.items()
        if _is_told(facts, id_, found)
    ]
    return ImpactReport(
        changes,
        tuple(sorted(affected, key=_place)),
        facts.changed.at,
        cut_off,
        _named(facts, affected),
        _coverage(facts, affected),
    )


def with_examined(report: ImpactReport, examined: Iterable[Examined]) -> ImpactReport:
    """The report with what the examiners found: of a node that is in several answers, the worst."""
    examined = tuple(examined)
    if not examined:
        return report
    worst = {one.node.id: one for one in report.affected}
    nodes = {node.id: node for node in report.nodes}
    reasons = dict.fromkeys(report.incomplete_reasons)
    for found in examined:
        for one in found.affected:
            worst[one.node.id] = min(worst.get(one.node.id, one), one, key=_badness)
        nodes |= {node.id: node for node in found.nodes}
        reasons |= dict.fromkeys(found.incomplete_reasons)
    affected = tuple(sorted(worst.values(), key=_place))
    return replace(report, affected=affected, nodes=tuple(nodes.values()), incomplete_reasons=tuple(reasons))


def _badness(one: Affected) -> tuple[int, bool, int]:
    return _WORST_FIRST.index(one.verdict), one.effect != "HIT", len(one.path)


def _place(one: Affected) -> tuple[object, ...]:
    node, name = one.node, one.node.name
    return _WORST_FIRST.index(one.verdict), one.effect != "HIT", node.hops, node.kind, name.namespace, name.name


def _is_told(facts: Facts, id_: str, finding: Finding) -> bool:
    """Not what only stands for something unknown, nor who gets nothing of what changes and has nothing to fear."""
    is_beside = finding.verdict is Verdict.SAFE and id_ not in facts.flowing
    return not (is_beside or facts.datasets.nodes[id_].technical)


def _affected(facts: Facts, id_: str, finding: Finding) -> Affected:
    about = facts.about.get(id_, NOTHING)
    reason = finding.reason
    if finding.rule == "columns_are_unknown" and about.unresolved:
        reason = f"{reason} ({about.unresolved[0]})"
    return Affected(
        node=facts.datasets.nodes[id_],
        verdict=finding.verdict,
        effect=finding.effect,
        rule=finding.rule,
        reason=reason,
        path=finding.path,
        owners=about.owners,
        deadline=about.deadline,
        remedy=finding.remedy,
        hit=finding.hit,
        shortest=facts.ways.get(id_, ()),
        settle=finding.remedy if finding.verdict is Verdict.UNKNOWN else "",
    )


def _coverage(facts: Facts, affected: Iterable[Affected]) -> Coverage:
    readers = [one.node for one in affected]
    known = sum(all(_columns_known(hop) for hop in facts.reads[node.id]) for node in readers)
    return Coverage(len(readers), known)


def _columns_known(hop: Hop) -> bool:
    return hop.columns_known if hop.node.kind == "JOB" else bool(hop.columns)


def _named(facts: Facts, affected: Iterable[Affected]) -> tuple[LineageNode, ...]:
    """The nodes that the paths pass, once each."""
    known = {**facts.columns.nodes, **facts.datasets.nodes}
    passed = list(chain.from_iterable(way for one in affected for way in (one.path, one.shortest)))
    ways = dict(zip(map(id, passed), passed, strict=True))  # most share most
    ends = dict.fromkeys(id_ for edge in ways.values() for id_ in (edge.source, edge.target))
    return tuple(known[id_] for id_ in ends if id_ in known)
