"""What a person wrote, as names that the graph knows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.cli.connect import read_settings
from graph_model.errors import ConsumerNotFound, DatasetNotFound, InvalidInput, JobNotFound
from graph_model.names import Name, dataset_name_id, parse_name, readings
from graph_model.partitions.rules import WHOLE, PartitionScheme
from graph_model.partitions.stored import stored_scheme

if TYPE_CHECKING:
    from graph_model.store.graph import Graph


@dataclass(frozen=True, slots=True)
class Found:
    """A dataset or job of the graph. `spelled` is how it was asked for, without namespace."""

    name: Name
    spelled: str
    retired: bool
    partitions: PartitionScheme


def find_dataset(graph: Graph, text: str) -> Found:
    """The dataset called `text`. Raises DatasetNotFound with the nearest one, or InvalidInput when several are."""
    found = _datasets(graph, text, [text.rpartition("/")[2]]) or _split_elsewhere(graph, text)
    if not found:
        raise _no_dataset(graph, text)
    return _only("dataset", text, found)


def find_name(graph: Graph, text: str) -> Name:
    """The name of a dataset that is spelled so, whichever of its names it is. Raises DatasetNotFound, InvalidName."""
    default = _default_namespace()
    asked = readings(text) or (parse_name(text, default_namespace=default),)
    ids = {dataset_name_id(name): name for name in asked}
    known = {row["name_id"] for row in graph.rows("identity.named", ids=list(ids))}
    for id_, name in ids.items():
        if id_ in known:
            return name
    raise _no_dataset(graph, text)


def find_partition(graph: Graph, text: str) -> tuple[Name, str]:
    """Dataset and partition of `DATASET@PARTITION`; the key is one that this dataset can have."""
    dataset, key = split_partition(text)
    found = find_dataset(graph, dataset)
    return found.name, found.partitions.check(key)


def find_version(graph: Graph, text: str) -> str:
    """The id of the version that `VERSION` or `DATASET[@PARTITION]` means. Raises VersionNotFound, DatasetNotFound."""
    from graph_model.datasets.repository import dataset as get_dataset
    from graph_model.replays.repository import version_meant

    if is_version(graph, text):
        return text
    name, key = find_partition(graph, text)
    return version_meant(graph, name, get_dataset(graph, name).id, key)


def is_version(graph: Graph, text: str) -> bool:
    """Whether `text` is the id of a version."""
    return bool(graph.rows("versions.get_fate", version=text))


def find_column(graph: Graph, text: str) -> tuple[Name, str | None]:
    """Dataset and column of `DATASET[.COLUMN]`. Either may hold dots: the longest dataset name that exists wins."""
    splits = column_splits(text.rpartition("/")[2])
    found = _datasets(graph, text, [dataset for dataset, _ in splits])
    for dataset, column in splits:
        called = [each for each in found if each.spelled == dataset]
        if called:
            return _only("dataset", dataset, called).name, column
    raise _no_dataset(graph, text)


def find_named_column(graph: Graph, text: str) -> tuple[Name, str]:
    """As find_column, where a column must be named: a dataset whose own name is `text` is then not what is meant."""
    splits = column_splits(text.rpartition("/")[2])[1:]
    found = _datasets(graph, text, [dataset for dataset, _ in splits])
    for dataset, column in splits:
        called = [each for each in found if each.spelled == dataset]
        if called and column:
            return _only("dataset", dataset, called).name, column
    find_dataset(graph, text)
    raise InvalidInput(text, "names no column: write NAMESPACE/NAME.COLUMN")


def find_job(graph: Graph, text: str) -> Name:
    """The job called `text`. Raises JobNotFound with the nearest one, or InvalidInput when several are."""
    from graph_model.jobs.repository import job

    default = _default_namespace()
    if "/" in text or default:
        return job(graph, parse_name(text, default_namespace=default)).name
    found = [_found(row) for row in graph.rows("names.jobs_called", called=text)]
    if not found:
        raise _no_job(graph, text)
    return _only("job", text, found).name


def find_consumer(graph: Graph, text: str) -> Name:
    """The consumer called `text`. Raises ConsumerNotFound with the nearest one, or InvalidInput when several are."""
    from graph_model.consumers.repository import consumer, known_consumers

    default = _default_namespace()
    if "/" in text or default:
        return consumer(graph, parse_name(text, default_namespace=default)).name
    rows = graph.rows("names.consumers_called", called=text)
    if not rows:
        raise ConsumerNotFound(text, _spelled_like(text, known_consumers(graph, "")))
    found = [Found(Name(row["namespace"], row["name"]), text, row["retired"], PartitionScheme()) for row in rows]
    return _only("consumer", text, found).name


def split_partition(text: str) -> tuple[str, str]:
    """`DATASET@PARTITION`, split at the last @. A key holds no slash: an @ before a slash belongs to the namespace."""
    dataset, at, key = text.rpartition("@")
    if not at or "/" in key:
        return text, WHOLE
    return dataset, key


def column_splits(name: str) -> tuple[tuple[str, str | None], ...]:
    """The ways to read `NAME[.COLUMN]`, the longest dataset name first."""
    parts = name.split(".")
    shorter = ((".".join(parts[:count]), ".".join(parts[count:])) for count in range(len(parts) - 1, 0, -1))
    return ((name, None), *((dataset, column) for dataset, column in shorter if dataset and column))


def _default_namespace() -> str | None:
    from graph_model.settings import HomeSettings

    return read_settings(HomeSettings).namespace


def _datasets(graph: Graph, text: str, names: Sequence[str]) -> list[Found]:
    """The datasets called one of `names`, in the namespace that `text` starts with, the default one, or any."""
    start = text[: len(text) - len(text.rpartition("/")[2])]
    default = _default_namespace()
    if not start and not default:
        return [_found(row) for row in graph.rows("names.datasets_called", names=list(names))]
    asked = {name: readings(f"{start}{name}" if start else f"{default} {name}") for name in names}
    ids = {dataset_name_id(one): name for name, several in asked.items() for one in several}
    rows = {row["name_id"]: row for row in graph.rows("names.datasets_by_name_id", ids=list(ids))}
    # Of the ways to read one name, the first one that is known is meant.
    firsts = {name: id_ for id_, name in reversed(ids.items()) if id_ in rows}
    return [_found({**rows[id_], "spelled": name}) for name, id_ in firsts.items()]


def _split_elsewhere(graph: Graph, text: str) -> list[Found]:
    """Names of files hold slashes too: `file//data/orders.csv` is `/data/orders.csv` in the namespace `file`."""
    places = [place for place, letter in enumerate(text) if letter == "/"][:-1]
    ids = [dataset_name_id(Name(text[:place], text[place + 1 :])) for place in places if place]
    return [_found(row) for row in graph.rows("names.datasets_by_name_id", ids=ids)] if ids else []


def _found(row: dict[str, Any]) -> Found:
    partitions = stored_scheme(row["partition_every"], row["partition_from"], row["partition_details"])
    return Found(Name(row["namespace"], row["name"]), row["spelled"], row["retired"], partitions)


def _only(kind: str, text: str, found: Sequence[Found]) -> Found:
    """The one that is meant: retired ones count only where nothing else has the name."""
    alive = [each for each in found if not each.retired] or list(found)
    by_name = {each.name: each for each in alive}
    if len(by_name) > 1:
        names = ", ".join(map(str, sorted(by_name)))
        raise InvalidInput(
            text, f"several {kind}s are called so: {names}; write one of them, or set HEADWATER_NAMESPACE"
        )
    return alive[0]


def _no_dataset(graph: Graph, text: str) -> DatasetNotFound:
    from graph_model.datasets.repository import known_datasets

    return DatasetNotFound(text, _spelled_like(text, known_datasets(graph, text.rpartition("/")[0])))


def _no_job(graph: Graph, text: str) -> JobNotFound:
    from graph_model.jobs.repository import known_jobs

    return JobNotFound(text, _spelled_like(text, known_jobs(graph, text.rpartition("/")[0])))


def _spelled_like(text: str, known: Iterable[str]) -> list[str]:
    """Known names to suggest for `text`: without namespace where it has none."""
    return [name if "/" in text else name.rpartition("/")[2] for name in known]
