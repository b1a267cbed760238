"""What facets of OpenLineage say about names: symlinks, renames and drops."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.openlineage.events import read_event
from graph_model.identity.entities import Kind, SameName
from graph_model.names import Name
from graph_model.observed.entities import Observation
from tests.support.events import dataset, facet, run_event

ORDERS = Name("hive://m:9083", "db.orders")


def read(**facets: Any) -> Observation:
    return read_event(
        run_event("COMPLETE", "01:00:00", outputs=[dataset(ORDERS.name, namespace=ORDERS.namespace, **facets)])
    )


def same(**facets: Any) -> tuple[SameName, ...]:
    return read(**facets).datasets[0].same


def identifier(name: str, form: Any = "LOCATION") -> dict[str, Any]:
    return {"namespace": "file", "name": name, "type": form}


def test_symlinks_are_other_names_with_what_they_are_said_to_be() -> None:
    found = same(symlinks=facet(identifiers=[identifier("/a"), identifier("/b", "table"), identifier("/c", "odd")]))

    assert found == (
        SameName(Kind.SYMLINK, ORDERS, Name("file", "/a"), "LOCATION"),
        SameName(Kind.SYMLINK, ORDERS, Name("file", "/b"), "TABLE"),
        SameName(Kind.SYMLINK, ORDERS, Name("file", "/c"), ""),
    )


def test_a_symlink_to_itself_says_nothing() -> None:
    itself = {"namespace": ORDERS.namespace, "name": ORDERS.name, "type": "TABLE"}

    assert same(symlinks=facet(identifiers=[itself])) == ()


def test_a_rename_says_the_old_name_and_only_a_rename() -> None:
    old = {"namespace": ORDERS.namespace, "name": "db.old"}

    assert same(lifecycleStateChange=facet(lifecycleStateChange="RENAME", previousIdentifier=old)) == (
        SameName(Kind.RENAME, Name(ORDERS.namespace, "db.old"), ORDERS),
    )
    assert same(lifecycleStateChange=facet(lifecycleStateChange="ALTER", previousIdentifier=old)) == ()
    assert same(lifecycleStateChange=facet(lifecycleStateChange="RENAME")) == ()


@pytest.mark.parametrize(("state", "dropped"), [("DROP", True), ("drop", True), ("TRUNCATE", False), (None, False)])
def test_only_a_drop_is_a_drop(state: str | None, dropped: bool) -> None:
    assert read(lifecycleStateChange=facet(lifecycleStateChange=state)).datasets[0].is_drop is dropped


def test_what_was_deleted_says_nothing() -> None:
    gone = facet(identifiers=[identifier("/a")], _deleted=True)
    drop = facet(lifecycleStateChange="DROP", _deleted=True)

    assert same(symlinks=gone) == ()
    assert not read(lifecycleStateChange=drop).datasets[0].is_drop


@pytest.mark.parametrize(
    "odd",
    [
        {"symlinks": {"identifiers": 3}},
        {"symlinks": {"identifiers": [3]}},
        {"symlinks": {"identifiers": [{"namespace": "file"}]}},
        {"symlinks": {"identifiers": [{"namespace": "", "name": "x"}]}},
        {"lifecycleStateChange": {"lifecycleStateChange": "RENAME", "previousIdentifier": ["x"]}},
        {"lifecycleStateChange": {"lifecycleStateChange": "RENAME", "previousIdentifier": {"name": 3}}},
    ],
)
def test_what_is_not_of_its_form_is_left_out_with_a_warning(odd: dict[str, Any]) -> None:
    found = read(**odd)

    assert found.datasets[0].same == ()
    assert found.warnings == (f"/outputs/0/facets/{next(iter(odd))}: not of its form; left out",)
