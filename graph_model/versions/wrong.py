"""What is wrong because a version is: by provenance of runs, and by column wherever it is known what a run did.

A walk over one step, until nothing gets worse; what a later good run found again is not wrong after all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from graph_model.errors import ColumnNotFound, VersionNotFound
from graph_model.names import Name
from graph_model.reads.entities import Reader
from graph_model.reads.repository import readers_of
from graph_model.runs.entities import RunState
from graph_model.store.graph import Row
from graph_model.versions.entities import VersionState
from graph_model.versions.wrong_columns import Columns, Flow, Passed, both, passed_on, reads_wrong, uses

MOST_VERSIONS = 10_000
_UNDER_WAY = (RunState.READY, RunState.RUNNING)

Rows = Callable[..., list[Row]]


@dataclass(frozen=True, slots=True)
class Made:
    """The run that wrote a version, of ours or of others (`observed`), the job partition that it was of, and since when
    it had what it read.
    """

    run: str
    observed: bool
    job: Name
    job_id: str
    key: str
    job_partition: str
    at: datetime


@dataclass(frozen=True, slots=True)
class WrongVersion:
    """A version with something wrong in it. `columns` None: all of it may be.

    `source` is the wrong version that it was made from, the nearest one first found, and `why` says what came through;
    `sources` are all of them. `made` None: reported from outside. `confirmed_by`: a later report that found the same
    content.
    """

    id: str
    dataset: Name
    dataset_id: str
    partition: str
    partition_id: str
    state: VersionState
    current: bool
    columns: Columns
    why: str = ""
    source: str = ""
    sources: tuple[str, ...] = ()
    made: Made | None = None
    published_at: datetime | None = None
    replaced_at: datetime | None = None
    confirmed_by: str | None = None

    @property
    def where(self) -> str:
        return self.dataset.at(self.partition)


@dataclass(frozen=True, slots=True)
class OpenRun:
    """A run that waits or runs and reads something wrong."""

    run: str
    state: str
    made: Made
    reads: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Badness:
    """What is wrong because `root` is; `root` and its twins, versions of the same content, are not among `versions`.

    `spared`: made from something wrong, and not wrong, with the reason. `proven`: they would be wrong by provenance,
    but a later run on good inputs found the same content. `open_runs` read something wrong and are not over.
    `observed`: runs of others that read something wrong, with the versions. `readers`: who read anything wrong, by
    version. `current`: what readers of the root's partition get now. `is_complete` False: there is more than 10,000.
    """

    root: WrongVersion
    twins: tuple[str, ...]
    current: str | None
    quarantined_by: str | None
    versions: tuple[WrongVersion, ...]
    spared: tuple[WrongVersion, ...] = ()
    proven: tuple[WrongVersion, ...] = ()
    open_runs: tuple[OpenRun, ...] = ()
    observed: tuple[OpenRun, ...] = ()
    readers: tuple[Reader, ...] = ()
    is_complete: bool = True

    @property
    def all(self) -> dict[str, WrongVersion]:
        """Everything wrong by id, the root and its twins too."""
        twins = {twin: replace(self.root, id=twin, current=twin == self.current) for twin in self.twins}
        return {**twins, **{one.id: one for one in self.versions}}

    @property
    def replaced(self) -> bool:
        """Readers of the root's partition get something else now."""
        return self.current is not None and self.current not in self.twins


def find_wrong(rows: Rows, version: str, columns: Sequence[str] = ()) -> Badness:
    """What stands on `version`, through `rows` of a graph or a transaction. `columns` are those that are wrong in it;
    empty: all of it may be. Raises VersionNotFound, ColumnNotFound.
    """
    found = rows("replays.root", version=version)
    if not found:
        raise VersionNotFound(version)
    root, wrong = found[0], _checked(found[0], columns)
    proven: dict[str, WrongVersion] = {}
    while True:
        walk = _Walk(rows, root, wrong, frozenset(proven))
        walk.go()
        right = {
            one.id: one for one in walk.found.values() if one.confirmed_by and one.confirmed_by not in walk.columns
        }
        if not right:
            return _badness(rows, root, wrong, walk, proven)
        proven |= right


def _checked(root: Row, columns: Sequence[str]) -> Columns:
    if not columns:
        return None
    known = {path.lower(): path for path in root["columns"]}
    for column in columns:
        if known and column.lower() not in known:
            raise ColumnNotFound(column, known.values())
    return frozenset(column.lower() for column in columns)


