"""Changes as they are written in a file, and every mistake that can be made there."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import pytest

from graph_model.errors import DatasetNotFound, InvalidChanges
from graph_model.impact import written
from graph_model.impact.entities import (
    AddColumn,
    BadVersion,
    Change,
    ChangeAllowedValues,
    ChangeDefault,
    ChangeFormat,
    ChangeJob,
    ChangeKey,
    ChangeMeaning,
    ChangeNullability,
    ChangeTerm,
    Delay,
    DropColumn,
    DropDataset,
    MoveDataset,
    RenameColumn,
    RenameDataset,
    ReorderColumns,
    Repartition,
    RetireConsumer,
    RetireJob,
    RetypeColumn,
)
from graph_model.impact.reading import Said, read_changes
from graph_model.impact.sentences import in_words
from graph_model.impact.written import KINDS, as_written, kind_of, schema
from graph_model.names import Name, parse_name

ORDERS = Name("shop", "orders")
EVERY: tuple[Change, ...] = (
    AddColumn(ORDERS, "note", "string", nullable=False, default="", position=1),
    DropColumn(ORDERS, "id"),
    RenameColumn(ORDERS, "id", "key"),
    RetypeColumn(ORDERS, "id", "decimal(10,2)"),
    ReorderColumns(ORDERS, ("b", "a")),
    ChangeNullability(ORDERS, "id", nullable=True),
    ChangeKey(ORDERS, ("id", "day")),
    ChangeAllowedValues(ORDERS, "state", ("new", "1"), None),
    ChangeMeaning(ORDERS, "fare", "net of tax"),
    ChangeDefault(ORDERS, "fare", None),
    DropDataset(ORDERS),
    RenameDataset(ORDERS, Name("shop", "sales")),
    ChangeFormat(ORDERS, "csv", (("header", "true", "false"), ("delimiter", None, ";"))),
    MoveDataset(ORDERS, None),
    Repartition(ORDERS, "day", None),
    ChangeTerm(ORDERS, "freshness", "1 day", "2 days", weaker=True),
    ChangeJob(Name("shop", "tidy"), "SELECT 1\n"),
    RetireJob(Name("shop", "tidy")),
    RetireConsumer(Name("shop", "board")),
    Delay(ORDERS, "2013-01-05", datetime(2013, 1, 6, 4, 30, tzinfo=UTC)),
    BadVersion("vs_1", ("fare",)),
)


class Anything:
    """Every name exists, but for those of `nobody`."""

    def dataset(self, text: str) -> Name:
        name = parse_name(text, default_namespace="shop")
        if name.namespace == "nobody":
            raise DatasetNotFound(text, ["shop/orders"])
        return name

    job = consumer = dataset


def read(text: str, folder: Path = Path()) -> tuple[Said, ...]:
    return read_changes(text, file="set.yaml", naming=Anything(), folder=folder)


def mistakes(text: str) -> list[str]:
    with pytest.raises(InvalidChanges) as caught:
        read(text)
    return [str(mistake).removeprefix("set.yaml:") for mistake in caught.value.mistakes]


def test_every_kind_is_written_read_back_and_told_in_words():
    assert {kind_of(change) for change in EVERY} == set(KINDS)

    text = json.dumps([as_written(change) for change in EVERY])

    assert tuple(said.change for said in read(text)) == EVERY
    jsonschema.validate(json.loads(text), schema())
    assert all(
        str(next(value for value in as_written(change).values() if "shop" in str(value) or "vs_" in str(value)))
        in in_words(change)
        for change in EVERY
    )


def test_the_published_schema_is_the_one_that_is_meant():
    file = Path(written.__file__).with_name("changes.schema.json")

    assert json.loads(file.read_text()) == schema()


def test_yaml_is_as_good_and_short_names_are_looked_up():
    (said,) = read("- change: retype-column\n  dataset: orders\n  column: id\n  type: int64\n")

    assert said == Said(RetypeColumn(ORDERS, "id", "int64"), line=1)


def test_what_the_graph_knows_may_be_left_out():
    found = read(
        "- {change: term, dataset: orders, term: freshness, after: 2 days}".replace("term,", "change-term,", 1)
    )

    assert found[0].open == {"before", "weaker"}
    assert found[0].change == ChangeTerm(ORDERS, "freshness", None, "2 days", weaker=True)


def test_options_say_only_the_new_value_or_both():
    text = "- {change: change-format, dataset: orders, options: {header: false, delimiter: {before: ',', after: ;}}}"

    assert read(text)[0].change == ChangeFormat(ORDERS, None, (("header", None, "false"), ("delimiter", ",", ";")))


def test_sql_may_lie_in_a_file_beside_it(tmp_path: Path):
    (tmp_path / "tidy.sql").write_text("SELECT 2")

    assert read("- {change: change-job, job: tidy, file: tidy.sql}", tmp_path)[0].change == ChangeJob(
        Name("shop", "tidy"), "SELECT 2"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ["1: is empty; write - {change: KIND, …}"]),
        ("a: b", ["1: is no list of changes; write - {change: KIND, …}"]),
        ("- 3", ["1: a change is a mapping; write {change: KIND, …}"]),
        ("-\n  change: drop-colum", ["2: there is no change 'drop-colum'; did you mean drop-column?"]),
        (
            "- change: drop-column\n  dataset: orders\n  colum: id",
            ["1: drop-column needs column", "3: drop-column has no key colum; did you mean column?"],
        ),
        (
            "- change: retype-column\n  dataset: orders\n  column: id\n  type: varchar",
            ["4: retype-column: 'varchar' is not a type (at character 1); write integer, int64, decimal(10,2) …"],
        ),
        (
            "- {change: drop-dataset, dataset: nobody/orders}",
            ["1: drop-dataset: no dataset nobody/orders; did you mean shop/orders?"],
        ),
        (
            "- {change: add-column, dataset: a, column: b, position: -1, nullable: 1}",
            [
                "1: add-column: nullable must be true or false",
                "1: add-column: position must be a whole number from 0 on",
            ],
        ),
        ("- {change: change-key, dataset: a, columns: b}", ["1: change-key: columns must be a list"]),
        (
            "- {change: delay, dataset: a, partition: p, until: soon}",
            ["1: delay: until must be a time; write 2013-01-05T07:00:00Z"],
        ),
        (
            "- {change: change-job, job: a, sql: SELECT 1, file: b}",
            ["1: change-job: says both sql and file; keep one of them"],
        ),
        ("- {change: change-job, job: a, file: ../b.sql}", ["1: change-job: ../b.sql does not lie below ."]),
        (
            "- {change: change-format, dataset: a, options: [x]}",
            ["1: change-format: options must say each option with its new value"],
        ),
    ],
)
def test_each_mistake_has_its_line_and_the_nearest_right_word(text: str, said: list[str]):
    assert mistakes(text) == said
