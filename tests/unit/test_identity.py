"""When an old id of a worker may be retired."""

from __future__ import annotations

import pytest

from graph_model.settings import GraphSettings
from graph_model.store.graph import Graph
from workers import identity as module
from workers.identity import Identities


@pytest.fixture
def retired(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids that were retired, in order; the graph agrees to everything."""
    retired: list[str] = []

    def retire(_: object, worker: str) -> tuple[str, ...]:
        retired.append(worker)
        return ()

    monkeypatch.setattr(module, "retire", retire)
    monkeypatch.setattr(module, "register", lambda *_, **__: None)
    monkeypatch.setattr(module, "heartbeat", lambda *_, **__: True)
    monkeypatch.setattr(module, "still_owned", lambda *_: frozenset())
    return retired


@pytest.fixture
def identities(retired: list[str]) -> Identities:
    return Identities(Graph(GraphSettings(), driver=object()), slots=2, lease_seconds=15)  # type: ignore[arg-type]


def test_an_id_in_doubt_is_replaced_and_retired(identities: Identities, retired: list[str]) -> None:
    old = identities.current
    identities.doubt(old)

    identities.beat()

    assert identities.current is not old
    assert retired == [old.id]


def test_an_id_in_doubt_is_not_retired_while_it_claims(identities: Identities, retired: list[str]) -> None:
    with identities.claiming() as old:
        identities.doubt(old)
        identities.beat()
        assert identities.current is not old
        assert retired == []

    identities.beat()

    assert retired == [old.id]
