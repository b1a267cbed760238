"""Two lists of columns and what lies between them: applied to the first, it makes the second."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from graph_model.contracts.entities import Column, lies_in
from graph_model.impact.between.columns import between_columns
from graph_model.impact.entities import (
    AddColumn,
    Change,
    ChangeDefault,
    ChangeMeaning,
    ChangeNullability,
    ColumnChange,
    DropColumn,
    RenameColumn,
    ReorderColumns,
    RetypeColumn,
)
from graph_model.impact.layout import laid_out
from graph_model.names import Name

ORDERS = Name("shop", "orders")


def columns(*texts: str) -> list[Column]:
    """`path`, `path:type`, `path:type?` for one that may be empty, `path<former` for one that was called so."""
    made = []
    for text in texts:
        said, _, former = text.partition("<")
        path, _, kind = said.partition(":")
        made.append(Column(path, kind.rstrip("?") or "string", kind.endswith("?"), renamed_from=former))
    return made


def between(before: Sequence[Column], after: Sequence[Column]) -> list[Change]:
    return list(between_columns(ORDERS, before, after))


def test_nothing_lies_between_equal_lists():
    assert between(columns("id", "amount:integer"), columns("id", "amount:integer")) == []


def test_a_list_without_columns_says_nothing():
    assert between(columns("id"), []) == []
    assert between([], columns("id")) == []


def test_a_column_is_dropped_and_another_one_is_new_where_no_rename_is_declared():
    found = between(columns("id", "total"), columns("id", "sum:integer"))

    assert found == [DropColumn(ORDERS, "total"), AddColumn(ORDERS, "sum", "integer", nullable=False)]


def test_a_declared_rename_is_one_and_other_changes_name_the_column_as_before():
    found = between(columns("id", "total:integer"), columns("id", "sum:decimal?<total"))

    assert found == [
        RenameColumn(ORDERS, "total", "sum"),
        RetypeColumn(ORDERS, "total", "decimal"),
        ChangeNullability(ORDERS, "total", nullable=True),
    ]


def test_a_new_column_says_where_it_stands_unless_it_alone_comes_last():
    two = between(columns("a"), columns("a", "d", "c"))
    found = between(columns("a", "c"), columns("a", "b", "c", "d"))

    assert [change.position for change in two if isinstance(change, AddColumn)] == [1, 2]
    assert found == [
        AddColumn(ORDERS, "b", "string", nullable=False, position=1),
        AddColumn(ORDERS, "d", "string", nullable=False),
    ]


def test_an_order_is_that_of_what_stays():
    found = between(columns("a", "b", "c"), columns("c", "new", "a"))

    assert ReorderColumns(ORDERS, ("c", "a")) in found


def test_without_an_order_only_what_is_there_counts():
    before, after = columns("a", "b"), columns("new", "b", "a")

    assert between_columns(ORDERS, before, after, ordered=False) == (
        AddColumn(ORDERS, "new", "string", nullable=False),
    )


def test_what_lies_inside_goes_with_what_holds_it():
    before = columns("id", "place:object", "place.city", "place.street")

    assert between(before, columns("id")) == [DropColumn(ORDERS, "place")]
    assert between(before, columns("id", "place:object", "place.city")) == [DropColumn(ORDERS, "place.street")]
    moved = columns("id", "address:object<place", "address.city", "address.street")
    assert between(before, moved) == [RenameColumn(ORDERS, "place", "address")]


def test_a_type_that_is_not_known_on_either_side_is_no_change_of_type():
    assert between(columns("id:integer"), columns("id:unknown")) == []


def test_meaning_and_default_change_and_a_description_may():
    before = [Column("fare", "decimal", description="old words", meaning="gross", default="0")]
    after = [Column("fare", "decimal", description="new words", meaning="net")]

    assert between(before, after) == [ChangeDefault(ORDERS, "fare", None), ChangeMeaning(ORDERS, "fare", "net")]


@st.composite
def pairs(draw: st.DrawFn) -> tuple[list[Column], list[Column]]:
    """Two lists of columns, some of them with fields inside, the second with declared renames."""
    before = draw(listed("abcdef"))
    after = draw(listed("abcdefgh"))
    free = [column.path for column in before if column.path not in {other.path for other in after}]
    there = {column.path for column in before}
    top = [path for path in free if "." not in path]
    for place, column in enumerate(after):
        if "." not in column.path and column.path not in there and top and draw(st.booleans()):
            former = draw(st.sampled_from(top))
            top.remove(former)
            after[place] = replace(column, renamed_from=former)
    return before, after


@st.composite
def listed(draw: st.DrawFn, letters: str) -> list[Column]:
    found = []
    for letter in draw(st.lists(st.sampled_from(letters), unique=True, min_size=1, max_size=5)):
        found.append(draw(one(letter)))
        if draw(st.integers(0, 3)) == 0:
            found[-1] = replace(found[-1], type="object")
            inside = draw(st.lists(st.sampled_from("xyz"), unique=True, max_size=3))
            found += [draw(one(f"{letter}.{field}")) for field in inside]
    return found


def one(path: str) -> st.SearchStrategy[Column]:
    kinds = st.sampled_from(["string", "integer", "decimal", "timestamp(us)"])
    return st.builds(Column, st.just(path), kinds, st.booleans(), default=st.sampled_from([None, "0"]))


def applied(before: Iterable[Column], changes: Sequence[Change]) -> list[Column]:
    """What a set leaves of the columns: written down here once more, without a look at how it is found."""
    found = {column.path: column for column in before}
    for change in changes:
        if isinstance(change, DropColumn):
            found = {path: column for path, column in found.items() if not lies_in(path, change.column)}
        elif isinstance(change, RetypeColumn):
            found[change.column] = replace(found[change.column], type=change.type)
        elif isinstance(change, ChangeNullability):
            found[change.column] = replace(found[change.column], nullable=change.nullable)
        elif isinstance(change, ChangeDefault):
            found[change.column] = replace(found[change.column], default=change.default)
    for change in changes:
        if isinstance(change, ReorderColumns):
            inside = [path for path in found if "." in path]
            found = {path: found[path] for path in (*change.columns, *inside)}
    listed_now = [_renamed(column, changes) for column in found.values()]
    for change in changes:
        if isinstance(change, AddColumn):
            column = Column(change.column, change.type, change.nullable, default=change.default)
            top = [place for place, other in enumerate(listed_now) if "." not in other.path]
            at = len(listed_now) if change.position is None else [*top, len(listed_now)][change.position]
            listed_now.insert(at, column)
    return listed_now


def _renamed(column: Column, changes: Sequence[Change]) -> Column:
    for change in changes:
        if isinstance(change, RenameColumn) and lies_in(column.path, change.column):
            return replace(column, path=change.to + column.path[len(change.column) :])
    return column


def _as_set(found: Iterable[Column]) -> tuple[list[str], dict[str, Column]]:
    plain = [replace(column, renamed_from="") for column in found]
    return [column.path for column in plain if "." not in column.path], {column.path: column for column in plain}


@given(pairs())
def test_what_lies_between_two_lists_makes_the_second_of_the_first(pair: tuple[list[Column], list[Column]]):
    before, after = pair

    changes = between(before, after)

    assert _as_set(applied(before, changes)) == _as_set(after)


@given(pairs())
def test_what_impact_makes_of_the_changes_is_the_second_list(pair: tuple[list[Column], list[Column]]):
    before, after = pair

    found = laid_out(before, [change for change in between(before, after) if isinstance(change, ColumnChange)])

    assert [column.path for column in found.after if "." not in column.path] == _as_set(after)[0]
    assert {(column.path, column.nullable) for column in found.after} == {
        (column.path, column.nullable) for column in after
    }


@given(pairs())
def test_all_names_are_those_before(pair: tuple[list[Column], list[Column]]):
    before, after = pair

    named = [change.column for change in between(before, after) if hasattr(change, "column")]  # type: ignore[union-attr]

    fresh = [change.column for change in between(before, after) if isinstance(change, AddColumn)]
    assert set(named) - set(fresh) <= {column.path for column in before}
