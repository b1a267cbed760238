"""Rules about columns that the reader uses: gone, of another type, with other values."""

from __future__ import annotations

from dataclasses import replace

from graph_model.impact.changes import ColumnHarm, Likeness
from graph_model.impact.entities import Verdict
from graph_model.impact.layout import top
from graph_model.impact.rules.reading import Finding, HarmedColumn, Reading, Use, by_use, listed, nearest_use
from graph_model.schemas.types import STRING, read


def column_is_gone(reading: Reading) -> Finding | None:
    """Whoever uses a column that is dropped or renamed, as a value or only to filter, join or group by, breaks. A name
    means nothing to who reads by position, and a query that was held against its tables says itself what it needs."""
    use = nearest_use(reading, ColumnHarm.GONE)
    if use is None or reading.held or (use.column.to and _is_found_again(reading, use.column.name, use.column.to)):
        return None
    column = f"{reading.dataset}.{use.column.name}"
    remedy = f"change {reading.reader} first, then drop {column}"
    if use.column.to:
        remedy = f"publish {column} under both names until {reading.reader} reads {use.column.to}"
    broken = Finding(
        Verdict.BREAKS, "HIT", "column_is_gone", f"uses {column}, which {use.column.text}", use.path, remedy
    )
    return replace(broken, stalls=not _finds_something_else(reading), may_fail=True)


def _finds_something_else(reading: Reading) -> bool:
    """Whether there is some column at each place that a reader by position looks at: it goes on, with what is there."""
    if reading.by != "position" or reading.layout is None or not reading.used:
        return False
    before, left = top(reading.layout.before), len(top(reading.layout.after))
    places = {name.lower(): place for place, name in enumerate(before)}
    return all(places.get(name.lower(), left) < left for name in reading.used)


def _is_found_again(reading: Reading, name: str, to: str) -> bool:
    """Whether a renamed column is still what the reader means: SQL does not tell upper from lower case."""
    folds = reading.kind == "sql" and name.lower() == to.lower()
    return reading.mended or reading.by == "position" or folds


def column_is_narrowed(reading: Reading) -> Finding | None:
    """Whoever uses a column whose new type cannot hold all of the old values breaks. A query that still fits runs, with
    what is left of the values; so does who gets the same kind of values, unless the data do not fit, and who reads a
    text, in which a value that fits is spelled as before."""
    use = nearest_use(reading, ColumnHarm.NARROWED)
    alike = use is not None and use.column.likeness is not Likeness.OTHER
    verdict = Verdict.RISKY if reading.held or alike or _is_spelled_alike(reading, use) else Verdict.BREAKS
    remedy = "publish the new type as a column of its own, and move its readers there"
    if alike:
        remedy = "look whether all values fit: the smallest, the largest, the digits behind the point"
    found = by_use(reading, ColumnHarm.NARROWED, verdict, "column_is_narrowed", remedy)
    return found and replace(found, stalls=False)


def _is_spelled_alike(reading: Reading, use: Use | None) -> bool:
    """`12` is `12` in a file of text, promised as a string or as a number; a time that is cut to its date is not."""
    if not reading.is_text or use is None or reading.layout is None:
        return False
    return any(one.path == use.column.name and read(one.type) == STRING for one in reading.layout.before)


def columns_are_unknown(reading: Reading) -> Finding | None:
    """Nobody may say that a column is not used where it is not known which columns are. Where a query was held against
    its tables, only what happens to values is left to ask."""
    if reading.columns_known:
        return None
    changed = [column.name for column in reading.harmed_columns if column.values or not reading.held]
    changed += reading.layout.added if reading.layout and not reading.held else ()
    if not changed:
        return None
    reason = f"reads {reading.dataset}, but whether it uses {listed(changed)} is not known"
    kind = "columns" if reading.is_job else "reads"
    remedy = f"declare the columns of {reading.reader} in its estate file (`{kind}`)"
    return Finding(Verdict.UNKNOWN, "", "columns_are_unknown", reason, reading.direct, remedy)


def part_of_column_changes(reading: Reading) -> Finding | None:
    """Whoever uses a nested column as a whole may or may not use the part that changes."""
    if reading.held:
        return None
    remedy = f"look whether {reading.reader} uses that part"
    return by_use(reading, ColumnHarm.PART_CHANGED, Verdict.UNKNOWN, "part_of_column_changes", remedy)


def column_is_ambiguous(reading: Reading) -> Finding | None:
    """Two columns whose names differ in upper and lower case only are one to most engines, and to others are not."""
    if reading.held:
        return None
    remedy = "give the new column a name of its own"
    return by_use(reading, ColumnHarm.AMBIGUOUS, Verdict.UNKNOWN, "column_is_ambiguous", remedy)


def column_is_retyped(reading: Reading) -> Finding | None:
    """A new type that is neither wider nor narrower may or may not suit those who use the column."""
    remedy = f"try {reading.reader} with the new type first"
    return by_use(reading, ColumnHarm.RETYPED, Verdict.RISKY, "column_is_retyped", remedy)


