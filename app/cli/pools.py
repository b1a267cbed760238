"""`headwater pools`: slots that runs share, who takes them now, and having one give less for a while."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.connect import actor, broker_url, open_graph, require_migrated
from app.cli.options import AsJson, By, Reason
from app.cli.output import print_fields, print_json, print_table

if TYPE_CHECKING:
    from graph_model.names import Name
    from graph_model.policies.entities import Pool

app = typer.Typer(no_args_is_help=True, help="Slots that runs share.")
PoolArgument = Annotated[str, typer.Argument(metavar="POOL", help="NAMESPACE/NAME of the pool.")]


@app.command("list")
def list_pools(*, as_json: AsJson = False) -> None:
    """List pools, how many slots of each are taken, and how many runs wait that take from it."""
    from graph_model.policies.pools import pools

    with open_graph() as graph:
        found = pools(graph)
    if as_json:
        print_json(pools=found)
        return
    rows = [(one.kind, one.name, one.taken, one.slots, one.waiting, _lowered(one)) for one in found]
    print_table(("KIND", "NAME", "TAKEN", "SLOTS", "WAITING", "LOWERED"), rows, empty="no pool is declared")


@app.command("set")
def set_pool(
    pool: PoolArgument,
    slots: Annotated[int, typer.Argument(metavar="SLOTS", min=0, help="Up to what was declared; 0 closes it.")],
    *,
    reason: Reason,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Have a pool give less than it was declared with. Runs that hold its slots go on."""
    from graph_model.policies.pools import lower

    with open_graph() as graph:
        require_migrated(graph)
        found = lower(graph, _named(pool), slots, by=by or actor(), reason=reason)
    _show(found, as_json=as_json)


@app.command("restore")
def restore_pool(pool: PoolArgument, *, reason: Reason, by: By = None, as_json: AsJson = False) -> None:
    """Have a pool give what it was declared with again. Runs that waited for it may start now."""
    from connectors.bell import ring
    from graph_model.policies.pools import restore
    from graph_model.runs.sweeps import unclaimed

    broker = broker_url()
    with open_graph() as graph:
        require_migrated(graph)
        found = restore(graph, _named(pool), by=by or actor(), reason=reason)
        waiting = unclaimed(graph)
    ring(broker, waiting)
    _show(found, as_json=as_json)


def _show(pool: Pool, *, as_json: bool) -> None:
    if as_json:
        print_json(pool=pool)
        return
    print_fields(
        pool=pool.name, slots=pool.slots, declared=pool.declared, lowered=_lowered(pool), taken=pool.taken,
        waiting=pool.waiting,
    )  # fmt: skip


def _named(pool: str) -> Name:
    from graph_model.names import parse_name
    from graph_model.settings import HomeSettings

    return parse_name(pool, default_namespace=HomeSettings().namespace)


def _lowered(pool: Pool) -> str:
    return f"from {pool.declared} by {pool.lowered.by}: {pool.lowered.reason}" if pool.lowered else ""
