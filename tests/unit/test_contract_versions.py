"""What the version of a contract should say of a change."""

from __future__ import annotations

import pytest

from graph_model.contracts.version import next_version, remark
from graph_model.schemas.entities import ChangeClass


@pytest.mark.parametrize(
    ("before", "change", "enough"),
    [
        ("1.2.3", ChangeClass.MAJOR, "2.0.0"),
        ("1.2.3", ChangeClass.MINOR, "1.3.0"),
        ("1.2.3", ChangeClass.PATCH, "1.2.4"),
        ("0.2.3", ChangeClass.MAJOR, "0.3.0"),
        ("0.2.3", ChangeClass.MINOR, "0.2.4"),
        ("spring", ChangeClass.MINOR, "None"),
    ],
)
def test_the_lowest_version_that_says_enough(before: str, change: ChangeClass, enough: str):
    assert str(next_version(before, change)) == enough
    if enough != "None":
        assert remark(before, enough, change, "why") is None


AGAIN = "the contract says something else and"
STEP = "the contract goes from version"


@pytest.mark.parametrize(
    ("before", "after", "change", "sentence"),
    [
        (
            "1.0.0",
            "1.0.0",
            "major",
            f"{AGAIN} is still version 1.0.0: the change is major (why); 2.0.0 would tell its readers",
        ),
        (
            "1.0.0",
            "1.1.0",
            "major",
            f"{STEP} 1.0.0 to 1.1.0, but the change is major (why); 2.0.0 would tell its readers",
        ),
        (
            "0.1.0",
            "0.1.1",
            "major",
            f"{STEP} 0.1.0 to 0.1.1, but the change is major (why); 0.2.0 would tell its readers",
        ),
        ("2.0.0", "1.0.0", "major", "the contract goes back from version 2.0.0 to 1.0.0"),
        ("", "", "patch", f"{AGAIN} has no version: the change is patch (why)"),
        ("a", "a", "patch", f"{AGAIN} is still version a: the change is patch (why)"),
        ("1.0", "v1.1", "minor", None),
        ("1.9.9", "2.0.0-rc1", "major", None),
        ("0.1.0", "0.2.0", "major", None),
        ("1.0.0", "2.0.0", "patch", None),
        ("1.0.0", "1.0.0", "none", None),
        ("2024-01-05", "2024-01-06", "major", None),
        ("", "1.0.0", "major", None),
    ],
)
def test_a_version_that_says_too_little_is_remarked(before: str, after: str, change: str, sentence: str | None):
    assert remark(before, after, ChangeClass(change), "why") == sentence
