"""Makes a missed break small: fewer changes, and only what lies between them and the reader that was missed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from benchmarks.decision_trust.declaring import declare
from benchmarks.decision_trust.engines import Engines
from benchmarks.decision_trust.judging import Judged, judge_pair, rng_for
from benchmarks.decision_trust.measuring import measure
from benchmarks.decision_trust.proposing import makes_sense
from benchmarks.decision_trust.running import Running
from benchmarks.decision_trust.world import World
from graph_model.impact.entities import Change
from graph_model.store.graph import Graph

if TYPE_CHECKING:
    from benchmarks.decision_trust.campaign import Asked


def shrunk(
    graph: Graph, engines: Engines, world: World, changes: Sequence[Change], *, missed: Judged, asked: Asked
) -> str:
    """The smallest form that was found, as a text with how to run the case again."""
    small = replace_world(world, _above(world, missed.node), f"{world.name}-small-{missed.case.replace(':', '-')}")
    declare(graph, small, hide=asked.hide, rng=rng_for(asked.seed, missed.case, "hide"))
    running = Running(small, engines)
    measure(graph, running)
    kept = [_renamed(one, small.name) for one in changes if _is_in(one, small)]
    found = _missed(graph, running, kept, missed)
    if found is None:
        return _case(world, changes, [missed], asked)
    for one in list(kept):
        fewer = [other for other in kept if other is not one]
        again = _missed(graph, running, fewer, missed) if fewer and makes_sense(small, fewer) else None
        if again is not None:
            kept, found = fewer, again
    return _case(small, kept, [found], asked)


def _missed(graph: Graph, running: Running, changes: Sequence[Change], missed: Judged) -> Judged | None:
    try:
        judged = judge_pair(graph, running, changes, missed.case)
    except Exception:  # noqa: BLE001  a smaller set may make no sense
        return None
    return next((one for one in judged if one.missed and one.node == missed.node), None)


def _above(world: World, node: str) -> set[str]:
    """The names of all that a job or reader depends on, and its own."""
    reader = next((one for one in world.readers if one.name == node), None)
    own = next((job.output for job in world.jobs if job.name == node), None)
    kept: set[str] = {node} if reader else set()
    left = [reader.dataset if reader else str(own)]
    while left:
        dataset = left.pop()
        kept.add(dataset)
        maker = world.makers.get(dataset)
        if maker is not None and maker.name not in kept:
            left += [one.dataset for one in maker.inputs]
        kept |= {maker.name} if maker else set()
    return kept


def replace_world(world: World, kept: set[str], name: str) -> World:
    """The part of a world that is `kept`, under another name."""
    return replace(
        world,
        name=name,
        datasets={one: dataset for one, dataset in world.datasets.items() if one in kept},
        jobs=tuple(job for job in world.jobs if job.name in kept),
        readers=tuple(one for one in world.readers if one.name in kept),
        sources={one: contents for one, contents in world.sources.items() if one in kept},
    )


def _is_in(change: Change, world: World) -> bool:
    names = {*world.datasets, *(job.name for job in world.jobs), *(one.name for one in world.readers)}
    return any(getattr(change, part).name in names for part in ("dataset", "job", "consumer") if hasattr(change, part))


def _renamed(change: Change, namespace: str) -> Change:
    parts = [part for part in ("dataset", "job", "consumer") if hasattr(change, part)]
    moved = {part: replace(getattr(change, part), namespace=namespace) for part in parts}
    if hasattr(change, "to") and hasattr(change.to, "namespace"):  # type: ignore[union-attr]
        moved["to"] = replace(change.to, namespace=namespace)  # type: ignore[union-attr]
    return replace(change, **moved)  # type: ignore[type-var]


def _case(world: World, changes: Sequence[Change], judged: Sequence[Judged], asked: Asked) -> str:
    hide = f" --hide {asked.hide:g}" if asked.hide else ""
    kinds = f" --kinds {','.join(asked.kinds)}" if asked.kinds else ""
    again = f"python -m benchmarks.decision_trust --seed {asked.seed} --only {judged[0].case}{hide}{kinds}"
    return f"{told(world, changes, judged)}\n  again: {again}\n"


def told(world: World, changes: Sequence[Change], judged: Sequence[Judged], *, everything: bool = False) -> str:
    """A case in words: what there is, what is proposed, what was said and what happened."""
    lines = ["MISSED" if any(one.missed for one in judged) else "CASE"]
    for dataset in world.datasets.values():
        columns = ", ".join(f"{one.path} {one.type}{'' if one.nullable else ' not null'}" for one in dataset.columns)
        marks = [word for word in ("daily", "placed", "checked") if getattr(dataset, word)]
        extra = f" {' '.join(marks)}" if marks else ""
        lines.append(f"  {dataset.name} ({dataset.format}{extra}{dataset.options or ''}): {columns}")
    for job in world.jobs:
        inputs = ", ".join(
            f"{one.dataset}{' previous 2' if one.window else ''}{'' if one.by == 'name' else ' by ' + one.by}"
            for one in job.inputs
        )
        text = job.text if job.kind != "python" else "\n      ".join(job.text.split("def build")[1].splitlines()[1:])
        lines.append(f"  {job.name} ({job.kind}) {inputs} -> {job.output}: {text}")
    lines += [f"  {one.name} reads {one.dataset} {list(one.columns)} by {one.by}" for one in world.readers]
    lines += [f"  change: {_short(one)}" for one in changes]
    for one in judged:
        if everything or one.missed:
            lines.append(f"  {one.node}: {one.verdict} {one.rule} ({one.reason}); truth {one.truth} {one.seen}")
    return "\n".join(lines)


def _short(change: Change) -> str:
    return str(change).replace("Name(namespace=", "Name(")
