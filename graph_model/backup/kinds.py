"""What a backup holds: every label and every kind of edge of the graph, but for what only living processes need.

A test compares this with the queries and the schema: who adds a label or an edge adds it here, and in the three files
below `cypher/backup/` that name each of them.
"""

from __future__ import annotations

from dataclasses import dataclass

LABELS: tuple[str, ...] = (
    "Scope",
    "Owner",
    "Dataset",
    "DatasetName",
    "DeclaredName",
    "Field",
    "SchemaVersion",
    "Contract",
    "Job",
    "Consumer",
    "Pool",
    "Partition",
    "DatasetVersion",
    "CheckResult",
    "Reading",
    "JobPartition",
    "Run",
    "Attempt",
    "LineageEvent",
    "ObservedRun",
    "Note",
    "Hold",
    "Question",
    "Replay",
    "ReplayStep",
    "Schedule",
    "Tick",
    "Deadline",
    "Outbox",
    "AuditRecord",
    "AuditChain",
)
# Leases and workers belong to processes, operations to commits in flight; a restored graph has migrations of its own,
# and learns again from its history.
LEFT_OUT: tuple[str, ...] = ("Worker", "Lease", "Operation", "Pause", "Timing", "Migration")


@dataclass(frozen=True, slots=True, order=True)
class EdgeKind:
    """Edges of one type between two labels; `key` names them in `backup.create_edges`."""

    source: str
    type: str
    target: str

    @property
    def key(self) -> str:
        return f"{self.source}_{self.type}_{self.target}"


EDGE_KINDS: tuple[EdgeKind, ...] = tuple(
    EdgeKind(*words.split())
    for words in (
        "Scope SPEAKS_OF Dataset",
        "Scope SPEAKS_OF Job",
        "Scope SPEAKS_OF Consumer",
        "DatasetName NAMES Dataset",
        "Dataset CONSUMED_BY Job",
        "Dataset CONSUMED_BY Consumer",
        "Dataset HAS_SCHEMA SchemaVersion",
        "Dataset SHOWED SchemaVersion",
        "Dataset HAS_CONTRACT Contract",
        "Dataset OWNED_BY Owner",
        "Dataset CHECKED_BY CheckResult",
        "Dataset SAME_AS Dataset",
        "Dataset APART Dataset",
        "Job PRODUCES Dataset",
        "Job SAYS DatasetName",
        "Job OWNED_BY Owner",
        "Job PART_OF Job",
        "Job PRECEDES Job",
        "Job FOLLOWED_BY Job",
        "Consumer OWNED_BY Owner",
        "Field FEEDS Field",
        "Field SHAPES Dataset",
        "Field USED_BY Job",
        "Field USED_BY Consumer",
        "SchemaVersion HAS_FIELD Field",
        "Partition NEEDED_BY JobPartition",
        "Partition HAS_VERSION DatasetVersion",
        "Partition CURRENT DatasetVersion",
        "DatasetVersion WITH_SCHEMA SchemaVersion",
        "DatasetVersion CHECKED_BY CheckResult",
        "DatasetVersion READ_BY Run",
        "Partition READ_BY ObservedRun",
        "ObservedRun WROTE DatasetVersion",
        "ObservedRun UNPLACED Dataset",
        "DatasetVersion SEEN_BY Reading",
        "JobPartition FILLS Partition",
        "JobPartition HAS_RUN Run",
        "Run WROTE DatasetVersion",
        "Run HAS_ATTEMPT Attempt",
        "ObservedRun PART_OF ObservedRun",
    )
)
# Only from these an edge can start.
SOURCES: tuple[str, ...] = tuple(label for label in LABELS if label in {kind.source for kind in EDGE_KINDS})