@dataclass(slots=True)
class _Walk:
    rows: Rows
    root: Row
    wrong: Columns
    proven: frozenset[str]
    columns: dict[str, Columns] = field(default_factory=dict)
    found: dict[str, WrongVersion] = field(default_factory=dict)
    spared: dict[str, WrongVersion] = field(default_factory=dict)
    runs: dict[str, OpenRun] = field(default_factory=dict)
    flows: dict[tuple[str, str], list[Flow]] = field(default_factory=dict)
    is_complete: bool = True

    def go(self) -> None:
        self.columns = dict.fromkeys(self.root["twins"], self.wrong)
        frontier = sorted(self.columns)
        while frontier:
            if len(self.found) >= MOST_VERSIONS:
                self.is_complete = False
                return
            frontier = self._step(frontier)

    def _step(self, frontier: list[str]) -> list[str]:
        """Goes on from `frontier`; the versions that got worse by it."""
        steps = self.rows("replays.step", ids=frontier)
        self._read_flows(steps)
        worse: set[str] = set()
        for row in steps:
            flows = self._flows(row)
            self._note_run(row, flows)
            if row["version"] is None or row["version"] in self.proven or row["version"] in self.root["twins"]:
                continue
            passed = passed_on(
                self.columns[row["source"]],
                flows,
                source=row["source_entity"],
                target=row["entity"],
                known=row["columns_known"],
            )
            if passed is None:
                self._spare(row, flows)
            elif self._spoil(row, passed):
                worse.add(row["version"])
        return sorted(worse)

    def _spoil(self, row: Row, passed: Passed) -> bool:
        """Notes what is wrong in a version; whether that is more than was known."""
        id, known = row["version"], self.found.get(row["version"])
        if known is None:
            self.found[id] = _version(row, passed)
            self.columns[id] = passed.columns
            return True
        together = both(known.columns, passed.columns)
        sources = tuple(dict.fromkeys((*known.sources, row["source"])))
        why = passed.why if together is None and known.columns is not None else known.why
        self.found[id] = replace(known, columns=together, sources=sources, why=why)
        self.columns[id] = together
        return together != known.columns

    def _spare(self, row: Row, flows: Iterable[Flow]) -> None:
        taken = uses(flows, row["entity"])
        why = f"it is made from {', '.join(taken)} only" if taken else "nothing of it goes there"
        self.spared.setdefault(row["version"], _version(row, Passed(frozenset(), why)))

    def _note_run(self, row: Row, flows: Iterable[Flow]) -> None:
        observed = row["run_kind"] == "observed"
        if not observed and row["run_state"] not in _UNDER_WAY:
            return
        if not reads_wrong(self.columns[row["source"]], flows, known=row["columns_known"]):
            return
        known = self.runs.get(row["run"])
        reads = tuple(dict.fromkeys((*(known.reads if known else ()), row["source"])))
        self.runs[row["run"]] = OpenRun(row["run"], row["run_state"] or "", _made(row), reads)

    def _read_flows(self, steps: Iterable[Row]) -> None:
        wanted = {(row["job"], row["source_dataset"]) for row in steps if row["columns_known"]} - self.flows.keys()
        if not wanted:
            return
        reads = [{"job": job, "dataset": dataset} for job, dataset in sorted(wanted)]
        self.flows.update({one: [] for one in wanted})
        for row in self.rows("replays.flows", reads=reads):
            flow = Flow(row["kind"], row["column"], row["target"] or "", row["to"] or "", row["since"], row["until"])
            self.flows[row["job"], row["dataset"]].append(flow)

    def _flows(self, row: Row) -> list[Flow]:
        flows = self.flows.get((row["job"], row["source_dataset"]), [])
        return [flow for flow in flows if flow.held_during(row["since"], row["until"])]


def _badness(rows: Rows, root: Row, wrong: Columns, walk: _Walk, proven: dict[str, WrongVersion]) -> Badness:
    readers = readers_of(rows, list(walk.columns))
    return Badness(
        root=_root(root, wrong),
        twins=tuple(sorted(root["twins"])),
        current=root["current"],
        quarantined_by=root["quarantined_by"],
        versions=tuple(walk.found.values()),
        spared=tuple(one for one in walk.spared.values() if one.id not in walk.found),
        proven=tuple(proven.values()),
        open_runs=tuple(run for _, run in sorted(walk.runs.items()) if not run.made.observed),
        observed=tuple(run for _, run in sorted(walk.runs.items()) if run.made.observed),
        readers=tuple(reader for several in readers.values() for reader in several),
        is_complete=walk.is_complete,
    )


def _root(row: Row, wrong: Columns) -> WrongVersion:
    return WrongVersion(
        id=row["id"],
        dataset=Name(row["namespace"], row["name"]),
        dataset_id=row["dataset"],
        partition=row["key"],
        partition_id=row["partition"],
        state=VersionState(row["state"]),
        current=row["current"] == row["id"],
        columns=wrong,
        published_at=row["published_at"],
        replaced_at=row["replaced_at"],
    )


def _version(row: dict[str, Any], passed: Passed) -> WrongVersion:
    return WrongVersion(
        id=row["version"],
        dataset=Name(row["namespace"], row["name"]),
        dataset_id=row["dataset"],
        partition=row["key"],
        partition_id=row["partition"],
        state=VersionState(row["state"]),
        current=row["is_current"],
        columns=passed.columns,
        why=passed.why,
        source=row["source"],
        sources=(row["source"],),
        made=_made(row),
        published_at=row["published_at"],
        replaced_at=row["replaced_at"],
        confirmed_by=row["confirmed_by"],
    )


def _made(row: Row) -> Made:
    return Made(
        run=row["run"],
        observed=row["run_kind"] == "observed",
        job=Name(row["job_namespace"] or "", row["job_name"] or ""),
        job_id=row["job"],
        key=row["run_key"] or "",
        job_partition=row["job_partition"] or "",
        at=row["since"],
    )
