"""Locations: what a relative one, `{root}` and references like `env:NAME` stand for, and which may be opened at all."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from connectors.secrets import looked_up
from connectors.storage.store_options import with_login
from graph_model.errors import ContentError, LocationRefused, SecretMissing
from graph_model.jobs.secrets import ENVIRONMENT, OURS, is_reference, parted
from graph_model.versions.entities import Content
from graph_model.versions.roots import DATABASES_VARIABLE, ROOTS_VARIABLE, Roots, as_roots, is_in_store

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

DATABASE_FILES = ("sqlite", "duckdb")
# All that an address may say after its `?`: anything else could lead to another host, or to files of this machine.
_HARMLESS = frozenset({"sslmode", "application_name", "connect_timeout", "timeout", "charset"})


def located(content: Content, roots: Roots | Path) -> Content:
    """The same content with a location that holds on this machine: absolute, `{root}` and references replaced; for one
    in S3, with the login of this process among its options.

    Raises LocationRefused for one outside of `roots`, links followed. A bare folder is the only root.
    """
    roots = as_roots(roots)
    within = tuple(str(folder.resolve()) for folder in roots.all_folders)
    if content.format == "table":
        return replace(content, location=_located_table(content.location, roots, within), within=within)
    placed = replace(content, location=roots.place(content.location), within=within)
    if is_in_store(placed.location):
        is_s3 = placed.location.startswith("s3://")
        return replace(placed, options=with_login(placed.options)) if is_s3 else placed
    to_read(placed)
    return placed


def to_read(content: Content) -> Path:
    """Where the file of a content really lies, every link followed. Raises LocationRefused outside of its folders."""
    return _inside(Path(content.location), content.within)


def to_write(content: Content) -> Path:
    """Like `to_read`, but a link at the place itself is what will be replaced or removed, not what it leads to."""
    path = Path(content.location)
    return _inside(path.parent, content.within) / path.name


def _inside(path: Path, within: tuple[str, ...]) -> Path:
    if not within:
        return path
    try:
        real = path.resolve()
    except (OSError, RuntimeError, ValueError):  # a circle of links, a name that is too long
        raise ContentError(f"there is no file {path}") from None
    if not any(real.is_relative_to(folder) for folder in within):
        raise LocationRefused(str(path), ROOTS_VARIABLE)
    return real


def split_table(location: str) -> tuple[str, str]:
    """Database address and table name of `URL#TABLE`; an address that is a reference, like `env:NAME`, is looked up."""
    address, hash_sign, table = location.rpartition("#")
    if not hash_sign or not address or not table:
        raise ContentError("the location of a table is written URL#TABLE")
    try:
        return looked_up(address), table
    except SecretMissing as error:
        if address.startswith(f"{ENVIRONMENT}:{OURS}"):
            raise LocationRefused(address, DATABASES_VARIABLE) from None
        raise ContentError(f"the address of the database: {error}") from None


def _located_table(location: str, roots: Roots, within: tuple[str, ...]) -> str:
    written = location.rpartition("#")[0]
    if is_reference(written) and not written.startswith(f"{ENVIRONMENT}:") and not _is_named(written, roots.databases):
        raise LocationRefused(written, DATABASES_VARIABLE)  # before anything is looked up
    address, table = split_table(location)
    address = address.replace("{root}", str(roots.folder.absolute()))
    url = address_of(address)
    if url.get_backend_name() in DATABASE_FILES:
        placed = _located_database_file(url, roots, within)
        return f"{placed.render_as_string(hide_password=False)}#{table}"
    if not _is_listed(written, url, roots.databases):
        raise LocationRefused(url.render_as_string(hide_password=True), DATABASES_VARIABLE)
    return f"{address}#{table}"


def _located_database_file(url: URL, roots: Roots, within: tuple[str, ...]) -> URL:
    """A database that is a file is one like any other: below a root. Without a file it lives in memory."""
    if not url.database or url.database == ":memory:":
        return url
    if url.database.startswith("file:") or not set(url.query) <= _HARMLESS:
        raise LocationRefused(str(url), ROOTS_VARIABLE)
    return url.set(database=str(_inside(Path(roots.place(url.database)), within)))


def address_of(address: str) -> URL:
    """The parts of an address of SQLAlchemy. Raises ContentError."""
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        return make_url(address)
    except (ArgumentError, ValueError):
        raise ContentError("the address of the database is not one: write DRIVER://USER@HOST/DATABASE#TABLE") from None


def _is_listed(written: str, url: URL, databases: tuple[str, ...]) -> bool:
    if _is_named(written, databases):
        return True
    if is_reference(written):
        return False
    return set(url.query) <= _HARMLESS and any(
        _covers(address_of(listed), url) for listed in databases if not is_reference(listed)
    )


def _is_named(written: str, databases: tuple[str, ...]) -> bool:
    """`*`, the very text, or of a reference all that have its scheme."""
    scheme, _ = parted(written) or ("", "")
    return "*" in databases or written in databases or (is_reference(written) and f"{scheme}:*" in databases)


def _covers(listed: URL, url: URL) -> bool:
    """Part by part: in texts, `postgresql://host` would be the beginning of `postgresql://host.elsewhere`."""
    same_place = (listed.get_backend_name(), listed.host, listed.port) == (url.get_backend_name(), url.host, url.port)
    return same_place and listed.database in (None, "", url.database)
