"""Whether the graph says of each dataset what the evidence says: for `headwater verify`."""

from __future__ import annotations

from collections.abc import Iterator

from graph_model.identity.entities import Decided, Evidence, Member
from graph_model.identity.rules import decide
from graph_model.identity.settle import evidence_of, member_of
from graph_model.store.graph import Graph, Transaction

_PAGE = 1000


def disagreements(graph: Graph) -> tuple[tuple[str, str], ...]:
    """Id and message for each dataset or evidence of which the graph says something else than the evidence."""
    return graph.read(lambda tx: tuple(_disagreements(tx)))


def _disagreements(tx: Transaction) -> Iterator[tuple[str, str]]:
    members: dict[str, Member] = {}
    evidence: dict[str, Evidence] = {}
    apart: set[frozenset[str]] = set()
    for ids in _tied(tx):
        for row in tx.rows("identity.around", ids=ids):
            members[row["id"]] = member_of(row)
            evidence |= {one.id: one for one in map(evidence_of, row["said"])}
            apart |= {frozenset((row["id"], other)) for other in row["apart"]}
    decided = decide(members.values(), evidence.values(), apart)
    yield from _wrong(members, evidence, decided)


def _wrong(members: dict[str, Member], evidence: dict[str, Evidence], decided: Decided) -> Iterator[tuple[str, str]]:
    for id_, member in sorted(members.items()):
        expected = decided.entities.get(id_)
        if member.entity != expected:
            yield (
                id_,
                f"{member.name} says that {member.entity or 'nothing'} stands for it, not {expected or 'nothing'}",
            )
    for id_, one in sorted(evidence.items()):
        expected = decided.held.get(id_)
        if one.held != expected:
            yield one.source, f"evidence {id_} is held for {one.held or 'nothing'}, not {expected or 'nothing'}"


def _tied(tx: Transaction) -> Iterator[list[str]]:
    after = ""
    while ids := [row["id"] for row in tx.rows("identity.tied", after=after, most=_PAGE)]:
        yield ids
        after = ids[-1]
