"""The mark that is left on complete runs in the transaction which records them: what they read and wrote is to be
looked at (`observed.publish`). No crash loses it."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from graph_model.observed.gather import Part
from graph_model.observed.slices import part_key
from graph_model.store.graph import Transaction

Runs = Mapping[str, Collection[Part]]
"""The datasets of complete runs of which something is new, by id of the run."""


def mark(tx: Transaction, runs: Runs, concerns: Collection[str]) -> tuple[str, ...]:
    """Marks those that read something declared, or wrote something that others are trusted with: `concerns` are such
    datasets, by name and role. The marked runs."""
    marked = [run for run, parts in runs.items() if any(part_key(role, name) in concerns for name, role in parts)]
    if marked:
        tx.rows("observed.mark", runs=marked)
    return tuple(marked)


def mark_by_names(tx: Transaction, runs: Runs) -> tuple[str, ...]:
    """The same, where datasets may have turned out to be declared ones by this very transaction."""
    return tuple(row["id"] for row in tx.rows("observed.mark_concerned", runs=sorted(runs))) if runs else ()
