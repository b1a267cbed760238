"""Which estate files a tree has, and how they are read together."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from connectors.git.history import compare
from connectors.review import estates
from connectors.review.estates import Sides, estate_files, read_side, read_sides
from graph_model.contracts.document import Document
from graph_model.contracts.entities import Contract
from graph_model.contracts.odcs import read_whole
from graph_model.errors import InvalidInput
from tests.support.repositories import Repository

PATHS = ("a/estate.yaml", "a/b/shop.estate.yml", "a/other.yaml", "estate.yml", "c/my-estate.yaml")
RAW = "scope: raw\ndatasets:\n  orders: {format: csv, partition: {every: day, from: 2024-01-01}}\n"
MADE = "scope: made\nconsumers:\n  board: {kind: dashboard, reads: {raw/orders: all}}\n"


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        ((), {"a/estate.yaml", "a/b/shop.estate.yml", "estate.yml"}),
        (("a",), {"a/estate.yaml"}),
        (("a/",), {"a/estate.yaml"}),
        (("./a/other.yaml",), {"a/other.yaml"}),
        (("c/*", "estate.yml"), {"c/my-estate.yaml", "estate.yml"}),
        (("b",), set()),
    ],
)
def test_estate_files_are_known_by_their_name_or_named(patterns: tuple[str, ...], expected: set[str]) -> None:
    assert set(estate_files(PATHS, patterns)) == expected


def place(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / name).mkdir()
        (folder / name / "estate.yaml").write_text(text)
    return folder


def test_estates_may_speak_of_each_other_in_any_order(tmp_path: Path) -> None:
    found = read_side(place(tmp_path, a=MADE, b=RAW), ("a/estate.yaml", "b/estate.yaml"), known={})

    assert [estate.scope for estate in found.estates] == ["made", "raw"]
    assert [estate.file for estate in found.estates] == ["a/estate.yaml", "b/estate.yaml"]
    assert found.mistakes == ()


def test_one_with_a_mistake_leaves_the_others_alone(tmp_path: Path) -> None:
    wrong = MADE.replace("raw/orders", "raw/order")

    found = read_side(place(tmp_path, a=wrong, b=RAW), ("a/estate.yaml", "b/estate.yaml"), known={})

    assert [estate.scope for estate in found.estates] == ["raw"]
    (mistake,) = found.mistakes
    assert (mistake.file, mistake.line) == ("a/estate.yaml", 3)
    assert str(tmp_path) not in str(mistake)


def test_a_scope_that_two_files_declare_is_a_mistake_of_the_second(tmp_path: Path) -> None:
    found = read_side(place(tmp_path, a=RAW, b=RAW), ("a/estate.yaml", "b/estate.yaml"), known={})

    assert [(mistake.file, mistake.line) for mistake in found.mistakes] == [("b/estate.yaml", 1)]
    assert "declared by a/estate.yaml already" in found.mistakes[0].message
    assert [estate.file for estate in found.estates] == ["a/estate.yaml"]


def test_an_estate_in_a_submodule_is_to_be_checked_where_it_lives(tmp_path: Path) -> None:
    other, repository = Repository(tmp_path / "other"), Repository(tmp_path / "repository")
    other.writes("estate.yaml", RAW)
    other.commits()
    repository.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(other.folder), "data")
    repository.commits()
    comparison = compare(repository.folder, "main", "HEAD")

    with (
        pytest.raises(InvalidInput, match="data is a submodule"),
        read_sides(repository.folder, comparison, patterns=("data/estate.yaml",), known={}),
    ):
        pytest.fail("there is nothing to read")


def test_no_file_of_a_check_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    repository = Repository(tmp_path / "repository")
    repository.writes("estate.yaml", RAW)
    repository.commits()

    with read_sides(repository.folder, compare(repository.folder, "main", "HEAD"), patterns=(), known={}) as sides:
        assert Path(sides.after.estates[0].project).is_dir()

    assert [entry.name for entry in tmp_path.iterdir()] == ["repository"]


def test_a_scope_that_the_head_lacks_is_gone_but_not_while_a_file_cannot_be_read(tmp_path: Path) -> None:
    before = read_side(place(tmp_path, a=RAW, b=MADE), ("a/estate.yaml", "b/estate.yaml"), known={})
    after = read_side(tmp_path, ("a/estate.yaml",), known={})

    less, broken = Sides(before, after), Sides(before, replace(after, files=("a/estate.yaml", "c/estate.yaml")))

    assert ([one.scope for one in less.compared], less.gone) == (["raw", "made"], ("made",))
    assert ([one.scope for one in broken.compared], broken.gone) == (["raw"], ())


CONTRACT = """\
apiVersion: v3.1.0
kind: DataContract
id: {name}
version: 1.0.0
status: draft
schema:
  - name: {name}
    properties:
      - {{name: id, logicalType: integer}}
"""
PROMISED = "scope: raw\ndatasets:\n" + "".join(
    f"  {name}: {{format: csv, contract: {name}.yaml}}\n" for name in ("orders", "prices")
)


def test_what_is_the_same_in_both_trees_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository = Repository(tmp_path)
    repository.writes("estate.yaml", PROMISED)
    for name in ("orders", "prices"):
        repository.writes(f"{name}.yaml", CONTRACT.format(name=name))
    repository.commits()
    repository.branches("topic")
    repository.edits("prices.yaml", "integer", "string")
    repository.commits()
    asked: list[str] = []

    def read(text: str, *, file: str, dataset: str) -> tuple[Document, Contract]:
        asked.append(dataset)
        return read_whole(text, file=file, dataset=dataset)

    monkeypatch.setattr(estates, "read_whole", read)
    with read_sides(tmp_path, compare(tmp_path, "main", "HEAD"), patterns=(), known={}) as sides:
        (before,), (after,) = sides.before.estates, sides.after.estates

    assert sorted(asked) == ["orders", "prices", "prices"]
    types = [[spec.contract.columns[0].type for spec in side.datasets] for side in (before, after)]
    assert types == [["integer", "integer"], ["integer", "string"]]
    assert before.datasets[0] == after.datasets[0]
