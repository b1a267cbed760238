"""Rules about how a reader reads: by name, by position, exactly, and over several partitions at once."""

from __future__ import annotations

from dataclasses import replace

from graph_model.impact.changes import ColumnHarm
from graph_model.impact.entities import AddColumn, DropColumn, ReorderColumns, Verdict
from graph_model.impact.renaming import mentions, takes_whatever_there_is
from graph_model.impact.rules.reading import Finding, Reading, listed


def places_shift(reading: Reading) -> Finding | None:
    """Who reads by position takes a column for the one that was at its place."""
    if reading.by != "position":
        return _places_may_count(reading)
    shifted = _shifted(reading)
    if not shifted:
        return _something_may_shift(reading)
    if not reading.used:
        reason = f"reads {reading.dataset} by position, where {listed(shifted)} moves, and which columns is not known"
        remedy = f"declare the columns of {reading.reader} in its estate file"
        return Finding(Verdict.UNKNOWN, "", "places_shift", reason, reading.direct, remedy)
    used = {name.lower() for name in reading.used}
    moved = [name for name in shifted if name.lower() in used]
    if not moved:
        return None
    reason = f"reads {reading.dataset} by position, and something else comes where {listed(moved)} was"
    remedy = f"add columns behind the last one, or let {reading.reader} read by name"
    broken = Finding(Verdict.BREAKS, "HIT", "places_shift", reason, reading.direct, remedy, may_fail=True)
    return replace(broken, stalls=False)  # it takes what it finds, as long as it can make anything of it


def _places_may_count(reading: Reading) -> Finding | None:
    """Code of which nobody says what it reads may go by the places of a delimited file, as a shell does, and whatever
    it reads, it may pass on all columns as they stand to one who does. Columns that come and go are doubts of their
    own."""
    if reading.columns_known or reading.kind == "sql" or reading.by == "exact":
        return None
    if not (reading.is_delimited or reading.is_job):
        return None
    moved = reading.layout.shifted if reading.layout else _reordered(reading)
    if not moved or reading.harmed_columns or _new(reading):
        return None
    doubt = "whether it goes by places, or passes them on, is not known"
    reason = f"reads {reading.dataset}, where {listed(moved)} moves, and {doubt}"
    kind = "columns" if reading.is_job else "reads"
    remedy = f"declare the columns of {reading.reader} in its estate file (`{kind}`)"
    return Finding(Verdict.UNKNOWN, "", "places_shift", reason, reading.direct, remedy)


def _shifted(reading: Reading) -> tuple[str, ...]:
    """The columns that are no longer where they were; a dataset without known columns may have shifted them all."""
    if reading.layout:
        return reading.layout.shifted
    moving = (change for change in reading.changes if isinstance(change, (AddColumn, ReorderColumns)))
    if all(isinstance(change, AddColumn) and change.position is None for change in moving):
        return ()
    return reading.used or ("something",)


def _something_may_shift(reading: Reading) -> Finding | None:
    """A column that goes moves all that stood behind it. In a dataset without known columns nobody knows which."""
    gone = [change.column for change in reading.changes if isinstance(change, DropColumn)]
    if reading.layout or not gone:
        return None
    reason = f"reads {reading.dataset} by position, and which columns stand behind {listed(gone)} is not known"
    return Finding(
        Verdict.UNKNOWN, "", "places_shift", reason, reading.direct, f"declare the columns of {reading.dataset}"
    )


def exact_reader_refuses(reading: Reading) -> Finding | None:
    """Who wants exactly the columns it knows refuses one that is new, and misses one that goes, by whatever way."""
    if reading.by != "exact":
        return None
    gone = [one.name for one in reading.harmed_columns if one.harm is ColumnHarm.GONE and "." not in one.name]
    others = [*_new(reading), *gone]
    if not others:
        return None
    reason = f"reads {reading.dataset} exactly as it knows it, and {listed(others)} comes or goes"
    remedy = f"change {reading.reader} first, or give it a view of the columns it knows"
    return Finding(Verdict.BREAKS, "HIT", "exact_reader_refuses", reason, reading.direct, remedy)


def order_is_another(reading: Reading) -> Finding | None:
    """Who wants exactly the columns it knows may want them in their order."""
    moved = (reading.layout.shifted or reading.layout.swapped) if reading.layout else _reordered(reading)
    if reading.by != "exact" or not moved:
        return None
    reason = f"reads {reading.dataset} exactly as it knows it, and {listed(moved)} is at another place"
    remedy = f"look whether {reading.reader} minds the order"
    return Finding(Verdict.RISKY, "HIT", "order_is_another", reason, reading.direct, remedy, may_fail=True)


def _reordered(reading: Reading) -> tuple[str, ...]:
    """Where it is not known how columns stand, any that are put in order may move."""
    return tuple(name for one in reading.changes if isinstance(one, ReorderColumns) for name in one.columns)


def _new(reading: Reading) -> tuple[str, ...]:
    """Names of columns that there are not yet."""
    added = reading.layout.added if reading.layout else _added(reading)
    return (*added, *(column.to for column in reading.harmed_columns if column.to))


def _added(reading: Reading) -> tuple[str, ...]:
    return tuple(change.column for change in reading.changes if isinstance(change, AddColumn))


def query_is_not_held(reading: Reading) -> Finding | None:
    """A new column may be caught by a star, by a join of all common names, or by a name that had only one meaning.
    Where nobody can hold the query against its tables, it is not known."""
    added = _new(reading)
    if reading.held or reading.mended or reading.kind != "sql" or not added:
        return None
    if not (takes_whatever_there_is(reading.text) or mentions(reading.text, added)):
        return None
    reason = f"its SQL may catch {listed(added)} of {reading.dataset}, and could not be held against its tables"
    remedy = f"try {reading.reader} with the new columns"
    return Finding(Verdict.UNKNOWN, "", "query_is_not_held", reason, reading.direct, remedy)


def window_mixes_schemas(reading: Reading) -> Finding | None:
    """Who reads several partitions at once sees the old and the new columns side by side for a while, and of each only
    a part of the rows: also after its own code was changed."""
    if not reading.several:
        return None
    changed = [one for one in reading.harmed_columns if _differs(one.harm, reading) and _may_use(reading, one.name)]
    named = [f"{column.name}, which {column.text}" for column in changed]
    if not named:
        return None
    reason = f"reads several partitions of {reading.dataset} at once, and for a while some with the old form of "
    remedy = "backfill the partitions in its window with the new columns first"
    return Finding(Verdict.RISKY, "HIT", "window_mixes_schemas", reason + named[0], reading.direct, remedy)


def _differs(harm: ColumnHarm, reading: Reading) -> bool:
    return harm >= ColumnHarm.REPLACED and not (harm is ColumnHarm.WIDENED and reading.held)


def _may_use(reading: Reading, column: str) -> bool:
    used = {use.column.name for use in reading.uses}
    return column in used or not reading.columns_known or mentions(reading.text, [column])