def column_is_widened(reading: Reading) -> Finding | None:
    """A wider type holds all values, but a reader with a fixed idea of the type may refuse it. A query that comes to
    the same columns with it has no such idea."""
    if not _widened(reading):
        return None
    remedy = f"try {reading.reader} with the wider type first"
    narrow = replace(reading, uses=tuple(use for use in _widened(reading) if not _has_room_for(reading, use.column)))
    return by_use(narrow, ColumnHarm.WIDENED, Verdict.RISKY, "column_is_widened", remedy)


def _widened(reading: Reading) -> tuple[Use, ...]:
    return tuple(use for use in reading.uses if use.column.harm is ColumnHarm.WIDENED)


def _has_room_for(reading: Reading, column: HarmedColumn) -> bool:
    """Whether a wider type is nothing to a reader: by name, of a format that keeps types, for the same values of the
    same kind. Code of Python tells a whole number from another one, and may run out of room in a type that only just
    holds them; who only shows values does not."""
    if column.values:
        return False
    if reading.held:
        return reading.held.comes_to_the_same
    if reading.is_text or reading.by == "exact":
        return False
    if column.tight and reading.kind != "consumer":
        return False
    return column.likeness >= (Likeness.FAMILY if reading.kind == "consumer" else Likeness.KIND)


def wider_type_fits(reading: Reading) -> Finding | None:
    """The same values in a type with more room, for a reader by name of a format that keeps types."""
    use = next((use for use in _widened(reading) if _has_room_for(reading, use.column)), None)
    if use is None:
        return None
    reason = f"uses {reading.dataset}.{use.column.name}, which {use.column.text} and keeps its values"
    return Finding(Verdict.SAFE, "", "wider_type_fits", reason, use.path)


def column_is_replaced(reading: Reading) -> Finding | None:
    """Another column takes over the name: whoever uses the name goes on, with other values."""
    if reading.mended or (reading.by == "position" and reading.layout and not reading.layout.shifted):
        return None
    remedy = f"tell the owners of {reading.reader} what the name means now"
    return by_use(reading, ColumnHarm.REPLACED, Verdict.RISKY, "column_is_replaced", remedy)


def column_means_other(reading: Reading) -> Finding | None:
    """Nothing fails where a column is called as before and means something else: that is what makes it a risk."""
    remedy = f"publish the new meaning under a new name, and move {reading.reader} there"
    return by_use(reading, ColumnHarm.MEANS_OTHER, Verdict.RISKY, "column_means_other", remedy)


def values_may_be_missing(reading: Reading) -> Finding | None:
    """A column that may have no value drops rows from inner joins and comparisons, and what is not counted or added."""
    remedy = f"fill the gaps before {reading.reader} reads them, or make it expect them"
    return by_use(reading, ColumnHarm.MAY_BE_MISSING, Verdict.RISKY, "values_may_be_missing", remedy)


def values_are_others(reading: Reading) -> Finding | None:
    """A reader that compares with values may miss those that are new, and wait for those that are gone."""
    remedy = f"look for lists of values in {reading.reader}"
    return by_use(reading, ColumnHarm.OTHER_VALUES, Verdict.RISKY, "values_are_others", remedy)


def column_is_touched(reading: Reading) -> Finding | None:
    """A column made from one that changes may change its values or type, also for who finds it under its new name."""
    remedy = f"compare what {reading.reader} gets before and after"
    found = by_use(reading, ColumnHarm.TOUCHED, Verdict.RISKY, "column_is_touched", remedy)
    use = nearest_use(reading, ColumnHarm.GONE)
    if found or use is None or not (use.column.values and use.column.to):
        return found
    if not _is_found_again(reading, use.column.name, use.column.to):
        return None
    reason = f"uses {reading.dataset}.{use.column.name}, which {use.column.text}, and whose values may change"
    return Finding(Verdict.RISKY, "", "column_is_touched", reason, use.path, remedy)


def data_comply(reading: Reading) -> Finding | None:
    """What is promised from now on, the data that are there keep already: they stay as they are."""
    if not reading.settled:
        return None
    reason = f"reads {reading.dataset}, in which nothing changes: {reading.settled[0]}"
    return Finding(Verdict.SAFE, "", "data_comply", reason, reading.direct)


def uses_other_columns(reading: Reading) -> Finding | None:
    """All columns that the reader uses are known, and nothing happens to any of them."""
    changed = [column.name for column in reading.harmed_columns]
    changed += reading.layout.added if reading.layout else ()
    if not changed:
        return None
    if reading.by == "position":
        reason = f"reads {reading.dataset} by places, and all that it takes is where it was"
    else:
        reason = f"reads {reading.dataset}, but not {listed(changed)}"
    return Finding(Verdict.SAFE, "", "uses_other_columns", reason, reading.direct)
