"""A dataset is added to an estate file, and nothing else in it changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.crawl.appending import append
from graph_model.errors import InvalidEstate, InvalidInput
from graph_model.estate.parse import load_estate

ENTRY = ["new:  # 2 files", "  format: csv", '  location: "new/{date}.csv"', "  partition: {every: day}"]
FULL = """\
# What comes in
scope: shop
datasets:
    # by day
    raw: {format: csv}   # as it came
    clean:
      format: csv

# What is made of it
jobs:
  tidy: {sql: SELECT 1, inputs: [raw, other/rates], outputs: [clean]}
"""


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "estate.yaml"
    file.write_text(text)
    return file


def test_comments_order_and_spelling_stay(tmp_path: Path):
    file = written(tmp_path, FULL)

    append(file, ENTRY)

    added = "".join(f"    {line}\n" for line in ENTRY)
    assert file.read_text() == FULL.replace("      format: csv\n", f"      format: csv\n{added}")
    assert [path.name for path in tmp_path.iterdir()] == ["estate.yaml"]


@pytest.mark.parametrize(
    "text",
    [
        "scope: shop\n",
        "scope: shop\ndatasets:\n",
        "scope: shop\ndatasets:\n  raw: {format: csv}",
        "scope: shop\njobs:\n",
    ],
)
def test_it_finds_its_place_in_any_estate(text: str, tmp_path: Path):
    file = written(tmp_path, text)

    append(file, ENTRY)

    assert "new" in [dataset.name.name for dataset in load_estate(file).datasets]
    assert file.read_text().startswith(text.rstrip("\n").partition("jobs")[0])


@pytest.mark.parametrize(
    ("text", "error", "problem"),
    [
        ("scope: shop\ndatasets: {raw: {format: csv}}\n", InvalidInput, "line 2: datasets stand on one line"),
        ("- a\n", InvalidInput, "is no estate"),
        ("scope: shop\ndatasets:\n  new: {format: csv}\n", InvalidEstate, "new"),
    ],
)
def test_where_it_has_no_place_the_file_stays_as_it_was(
    text: str, error: type[Exception], problem: str, tmp_path: Path
):
    file = written(tmp_path, text)

    with pytest.raises(error, match=problem):
        append(file, ENTRY)

    assert file.read_text() == text
    assert [path.name for path in tmp_path.iterdir()] == ["estate.yaml"]
