"""Job partitions that run by the clock: the first run of each waits until a nominal time of it has come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from graph_model.readiness.rules import JobNeeds, JobPartition
from graph_model.schedules.entities import TickState
from graph_model.store.graph import Row, Transaction
from graph_model.store.trouble import all_seen

if TYPE_CHECKING:
    from graph_model.readiness.evaluate import TimedRun


@dataclass(frozen=True, slots=True)
class Gates:
    """By job partition, a row of `schedules.gates`."""

    rows: Mapping[str, Row] = field(default_factory=dict)

    def parted(
        self, targets: Sequence[JobPartition], jobs: Mapping[str, JobNeeds]
    ) -> tuple[list[JobPartition], list[JobPartition]]:
        """Those whose runs their inputs decide, and those of which a nominal time still waits for its inputs. Those
        whose time has not come are neither.
        """
        paced = {target.id for target in targets if jobs[target.job].is_paced}
        called = [target for target in targets if target.id in paced and self.rows[target.id]["tick"]]
        free = [target for target in targets if target.id not in paced or self._is_free(target)]
        return free, called

    def nominal(self, target: JobPartition) -> datetime:
        return self.rows[target.id]["nominal"]

    def close(self, tx: Transaction, timed: Mapping[str, TimedRun]) -> None:
        """Nominal times that have their runs wait no more."""
        ended = [
            {
                "id": self.rows[id]["tick"],
                "job_partition": id,
                "state": TickState.RUN,
                "reason": "",
                "run": each.run.id,
            }
            for id, each in timed.items()
        ]
        if ended:
            tx.rows("schedules.end_ticks", ticks=ended)

    def _is_free(self, target: JobPartition) -> bool:
        row = self.rows[target.id]
        return not row["tick"] and (row["called"] or row["has_run"])


def open_gates(tx: Transaction, paced: Sequence[JobPartition]) -> Gates:
    """Asks nothing where no job runs by the clock. All of `paced` must be locked."""
    return Gates(gate_rows(tx, paced))


def gate_rows(tx: Transaction, targets: Sequence[JobPartition]) -> dict[str, Row]:
    """By job partition, a row of `schedules.gates`."""
    if not targets:
        return {}
    found = all_seen(targets, tx.rows("schedules.gates", ids=[target.id for target in targets]))
    return {row["id"]: row for row in found}
