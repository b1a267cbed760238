"""Names as people and programs spell them, and the opaque ids that the graph keys nodes by."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from graph_model.errors import InvalidName


@dataclass(frozen=True, slots=True, order=True)
class Name:
    """Namespace and name of a dataset, a job or a consumer, spelled as OpenLineage spells them."""

    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}"

    def at(self, partition: str) -> str:
        """`NAME@PARTITION`, as commands take it; the bare name where the partition is the whole."""
        return f"{self}@{partition}" if partition else str(self)


def parse_name(text: str, *, default_namespace: str | None = None) -> Name:
    """`NAMESPACE/NAME`, split at the last slash; a bare name takes `default_namespace`.

    A namespace may hold slashes itself (`postgres://host:5432/db.schema.table`), so the last one decides.
    Raises InvalidName for an empty part, or for a bare name where no namespace is known.
    """
    namespace, slash, name = text.rpartition("/")
    if not slash and default_namespace:
        namespace = default_namespace
    if not namespace or not name:
        raise InvalidName(text)
    return Name(namespace, name)


def readings(text: str) -> tuple[Name, ...]:
    """Every name that `text` may be, the one that is split at the last slash first.

    Names of files and objects hold slashes themselves (`s3://bucket` + `clean/orders`), so only a look-up can tell
    which one is meant; a space between namespace and name says it.
    """
    namespace, space, name = text.partition(" ")
    if space:
        return (Name(namespace, name),) if namespace and name else ()
    places = [place for place in range(len(text) - 2, 0, -1) if text[place] == "/"]
    return tuple(Name(text[:place], text[place + 1 :]) for place in places)


def dataset_id(name: Name) -> str:
    """The id of a dataset first known as `name`. Later names point at it through DatasetName; the id stays."""
    return _digest("ds", name.namespace, name.name)


def dataset_name_id(name: Name) -> str:
    return _digest("dn", name.namespace, name.name)


def job_id(name: Name) -> str:
    return _digest("jb", name.namespace, name.name)


def implicit_job(dataset: Name) -> Name:
    """The job that stands for whatever makes a dataset, where somebody says what it is made from and not by what."""
    return Name(f"implicit:{dataset.namespace}", dataset.name)


def consumer_id(name: Name) -> str:
    return _digest("cn", name.namespace, name.name)


def owner_id(owner: str) -> str:
    return _digest("ow", owner)


def pool_id(kind: str, name: Name) -> str:
    """Slots that runs share: those of a pool that jobs name, or of one job, dataset or owner."""
    return _digest("pl", kind, name.namespace, name.name)


def field_id(dataset: str, path: str) -> str:
    return _digest("fd", dataset, path)


def fresh_field_ids(dataset: str, paths: Iterable[str]) -> list[str]:
    """The same for all columns of a schema that is new: they are not remembered, so that ids that come back are."""
    return [_hashed("fd", dataset, path) for path in paths]


def partition_id(dataset: str, key: str) -> str:
    return _digest("pt", dataset, key)


def job_partition_id(job: str, key: str) -> str:
    return _digest("jp", job, key)


def version_id(partition: str, report_key: str) -> str:
    return _digest("vs", partition, report_key)


def validation_job_partition_id(version: str) -> str:
    """Each reported version is validated by a job partition of its own, so that one never supersedes another."""
    return _digest("jp", "validate", version)


def schema_version_id(dataset: str, fingerprint: str) -> str:
    return _digest("sv", dataset, fingerprint)


def contract_id(dataset: str, digest: str) -> str:
    """A contract is what it says: the same content is the same contract of that dataset, whenever it is declared."""
    return _digest("ct", dataset, digest)


def schedule_id(job: str) -> str:
    return _digest("sc", job)


def tick_id(job: str, key: str, nominal: str) -> str:
    """A nominal time of a job, as ISO text in UTC, for one of its partitions: it comes once."""
    return _digest("tk", job, key, nominal)


def run_id(job_partition: str, input_set: str, definition_hash: str, generation: int) -> str:
    """The unique key of a run: the same inputs, code and generation are the same run, whoever asks for it."""
    return _digest("rn", job_partition, input_set, definition_hash, str(generation))


def observed_run_id(job: str, run: str) -> str:
    """A run that others tell of: some clients use one run id for several jobs."""
    return _digest("or", job, run)


def flow_edge_id(kind: str, source: str, job: str, target: str) -> str:
    """An edge that observations make: the same fact, however often and in whichever order it is seen."""
    return _digest("fe", kind, source, job, target)


def owner_edge_id(thing: str, source: str, owner: str) -> str:
    """That somebody owns something, as one source says it."""
    return _digest("oe", thing, source, owner)


def precedes_edge_id(before: str, teller: str, after: str) -> str:
    """That one job comes before another, as one of the two says it."""
    return _digest("pe", before, teller, after)


def observed_result_id(dataset: str, by: str, check: str) -> str:
    """What one check found in a dataset during one observed run, or as one observation says it."""
    return _digest("cr", dataset, by, check)


def word_id(job: str, kind: str, target: str, source: str) -> str:
    """What a job says of an output, however often."""
    return _digest("wd", job, kind, target, source)


def same_as_id(kind: str, source: str, target: str, form: str, said_by: str = "") -> str:
    """Evidence that two datasets are one: the same words are the same evidence, however often they are said."""
    return _digest("sa", kind, source, target, form, said_by)


def declared_name_id(dataset: str, name: Name, said_by: str) -> str:
    """A name that somebody declares for a dataset."""
    return _digest("xn", dataset, name.namespace, name.name, said_by)


def apart_id(one: str, other: str) -> str:
    """That two datasets are held apart; whichever is named first."""
    return _digest("ap", *sorted((one, other)))


def hold_id(target: str) -> str:
    """A target has one hold, which opens and closes; what it was before is told by the audit."""
    return _digest("hd", target)


def note_id(kind: str, name: str) -> str:
    return _digest("nt", kind, name)


def question_id(job_partition: str, version: str) -> str:
    return _digest("qs", job_partition, version)


def replay_id(version: str, token: str) -> str:
    """An order to run again what a version spoiled; `token` tells one order from the next."""
    return _digest("rp", version, token)


def replay_step_id(replay: str, step: str, avoids: Iterable[str]) -> str:
    """A job partition that is to run again without reading certain versions: once in each replay."""
    return _digest("rs", replay, step, *sorted(avoids))


def order_id(token: str) -> str:
    """What somebody ordered to run; `token`: what makes two requests the same one."""
    return _digest("od", token)


def deadline_id(consumer: str, day: str) -> str:
    """What one consumer is promised for one business date."""
    return _digest("dl", consumer, day)


def reading_id(version: str, kind: str, reader: str) -> str:
    """What one reader has told about one version, however often."""
    return _digest("rd", version, kind, reader)


def _hashed(kind: str, *parts: str) -> str:
    """`kind` and 24 hex digits (96 bits) of the parts, joined by a byte that no name contains."""
    return f"{kind}_{hashlib.sha256(chr(0).join(parts).encode()).hexdigest()[:24]}"


_digest = lru_cache(maxsize=32_768)(_hashed)  # a job that runs again needs some ten
