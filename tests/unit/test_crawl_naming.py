"""What the path of a file says about the dataset it belongs to."""

from __future__ import annotations

import pytest

from connectors.crawl.naming import name_of, shape_of

# Path -> template, rhythm, key, whether the path spells the key as an estate does
DATED = {
    "raw/flights/2013-01-05.csv": ("raw/flights/{date}.csv", "day", "2013-01-05", True),
    "raw/flights-2013-01-05.csv": ("raw/flights-{date}.csv", "day", "2013-01-05", True),
    "date=2013-01-05/part-0.parquet": ("date={date}/{part}.parquet", "day", "2013-01-05", True),
    "raw/20130105.csv": ("raw/{date}.csv", "day", "2013-01-05", False),
    "raw/2013_01_05_x.csv": ("raw/{date}_x.csv", "day", "2013-01-05", False),
    "app.2013-01-05T07.jsonl": ("app.{date}.jsonl", "hour", "2013-01-05T07", True),
    "h/2013010507.csv": ("h/{date}.csv", "hour", "2013-01-05T07", False),
    "a/2013-W05.csv": ("a/{date}.csv", "week", "2013-W05", True),
    "a/2013-Q1.csv": ("a/{date}.csv", "quarter", "2013-Q1", True),
    "a/2013-01.csv": ("a/{date}.csv", "month", "2013-01", True),
    "orders_2013.csv": ("orders_{date}.csv", "year", "2013", True),
    "2013/2013-01-05.csv": ("{date}/{date}.csv", "day", "2013-01-05", False),
    "2013/01/05/x.csv": ("{year}/…/x.csv", "day", "2013-01-05", False),
    "a/year=2013/month=1/day=5/p.csv": ("a/{year}/…/p.csv", "day", "2013-01-05", False),
    "a/year=2013/month=1/day=5/hour=7/p.csv": ("a/{year}/…/p.csv", "hour", "2013-01-05T07", False),
    "a/year=2013/month=12/p.csv": ("a/{year}/…/p.csv", "month", "2013-12", False),
}
UNDATED = [
    "airlines.csv",
    "a/2013-13-45.csv",
    "a/2013-02-30.csv",
    "a/12013-01-05.csv",
    "v2/10000000.csv",
    "a/99991231.csv",
]


@pytest.mark.parametrize("path", DATED)
def test_a_date_in_a_path_is_a_partition(path: str):
    found = shape_of(path)

    assert (found.template, found.every, found.key, found.is_spelled_so) == DATED[path]


@pytest.mark.parametrize("path", UNDATED)
def test_what_only_looks_like_a_date_is_part_of_the_name(path: str):
    assert (shape_of(path).template, shape_of(path).every) == (path, None)


def test_levels_that_are_no_dates_are_kept_apart():
    found = shape_of("sales/region=us/day=2013-01-05/data.csv")

    assert (found.template, found.levels, found.key) == (
        "sales/region={region}/day={date}/data.csv",
        {"region": "us"},
        "2013-01-05",
    )


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("raw/flights/{date}.csv", ("flights", "raw")),
        ("sales/region={region}/data.csv", ("sales", "data")),
        ("a/{year}/…/{part}.parquet", ("a",)),
        ("{date}-orders.v2.csv", ("orders.v2",)),
        ("My Orders (new)/{date}.csv", ("My_Orders_new",)),
        ("{date}.csv", ()),
    ],
)
def test_a_dataset_is_called_by_what_is_no_partition(template: str, words: tuple[str, ...]):
    assert name_of(template) == words
