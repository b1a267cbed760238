"""A format that another package brings along, as one that is installed would."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.checks import validate
from connectors.storage import formats, inspect
from connectors.storage.formats import format_named
from graph_model.contracts.entities import Check
from graph_model.errors import ContentError
from graph_model.estate.vocabulary import known_formats
from graph_model.versions.entities import Content

MODULE = """
from connectors.storage.csv_files import CsvFiles

class TabSeparated(CsvFiles):
    suffix = ".tsv"

    def relation(self, opened, parts, options):
        return super().relation(opened, parts, {**options, "delimiter": "\\t"})
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package with the format `tsv`, and one named `broken` that cannot be loaded."""
    described = tmp_path / "tab_separated-1.0.dist-info"
    described.mkdir()
    (described / "METADATA").write_text("Metadata-Version: 2.1\nName: tab-separated\nVersion: 1.0\n")
    (described / "entry_points.txt").write_text(
        "[headwater.formats]\ntsv = tab_separated:TabSeparated\nbroken = tab_separated:Missing\n"
    )
    (tmp_path / "tab_separated.py").write_text(MODULE)
    monkeypatch.syspath_prepend(str(tmp_path))
    _forget()
    yield tmp_path
    monkeypatch.undo()
    _forget()


def _forget() -> None:
    known_formats.cache_clear()
    format_named.cache_clear()


def test_a_format_of_another_package_is_one_of_ours(package: Path) -> None:
    (package / "data.tsv").write_text("id\tamount\n1\t10\n2\t\n")
    content = Content("tsv", str(package / "data.tsv"))

    assert {"tsv", "csv"} <= set(formats())
    assert [(column.path, column.type) for column in inspect(content).columns] == [
        ("id", "integer"),
        ("amount", "integer"),
    ]
    (result,) = validate(content, [Check("there", "not_null", {"columns": ["amount"]})]).results
    assert result.message == "not_null (amount): 1 row lacks amount, e.g. row 2"


def test_a_format_that_cannot_be_loaded_says_where_it_comes_from(package: Path) -> None:
    with pytest.raises(ContentError, match="the format broken cannot be loaded from tab_separated:Missing"):
        inspect(Content("broken", str(package / "data")))
