"""Which SQL a place speaks, by how it is addressed."""

from __future__ import annotations

_DIALECTS = {
    "athena": "athena",
    "awsathena": "athena",
    "bigquery": "bigquery",
    "clickhouse": "clickhouse",
    "clickhousedb": "clickhouse",
    "databricks": "databricks",
    "unitycatalog": "databricks",
    "doris": "doris",
    "drill": "drill",
    "druid": "druid",
    "duckdb": "duckdb",
    "exasol": "exasol",
    "fabric": "fabric",
    "hive": "hive",
    "awsglue": "athena",
    "mariadb": "mysql",
    "mssql": "tsql",
    "sqlserver": "tsql",
    "synapse": "tsql",
    "mysql": "mysql",
    "oracle": "oracle",
    "postgres": "postgres",
    "postgresql": "postgres",
    "cockroachdb": "postgres",
    "presto": "presto",
    "redshift": "redshift",
    "snowflake": "snowflake",
    "spark": "spark",
    "sqlite": "sqlite",
    "starrocks": "starrocks",
    "teradata": "teradata",
    "teradatasql": "teradata",
    "trino": "trino",
}


def dialect_of(place: str, default: str = "") -> str:
    """The dialect behind a namespace (`postgres://host:5432`), an address of SQLAlchemy (`mysql+pymysql://…`) or the
    name of an adapter (`bigquery`); `default` for a place that nobody knows."""
    scheme = place.partition(":")[0].partition("+")[0].strip().lower()
    return _DIALECTS.get(scheme, default)
