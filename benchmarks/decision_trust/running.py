"""Runs a world: every job of every partition, every reader; what was run before on equal inputs is remembered."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from benchmarks.decision_trust.engines import Engines, Parts
from benchmarks.decision_trust.reading import read_as
from benchmarks.decision_trust.world import CHANGED_FROM, Content, Dataset, Failed, Job, Reader, World
from connectors.storage.arrow_types import from_arrow
from graph_model.schemas.types import kind, parse


class CannotCarryOutError(Exception):
    """Another change of the set leaves nothing that this one could be made of."""


Convert = Callable[[Content], Content]
# What a typed column may be where the contract says something else, as the check of a schema has it.
_ALSO_FINE = {"number": {"integer", "decimal"}, "decimal": {"integer"}, "timestamp": {"date"}}


@dataclass(frozen=True, slots=True)
class Turned:
    """A dataset as it is after the change, and how its contents become what they are then."""

    dataset: Dataset
    convert: Convert


@dataclass(slots=True)
class Change:
    """What a set of changes does to a world, ready to be carried out. `gone`: datasets nobody finds any more; `code`:
    jobs with other code; `retired`: jobs and readers; `moved`: datasets that lie elsewhere."""

    turned: dict[str, Turned] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    moved: set[str] = field(default_factory=set)
    code: dict[str, str] = field(default_factory=dict)
    retired: set[str] = field(default_factory=set)

    @property
    def starts(self) -> set[str]:
        return {*self.turned, *self.gone, *self.moved, *self.code, *self.retired}


@dataclass(slots=True)
class Results:
    """`made` by dataset and day, as its maker left it; `read` by reader, dataset and day."""

    made: dict[tuple[str, int], Content | Failed] = field(default_factory=dict)
    read: dict[tuple[str, str, int], Any] = field(default_factory=dict)


class Running:
    """One world, run as it is and under any number of changes."""

    def __init__(self, world: World, engines: Engines) -> None:
        self.world = world
        self._engines = engines
        self._remembered: dict[Any, Any] = {}
        self.before = self._run(Change(), None)

    def under(self, change: Change) -> Results:
        """What comes of it all after `change`; days before it stay what they were."""
        return self._run(change, self.world.downstream(change.starts))

    def _run(self, change: Change, touched: Collection[str] | None) -> Results:
        results = Results()
        for name, contents in self.world.sources.items():
            results.made |= {(name, day): content for day, content in enumerate(contents)}
        for job in self.world.jobs:
            for day in self.world.days(job.output):
                key = (job.output, day)
                same = touched is not None and (job.name not in touched or day < self._from(job.output))
                results.made[key] = self.before.made[key] if same else self._make(job, day, change, results)
        for reader in self.world.readers:
            for day in self.world.days(reader.dataset):
                same = touched is not None and (reader.name not in touched or day < self._from(reader.dataset))
                key = (reader.name, reader.dataset, day)
                results.read[key] = self.before.read[key] if same else self._read(reader, day, change, results)
        return results

    def _make(self, job: Job, day: int, change: Change, results: Results) -> Content | Failed:
        if job.name in change.retired:
            return Failed("it is retired", stalled=True)
        inputs: dict[str, Parts] = {}
        for one in job.inputs:
            parts = self._parts(one.dataset, self._days(one.dataset, one.window, day), change, results)
            if isinstance(parts, Failed):
                return parts
            inputs[one.dataset] = parts
        text = change.code.get(job.name, job.text)
        if job.kind != "python" and not all(inputs.values()):
            return Failed("nothing is there yet", stalled=True)
        return self._remember(job, text, inputs, self.world.keys[day])

    def _remember(self, job: Job, text: str, inputs: Mapping[str, Parts], partition: str) -> Content | Failed:
        spelled = [
            (name, [(day, one.digest, _spelled(as_of)) for day, one, as_of in parts]) for name, parts in inputs.items()
        ]
        key = (job.name, text, repr(spelled), partition if job.kind == "python" or "$partition" in text else "")
        if key not in self._remembered:
            self._remembered[key] = self._try(job, text, inputs, partition)
        return self._remembered[key]

    def _try(self, job: Job, text: str, inputs: Mapping[str, Parts], partition: str) -> Content | Failed:
        output = self.world.datasets[job.output]
        code = Job(job.name, job.kind, text, job.inputs, job.output)
        try:
            made = self._engines.run(code, inputs, output, partition)
        except Exception as error:  # noqa: BLE001  whatever a job raises is how it fails
            return Failed(f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}")
        return broken_promise(made, output) or self._engines.broken_check(made, output) or made

    def _parts(self, dataset: str, days: list[int], change: Change, results: Results) -> Parts | Failed:
        if dataset in change.gone:
            return Failed(f"{dataset} is gone")
        parts: list[tuple[str, Content, Dataset]] = []
        for day in days:
            content = results.made[dataset, day]
            if isinstance(content, Failed):
                return Failed(f"waits for {dataset}: {content.reason}", stalled=True)
            parts.append((self.world.keys[day], *self._seen(dataset, day, content, change)))
        return parts

    def _seen(self, dataset: str, day: int, content: Content, change: Change) -> tuple[Content, Dataset]:
        turned = change.turned.get(dataset)
        if turned is None or day < self._from(dataset):
            return content, self.world.datasets[dataset]
        key = ("turned", id(turned), content.digest)
        if key not in self._remembered:
            self._remembered[key] = (turned, self._converted(turned, content))  # `turned` too: its id stays its own
        return self._remembered[key][1], turned.dataset

    def _converted(self, turned: Turned, content: Content) -> Content:
        try:
            return turned.convert(content)
        except (LookupError, ValueError, pa.ArrowException) as error:
            raise CannotCarryOutError(f"{turned.dataset.name}: {error}") from error

    def _read(self, reader: Reader, day: int, change: Change, results: Results) -> Any:
        if reader.name in change.retired:
            return None
        dataset = self.world.datasets[reader.dataset]
        if reader.dataset in change.moved and dataset.placed:
            return Failed("nothing lies at its place any more")
        parts = self._parts(reader.dataset, [day], change, results)
        if isinstance(parts, Failed):
            return parts
        _, content, as_of = parts[0]
        try:
            return read_as(reader, content, dataset, as_of)
        except Exception as error:  # noqa: BLE001  whatever a reader raises is how it fails
            return Failed(f"{type(error).__name__}: {error}")

    def _days(self, dataset: str, window: int, day: int) -> list[int]:
        if not self.world.datasets[dataset].daily:
            return [0]
        return [day] if not window else [one for one in range(day - window, day) if one >= 0]

    def _from(self, dataset: str) -> int:
        return CHANGED_FROM if self.world.datasets[dataset].daily else 0


def broken_promise(made: Content, output: Dataset) -> Failed | None:
    """What the blocking check of a schema says of a content: columns that are promised are there, and of their kind."""
    if not output.checked or made.table is None:
        return None
    for column in output.columns:
        if column.path not in made.table.column_names:
            return Failed(f"the column {column.path} is missing")
        found = made.table.column(column.path)
        is_, promised = kind(from_arrow(found.type).value), kind(parse(column.type))
        fits = promised in ("unknown", is_) or is_ == "unknown" or is_ in _ALSO_FINE.get(promised, ())
        if not fits and found.null_count < len(found):
            return Failed(f"values of {column.path} are {is_}s, not {promised}s")
    return None


def _spelled(dataset: Dataset) -> str:
    return f"{dataset.format} {sorted(dataset.options.items())}"
