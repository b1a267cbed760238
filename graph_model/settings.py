"""Settings, one class per part, read once where a process starts.

Order: environment (`HEADWATER_…`), then the connection file that `headwater up` leaves in its data folder, then the
defaults here. `origins` tells which of them a value came from.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from graph_model.estate.durations import EXAMPLE as DURATION_EXAMPLE
from graph_model.estate.durations import parse_duration
from graph_model.jobs.limits import SIZE_EXAMPLE, Limits, parse_size
from graph_model.jobs.secrets import is_reference, what_is_wrong
from graph_model.versions.roots import NAMED_DATABASES, Roots, is_in_store

CONNECTION_FILE = "connection.json"


def data_folder() -> Path:
    """Where `headwater up` keeps its graph, its data and its connection file."""
    return Path(os.environ.get("HEADWATER_HOME", ".headwater"))


class _FromConnectionFile(PydanticBaseSettingsSource):
    """Values that a running `headwater up` wrote down, under their environment names."""

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        name = f"{self.config.get('env_prefix', '')}{field_name}".upper()
        return _connection_file().get(name), field_name, False

    def __call__(self) -> dict[str, Any]:
        found = {name: self.get_field_value(field, name)[0] for name, field in self.settings_cls.model_fields.items()}
        return {name: value for name, value in found.items() if value is not None}


def _connection_file() -> dict[str, Any]:
    try:
        return json.loads((data_folder() / CONNECTION_FILE).read_text())
    except (FileNotFoundError, NotADirectoryError):
        return {}


class Settings(BaseSettings):
    """Base of the classes below: environment first, then the connection file."""

    model_config = SettingsConfigDict(extra="ignore")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003  the signature is pydantic's
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, _FromConnectionFile(settings_cls)

    @classmethod
    def variables(cls) -> dict[str, str]:
        """Every environment variable this class reads, with what it means."""
        prefix = str(cls.model_config.get("env_prefix", ""))
        return {f"{prefix}{name}".upper(): field.description or "" for name, field in cls.model_fields.items()}


def origin(variable: str) -> str:
    """Where the value of an environment variable of Headwater comes from, in words."""
    if variable in os.environ:
        return f"environment variable {variable}"
    if variable in _connection_file():
        return f"{data_folder() / CONNECTION_FILE} (written by `headwater up`)"
    return "default"


class GraphSettings(Settings):
    """The graph: a Neo4j, or the embedded ArcadeDB of `headwater up`."""

    model_config = SettingsConfigDict(env_prefix="HEADWATER_GRAPH_", extra="ignore")

    uri: str = Field(default="bolt://127.0.0.1:7687", description="Bolt address of the graph")
    user: str = Field(default="neo4j", description="user of the graph")
    password: SecretStr = Field(
        default=SecretStr(""), description="password of the graph; empty for a graph without authentication"
    )
    database: str = Field(default="neo4j", description="database inside the graph server")
    timeout: float = Field(default=30.0, gt=0, description="seconds that one unit of work may take, retries included")
    pause_seconds: float = Field(
        default=3.0,
        ge=0,
        description="seconds that a write waits while a backup pauses writes, before it is told to try again later",
    )


class BrokerSettings(Settings):
    """The broker that Celery rings through. Without one, workers poll the graph."""

    model_config = SettingsConfigDict(env_prefix="HEADWATER_BROKER_", extra="ignore")

    url: SecretStr | None = Field(
        default=None, description="address of Redis (redis://…); empty: workers poll the graph"
    )


class ApiSettings(Settings):
    """The HTTP interface."""

    model_config = SettingsConfigDict(env_prefix="HEADWATER_API_", extra="ignore")

    host: str = Field(default="127.0.0.1", description="address to listen on; anything but loopback is warned about")
    port: int = Field(default=8400, ge=0, le=65535, description="port to listen on; 0 takes a free one")
    development: bool = Field(default=False, description="serve GraphiQL to browsers at /graphql")


class WorkerSettings(Settings):
    """One worker process of the fleet."""

    model_config = SettingsConfigDict(env_prefix="HEADWATER_WORKER_", extra="ignore")

    slots: int = Field(default=2, ge=1, description="runs that one worker executes at once")
    lease_seconds: float = Field(default=15.0, gt=0, description="how long a worker may act without renewing its lease")
    heartbeat_seconds: float = Field(
        default=2.0, gt=0, description="how often a worker renews its lease and learns which runs were taken from it"
    )
    sweep_seconds: float = Field(
        default=2.0,
        gt=0,
        description="how often the steward sweeps, and how often a worker without broker looks for runs",
    )
    stop_seconds: float = Field(
        default=5.0,
        ge=0,
        description="how long runs may go on after the worker was asked to stop, before they are given back",
    )
    lost_after_hours: float = Field(
        default=72.0,
        gt=0,
        description="a run of others without an end, of which nothing was heard for so long, counts as lost",
    )
    runs_kept_days: float = Field(
        default=0.0,
        ge=0,
        description="details of runs that are older go into files below .archive of the storage root; 0: they stay",
    )
    watchdog_seconds: float = Field(
        default=60.0,
        gt=0,
        description="a worker with free slots that claims nothing for so long, while runs wait, replaces itself",
    )
    labels: str = Field(
        default="", description="what this worker has that jobs may ask for by `runs_on`, with commas between them"
    )
    age_minutes: float = Field(
        default=10.0, gt=0, description="a run that waits so long is one step of priority more urgent"
    )

    def listed_labels(self) -> tuple[str, ...]:
        return _listed(self.labels)


class JobSettings(Settings):
    """What the processes of jobs may do on this worker. Limits hold for jobs that declare none of their own."""

    model_config = SettingsConfigDict(env_prefix="HEADWATER_JOB_", extra="ignore")

    memory: str = Field(default="", description="memory of all processes of a run, like 2GB; empty: not limited")
    cpu: str = Field(default="", description="processor time of all processes of a run, like 10m; empty: not limited")
    disk: str = Field(
        default="", description="what a run may write into its scratch and output folders, like 5GB; empty: not limited"
    )
    processes: int | None = Field(default=None, ge=1, description="processes of a run at once; empty: not limited")
    output: str = Field(default="10MB", description="how much of each stream that a process prints is kept")
    allow_shell: bool = Field(
        default=False,
        description="whether jobs may be texts that a shell reads (shell: true); argument lists always may",
    )
    logs_days: float = Field(
        default=30.0, gt=0, description="how long it is kept what runs printed; one steward for all workers sees to it"
    )

    @field_validator("memory", "disk", "output")
    @classmethod
    def _are_sizes(cls, value: str) -> str:
        if value and parse_size(value) is None:
            raise ValueError(f"{value!r} is no size: write {SIZE_EXAMPLE}")
        return value

    @field_validator("cpu")
    @classmethod
    def _is_duration(cls, value: str) -> str:
        if value and parse_duration(value) is None:
            raise ValueError(f"{value!r} is no length of time: write {DURATION_EXAMPLE}")
        return value

    @property
    def limits(self) -> Limits:
        sizes = {name: parse_size(getattr(self, name)) for name in ("memory", "disk", "output")}
        return Limits(**sizes, cpu=parse_duration(self.cpu), processes=self.processes)


class ValidationSettings(Settings):
    """What the process that reads a content to validate it may take, so that no content takes a machine down."""

    model_config = SettingsConfigDict(env_prefix="HEADWATER_VALIDATION_", extra="ignore")

    memory_mb: int = Field(
        default=300, ge=100, description="megabytes of rows that a validation holds in memory; more spills to disk"
    )
    most_memory_mb: int = Field(
        default=2048, ge=512, description="megabytes that its process may take in all; a content that needs more is bad"
    )
    timeout_seconds: float = Field(
        default=900.0, gt=0, description="seconds that it may take; a content that needs longer is bad"
    )


class JavaSettings(Settings):
    """Where a worker finds the JVM that Java jobs, and Spark, run on."""

    model_config = SettingsConfigDict(env_prefix="HEADWATER_JAVA_", extra="ignore")

    home: Path | None = Field(
        default=None, description="folder of the JVM, with bin/java in it; empty: the java on the PATH of the worker"
    )


class SparkSettings(Settings):
    """How a worker submits Spark jobs, and how it learns what they did with columns."""

    model_config = SettingsConfigDict(env_prefix="HEADWATER_SPARK_", extra="ignore")

    submit: str = Field(
        default="spark-submit", description="the program that submits: its path, or its name on the PATH of the worker"
    )
    master: str = Field(
        default="local[*]", description="the cluster of jobs that name none: local[*], spark://…, yarn …"
    )
    python: str | None = Field(
        default=None, description="the Python of PySpark's driver and executors; empty: the one beside spark-submit"
    )
    listener: Path | None = Field(
        default=None,
        description="jar of the OpenLineage listener (or the folder of it and what it needs); empty: the lineage of "
        "Spark jobs is not gathered",
    )


class StorageSettings(Settings):
    """Where data lies that is declared with a relative location, and where runs write."""

    model_config = SettingsConfigDict(env_prefix="HEADWATER_STORAGE_", extra="ignore")

    root: Path = Field(
        default=Path("data"),
        description="folder that relative locations and outputs of runs lie under; all workers see the same",
    )


class DataSettings(Settings):
    """Where contents may lie besides the storage root. What lies elsewhere is refused, never opened."""

    model_config = SettingsConfigDict(env_prefix="HEADWATER_DATA_", extra="ignore")

    roots: str = Field(
        default="",
        description="more folders, and prefixes of stores (s3://bucket/prefix), that data may lie below, separated by"
        " commas; the storage root always is one",
    )
    databases: str = Field(
        default="env:*",
        description="databases that tables may lie in, separated by commas: env:NAME (a variable that holds the"
        " address), env:* (any such variable), file:/PATH, file:* and so on with every scheme of secrets, an address"
        " without login, * (any)",
    )

    @field_validator("roots")
    @classmethod
    def _are_roots(cls, value: str) -> str:
        for entry in _listed(value):
            if not (entry.startswith("/") or re.fullmatch(r"[a-z][a-z0-9+.-]*://[^/]+.*", entry)):
                raise ValueError(f"{entry} is neither an absolute folder nor a prefix like s3://bucket/prefix")
        return value

    @field_validator("databases")
    @classmethod
    def _are_databases(cls, value: str) -> str:
        for entry in _listed(value):
            is_secret = is_reference(entry) and (entry.endswith(":*") or what_is_wrong(entry) is None)
            if not is_secret and not re.fullmatch(r"\*|[a-z][a-z0-9+_]*:///?[^@?#]*", entry):
                shown = entry.rpartition("@")[2]  # what stands before it would be a login
                raise ValueError(f"{shown} is neither env:NAME nor an address like postgresql://host/database")
        return value

    def listed_roots(self) -> tuple[str, ...]:
        return _listed(self.roots)

    def listed_databases(self) -> tuple[str, ...]:
        return _listed(self.databases)


def roots_of(storage: StorageSettings, data: DataSettings) -> Roots:
    """The places that contents may lie in, as the settings name them."""
    listed = data.listed_roots()
    return Roots(
        storage.root.absolute(),
        tuple(Path(entry) for entry in listed if not is_in_store(entry)),
        tuple(entry.rstrip("/") for entry in listed if is_in_store(entry)),
        data.listed_databases() or NAMED_DATABASES,
    )


def _listed(value: str) -> tuple[str, ...]:
    return tuple(filter(None, (entry.strip() for entry in value.split(","))))


class NotifySettings(Settings):
    """Where notices to owners go. Without a webhook they are written to the log of the worker."""

    model_config = SettingsConfigDict(env_prefix="HEADWATER_NOTIFY_", extra="ignore")

    webhook: SecretStr | None = Field(
        default=None, description="address that notices are posted to as JSON, with the header Idempotency-Key"
    )
    timeout: float = Field(default=5.0, gt=0, description="seconds that the webhook may take to answer")


class OpenLineageSettings(Settings):
    """Who is told of our own runs, as OpenLineage events. Without an address nobody is, and nothing is written down."""

    model_config = SettingsConfigDict(env_prefix="HEADWATER_OPENLINEAGE_", extra="ignore")

    url: SecretStr | None = Field(
        default=None,
        description="address that the events of runs are posted to, one by one; one that ends in /batch gets lists",
    )
    key: SecretStr = Field(default=SecretStr(""), description="sent with them as bearer; empty: none")
    gzip: bool = Field(default=False, description="whether they are sent packed")
    namespace: str | None = Field(default=None, description="namespace that jobs are told under; empty: their own")
    timeout: float = Field(default=5.0, gt=0, description="seconds that the receiver may take to answer")
    most_waiting: int = Field(
        default=100_000, ge=1, description="events that may wait for the receiver; beyond, the oldest are let go"
    )

    @field_validator("url")
    @classmethod
    def _is_http(cls, value: SecretStr | None) -> SecretStr | None:
        address = value.get_secret_value() if value else ""
        if not address:
            return None
        if not re.fullmatch(r"https?://[^/\s]+(/\S*)?", address):
            raise ValueError("it is no address like http://host:5000/api/v1/lineage")
        return value


class HomeSettings(Settings):
    """Where things are looked for that carry no address of their own."""

    model_config = SettingsConfigDict(env_prefix="HEADWATER_", extra="ignore")

    home: Path = Field(
        default=Path(".headwater"), description="data folder of `headwater up`, with its connection file"
    )
    namespace: str | None = Field(
        default=None, description="namespace of names that are given without one on the command line"
    )


ALL_SETTINGS: tuple[type[Settings], ...] = (
    GraphSettings,
    BrokerSettings,
    ApiSettings,
    WorkerSettings,
    StorageSettings,
    DataSettings,
    JobSettings,
    ValidationSettings,
    JavaSettings,
    SparkSettings,
    NotifySettings,
    OpenLineageSettings,
    HomeSettings,
)
