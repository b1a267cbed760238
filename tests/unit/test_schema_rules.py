"""Differences, identities and compatibility of schemas, against what readers and columns really go through."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_model.contracts.entities import Column
from graph_model.schemas.compatibility import MODES, Mode, breaches, breaches_of_columns
from graph_model.schemas.difference import difference
from graph_model.schemas.entities import ChangeClass, SchemaVersion, Sighting
from graph_model.schemas.history import in_runs, renames_in, steps_of
from graph_model.schemas.types import BOOLEAN, DataType, Decimal, Float, Integer, Plain, parse
from tests.unit.test_schema_widening import is_number_of, telling_numbers

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
NULL = "null"
TYPES: tuple[DataType, ...] = (BOOLEAN, Integer(8), Integer(32), Float(64), Decimal(3, 1), Plain("number"))

columns = st.lists(
    st.builds(Column, st.sampled_from("abc"), st.sampled_from([str(type) for type in TYPES]), st.booleans()),
    max_size=3,
    unique_by=lambda column: column.path,
).map(tuple)
Schema = tuple[Column, ...]


def column(text: str) -> Column:
    """`a int32`, and `a int32!` for one that is never empty."""
    path, _, type = text.partition(" ")
    return Column(path, type.rstrip("!"), nullable=not type.endswith("!"))


def schema(*texts: str) -> Schema:
    return tuple(map(column, texts))


def values_of(written: Column) -> Iterator[Any]:
    yield from (NULL,) if written.nullable else ()
    type = parse(written.type)
    yield from (value for value in telling_numbers(type) if is_number_of(type, value))


def accepts(reader: Column, value: Any) -> bool:
    return reader.nullable if value == NULL else is_number_of(parse(reader.type), value)


def can_read(reader: Schema, written: Schema, *, fill: bool) -> bool:
    """Whether a program that takes each column of its own schema out of each row gets values that it can hold. `fill`:
    a column that the rows lack is read as null; else asking for it fails."""
    there = {found.path: found for found in written}
    for own in reader:
        if own.path not in there:
            if not (fill and own.nullable):
                return False
        elif not all(accepts(own, value) for value in values_of(there[own.path])):
            return False
    return True


BRUTE = {
    "forward": lambda old, new: can_read(old, new, fill=False),
    "backward": lambda old, new: can_read(new, old, fill=True),
    "full": lambda old, new: can_read(old, new, fill=False) and can_read(new, old, fill=True),
    "none": lambda _old, _new: True,
}


@pytest.mark.parametrize("mode", MODES)
@given(old=columns, new=columns)
def test_compatible_is_what_readers_can_really_read(mode: Mode, old: Schema, new: Schema):
    assert (not breaches(mode, old, new)) == BRUTE[mode](old, new)


@pytest.mark.parametrize("mode", MODES)
def test_compatible_is_what_readers_can_read_for_all_pairs_of_one_column(mode: Mode):
    one = [(Column("a", str(type), nullable),) for type, nullable in product(TYPES, (True, False))]
    for old, new in product([(), *one], [(), *one]):
        assert (not breaches(mode, old, new)) == BRUTE[mode](old, new), (old, new)


@given(columns, columns, st.sets(st.sampled_from("abc")))
def test_a_reader_of_some_columns_minds_only_those(old: Schema, new: Schema, wanted: set[str]):
    reader = tuple(own for own in old if own.path in wanted)
    missing = wanted - {own.path for own in new}

    assert (not breaches_of_columns(sorted(wanted), old, new)) == (not missing and can_read(reader, new, fill=False))


@given(columns, columns)
def test_the_class_of_a_change_is_what_old_readers_see(old: Schema, new: Schema):
    found = difference(old, new).change

    assert (found is ChangeClass.NONE) == (old == new)
    if found in (ChangeClass.NONE, ChangeClass.PATCH):
        assert can_read(old, new, fill=False)
    elif found is ChangeClass.MINOR:  # nothing is lost: all that was written before could be written now
        assert {own.path for own in old} <= {own.path for own in new}
        there = {own.path: own for own in new}
        assert can_read(old, new, fill=False) or any(
            accepts(there[own.path], value) for own in old for value in values_of(own)
        )
    else:
        assert not can_read(old, new, fill=False)


@pytest.mark.parametrize(
    ("old", "new", "change", "texts"),
    [
        (["a int32"], ["a int32"], "none", []),
        (["a int32", "b int32"], ["b int32", "a int32"], "patch", ["the columns stand in another order"]),
        (["a int32"], ["a int32", "b date"], "minor", ["b is new"]),
        (["a int32"], ["b date"], "major", ["a is gone", "b is new"]),
        (["a int32"], ["a int64"], "minor", ["a is int64 and was int32, which held less"]),
        (["a int64"], ["a int32"], "patch", ["a is int32 and was int64, which held more"]),
        (["a int64"], ["a string"], "major", ["a is string and was int64: another kind of value"]),
        (["a unknown"], ["a string"], "patch", ["a is string and was unknown"]),
        (["a int8!"], ["a int8"], "major", ["a may be empty and never was"]),
        (["a int8"], ["a int8!"], "patch", ["a is never empty any more"]),
        (["a object", "a.b int8", "c int8"], ["c int8"], "major", ["a is gone"]),
        (["c int8"], ["a object", "a.b int8", "c int8"], "minor", ["a is new"]),
        (["a object", "a.b int8"], ["a object", "a.c int8"], "major", ["a.b is gone", "a.c is new"]),
        (["a list<struct<x:int8>>"], ["a list<struct<y:int8>>"], "major", [
            "a is list<struct<y:int8>> and was list<struct<x:int8>>: something inside is gone"]),
        (["a list<struct<x:int8>>"], ["a list<struct<x:int8,y:int8>>"], "minor", [
            "a is list<struct<x:int8,y:int8>> and was list<struct<x:int8>>: there is more inside"]),
    ],
)  # fmt: skip
def test_differences_are_told_column_by_column(old: list[str], new: list[str], change: str, texts: list[str]):
    found = difference(schema(*old), schema(*new))

    assert (found.change, [one.text for one in found.changes]) == (change, texts)


def test_a_declared_rename_is_one_change_and_takes_the_fields_inside_along():
    old = schema("place object", "place.city string", "x int8")
    new = (Column("x", "int8"), Column("spot", "object", renamed_from="place"), Column("spot.city", "string"))

    found = difference(old, new, renames_in([SchemaVersion("s", "d", new)]))

    assert [one.text for one in found.changes] == ["place is called spot now"]
    assert found.change is ChangeClass.MAJOR


def test_what_a_compatible_schema_breaks_is_named():
    old, new = schema("a int8!", "b int8", "c int8"), schema("a int8", "b int64", "d int8!")

    assert breaches("forward", old, new) == (
        "a may be empty and never was",
        "b is int64 and was int8",
        "c is gone",
    )
    assert breaches("backward", old, new) == ("d is never empty, and was not there before",)
    assert breaches_of_columns(["b"], old, new) == ("b is int64 and was int8",)
    assert breaches_of_columns(["z"], old, new) == ("z is missing",)


def test_what_is_not_known_breaks_no_promise():
    assert breaches("full", schema("a unknown"), schema("a int8")) == ()
    assert breaches("full", schema("a list<int8>"), schema("a list<unknown>")) == ()


def test_a_reader_of_an_object_minds_what_it_holds():
    old, new = schema("a object", "a.b int8", "c int8"), schema("a object")

    assert breaches_of_columns(["a"], old, new) == ("a.b is gone",)


@dataclass
class World:
    """Columns as people know them, by a number that stays; `told` is what contracts ever said about renames."""

    names: dict[int, str] = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)
    count: int = 0

    def fresh(self) -> str:
        self.count += 1
        return f"c{self.count}"

    def add(self) -> None:
        name = self.fresh()
        self.names[self.count] = name

    def rename(self, position: int) -> None:
        number = list(self.names)[position % len(self.names)]
        name = self.fresh()
        self.told[name] = self.names[number]
        self.names[number] = name

    def drop(self, position: int) -> None:
        del self.names[list(self.names)[position % len(self.names)]]


doings = st.lists(st.tuples(st.sampled_from(["add", "add", "rename", "drop", "look"]), st.integers(0, 9)), max_size=25)


@given(doings)
def test_a_column_keeps_its_identity_through_all_renames_even_unseen_ones(doings: list[tuple[str, int]]):
    world = World()
    looks: list[dict[str, int]] = []
    for what, position in [*doings, ("look", 0)]:
        if what == "add":
            world.add()
        elif what == "look":
            looks.append({name: number for number, name in world.names.items()})
        elif world.names:
            getattr(world, what)(position)
    schemas = {
        f"s{at}": SchemaVersion(f"s{at}", "d", tuple(Column(name) for name in names)) for at, names in enumerate(looks)
    }
    renames = frozenset((old, new) for new, old in world.told.items())

    steps = steps_of([Sighting(id, "observed", NOON) for id in schemas], schemas, renames)

    known: dict[str, int] = {}
    for step, look in zip(steps, looks, strict=True):
        for path, number in look.items():
            assert known.setdefault(step.identities[path], number) == number
    assert len(known) == len({number for look in looks for number in look.values()})


def test_renames_that_nobody_saw_the_middle_of_are_followed():
    schemas = {id: SchemaVersion(id, "d", (Column(path),)) for id, path in (("s1", "a"), ("s2", "d"))}
    renames = frozenset({("a", "b"), ("b", "c"), ("c", "d")})

    steps = steps_of([Sighting(id, "observed", NOON) for id in schemas], schemas, renames)

    assert steps[1].identities == {"d": "a"}
    assert [one.text for one in steps[1].difference.changes] == ["a is called d now"]


def test_a_new_column_under_an_old_name_is_another_column():
    schemas = {
        "s1": SchemaVersion("s1", "d", (Column("a"),)),
        "s2": SchemaVersion("s2", "d", (Column("b", renamed_from="a"),)),
        "s3": SchemaVersion("s3", "d", (Column("b", renamed_from="a"), Column("a"))),
    }

    steps = steps_of([Sighting(id, "declared", NOON) for id in schemas], schemas, renames_in(schemas.values()))

    assert [step.identities for step in steps] == [{"a": "a"}, {"b": "a"}, {"b": "a", "a": "a@3"}]
    assert [step.difference.change for step in steps] == ["none", "major", "minor"]


def test_going_back_to_an_old_name_is_a_rename_too():
    schemas = {
        "s1": SchemaVersion("s1", "d", (Column("b", renamed_from="a"),)),
        "s2": SchemaVersion("s2", "d", (Column("a"),)),
    }

    steps = steps_of([Sighting(id, "declared", NOON) for id in schemas], schemas, renames_in(schemas.values()))

    assert steps[1].identities == {"a": "b"}
    assert [one.text for one in steps[1].difference.changes] == ["b is called a now"]


def test_equal_schemas_one_after_the_other_are_one_sighting_and_coming_back_is_another():
    seen = [Sighting(id, "observed", NOON + timedelta(hours=at), None, 1, f"v{at}") for at, id in enumerate("aabba")]

    runs = in_runs(seen)

    assert [(run.schema, run.version, run.versions) for run in runs] == [("a", "v0", 2), ("b", "v2", 2), ("a", "v4", 1)]
    assert in_runs([replace(seen[0], until=NOON), seen[1]])[0].until is None
