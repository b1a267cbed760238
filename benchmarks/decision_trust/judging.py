"""One pair: an estate and a set of changes. The verdict on each reader beside what really became of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from benchmarks.decision_trust import truth
from benchmarks.decision_trust.converting import carried_out
from benchmarks.decision_trust.running import Running
from benchmarks.decision_trust.truth import Truth
from benchmarks.decision_trust.world import Failed
from graph_model.impact.assess import assess
from graph_model.impact.entities import Affected, Change, ChangeJob
from graph_model.store.graph import Graph

UNTOLD = "not told"
"""The verdict on whom the report does not name at all: as good as SAFE."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One reader under one set of changes. `seen` says what happened, `grew` that its output has more columns or wider
    types, `own`: its own code is part of the change. `kinds`: the classes of the changes."""

    case: str
    node: str
    verdict: str
    rule: str
    truth: Truth
    seen: str
    reason: str
    kinds: tuple[str, ...]
    stalled: bool = False
    grew: bool = False
    own: bool = False

    @property
    def missed(self) -> bool:
        """A break that nobody was told of. Whoever changes his own job knows that it makes something else."""
        if self.truth is Truth.SAME or (self.own and self.truth is Truth.CHANGES):
            return False
        return self.verdict in ("SAFE", UNTOLD)


def judge_pair(graph: Graph, running: Running, changes: Sequence[Change], case: str) -> list[Judged]:
    """Everybody whom the change could reach, and everybody whom the report names."""
    world = running.world
    report = assess(graph, changes, **ask_with())
    change = carried_out(world, changes)
    after = running.under(change)
    told = {one.node.name.name: one for one in report.affected}
    reached = world.downstream(change.starts) | told.keys()
    own = {one.job.name for one in changes if isinstance(one, ChangeJob)}
    kinds = tuple(sorted({type(one).__name__ for one in changes}))
    judged: list[Judged] = []
    for name in _nodes(running, reached - change.retired):
        is_job = any(job.name == name for job in world.jobs)
        found, seen = (truth.of_job if is_job else truth.of_reader)(world, name, running.before, after)
        grew = is_job and truth.grew(world, name, running.before, after)
        one = told.get(name)
        judged.append(
            Judged(
                case,
                name,
                *_verdict(one),
                found,
                seen,
                one.reason if one else "",
                kinds,
                stalled=bool(one and one.effect == "STALLED"),
                grew=grew,
                own=name in own,
            )
        )
    return judged


def _verdict(one: Affected | None) -> tuple[str, str]:
    return (str(one.verdict), one.rule) if one else (UNTOLD, "-")


def _nodes(running: Running, names: Collection[str]) -> list[str]:
    """Those that work today: of others nothing could be seen."""
    world, before = running.world, running.before
    working = {
        key[0]
        for results in (before.made, before.read)
        for key, found in results.items()
        if not isinstance(found, Failed)
    }
    working |= {job.name for job in world.jobs if job.output in working}
    ordered = dict.fromkeys([*(job.name for job in world.jobs), *(reader.name for reader in world.readers)])
    return [name for name in ordered if name in names and name in working]


def ask_with() -> dict[str, Any]:
    """Queries are held against their tables where that stands."""
    try:
        from connectors.sql.binding import rebind
    except ImportError:
        return {}
    return {"rebind": rebind}


def rng_for(seed: int, *parts: object) -> Random:
    """The same for the same parts, whatever was drawn before."""
    return Random("/".join(map(str, (seed, *parts))))
