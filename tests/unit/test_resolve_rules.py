"""What was current then, and what has become of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from graph_model.versions.entities import VersionState
from graph_model.versions.readable import condition
from graph_model.versions.resolve import current_of

NOON = datetime(2013, 1, 1, 12, tzinfo=UTC)


def history(*told: str) -> list[dict[str, object]]:
    """`a PUBLISHED` …, a minute apart; one that begins with `+` has the moment of the one before."""
    rows, minute = [], 0
    for said in told:
        minute += not said.startswith("+")
        version, transition = said.removeprefix("+").split()
        rows.append({"version": version, "transition": transition, "at": NOON + timedelta(minutes=minute)})
    return rows


@pytest.mark.parametrize(
    ("told", "current"),
    [
        ([], None),
        (["a PUBLISHED"], "a"),
        (["a PUBLISHED", "b PUBLISHED", "+a SUPERSEDED"], "b"),
        (["a PUBLISHED", "b PUBLISHED"], "b"),
        (["a PUBLISHED", "late SUPERSEDED"], "a"),
        (["a PUBLISHED", "a QUARANTINED"], None),
        (["a PUBLISHED", "b PUBLISHED", "a SUPERSEDED", "b QUARANTINED", "+a PUBLISHED"], "a"),
        (["a PUBLISHED", "a QUARANTINED", "a SUPERSEDED", "+a PUBLISHED"], "a"),
        (["a PUBLISHED", "a EXPIRED"], None),
    ],
)
def test_a_version_is_current_from_its_publishing_until_anything_else_happens_to_it(
    told: list[str], current: str | None
):
    assert current_of(history(*told)) == current


@pytest.mark.parametrize(
    ("state", "deleted", "taken_by", "condition_of_it"),
    [
        ("PUBLISHED", False, [], (True, "")),
        ("SUPERSEDED", False, [], (True, "")),
        ("EXPIRED", False, [], (True, "it has expired and may be deleted at any time: why")),
        ("RETIRED", False, [], (False, "its data is being deleted: why")),
        ("RETIRED", True, ["vs_2"], (False, "its data was deleted: why")),
        ("QUARANTINED", False, [], (True, "it was set aside since: why")),
        (
            "PUBLISHED", False, ["vs_2"],
            (False, "version vs_2 was put into its place: what lies there now is something else"),
        ),
    ],
)  # fmt: skip
def test_what_has_become_of_a_version_is_said(
    state: str, deleted: bool, taken_by: list[str], condition_of_it: tuple[bool, str]
):
    assert condition(VersionState(state), "why", deleted=deleted, taken_by=taken_by) == condition_of_it
