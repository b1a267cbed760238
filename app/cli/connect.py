"""From settings to an open graph, with the errors that a person can act on."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from graph_model.errors import SettingsError

if TYPE_CHECKING:
    from graph_model.settings import Settings
    from graph_model.store.graph import Graph
    from graph_model.versions.roots import Roots

    S = TypeVar("S", bound=Settings)


def read_settings(settings_class: type[S], **given: Any) -> S:
    """The settings of one part. Raises SettingsError with each wrong variable, where it came from and what is wrong.

    `given` are values from the command line, which go before all others.
    """
    from pydantic import ValidationError

    from graph_model.settings import CONNECTION_FILE, data_folder

    try:
        return settings_class(**given)
    except ValidationError as error:
        raise SettingsError("; ".join(_wrong_settings(settings_class, error))) from None
    except ValueError as error:
        file = data_folder() / CONNECTION_FILE
        raise SettingsError(
            f"{file} cannot be read as JSON ({error}): remove it, or start `headwater up` again"
        ) from error


def data_roots() -> Roots:
    """Where contents may lie, as the settings say. Raises SettingsError."""
    from graph_model.settings import DataSettings, StorageSettings, roots_of

    return roots_of(read_settings(StorageSettings), read_settings(DataSettings))


def open_graph(*, patience: float = 0.0) -> Graph:
    """A connection to the graph that the settings name; it has answered. Use it as a context manager.

    `patience` is how many seconds one unit of work may take at least, for what is long by its nature.
    """
    from graph_model.settings import GraphSettings, origin
    from graph_model.store.graph import Graph

    settings = read_settings(GraphSettings)
    settings = settings.model_copy(update={"timeout": max(settings.timeout, patience)})
    try:
        graph = Graph(settings)
    except Exception as error:  # what the driver raises for an address it cannot read is known to the store only
        where = f"{settings.uri!r} (from: {origin('HEADWATER_GRAPH_URI')})"
        raise SettingsError(f"{where} is no address of a graph: write HEADWATER_GRAPH_URI=bolt://HOST:PORT") from error
    try:
        graph.engine  # noqa: B018  asked now, so that an unreachable graph is told before any work
    except BaseException:
        graph.close()
        raise
    return graph


def require_migrated(graph: Graph) -> None:
    """Raises SettingsError where migrations are missing: without their constraints, writing could make things twice."""
    from graph_model.store.migrations import pending

    missing = pending(graph)
    if missing:
        raise SettingsError(f"the graph lacks migrations ({', '.join(missing)}): run `headwater migrate`")


def broker_url() -> str | None:
    """The broker's address, or None: then workers poll the graph."""
    from graph_model.settings import BrokerSettings

    url = read_settings(BrokerSettings).url
    return (url.get_secret_value() or None) if url else None


def storage_root() -> Path:
    """The folder that contents, scratch folders and the archive lie in."""
    from graph_model.settings import StorageSettings

    return read_settings(StorageSettings).root


def actor() -> str:
    """Who is asking, for the audit trail."""
    try:
        return f"cli:{getpass.getuser()}"
    except (KeyError, OSError):  # a container user without a name
        return "cli:unknown"


def _wrong_settings(settings_class: type[Settings], error: object) -> list[str]:
    from pydantic import ValidationError

    from graph_model.settings import origin

    assert isinstance(error, ValidationError)
    prefix = str(settings_class.model_config.get("env_prefix", ""))
    # The value itself is left out: it may be a secret.
    found = [
        (f"{prefix}{'_'.join(map(str, detail['loc']))}".upper(), detail["msg"])
        for detail in error.errors(include_input=False)
    ]
    return [f"{variable} (from: {origin(variable)}) is wrong: {message}" for variable, message in found]
