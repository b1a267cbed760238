"""A fleet whose contents have the columns of their datasets, and the estate of the page about bad versions, spoiled."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from graph_model.contracts.entities import Column
from graph_model.names import Name
from graph_model.runs.entities import ClaimedRun, OutputVersion, RunKind
from graph_model.runs.finish import Ending, output_version
from graph_model.store.graph import Graph
from graph_model.versions.entities import Inspection, Report, Validated
from graph_model.versions.report import report_version
from tests.support.protocol import Fleet

DAY = "2013-01-05"
START = datetime(2013, 1, 6, tzinfo=UTC)
_ID = re.compile(r"\b(vs|rn|rp|rs|qs|jp|pt)_[0-9a-f]{24}")
_TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?(?= UTC|\b)(?<!^)")


@dataclass
class Columns(Fleet):
    """Contents have these columns, by the name of the dataset; what a job writes is made of the contents of all that it
    read, unless `same` says what it always writes. `contents_of`: of every version that went through here.
    """

    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    same: Mapping[str, str] = field(default_factory=dict)
    contents_of: dict[str, str] = field(default_factory=dict)

    def ending(self, run: ClaimedRun) -> Ending:
        outputs = []
        for output in run.outputs:
            reported = run.kind == RunKind.VALIDATION
            content = output.content.location if reported else made(output.dataset.name, self._read(run), self.same)
            self.contents_of[run.inputs[0].version if reported else output_version(run, output)] = content
            outputs.append(OutputVersion(output, self._found(output.dataset.name, content)))
        return Ending(run, tuple(outputs))

    def _read(self, run: ClaimedRun) -> list[str]:
        return [f"{one.dataset.name}@{one.partition}={self.contents_of[one.version]}" for one in run.inputs]

    def _found(self, dataset: str, content: str) -> Validated:
        columns = tuple(Column(path, "string") for path in self.columns.get(dataset, ("id",)))
        return Validated(Inspection(columns, 3, 30, content))


def made(dataset: str, read: Iterable[str], same: Mapping[str, str]) -> str:
    """What a job writes into `dataset` that has read this: a digest, since these grow."""
    text = same.get(dataset) or "|".join((dataset, *sorted(read)))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def report(graph: Graph, dataset: str, content: str, *, hour: int, day: str = DAY, namespace: str = "shop") -> str:
    """A version of `content`, of an hour at its source."""
    time = START + timedelta(hours=hour)
    made = Report(Name(namespace, dataset), day, location=content, key=content, source_time=time)
    return report_version(graph, made).version


def plain(text: str) -> str:
    """A text of Headwater without what is another one each time: ids and times of now."""
    return _TIME.sub("TIME", _ID.sub(lambda found: f"{found[1]}_…", text))
