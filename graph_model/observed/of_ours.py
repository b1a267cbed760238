"""What our own runs tell of columns: enough of it makes a job that declares none known by column, as long as its
declaration is the one that ran.
"""

from __future__ import annotations

from graph_model.names import Name, job_id
from graph_model.observed.entities import SOURCE
from graph_model.observed.words import are_known_by_column, said_of_outputs
from graph_model.store.graph import Graph, Row, Transaction


def settle_columns_seen(graph: Graph, job: Name, run: str) -> bool:
    """After what `run` told of `job` was recorded; whether all that the job does with columns is known from that.

    It is when everything that is declared was told of, and of each output which columns it is made from and which
    decide its rows. What an estate says of columns itself stands.
    """
    return graph.write(lambda tx: _settle(tx, job_id(job), run), step="columns seen")


def _settle(tx: Transaction, job: str, run: str) -> bool:
    tx.rows("observed.lock_jobs", jobs=[job], token=tx.token)
    rows = tx.rows("observed.declared_and_seen", job=job, run=run, source=SOURCE)
    if not rows or not rows[0]["is_of_now"] or _says_itself(rows[0]):
        return False
    found = rows[0]
    known = set(found["declared"]) <= set(found["seen"]) and _tells_columns(tx, job)
    wanted = found["definition_hash"] if known else None
    if wanted != found["seen_hash"]:
        tx.rows("observed.settle_seen", job=job, seen_hash=wanted)
    return known


def _says_itself(found: Row) -> bool:
    """Its estate, or what it was imported from, tells its columns; or nobody declares it, and other words decide."""
    return found["scope"] is None or (found["columns_known"] and found["seen_hash"] is None)


def _tells_columns(tx: Transaction, job: str) -> bool:
    (said,) = said_of_outputs(tx, [job])
    return are_known_by_column(said.outputs, said.words, sql_is_read=False)
