"""Canonical types for tests: strategies that draw them."""

from __future__ import annotations

from hypothesis import strategies as st

from graph_model.contracts.entities import CANONICAL_TYPES
from graph_model.schemas.types import (
    UNITS,
    DataType,
    Decimal,
    Float,
    Integer,
    ListOf,
    MapOf,
    Member,
    Plain,
    StructOf,
    Time,
    Timestamp,
)

integers = st.builds(Integer, st.sampled_from((8, 16, 32, 64)), st.booleans())
floats = st.builds(Float, st.sampled_from((16, 32, 64)))
decimals = st.integers(1, 76).flatmap(lambda p: st.builds(Decimal, st.just(p), st.integers(0, p)))
odd_decimals = st.builds(Decimal, st.integers(1, 9999), st.integers(-9999, 9999))
units = st.sampled_from(UNITS)
zones = st.sampled_from((None, "UTC", "Europe/Berlin", "+01:00", "Etc/GMT-5"))
leaves: st.SearchStrategy[DataType] = st.one_of(
    st.sampled_from(CANONICAL_TYPES).map(Plain),
    integers,
    floats,
    decimals,
    units.map(Time),
    st.builds(Timestamp, units, zones),
)
names = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=8)


def _nested(inner: st.SearchStrategy[DataType]) -> st.SearchStrategy[DataType]:
    structs = st.lists(st.builds(Member, names, inner), max_size=3, unique_by=lambda member: member.name)
    return st.one_of(inner.map(ListOf), st.builds(MapOf, inner, inner), structs.map(tuple).map(StructOf))


types: st.SearchStrategy[DataType] = st.recursive(leaves, _nested, max_leaves=6)
