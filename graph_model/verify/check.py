"""`headwater verify`: each invariant is one named query that returns its violations; the audit chain is walked besides,
and the rule that says which datasets are one is applied anew.

The numbers are those of docs/design.md, section "What must hold".
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

from graph_model.audit.verify_chain import verify_chain
from graph_model.identity.verify import disagreements
from graph_model.orders.start import LINE
from graph_model.policies.verify import overfull
from graph_model.readiness.verify import without_run
from graph_model.store.graph import Graph

# A sweep comes every two seconds; what a sweep mends may stand for two of them.
TWO_SWEEPS_MS = 4_000
MOST = 100
ENTITY_RULE = "which dataset stands for several agrees with the evidence"
POOL_RULE = "no pool gives more slots than it has"
CHAIN_RULE = "the audit chain is unbroken up to its unsealed tail"


@dataclass(frozen=True, slots=True)
class Invariant:
    number: int
    rule: str
    query: str


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing that breaks an invariant; `subject` is the id of the node at fault."""

    invariant: int
    rule: str
    subject: str
    message: str


INVARIANTS: tuple[Invariant, ...] = (
    Invariant(1, "a ready job partition has exactly one run for its final input set", "verify.ready_without_run"),
    Invariant(2, "a run publishes at most once, by its newest fence", "verify.published_twice"),
    Invariant(3, "leases of a run never overlap", "verify.overlapping_attempts"),
    Invariant(4, "nothing is published without its blocking checks passed", "verify.published_unchecked"),
    Invariant(5, "CURRENT is the newest good version of its partition", "verify.not_the_newest"),
    Invariant(6, "every transition of a version and a run has its audit record", "verify.without_audit"),
    Invariant(7, "nothing that is current or being read has expired or is deleted", "verify.read_after_retired"),
    Invariant(8, "no run stays RUNNING under an expired lease, no mark stays unevaluated", "verify.left_behind"),
    Invariant(8, "attempts stay within policy", "verify.too_many_attempts"),
    Invariant(10, "a missed deadline is recorded once", "verify.missed_deadlines"),
    Invariant(11, "each nominal time comes once, has at most one run, and none is missed", "verify.nominal_times"),
    Invariant(12, "only what goes on takes slots, and all of it is counted", "verify.slots_astray"),
    Invariant(
        13, "an order is open as long as something of it is left, and all of that has its turn", "verify.orders_astray"
    ),
    Invariant(0, "every node that is looked up has its id", "verify.without_id"),
)


def verify(graph: Graph) -> tuple[Violation, ...]:
    """Every violation found, at most 100 of each invariant; empty: the graph is sound."""
    found = tuple(violation for invariant in INVARIANTS for violation in _check(graph, invariant))
    return found + _check_pools(graph) + _check_readiness(graph) + _check_chain(graph) + _check_entities(graph)


def _check(graph: Graph, invariant: Invariant) -> tuple[Violation, ...]:
    parameters = {"most": MOST, "patience_ms": TWO_SWEEPS_MS, "line": LINE}
    wanted = {name: parameters[name] for name in graph.query(invariant.query).parameters}
    rows = graph.rows(invariant.query, **wanted)
    return tuple(Violation(invariant.number, invariant.rule, row["subject"], row["message"]) for row in rows)


def _check_readiness(graph: Graph) -> tuple[Violation, ...]:
    """What waits on terms is decided by a function, which no single query does."""
    found = islice(without_run(graph, patience_ms=TWO_SWEEPS_MS), MOST)
    return tuple(Violation(1, INVARIANTS[0].rule, subject, message) for subject, message in found)


def _check_pools(graph: Graph) -> tuple[Violation, ...]:
    """How many attempts went on at once is a sweep over their starts and ends, which no single query does."""
    wrong = islice(overfull(graph), MOST)
    return tuple(Violation(12, POOL_RULE, subject, message) for subject, message in wrong)


def _check_entities(graph: Graph) -> tuple[Violation, ...]:
    """Which datasets are one is a rule over all that is tied together, which no single query applies."""
    wrong = disagreements(graph)[:MOST]
    return tuple(Violation(9, ENTITY_RULE, subject, message) for subject, message in wrong)


def _check_chain(graph: Graph) -> tuple[Violation, ...]:
    """The chain is walked record by record, which no single query does."""
    broken = verify_chain(graph).broken
    if broken is None:
        return ()
    subject = broken.record or f"place {broken.seq}"
    return (Violation(6, CHAIN_RULE, subject, f"record {broken.seq} of the audit chain {broken.message}"),)
