"""Keeps `entity`, which dataset stands for several, equal to the evidence, in the transaction that changes it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from graph_model.audit.record import Notice, notify
from graph_model.identity.entities import Decided, Evidence, Held, Kind, Member
from graph_model.identity.rules import decide
from graph_model.names import Name
from graph_model.store.graph import Row, Transaction
from graph_model.store.trouble import all_seen


class Surroundings:
    """Some datasets with all that evidence ties to them, however far. They are locked while they are looked for, so
    whatever ties more to them waits. `entities`, once it is decided: the one that stands for each that is not alone."""

    def __init__(self, tx: Transaction, ids: Iterable[str]) -> None:
        self.members: dict[str, Member] = {}
        self.evidence: dict[str, Evidence] = {}
        self.apart: set[frozenset[str]] = set()
        self.entities: dict[str, str] = {}
        self._tx = tx
        found = set(ids)
        while found:
            found = self._take(sorted(found)) - self.members.keys()

    def _take(self, ids: list[str]) -> set[str]:
        """Locks these, reads what is said about them, and returns what they are tied to."""
        all_seen(ids, self._tx.rows("identity.lock", ids=ids, token=self._tx.token))
        rows = all_seen(ids, self._tx.rows("identity.around", ids=ids))
        for row in rows:
            self.members[row["id"]] = member_of(row)
            self.evidence |= {one.id: one for one in map(evidence_of, row["said"])}
            self.apart |= {frozenset((row["id"], other)) for other in row["apart"]}
        return {end for one in self.evidence.values() for end in (one.source, one.target)}


def settle(tx: Transaction, ids: Iterable[str]) -> Surroundings:
    """Decides anew what the datasets `ids`, and all that is tied to them, are one with; writes what differs."""
    around = Surroundings(tx, ids)
    decided = decide(around.members.values(), around.evidence.values(), around.apart)
    around.entities = decided.entities
    members, evidence = _differing(around, decided)
    if members or evidence:
        tx.rows("identity.settle", members=members, evidence=evidence)
        notify(
            tx, _notices(around, [around.evidence[row["id"]] for row in evidence if row["held"] == Held.BOTH_DECLARED])
        )
    return around


def member_of(row: Row) -> Member:
    return Member(row["id"], Name(row["namespace"], row["name"]), row["scope"] or "", row["retired"], row["entity"])


def evidence_of(row: Row) -> Evidence:
    return Evidence(
        row["id"],
        Kind(row["kind"]),
        row["source"],
        row["target"],
        row["form"] or "",
        row["at"],
        row["said_by"],
        row["partition"],
        Held(row["held"]) if row["held"] else None,
    )


def _notices(around: Surroundings, doubtful: Iterable[Evidence]) -> Iterator[Notice]:
    """Owners of declared datasets that somebody takes for one must know: either is right, or nobody is."""
    for one in doubtful:
        ends = [around.members[around.entities.get(end, end)] for end in (one.source, one.target)]
        for member, other in (ends, ends[::-1]):
            yield Notice(
                f"names/{one.id}/{member.id}",
                "names_in_doubt",
                member.id,
                member.id,
                f"{member.name} and {other.name} are said to be one dataset",
                f"{one.said_by} says by a {one.kind} that they are one. Both are declared, so they stay two. If they "
                "are one, take one of them out of its estate and write it among the names of the other; if not, "
                "`headwater names apart` says so.",
            )


def _differing(around: Surroundings, decided: Decided) -> tuple[list[Row], list[Row]]:
    members: list[Row] = [
        {"id": id_, "entity": decided.entities.get(id_)}
        for id_, member in sorted(around.members.items())
        if member.entity != decided.entities.get(id_)
    ]
    evidence: list[Row] = [
        {"id": one.id, "source": one.source, "held": decided.held.get(one.id)}
        for one in sorted(around.evidence.values(), key=lambda one: one.id)
        if one.held != decided.held.get(one.id)
    ]
    return members, evidence
