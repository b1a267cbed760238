"""What the doctor looks at: each examination yields findings, and none of them raises."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from typing import TYPE_CHECKING

from app.cli.config import Setting, settings_of, without_login
from app.cli.connect import open_graph
from app.cli.examine_arrivals import examine_arrivals
from app.cli.examine_fleet import examine_leader, examine_workers
from app.cli.examine_graph import examine_clock, examine_constraints, examine_migrations
from app.cli.examine_machine import examine_broker, examine_embedded_engine, examine_storage
from app.cli.examine_telling import examine_telling
from app.cli.findings import Finding, Findings
from graph_model.errors import HeadwaterError, SettingsError

if TYPE_CHECKING:
    from graph_model.store.graph import Graph


def examine_all(stack: ExitStack) -> Findings:
    """Every finding, settings first. `stack` closes what was opened."""
    yield from examine_settings()
    graph, reached = _reach_graph(stack)
    yield reached
    for subject, examination in _OF_THE_GRAPH.items():
        yield from _guarded(subject, examination, graph)
    yield from examine_broker()
    yield from examine_storage()
    yield examine_embedded_engine(graph_reached=graph is not None)


def examine_settings() -> Findings:
    """A finding for each part: which of its settings are not the default, and where they come from."""
    from graph_model.settings import ALL_SETTINGS

    for settings_class in ALL_SETTINGS:
        part = f"{settings_class.__name__.removesuffix('Settings').lower()} settings"
        try:
            settings = list(settings_of(settings_class))
        except SettingsError as error:
            yield Finding("FAIL", part, str(error), "headwater config")
            continue
        yield Finding("OK", part, origins_in_words(settings))


def origins_in_words(settings: Iterable[Setting]) -> str:
    """Which settings come from where, those of one place together; the defaults are not worth a word."""
    places: dict[str, list[str]] = {}
    for each in settings:
        if each.origin != "default":
            place = "the environment" if each.origin.startswith("environment") else each.origin
            places.setdefault(place, []).append(each.variable)
    return "; ".join(f"{', '.join(variables)} from {place}" for place, variables in places.items()) or "all default"


_OF_THE_GRAPH: dict[str, Callable[[Graph], Findings]] = {
    "clock": examine_clock,
    "migrations": examine_migrations,
    "constraints": examine_constraints,
    "workers": examine_workers,
    "steward": examine_leader,
    "openlineage": examine_telling,
    "arrivals": examine_arrivals,
}


def _reach_graph(stack: ExitStack) -> tuple[Graph | None, Finding]:
    try:
        graph = stack.enter_context(open_graph())
        server = graph.rows("doctor.server")[0]
    except HeadwaterError as error:
        return None, Finding("FAIL", "graph", str(error), "headwater up (or set HEADWATER_GRAPH_URI)")
    speaks = f"{server['name']} {', '.join(server['versions'])} {server['edition']}"
    what = speaks if graph.engine == "neo4j" else f"{graph.engine}, compatible to {speaks}"
    return graph, Finding("OK", "graph", f"{what} at {without_login(graph.settings.uri)}")


def _guarded(subject: str, examination: Callable[[Graph], Findings], graph: Graph | None) -> Findings:
    if graph is None:
        yield Finding("SKIP", subject, "needs the graph")
        return
    try:
        yield from examination(graph)
    except HeadwaterError as error:
        yield Finding("FAIL", subject, str(error), "headwater doctor")
