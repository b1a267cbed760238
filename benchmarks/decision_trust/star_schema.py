# ruff: noqa: S608  (the queries of a benchmark; nothing here comes from outside)
"""The Star Schema Benchmark: queries that others wrote for another purpose, over small data of our own drawing.

Schema and queries after P. O'Neil, E. O'Neil, X. Chen, S. Revilak: The Star Schema Benchmark and Augmented Fact Table
Indexing, TPCTC 2009. Adapted: the table `date` is called `dates`, results have names, and of the tables stand the columns
that the queries use, with some that none of them does.
"""

from __future__ import annotations

import datetime as dt
from random import Random

import pyarrow as pa

from benchmarks.decision_trust.engines import Engines
from benchmarks.decision_trust.kinds import columns_of_contents
from benchmarks.decision_trust.world import Content, Dataset, Input, Job, Reader, World
from connectors.storage.arrow_types import from_arrow
from graph_model.contracts.entities import Column

NATIONS = {
    "AMERICA": ("UNITED STATES", "BRAZIL"),
    "ASIA": ("CHINA", "INDIA"),
    "EUROPE": ("UNITED KINGDOM", "FRANCE"),
}
_TABLES = ("lineorder", "dates", "part", "supplier", "customer")
_ORDER_DATE = "lo_orderdate = d_datekey"
_PART, _SUPPLIER, _CUSTOMER = "lo_partkey = p_partkey", "lo_suppkey = s_suppkey", "lo_custkey = c_custkey"
_CITIES = "(c_city = 'UNITED KI1' OR c_city = 'UNITED KI5') AND (s_city = 'UNITED KI1' OR s_city = 'UNITED KI5')"
_YEARS = "d_year >= 1992 AND d_year <= 1997"


def _discounted(condition: str) -> str:
    return (
        f"SELECT sum(lo_extendedprice * lo_discount) AS revenue FROM lineorder, dates WHERE {_ORDER_DATE} AND {condition}"
    )


def _by_brand(condition: str) -> str:
    return (
        f"SELECT sum(lo_revenue) AS lo_revenue, d_year, p_brand1 FROM lineorder, dates, part, supplier "
        f"WHERE {_ORDER_DATE} AND {_PART} AND {_SUPPLIER} AND {condition} "
        "GROUP BY d_year, p_brand1 ORDER BY d_year, p_brand1"
    )


def _by_place(place: str, condition: str) -> str:
    return (
        f"SELECT c_{place}, s_{place}, d_year, sum(lo_revenue) AS revenue FROM customer, lineorder, supplier, dates "
        f"WHERE {_CUSTOMER} AND {_SUPPLIER} AND {_ORDER_DATE} AND {condition} "
        f"GROUP BY c_{place}, s_{place}, d_year ORDER BY d_year ASC, revenue DESC"
    )


def _profit(by: str, condition: str) -> str:
    return (
        f"SELECT {by}, sum(lo_revenue - lo_supplycost) AS profit FROM dates, customer, supplier, part, lineorder "
        f"WHERE {_CUSTOMER} AND {_SUPPLIER} AND {_PART} AND {_ORDER_DATE} AND {condition} GROUP BY {by} ORDER BY {by}"
    )


QUERIES = {
    "q1_1": _discounted("d_year = 1993 AND lo_discount BETWEEN 1 AND 3 AND lo_quantity < 25"),
    "q1_2": _discounted(
        "d_yearmonthnum = 199401 AND lo_discount BETWEEN 4 AND 6 AND lo_quantity BETWEEN 26 AND 35"
    ),
    "q1_3": _discounted(
        "d_weeknuminyear = 6 AND d_year = 1994 AND lo_discount BETWEEN 5 AND 7 AND lo_quantity BETWEEN 26 AND 35"
    ),
    "q2_1": _by_brand("p_category = 'MFGR#12' AND s_region = 'AMERICA'"),
    "q2_2": _by_brand("p_brand1 BETWEEN 'MFGR#2221' AND 'MFGR#2228' AND s_region = 'ASIA'"),
    "q2_3": _by_brand("p_brand1 = 'MFGR#2221' AND s_region = 'EUROPE'"),
    "q3_1": _by_place("nation", f"c_region = 'ASIA' AND s_region = 'ASIA' AND {_YEARS}"),
    "q3_2": _by_place("city", f"c_nation = 'UNITED STATES' AND s_nation = 'UNITED STATES' AND {_YEARS}"),
    "q3_3": _by_place("city", f"{_CITIES} AND {_YEARS}"),
    "q3_4": _by_place("city", f"{_CITIES} AND d_yearmonth = 'Dec1997'"),
    "q4_1": _profit(
        "d_year, c_nation",
        "c_region = 'AMERICA' AND s_region = 'AMERICA' AND (p_mfgr = 'MFGR#1' OR p_mfgr = 'MFGR#2')",
    ),
    "q4_2": _profit(
        "d_year, s_nation, p_category",
        "c_region = 'AMERICA' AND s_region = 'AMERICA' AND (d_year = 1997 OR d_year = 1998) "
        "AND (p_mfgr = 'MFGR#1' OR p_mfgr = 'MFGR#2')",
    ),
    "q4_3": _profit(
        "d_year, s_city, p_brand1",
        "c_region = 'AMERICA' AND s_nation = 'UNITED STATES' AND (d_year = 1997 OR d_year = 1998) "
        "AND p_category = 'MFGR#14'",
    ),
}
_DATES = tuple(dt.date(year, month, day) for year in range(1992, 1999) for month in (1, 2, 12) for day in (2, 9, 10))


