"""Who is affected by a bad version: the jobs that made something of it, and everyone who read any of it or is about to.

An examiner of `impact`: it follows runs and what they wrote, not declarations.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from graph_model.impact.about import NOTHING, About, about
from graph_model.impact.entities import Affected, BadVersion, Change, LastUse, Verdict
from graph_model.impact.examiners import Examined
from graph_model.impact.tainted_rules import Found, Reading, judge
from graph_model.lineage.entities import LineageEdge, LineageNode
from graph_model.names import Name, consumer_id
from graph_model.reads.entities import Reader, ReaderKind
from graph_model.store.graph import Graph, Row
from graph_model.versions.wrong import Badness, Made, WrongVersion, find_wrong

REPLAY = "`headwater replay {}` has it run again once a good version is there"


def examine_bad_versions(graph: Graph, changes: Sequence[Change], as_of: datetime | None) -> Examined:
    """What the `BadVersion` among `changes` are to everyone; as of now, for what happened has happened.

    Raises VersionNotFound, ColumnNotFound.
    """
    answers = [
        affected_by(graph, find_wrong(graph.rows, change.version, change.columns), as_of)
        for change in changes
        if isinstance(change, BadVersion)
    ]
    return Examined(
        tuple(one for found in answers for one in found.affected),
        tuple({node.id: node for found in answers for node in found.nodes}.values()),
        tuple(dict.fromkeys(reason for found in answers for reason in found.incomplete_reasons)),
    )


def affected_by(graph: Graph, bad: Badness, as_of: datetime | None = None) -> Examined:
    """The same for what is known to be wrong."""
    work = _Work(graph, bad)
    work.read()
    work.judge_runs()
    work.judge_readers()
    return Examined(
        work.affected(as_of or datetime.now(UTC)),
        tuple(work.nodes.values()),
        () if bad.is_complete else ("NODE_LIMIT",),
    )


@dataclass(frozen=True, slots=True)
class _Verdict:
    node: LineageNode
    found: Found
    path: tuple[LineageEdge, ...]
    hit: tuple[str, ...]
    last_use: LastUse | None = None


@dataclass(slots=True)
class _Work:
    graph: Graph
    bad: Badness
    wrong: dict[str, WrongVersion] = field(default_factory=dict)
    declared: list[Row] = field(default_factory=list)
    job_columns: dict[tuple[str, str], dict[str, None]] = field(default_factory=dict)
    nodes: dict[str, LineageNode] = field(default_factory=dict)
    verdicts: dict[str, _Verdict] = field(default_factory=dict)

    def read(self) -> None:
        self.wrong = self.bad.all
        spared = {one.dataset_id for one in self.bad.spared if one.current}
        datasets = sorted({one.dataset_id for one in self.wrong.values()} | spared)
        self.declared = self.graph.rows("replays.who_reads", datasets=datasets)
        reads = [
            {"job": row["reader"], "dataset": row["dataset"]}
            for row in self.declared
            if row["kind"] == "JOB" and row["columns_known"]
        ]
        now = datetime.now(UTC)
        for row in self.graph.rows("replays.flows", reads=reads) if reads else ():
            if row["until"] > now:
                self.job_columns.setdefault((row["job"], row["dataset"]), {})[row["column"]] = None

    def judge_runs(self) -> None:
        """The jobs whose runs read something wrong, by what became of what they made."""
        for one in self.bad.versions:
            if one.made:
                self._judge_made(one, one.made)
        for run in (*self.bad.open_runs, *self.bad.observed):
            self._judge_open(run.made, run.reads, run.state)
        for one in self.bad.spared:
            if one.made and one.made.job_id not in self.verdicts:
                reason = f"{one.where} does not get what is wrong: {one.why}"
                found = Found(Verdict.SAFE, "wrong_columns_do_not_reach_it", reason)
                self._keep(_job(one.made), found, self._way(one), (), LastUse(one.made.at, one.made.run))

    def _judge_made(self, one: WrongVersion, made: Made) -> None:
        columns = "all of it" if one.columns is None else ", ".join(sorted(one.columns))
        said = f"its run for {made.key or 'the whole'} made {one.where} wrong ({columns}): {one.why}"
        if one.current:
            remedy = REPLAY.format(self.bad.root.id)
            found = Found(Verdict.BREAKS, "made_from_bad_version", said, remedy)
        else:
            found = Found(Verdict.SAFE, "ran_again_since", f"{said}; readers get another version now")
        self._keep(_job(made), found, self._way(one), _hit(one), LastUse(made.at, made.run))

    def _judge_open(self, made: Made, reads: Sequence[str], state: str) -> None:
        one = self.wrong[reads[0]]
        said = f"run {made.run} ({state}) reads {one.where} (version {one.id})"
        if made.observed:
            found = Found(Verdict.BREAKS, "read_bad_version", said, "have it run again where it runs")
        else:
            found = Found(Verdict.RISKY, "reads_bad_version_next", said, REPLAY.format(self.bad.root.id))
        edge = LineageEdge(one.id, made.run, "READ_BY", "observed")
        self.nodes[made.run] = LineageNode(made.run, "RUN", made.job, partition=made.key, state=state)
        self._keep(_job(made), found, (*self._way(one), edge), _hit(one), LastUse(made.at, made.run))

    def judge_readers(self) -> None:
        """Who is declared to read what has a wrong version, and who told to have read one."""
        readings: dict[str, list[Reading]] = {}
        nodes: dict[str, LineageNode] = {}
        for id, (node, reading) in self._readings():
            nodes[id] = node
            readings.setdefault(id, []).append(reading)
        for id, several in readings.items():
            found, reading = judge(several)
            one = self.wrong[reading.version]
            edge = LineageEdge(one.id, id, "SEEN_BY" if reading.read_at else "CONSUMED_BY")
            use = LastUse(reading.read_at) if reading.read_at else None
            self._keep(nodes[id], found, (*self._way(one), edge), _hit(one), use)
        self._spare_readers(readings)

    def _readings(self) -> Iterable[tuple[str, tuple[LineageNode, Reading]]]:
        told = {(reader.version, reader.name): reader for reader in self.bad.readers if reader.kind != ReaderKind.RUN}
        seen: set[tuple[str, str]] = set()
        for row in self.declared:
            name = Name(row["namespace"], row["name"])
            node = LineageNode(row["reader"], row["kind"], name)
            for one in self.wrong.values():
                if one.dataset_id == row["dataset"] and not self._is_known_of_runs(row):
                    reader = told.get((one.id, str(name))) if row["kind"] == "CONSUMER" else None
                    seen.add((one.id, str(name)))
                    if reader or _could_read(one, row):
                        yield row["reader"], (node, self._reading(one, row, reader))
        for (version, name), reader in told.items():
            if (version, name) not in seen:
                yield _told_id(reader), (_told_node(reader), self._told(self.wrong[version], reader))

    def _is_known_of_runs(self, row: Row) -> bool:
        """A job whose runs were followed: these say more than its declaration."""
        known = self.verdicts.get(row["reader"])
        return row["kind"] == "JOB" and known is not None and known.found.verdict is not Verdict.SAFE

    def _reading(self, one: WrongVersion, row: Row, reader: Reader | None) -> Reading:
        of_job = tuple(self.job_columns.get((row["reader"], row["dataset"]), ()))
        used = tuple(row["columns"]) if row["kind"] == "CONSUMER" else of_job
        return Reading(
            where=one.where,
            version=one.id,
            wrong=one.columns,
            current=one.current,
            offered=one.published_at is not None,
            used=tuple(reader.columns) if reader and reader.columns else used,
            read_at=reader.last_at if reader else None,
            told_at=row["last_told"],
            reads_now=row["is_now"],
            exposed=(row["location"] or "") if row["exposed"] else "",
        )

    def _told(self, one: WrongVersion, reader: Reader) -> Reading:
        return Reading(
            one.where, one.id, one.columns, one.current, offered=True, used=reader.columns, read_at=reader.last_at,
            reads_now=False,
        )  # fmt: skip

    def _spare_readers(self, readings: dict[str, list[Reading]]) -> None:
        for one in self.bad.spared:
            for row in self.declared:
                known = row["reader"] in readings or row["reader"] in self.verdicts
                if one.current and row["dataset"] == one.dataset_id and row["is_now"] and not known:
                    reason = f"{one.where} does not get what is wrong: {one.why}"
                    found = Found(Verdict.SAFE, "wrong_columns_do_not_reach_it", reason)
                    node = LineageNode(row["reader"], row["kind"], Name(row["namespace"], row["name"]))
                    edge = LineageEdge(one.id, row["reader"], "CONSUMED_BY")
                    self._keep(node, found, (*self._way(one), edge), (), None)

    def _keep(
        self, node: LineageNode, found: Found, path: tuple[LineageEdge, ...], hit: tuple[str, ...], use: LastUse | None
    ) -> None:
        self.nodes[node.id] = node
        known = self.verdicts.get(node.id)
        if known is None or (_place(found), len(path)) < (_place(known.found), len(known.path)):
            self.verdicts[node.id] = _Verdict(node, found, path, hit, use)

    def _way(self, one: WrongVersion) -> tuple[LineageEdge, ...]:
        """From the bad version to this one, over the runs between them."""
        way: list[LineageEdge] = []
        self._see(one)
        while one.made and one.source:
            run = one.made
            state = None if run.observed else "SUCCEEDED"
            self.nodes[run.run] = LineageNode(run.run, "RUN", run.job, partition=run.key, state=state)
            way[:0] = [
                LineageEdge(one.source, run.run, "READ_BY", "observed"),
                LineageEdge(run.run, one.id, "WROTE", "observed"),
            ]
            one = self.wrong[one.source]
            self._see(one)
        return tuple(way)

    def _see(self, one: WrongVersion) -> None:
        self.nodes[one.id] = LineageNode(one.id, "VERSION", one.dataset, partition=one.partition, state=one.state)

    def affected(self, at: datetime) -> tuple[Affected, ...]:
        known = about(self.graph, (one.node for one in self.verdicts.values()), at=at)
        return tuple(_affected(one, known.get(id, NOTHING), self.bad.is_complete) for id, one in self.verdicts.items())


def _affected(one: _Verdict, said: About, is_complete: bool) -> Affected:
    found = one.found
    if not is_complete and found.verdict is Verdict.SAFE:
        found = Found(Verdict.UNKNOWN, "answer_is_cut_off", "there is more than could be followed")
    return Affected(
        node=one.node,
        verdict=found.verdict,
        effect=found.effect,
        rule=found.rule,
        reason=found.reason,
        path=one.path,
        owners=said.owners,
        deadline=said.deadline,
        remedy=found.remedy,
        hit=one.hit if found.verdict is not Verdict.SAFE else (),
        shortest=one.path,
        last_use=one.last_use,
        settle=found.settle,
    )


def _place(found: Found) -> int:
    return (Verdict.BREAKS, Verdict.UNKNOWN, Verdict.RISKY, Verdict.SAFE).index(found.verdict)


def _job(made: Made) -> LineageNode:
    return LineageNode(made.job_id, "JOB", made.job)


def _hit(one: WrongVersion) -> tuple[str, ...]:
    if one.columns is None:
        return (one.where,)
    return tuple(f"{one.dataset}.{column}" for column in sorted(one.columns))


def _could_read(one: WrongVersion, row: Row) -> bool:
    """It was declared to read the dataset while readers got this version, or is now."""
    if one.current:
        return row["is_now"]
    if row["kind"] == "JOB" or one.published_at is None:
        return False
    gone = one.replaced_at or datetime.max.replace(tzinfo=UTC)
    return row["since"] <= gone and row["until"] > one.published_at


def _told_id(reader: Reader) -> str:
    if reader.kind == ReaderKind.CONSUMER:
        namespace, _, name = reader.name.rpartition("/")
        return consumer_id(Name(namespace, name))
    return f"program:{reader.name}"


def _told_node(reader: Reader) -> LineageNode:
    namespace, _, name = reader.name.rpartition("/")
    return LineageNode(_told_id(reader), "CONSUMER", Name(namespace or reader.kind, name))
