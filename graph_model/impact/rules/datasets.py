"""Rules about a dataset that stays and is not what it was: its name, format, place, partitions, terms, key."""

from __future__ import annotations

from graph_model.impact.entities import (
    ChangeFormat,
    ChangeKey,
    ChangeTerm,
    MoveDataset,
    RenameDataset,
    Repartition,
    Verdict,
)
from graph_model.impact.rules.reading import Finding, Reading

_FATAL_OPTIONS = frozenset({"delimiter", "header", "dialect"})
_WIDE_ENCODINGS = ("utf-16", "utf16", "utf-32", "utf32")


def dataset_is_renamed(reading: Reading) -> Finding | None:
    """Whoever asks for the old name finds nothing, unless its code is changed along."""
    new = next((change.to for change in reading.changes if isinstance(change, RenameDataset)), None)
    if new is None or reading.mended or reading.held:
        return None
    reason = f"reads {reading.dataset}, which is renamed to {new}"
    remedy = f"keep {reading.dataset} as a second name, or as a view, until {reading.reader} asks for {new}"
    return Finding(Verdict.BREAKS, "HIT", "dataset_is_renamed", reason, reading.direct, remedy)


def format_changes(reading: Reading) -> Finding | None:
    """A SQL job is told with each version how to read it; who opens files itself takes them for what they were. A job
    of ours may look at what it is told, or not."""
    for change in reading.changes:
        if isinstance(change, ChangeFormat) and (told := _how_it_changes(change)):
            verdict = _verdict_on_format(change, reading)
            if verdict is not Verdict.SAFE:
                reason = f"reads {reading.dataset}, which is written otherwise: {told}"
                remedy = f"publish {reading.dataset} in both forms until {reading.reader} reads the new one"
                return Finding(verdict, "HIT", "format_changes", reason, reading.direct, remedy, may_fail=True)
    return None


def _how_it_changes(change: ChangeFormat) -> str:
    told = [f"as {change.format}"] if change.format else []
    told += [f"{option} {before} becomes {after}" for option, before, after in change.options if before != after]
    return ", ".join(told)


def _verdict_on_format(change: ChangeFormat, reading: Reading) -> Verdict:
    changed = {option: after for option, before, after in change.options if before != after}
    if reading.kind == "sql":
        # Names and types come from elsewhere then: from a header that was not there, or from guesses at text.
        is_told = "header" not in changed and (not change.format or _types_are_shown(reading))
        return Verdict.SAFE if is_told else Verdict.RISKY
    encoding = (changed.get("encoding") or "").lower()
    if change.format or encoding.startswith(_WIDE_ENCODINGS):
        return Verdict.BREAKS
    return Verdict.BREAKS if changed.keys() & _FATAL_OPTIONS and reading.kind != "job" else Verdict.RISKY


def _types_are_shown(reading: Reading) -> bool:
    """Whether the values themselves show the type of each column that a query reads, and it was held against those."""
    hidden = {column.name.lower() for column in reading.harmed_columns if not column.shown}
    used = {name.lower() for name in (*reading.used, *(use.column.name for use in reading.uses))}
    return reading.held is not None and reading.types_shown and not hidden & used


def place_changes(reading: Reading) -> Finding | None:
    """A job of ours is given its inputs wherever they lie. All others look where they always looked."""
    change = next((change for change in reading.changes if isinstance(change, MoveDataset)), None)
    if change is None or reading.kind in ("sql", "job") or not reading.location:
        return None
    reason = f"reads {reading.dataset} at its place, which becomes {change.location or 'none'}"
    remedy = f"keep a copy at the old place until {reading.reader} looks at the new one"
    return Finding(Verdict.BREAKS, "HIT", "place_changes", reason, reading.direct, remedy)


def partitions_change(reading: Reading) -> Finding | None:
    """What was one day is one hour: the partition that a reader asks for is no longer there."""
    change = next((change for change in reading.changes if isinstance(change, Repartition)), None)
    if change is None or change.before == change.after:
        return None
    units = f"{change.before or 'none'} to {change.after or 'none'}"
    reason = f"reads {reading.dataset}, whose partitions change from {units}"
    remedy = f"say anew which partitions {reading.reader} needs, and backfill those"
    return Finding(Verdict.BREAKS, "HIT", "partitions_change", reason, reading.direct, remedy)


def term_is_weakened(reading: Reading) -> Finding | None:
    """Less is promised. That matters to who has a deadline, or reads far back; to who only reads what is there, not."""
    for change in reading.changes:
        if isinstance(change, ChangeTerm) and change.weaker and _leans_on(change.term, reading):
            reason = f"reads {reading.dataset}, whose {change.term} becomes {change.after or 'nothing'}"
            reason += f" (it was {change.before})" if change.before else ""
            remedy = f"ask the owners of {reading.reader} whether that is enough"
            return Finding(Verdict.RISKY, "HIT", "term_is_weakened", reason, reading.direct, remedy)
    return None


def _leans_on(term: str, reading: Reading) -> bool:
    if term == "freshness":
        return reading.deadline
    if term == "retention":
        return reading.several or not reading.is_job
    return not reading.is_job


def key_is_lost(reading: Reading) -> Finding | None:
    """Rows that were there once may be there twice: joins multiply them, and sums count them again."""
    change = next((change for change in reading.changes if isinstance(change, ChangeKey)), None)
    if change is None or (change.columns and set(change.columns) <= set(reading.key or change.columns)):
        return None
    now = f"only {', '.join(change.columns)} together are unique" if change.columns else "nothing is unique"
    reason = f"reads {reading.dataset}, in which {now} from now on"
    remedy = f"make {reading.reader} take one row of each key"
    return Finding(Verdict.RISKY, "HIT", "key_is_lost", reason, reading.direct, remedy)
