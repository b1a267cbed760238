"""Changing the state of versions."""

from __future__ import annotations

from collections.abc import Sequence

from graph_model.store.graph import Row, Transaction
from graph_model.store.trouble import all_seen


def set_states(tx: Transaction, changes: Sequence[Row]) -> None:
    """`changes`: rows of {version, state, reason: what a person reads}. Who calls has locked what the versions belong
    to, and writes the audit record.
    """
    all_seen(changes, tx.rows("versions.set_state", changes=list(changes)))


def pass_over(tx: Transaction, changes: Sequence[Row]) -> None:
    """Good versions that another one goes before. `changes`: rows of {version, reason}; their partitions are locked."""
    all_seen(changes, tx.rows("versions.pass_over", changes=list(changes)))
