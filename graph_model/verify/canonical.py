"""Hashes of a graph that do not depend on engine or order: of everything in it, and of the state it has come to."""

from __future__ import annotations

from graph_model.backup.lines import text_of
from graph_model.backup.read import everything
from graph_model.store.graph import Graph
from graph_model.verify.hashes import MultisetHash

# What two graphs that saw the same reports agree on. Left out: runs, versions that runs made, clocks, recorded times.
STATE_QUERIES = (
    "verify.state_names",
    "verify.state_edges",
    "verify.state_current",
    "verify.state_quarantined",
    "verify.state_job_partitions",
)


def content_hash_of(graph: Graph) -> str:
    """Over all that a backup holds: a graph and its restored copy have the same. Read while nothing writes."""
    content = MultisetHash()
    for item in everything(graph):
        content.add(text_of(item))
    return content.hexdigest()


def state_hash_of(graph: Graph) -> str:
    """Over names, declared edges, what is current in each partition, the reported versions that were set aside, and how
    the newest run of each job partition stands. Reports in any order, any number of times, come to the same.
    """
    state = MultisetHash()
    for query in STATE_QUERIES:
        for row in graph.rows(query):
            state.add(text_of({query: row}))
    return state.hexdigest()
