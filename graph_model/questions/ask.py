"""Asking: an input declared `correction: ask` got a new version, and a person is to say whether to run again."""

from __future__ import annotations

from collections.abc import Sequence

from graph_model.audit.record import Notice, Trail, Transition
from graph_model.names import question_id
from graph_model.store.graph import Row, Transaction


def ask(tx: Transaction, job_partitions: Sequence[str], trail: Trail) -> None:
    """Asks what is to be asked about these job partitions, and closes what time has answered. All must be locked."""
    if not job_partitions:
        return
    for row in tx.rows("questions.close_overtaken", job_partitions=list(job_partitions)):
        trail.add(Transition(row["id"], "OVERTAKEN", "readiness"))
    due = {
        question_id(row["job_partition"], row["version"]): row
        for row in tx.rows("questions.due", job_partitions=list(job_partitions))
    }
    if not due:
        return
    for row in tx.rows("questions.put", questions=[_question(id, found) for id, found in sorted(due.items())]):
        trail.add(Transition(row["id"], "ASKED", "readiness", {"version": due[row["id"]]["version"]}))
        trail.tell([_notice(row["id"], due[row["id"]])])


def _question(id: str, row: Row) -> Row:
    names = ("job_partition", "job", "key", "version", "dataset", "partition_key")
    return {"id": id, **{name: row[name] for name in names}}


def _notice(id: str, row: Row) -> Notice:
    where = f"{row['dataset_name']}@{row['partition_key'] or 'whole'}"
    title = f"question: partition {row['key'] or 'whole'}"
    body = f"{where} was corrected (version {row['version']}): `headwater answer {id} rerun` or `ignore`"
    return Notice(f"question/{id}", "question", id, row["job"], title, body)
