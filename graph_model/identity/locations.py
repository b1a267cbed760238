"""How OpenLineage calls what lies at a location, so that what its clients see there is the dataset that declares it.

Only for places that have one name wherever they are seen from: an absolute path, an object in a store, a table of a
server. A path below the storage root is another one on every machine.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from graph_model.names import Name

# Address of SQLAlchemy, without its driver: scheme of the namespace, port, schema of a table that names none.
_SERVERS = {
    "postgresql": ("postgres", 5432, "public"),
    "mysql": ("mysql", 3306, None),
    "mariadb": ("mysql", 3306, None),
    "mssql": ("mssql", 1433, "dbo"),
    "redshift": ("redshift", 5439, "public"),
    "trino": ("trino", 8080, None),
}
_STORES = ("s3", "gs", "hdfs")
_ALIKE = {"s3a": "s3", "s3n": "s3", "gcs": "gs"}


def name_of_location(location: str | None) -> Name | None:
    """The name of what lies at a location as an estate writes it (placeholders stay); None where it has none."""
    if not location:
        return None
    try:
        parts = urlsplit(location)
        host = f"{parts.hostname}:{parts.port or ''}"
    except ValueError:
        return None
    scheme = _ALIKE.get(parts.scheme, parts.scheme)
    if scheme in ("", "file"):
        return _file(location.removeprefix("file://"))
    if scheme in _STORES:
        return _stored(scheme, location.partition("://")[2])
    return _table(scheme.partition("+")[0], host, parts.path.strip("/"), parts.fragment)


def _file(path: str) -> Name | None:
    return Name("file", path) if path.startswith("/") else None


def _stored(scheme: str, place: str) -> Name | None:
    """The bucket and the key in it; the path of a file system begins with a slash."""
    bucket, _, key = place.partition("/")
    if not bucket or not key:
        return None
    return Name(f"{scheme}://{bucket}", f"/{key}" if scheme == "hdfs" else key)


def _table(scheme: str, host: str, database: str, table: str) -> Name | None:
    if scheme not in _SERVERS or not (database and table) or host.startswith(("None", ":")):
        return None
    namespace, port, schema = _SERVERS[scheme]
    in_schema = table if "." in table or schema is None else f"{schema}.{table}"
    return Name(f"{namespace}://{host}{'' if host[-1] != ':' else port}", f"{database}.{in_schema}")
