"""What validation measured of a version, out of what is kept with it."""

from __future__ import annotations

from graph_model.versions.statistics import ColumnStatistics, statistics_in


def test_what_was_measured_is_told_of_each_column_in_its_order() -> None:
    found = statistics_in('{"nulls": {"price": 1, "id": 0, "note": 1200}, "job": {"rows": 3}}')

    assert found == (ColumnStatistics("price", 1), ColumnStatistics("id", 0), ColumnStatistics("note", 1200))
    assert [str(one) for one in found] == ["price 1 null", "id no nulls", "note 1,200 nulls"]


def test_what_was_never_read_has_nothing_to_tell() -> None:
    assert statistics_in(None) == statistics_in("{}") == statistics_in('{"files": 4}') == ()
    assert str(ColumnStatistics("price")) == "price"
