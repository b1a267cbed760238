"""`headwater quarantine`, `release-version`, `tainted`: when a version that was found good turns out to be wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.cli.connect import actor, broker_url, open_graph, require_migrated
from app.cli.interventions import ring_for
from app.cli.options import AsJson, By, Reason, VersionArgument
from app.cli.output import print_fields, print_json, print_table, say

if TYPE_CHECKING:
    from graph_model.versions.taint import Tainted


def quarantine(version: VersionArgument, *, reason: Reason, by: By = None, as_json: AsJson = False) -> None:
    """Take a version from its readers, who get the last good one again. Shows what was made from it."""
    from graph_model.versions.quarantine import quarantine as set_aside

    broker = broker_url()
    with open_graph() as graph:
        require_migrated(graph)
        done = set_aside(graph, version, by=by or actor(), reason=reason)
    rung = ring_for(broker, *done.runs)
    if as_json:
        print_json(version=version, quarantined=done.versions, current=done.current, tainted=done.tainted, rung=rung)
        return
    print_fields(version=version, quarantined=done.versions, current_now=done.current, runs_made_ready=done.runs)
    if not done.versions:
        say("it was quarantined before: nothing changed")
    _print_tainted(done.tainted)


def release_version(version: VersionArgument, *, reason: Reason, by: By = None, as_json: AsJson = False) -> None:
    """Give a quarantined version back to its readers, unless a later one is there. It must have passed its checks."""
    from graph_model.versions.quarantine import release

    broker = broker_url()
    with open_graph() as graph:
        require_migrated(graph)
        done = release(graph, version, by=by or actor(), reason=reason)
    rung = ring_for(broker, *done.runs)
    if as_json:
        print_json(version=version, state=done.state, runs=done.runs, rung=rung)
    else:
        print_fields(version=version, state=done.state, runs=done.runs)


def show_tainted(version: VersionArgument, *, as_json: AsJson = False) -> None:
    """List the versions that were made from a version, through however many jobs."""
    from graph_model.versions.taint import tainted

    with open_graph() as graph:
        found = tainted(graph, version)
    if as_json:
        print_json(tainted=found)
    else:
        _print_tainted(found)


def _print_tainted(found: Tainted) -> None:
    rows = [(each.dataset, each.partition, each.id, each.state, each.current) for each in found.versions]
    print_table(("TAINTED", "PARTITION", "VERSION", "STATE", "CURRENT"), rows, empty="nothing was made from it")
    if found.readers:
        columns = ("READ BY", "NAME", "TIMES", "LAST")
        print_table(columns, [(each.kind, each.name, each.count, each.last_at) for each in found.readers], empty="")
    if found.running:
        say(f"runs under way that read it: {', '.join(found.running)}")
    if not found.is_complete:
        say("there is more than this")
