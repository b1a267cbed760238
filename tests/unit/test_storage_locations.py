from __future__ import annotations

from pathlib import Path

import pytest

from connectors.storage import located
from graph_model.errors import ContentError
from graph_model.versions.entities import Content

ROOT = Path("/data")


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("raw/2013-01-05.csv", "/data/raw/2013-01-05.csv"),
        ("raw/../clean/x.csv", "/data/clean/x.csv"),
        ("/elsewhere/x.csv", "/elsewhere/x.csv"),
        ("file:///elsewhere/x.csv", "/elsewhere/x.csv"),
    ],
)
def test_a_relative_location_lies_below_the_storage_root(location: str, expected: str) -> None:
    assert located(Content("csv", location, {"delimiter": ";"}), ROOT) == Content("csv", expected, {"delimiter": ";"})


@pytest.mark.parametrize("location", ["../secret.csv", "raw/../../secret.csv", ""])
def test_a_relative_location_cannot_leave_the_storage_root(location: str) -> None:
    with pytest.raises(ContentError):
        located(Content("csv", location), ROOT)


def test_the_address_of_a_table_may_name_the_root_and_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAREHOUSE", "postgresql://user:pass#word@host/db")

    assert located(Content("table", "sqlite:///{root}/w.db#t"), ROOT).location == "sqlite:////data/w.db#t"
    assert located(Content("table", "env:WAREHOUSE#s.t"), ROOT).location == "postgresql://user:pass#word@host/db#s.t"
    with pytest.raises(ContentError, match="environment variable NOWHERE, which is not set"):
        located(Content("table", "env:NOWHERE#t"), ROOT)
    with pytest.raises(ContentError, match="written URL#TABLE"):
        located(Content("table", "sqlite:///w.db"), ROOT)
