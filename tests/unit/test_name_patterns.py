"""Which declared name a concrete one is, and what OpenLineage calls what lies at a location."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_model.identity.locations import name_of_location
from graph_model.identity.patterns import DeclaredName, match_of, meant
from graph_model.names import Name, readings
from graph_model.partitions.rules import PartitionScheme

DAILY = PartitionScheme("day", "2013-01-01")
WHOLE = PartitionScheme()
LAKE = "s3://lake"


def declared(text: str, dataset: str = "ds") -> DeclaredName:
    return DeclaredName(dataset, Name(LAKE, text))


@pytest.mark.parametrize(
    ("text", "name", "partition"),
    [
        ("clean/{date}.parquet", "clean/2013-01-05.parquet", "2013-01-05"),
        ("clean/{date}.parquet", "/clean/2013-01-05.parquet", "2013-01-05"),
        ("clean/{date}/", "clean/2013-01-05", "2013-01-05"),
        ("clean/{date}/", "clean/2013-01-05/", "2013-01-05"),
        ("clean/{date}/", "clean/2013-01-05/part-0.parquet", "2013-01-05"),
        ("{partition}/clean/{date}", "2013-01-05/clean/2013-01-05", "2013-01-05"),
        ("/clean/{date}", "clean/2013-01-05", "2013-01-05"),
        ("clean(1)/{date}", "clean(1)/2013-01-05", "2013-01-05"),
    ],
)
def test_a_name_says_which_partition_it_is(text: str, name: str, partition: str) -> None:
    match = match_of(Name(LAKE, name), declared(text), DAILY)

    assert match is not None
    assert match.partition == partition


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("clean/{date}", "clean/2013-13-05"),
        ("clean/{date}", "clean/2012-12-31"),
        ("clean/{date}", "clean/2013-01-05/part-0.parquet"),
        ("clean/{date}", "raw/clean/2013-01-05"),
        ("{partition}/clean/{date}", "2013-01-04/clean/2013-01-05"),
        ("clean.{date}", "cleanX2013-01-05"),
        ("clean", "cleaned"),
        ("clean/", "cleaned/x"),
    ],
)
def test_a_name_that_is_no_partition_of_it_is_another_thing(text: str, name: str) -> None:
    assert match_of(Name(LAKE, name), declared(text), DAILY) is None


def test_another_namespace_is_another_thing() -> None:
    assert match_of(Name("s3://other", "clean"), declared("clean"), WHOLE) is None


def test_a_folder_without_partitions_is_all_that_is_below() -> None:
    match = match_of(Name(LAKE, "clean/a/b"), declared("clean/"), WHOLE)

    assert match is not None
    assert match.partition is None


def test_of_several_the_nearest_is_meant_and_a_whole_name_before_all() -> None:
    wide, near, exact = declared("a/", "wide"), declared("a/{date}/", "near"), declared("a/2013-01-05", "exact")
    others = declared("b/", "others")

    def owners(name: str, *among: DeclaredName) -> list[str]:
        return [match.declared.dataset for match in meant(Name(LAKE, name), [(one, DAILY) for one in among])]

    assert owners("a/2013-01-05", wide, near, others) == ["near"]
    assert owners("a/2013-01-05", wide, near, exact) == ["exact"]
    assert owners("a/other", wide, near, exact) == ["wide"]
    assert owners("c", wide, near, exact) == []
    assert owners("a/x", wide, declared("a/", "twin")) == ["wide", "twin"]


@given(st.text(st.characters(codec="utf-8", exclude_characters="{}"), min_size=1, max_size=20))
def test_every_name_that_is_meant_begins_as_its_declared_name_says(text: str) -> None:
    """What the graph looks for is never narrower than what is meant."""
    for written in (text, f"{text}/", f"{text}{{date}}", f"{text}{{date}}/"):
        one, name = declared(written), written.replace("{date}", "2013-01-05")
        if match_of(Name(LAKE, name), one, DAILY):
            assert name.startswith((one.start, f"/{one.start}"))


@pytest.mark.parametrize(
    ("location", "namespace", "name"),
    [
        ("/data/raw/{date}.csv", "file", "/data/raw/{date}.csv"),
        ("file:///data/raw.csv", "file", "/data/raw.csv"),
        ("s3://lake/clean/{date}/", "s3://lake", "clean/{date}/"),
        ("s3a://lake/clean", "s3://lake", "clean"),
        ("gs://lake/clean", "gs://lake", "clean"),
        ("hdfs://name:8020/clean", "hdfs://name:8020", "/clean"),
        ("postgresql+psycopg://me:secret@db:5433/shop#sales.orders", "postgres://db:5433", "shop.sales.orders"),
        ("postgresql://db/shop#orders", "postgres://db:5432", "shop.public.orders"),
        ("mysql+pymysql://me@db/shop#orders", "mysql://db:3306", "shop.orders"),
        ("mssql+pyodbc://me@db/shop#orders", "mssql://db:1433", "shop.dbo.orders"),
    ],
)
def test_a_location_has_the_name_that_others_see(location: str, namespace: str, name: str) -> None:
    assert name_of_location(location) == Name(namespace, name)


@pytest.mark.parametrize(
    "location",
    [
        None,
        "",
        "raw/{date}.csv",
        "{root}/raw.csv",
        "env:SHOP#orders",
        "sqlite:///{root}/a.db#orders",
        "s3://lake",
        "s3://lake/",
        "postgresql://db/#orders",
        "postgresql:///shop#orders",
        "postgresql://db/shop",
        "https://example.org/a.csv",
        "postgresql://db:port/shop#orders",
        "http://[::1/x",
    ],
)
def test_a_place_that_is_another_one_elsewhere_has_no_name(location: str | None) -> None:
    assert name_of_location(location) is None


def test_a_text_may_be_split_at_every_slash() -> None:
    assert readings("file//data/raw") == (
        Name("file//data", "raw"),
        Name("file/", "data/raw"),
        Name("file", "/data/raw"),
    )
    assert readings("s3://lake clean/raw") == (Name("s3://lake", "clean/raw"),)
    assert readings("raw") == readings(" raw") == readings("ns ") == ()
