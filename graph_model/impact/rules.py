"""The rules of impact: what it does to a reader that something happens to one of its inputs.

Each rule looks at one reading, one reader and one dataset it reads, and finds something or nothing. All of them are
asked; the worst finding counts, and among equals the first of POLICY. What each means to people: docs/impact-rules.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import IntEnum

from graph_model.impact.changes import ColumnHarm
from graph_model.impact.entities import Effect, Verdict
from graph_model.lineage.entities import LineageEdge
from graph_model.names import Name

Path = tuple[LineageEdge, ...]


class DatasetHarm(IntEnum):
    """What happens to a dataset, the worse the higher."""

    ROWS_CHANGE = 1  # its rows or values may become other ones
    DOUBTFUL = 2  # it comes from a job of which nobody knows whether it breaks
    STALLED = 3  # nothing new arrives
    GONE = 4


@dataclass(frozen=True, slots=True)
class HarmedDataset:
    """`cause` says in words what is behind it; `path` leads from the change to the dataset."""

    harm: DatasetHarm
    cause: str
    path: Path = ()


@dataclass(frozen=True, slots=True)
class HarmedColumn:
    """A column that something happens to. `text` ends the sentence that its name begins; `path` leads to it."""

    name: str
    harm: ColumnHarm
    text: str
    path: Path = ()
    to: str | None = None


@dataclass(frozen=True, slots=True)
class Use:
    """A harmed column that the reader uses, with the edge that says so."""

    column: HarmedColumn
    edge: LineageEdge

    @property
    def path(self) -> Path:
        return (*self.column.path, self.edge)


@dataclass(frozen=True, slots=True)
class Reading:
    """One reader and one dataset it reads. `harmed_columns` are all harmed ones of the dataset, `uses` those it uses.

    `way` leads to the dataset over whole datasets, `edge` is the read itself. `is_job`: else a consumer.
    """

    reader: Name
    is_job: bool
    dataset: Name
    edge: LineageEdge
    required: bool
    columns_known: bool
    harm: HarmedDataset | None = None
    harmed_columns: tuple[HarmedColumn, ...] = ()
    uses: tuple[Use, ...] = ()
    way: Path = ()

    @property
    def path(self) -> Path:
        return (*(self.harm.path if self.harm else self.way), self.edge)


@dataclass(frozen=True, slots=True)
class Finding:
    verdict: Verdict
    effect: Effect
    rule: str
    reason: str
    path: Path
    remedy: str = ""


Rule = Callable[[Reading], Finding | None]


def dataset_is_gone(reading: Reading) -> Finding | None:
    """Whoever reads a dataset that is dropped breaks."""
    if not _has(reading, DatasetHarm.GONE):
        return None
    remedy = f"keep {reading.dataset} until {reading.reader} no longer reads it"
    return Finding(
        Verdict.BREAKS, "HIT", "dataset_is_gone", f"reads {reading.dataset}, which is dropped", reading.path, remedy
    )


def column_is_gone(reading: Reading) -> Finding | None:
    """Whoever uses a column that is dropped or renamed, as a value or only to filter, join or group by, breaks."""
    use = _nearest_use(reading, ColumnHarm.GONE)
    if use is None:
        return None
    column = f"{reading.dataset}.{use.column.name}"
    remedy = f"change {reading.reader} first, then drop {column}"
    if use.column.to:
        remedy = f"publish {column} under both names until {reading.reader} reads {use.column.to}"
    return Finding(Verdict.BREAKS, "HIT", "column_is_gone", f"uses {column}, which {use.column.text}", use.path, remedy)


def column_is_narrowed(reading: Reading) -> Finding | None:
    """Whoever uses a column whose new type cannot hold all of the old values breaks."""
    remedy = "publish the new type as a column of its own, and move its readers there"
    return _by_use(reading, ColumnHarm.NARROWED, Verdict.BREAKS, "column_is_narrowed", remedy)


def input_stalls(reading: Reading) -> Finding | None:
    """Whoever needs a dataset that no longer arrives waits for ever."""
    if not _has(reading, DatasetHarm.STALLED) or not reading.required:
        return None
    reason = f"waits for {reading.dataset}, which no longer arrives: {_cause(reading)}"
    return Finding(
        Verdict.BREAKS,
        "STALLED",
        "input_stalls",
        reason,
        reading.path,
        "mend what it waits for; nothing is wrong with it itself",
    )


def columns_are_unknown(reading: Reading) -> Finding | None:
    """Nobody may say that a column is not used where it is not known which columns are."""
    if reading.columns_known or not reading.harmed_columns:
        return None
    changed = _listed(column.name for column in reading.harmed_columns)
    reason = f"reads {reading.dataset}, but whether it uses {changed} is not known"
    kind = "columns" if reading.is_job else "reads"
    path = (*reading.way, reading.edge)
    return Finding(
        Verdict.UNKNOWN,
        "",
        "columns_are_unknown",
        reason,
        path,
        f"declare the columns of {reading.reader} in its estate file (`{kind}`)",
    )


def part_of_column_changes(reading: Reading) -> Finding | None:
    """Whoever uses a nested column as a whole may or may not use the part that changes."""
    remedy = f"look whether {reading.reader} uses that part"
    return _by_use(reading, ColumnHarm.PART_CHANGED, Verdict.UNKNOWN, "part_of_column_changes", remedy)


def input_is_doubtful(reading: Reading) -> Finding | None:
    """Whoever depends on something of which nobody knows whether it breaks is not known to be safe."""
    if not _has(reading, DatasetHarm.DOUBTFUL):
        return None
    reason = f"reads {reading.dataset}, and whether that still arrives is not known: {_cause(reading)}"
    return Finding(Verdict.UNKNOWN, "", "input_is_doubtful", reason, reading.path, "settle what is not known upstream")


def column_is_retyped(reading: Reading) -> Finding | None:
    """A new type that is neither wider nor narrower may or may not suit those who use the column."""
    return _by_use(
        reading, ColumnHarm.RETYPED, Verdict.RISKY, "column_is_retyped", f"try {reading.reader} with the new type first"
    )


def column_is_widened(reading: Reading) -> Finding | None:
    """A wider type holds all values, but a reader with a fixed idea of the type may refuse it."""
    return _by_use(
        reading,
        ColumnHarm.WIDENED,
        Verdict.RISKY,
        "column_is_widened",
        f"try {reading.reader} with the wider type first",
    )


def column_is_replaced(reading: Reading) -> Finding | None:
    """Another column takes over the name: whoever uses the name goes on, with other values."""
    return _by_use(
        reading,
        ColumnHarm.REPLACED,
        Verdict.RISKY,
        "column_is_replaced",
        f"tell the owners of {reading.reader} what the name means now",
    )


def optional_input_stalls(reading: Reading) -> Finding | None:
    """A job goes on without an optional input, and makes something else of it."""
    if not _has(reading, DatasetHarm.STALLED) or reading.required:
        return None
    reason = f"goes on without {reading.dataset}, which is optional to it and no longer arrives: {_cause(reading)}"
    return Finding(Verdict.RISKY, "", "optional_input_stalls", reason, reading.path, "mend what it can do without")


def column_is_touched(reading: Reading) -> Finding | None:
    """A column made from one that changes may change its values or type."""
    return _by_use(
        reading,
        ColumnHarm.TOUCHED,
        Verdict.RISKY,
        "column_is_touched",
        f"compare what {reading.reader} gets before and after",
    )


def rows_may_change(reading: Reading) -> Finding | None:
    """A dataset whose rows are decided by something that changes may hold other rows."""
    if not _has(reading, DatasetHarm.ROWS_CHANGE):
        return None
    reason = f"reads {reading.dataset}, whose rows may change: {_cause(reading)}"
    return Finding(
        Verdict.RISKY,
        "",
        "rows_may_change",
        reason,
        reading.path,
        f"compare what {reading.reader} gets before and after",
    )


def uses_other_columns(reading: Reading) -> Finding | None:
    """All columns that the reader uses are known, and nothing happens to any of them."""
    if not reading.harmed_columns:
        return None
    changed = _listed(column.name for column in reading.harmed_columns)
    reason = f"reads {reading.dataset}, but not {changed}"
    return Finding(Verdict.SAFE, "", "uses_other_columns", reason, (*reading.way, reading.edge))


def inputs_stay(reading: Reading) -> Finding:
    """Nothing happens to the dataset at all."""
    return Finding(
        Verdict.SAFE,
        "",
        "inputs_stay",
        f"nothing happens to {reading.dataset}, which it reads",
        (*reading.way, reading.edge),
    )


POLICY: tuple[Rule, ...] = (
    dataset_is_gone,
    column_is_gone,
    column_is_narrowed,
    input_stalls,
    columns_are_unknown,
    part_of_column_changes,
    input_is_doubtful,
    column_is_retyped,
    column_is_widened,
    column_is_replaced,
    optional_input_stalls,
    column_is_touched,
    rows_may_change,
    uses_other_columns,
    inputs_stay,
)

_BADNESS = {Verdict.BREAKS: 3, Verdict.UNKNOWN: 2, Verdict.RISKY: 1, Verdict.SAFE: 0}


def badness(finding: Finding) -> tuple[int, int, int]:
    """Larger is worse. UNKNOWN is worse than RISKY, since it may be BREAKS; a shorter path is the better witness."""
    return _BADNESS[finding.verdict], finding.effect == "HIT", -len(finding.path)


def judge(readings: Iterable[Reading], policy: tuple[Rule, ...] = POLICY) -> Finding:
    """The worst that any rule finds in any of the readings of one reader (at least one)."""
    found = [
        evidence_is_weak(finding) for reading in readings for rule in policy if (finding := rule(reading)) is not None
    ]
    return max(found, key=badness)  # the first of equals


def evidence_is_weak(finding: Finding) -> Finding:
    """What rests on a stale or inferred edge is not known, neither for better nor for worse."""
    weak = next((edge for edge in finding.path if edge.stale or edge.provenance == "inferred"), None)
    if weak is None or finding.verdict is Verdict.UNKNOWN:
        return finding
    why = "later runs did not show it again" if weak.stale else "it is only inferred"
    reason = f"{finding.reason}; but the evidence is weak ({weak.kind} edge: {why})"
    return Finding(
        Verdict.UNKNOWN, "", "evidence_is_weak", reason, finding.path, "confirm or remove that edge, then ask again"
    )


def when_cut_off(finding: Finding) -> Finding:
    """A walk that was cut off proves nobody safe."""
    if finding.verdict is not Verdict.SAFE:
        return finding
    reason = f"{finding.reason}; but not everything upstream of it was looked at"
    return replace(
        finding,
        verdict=Verdict.UNKNOWN,
        rule="answer_is_cut_off",
        reason=reason,
        remedy="ask about fewer changes at once",
    )


def _has(reading: Reading, harm: DatasetHarm) -> bool:
    return reading.harm is not None and reading.harm.harm is harm


def _cause(reading: Reading) -> str:
    return reading.harm.cause if reading.harm else ""


def _nearest_use(reading: Reading, harm: ColumnHarm) -> Use | None:
    uses = [use for use in reading.uses if use.column.harm is harm]
    return min(uses, key=lambda use: (use.edge.stale, len(use.path), use.column.name), default=None)


def _by_use(reading: Reading, harm: ColumnHarm, verdict: Verdict, rule: str, remedy: str) -> Finding | None:
    use = _nearest_use(reading, harm)
    if use is None:
        return None
    reason = f"uses {reading.dataset}.{use.column.name}, which {use.column.text}"
    effect: Effect = "HIT" if harm > ColumnHarm.TOUCHED and verdict is not Verdict.UNKNOWN else ""
    return Finding(verdict, effect, rule, reason, use.path, remedy)


def _listed(names: Iterable[str]) -> str:
    ordered = sorted(set(names))
    return ", ".join(ordered[:3]) + (f" and {len(ordered) - 3} more" if len(ordered) > 3 else "")