def star_schema(rng: Random, engines: Engines, *, lines: int = 4000) -> World:
    """Five tables and thirteen jobs, each with a dashboard that reads all of its result."""
    tables = {
        "dates": _dates(),
        "part": _parts(rng),
        "supplier": _traders(rng, "s", 30),
        "customer": _traders(rng, "c", 40),
    }
    tables["lineorder"] = _lines(rng, lines, tables)
    datasets = {name: Dataset(name, "parquet", _columns(table)) for name, table in tables.items()}
    contents = {name: Content(table) for name, table in tables.items()}
    jobs, readers = [], []
    for name, text in QUERIES.items():
        inputs = tuple(Input(table) for table in _TABLES if table in text.replace(",", " ").split())
        job = Job(name, "duckdb", text, inputs, f"{name}_result")
        parts = {one.dataset: [("", contents[one.dataset], datasets[one.dataset])] for one in inputs}
        made = engines.run(job, parts, Dataset(job.output, "parquet", ()), "")
        columns = columns_of_contents([made], Dataset(job.output, "parquet", ()), job, datasets)
        assert columns, f"{name} comes to nothing"
        datasets[job.output] = Dataset(job.output, "parquet", columns)
        jobs.append(job)
        readers.append(Reader(f"{name}_board", job.output, tuple(column.path for column in columns)))
    return World("ssb", datasets, tuple(jobs), tuple(readers), {name: (content,) for name, content in contents.items()})


def _columns(table: pa.Table) -> tuple[Column, ...]:
    return tuple(Column(field.name, str(from_arrow(field.type).value), nullable=False) for field in table.schema)


def _dates() -> pa.Table:
    return pa.table(
        {
            "d_datekey": pa.array([int(day.strftime("%Y%m%d")) for day in _DATES], pa.int32()),
            "d_date": [day.strftime("%B %d, %Y") for day in _DATES],
            "d_year": pa.array([day.year for day in _DATES], pa.int32()),
            "d_yearmonthnum": pa.array([day.year * 100 + day.month for day in _DATES], pa.int32()),
            "d_yearmonth": [day.strftime("%b%Y") for day in _DATES],
            "d_weeknuminyear": pa.array([(day.timetuple().tm_yday - 1) // 7 + 1 for day in _DATES], pa.int32()),
            "d_holidayfl": [day.day == 2 for day in _DATES],
        }
    )


def _parts(rng: Random) -> pa.Table:
    brands = ("MFGR#1201", "MFGR#1205", "MFGR#1402", "MFGR#2221", "MFGR#2224", "MFGR#2228", "MFGR#2339", "MFGR#3101")
    drawn = [rng.choice(brands) for _ in range(60)]
    return pa.table(
        {
            "p_partkey": pa.array(range(1, 61), pa.int32()),
            "p_name": [rng.choice(("lace spring", "red hot")) for _ in drawn],
            "p_mfgr": [brand[:6] for brand in drawn],
            "p_category": [brand[:7] for brand in drawn],
            "p_brand1": drawn,
            "p_size": pa.array([rng.randint(1, 50) for _ in drawn], pa.int32()),
        }
    )


def _traders(rng: Random, start: str, count: int) -> pa.Table:
    regions = [rng.choice(tuple(NATIONS)) for _ in range(count)]
    nations = [rng.choice(NATIONS[region]) for region in regions]
    cities = [f"{nation[:9]}{rng.choice((1, 5))}" for nation in nations]
    key = "s_suppkey" if start == "s" else "c_custkey"
    columns = {key: pa.array(range(1, count + 1), pa.int32()), f"{start}_name": [f"N{place}" for place in range(count)]}
    return pa.table({**columns, f"{start}_city": cities, f"{start}_nation": nations, f"{start}_region": regions})


def _lines(rng: Random, count: int, tables: dict[str, pa.Table]) -> pa.Table:
    def drawn(first: int, last: int) -> pa.Array:
        return pa.array([rng.randint(first, last) for _ in range(count)], pa.int32())

    days = tables["dates"]["d_datekey"].to_pylist()
    return pa.table(
        {
            "lo_orderkey": pa.array(range(1, count + 1), pa.int64()),
            "lo_custkey": drawn(1, tables["customer"].num_rows),
            "lo_partkey": drawn(1, tables["part"].num_rows),
            "lo_suppkey": drawn(1, tables["supplier"].num_rows),
            "lo_orderdate": pa.array([rng.choice(days) for _ in range(count)], pa.int32()),
            "lo_quantity": drawn(1, 50),
            "lo_extendedprice": drawn(1000, 90000),
            "lo_discount": drawn(0, 10),
            "lo_revenue": drawn(1000, 90000),
            "lo_supplycost": drawn(500, 40000),
            "lo_tax": drawn(0, 8),
        }
    )
