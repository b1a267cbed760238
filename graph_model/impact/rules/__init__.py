"""The rules of impact: what it does to a reader that something happens to one of its inputs.

Each rule of POLICY looks at one reading, one reader and one dataset it reads, each of MAKING_POLICY at one job as a
whole; it finds something or nothing. All of them are asked; the worst finding counts, and among equals the first. What
each means to people: docs/impact-rules.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import chain

from graph_model.impact.entities import Verdict
from graph_model.impact.rules.columns import (
    column_is_ambiguous,
    column_is_gone,
    column_is_narrowed,
    column_is_replaced,
    column_is_retyped,
    column_is_touched,
    column_is_widened,
    column_means_other,
    columns_are_unknown,
    data_comply,
    part_of_column_changes,
    uses_other_columns,
    values_are_others,
    values_may_be_missing,
    wider_type_fits,
)
from graph_model.impact.rules.datasets import (
    dataset_is_renamed,
    format_changes,
    key_is_lost,
    partitions_change,
    place_changes,
    term_is_weakened,
)
from graph_model.impact.rules.evidence import evidence_is_weak, is_weak, when_cut_off
from graph_model.impact.rules.inputs import (
    all_stays,
    dataset_is_gone,
    input_is_doubtful,
    input_may_stall,
    input_stalls,
    inputs_stay,
    optional_input_stalls,
    rows_may_change,
)
from graph_model.impact.rules.queries import MAKING_POLICY
from graph_model.impact.rules.readers import (
    exact_reader_refuses,
    order_is_another,
    places_shift,
    query_is_not_held,
    window_mixes_schemas,
)
from graph_model.impact.rules.reading import (
    DatasetHarm,
    Finding,
    HarmedColumn,
    HarmedDataset,
    Making,
    Path,
    Reading,
    Rule,
    Use,
)

__all__ = [
    "MAKING_POLICY",
    "POLICY",
    "DatasetHarm",
    "Finding",
    "HarmedColumn",
    "HarmedDataset",
    "Making",
    "Path",
    "Reading",
    "Rule",
    "Use",
    "all_stays",
    "asked_about",
    "badness",
    "concerns_all_rows",
    "evidence_is_weak",
    "found_in",
    "is_nothing",
    "is_weak",
    "when_cut_off",
    "worst_of",
]

POLICY: tuple[Rule, ...] = (
    dataset_is_gone,
    dataset_is_renamed,
    column_is_gone,
    column_is_narrowed,
    places_shift,
    exact_reader_refuses,
    format_changes,
    place_changes,
    partitions_change,
    input_stalls,
    columns_are_unknown,
    part_of_column_changes,
    column_is_ambiguous,
    query_is_not_held,
    input_is_doubtful,
    column_is_retyped,
    column_is_widened,
    column_is_replaced,
    column_means_other,
    values_may_be_missing,
    values_are_others,
    window_mixes_schemas,
    order_is_another,
    term_is_weakened,
    key_is_lost,
    optional_input_stalls,
    input_may_stall,
    column_is_touched,
    rows_may_change,
    wider_type_fits,
    data_comply,
    uses_other_columns,
    inputs_stay,
)

_OF_WHOLE_INPUTS: dict[DatasetHarm, tuple[Rule, ...]] = {
    DatasetHarm.GONE: (dataset_is_gone,),
    DatasetHarm.STALLED: (input_stalls, optional_input_stalls),
    DatasetHarm.DOUBTFUL: (input_is_doubtful,),
    DatasetHarm.MAY_STALL: (input_may_stall,),
    DatasetHarm.ROWS_CHANGE: (rows_may_change,),
}
"""The rules that find something where a dataset as a whole got worse, and nothing is done to it or its columns."""

_OF_ALL_ROWS: tuple[Rule, ...] = (
    format_changes,
    partitions_change,
    term_is_weakened,
    key_is_lost,
)


def concerns_all_rows(reading: Reading) -> bool:
    """Whether something happens that is not told by column."""
    return reading.harm is not None or any(rule(reading) for rule in _OF_ALL_ROWS)


_BADNESS = {Verdict.BREAKS: 3, Verdict.UNKNOWN: 2, Verdict.RISKY: 1, Verdict.SAFE: 0}


def badness(finding: Finding) -> tuple[int, int, int]:
    """Larger is worse. UNKNOWN is worse than RISKY, since it may be BREAKS; a shorter path is the better witness."""
    return _BADNESS[finding.verdict], finding.effect == "HIT", -len(finding.path)


def found_in(reading: Reading) -> tuple[Finding, ...]:
    """What the rules find in one reading, in their order."""
    return tuple(finding for rule in asked_about(reading) if (finding := rule(reading)) is not None)


def is_nothing(found: Iterable[Finding]) -> bool:
    """Whether nothing happens to a reader by what is `found_in` a reading."""
    return all(evidence_is_weak(finding).verdict is Verdict.SAFE for finding in found)


def worst_of(readings: Sequence[Reading], found: Iterable[Iterable[Finding]], making: Making | None = None) -> Finding:
    """The verdict on one reader by what is `found_in` each of its readings, and in the job as a whole."""
    everything = [finding for rule in MAKING_POLICY if making and (finding := rule(making)) is not None]
    everything += chain.from_iterable(found)
    worst = max(map(evidence_is_weak, everything), key=badness)  # the first of equals
    return replace(
        worst,
        hit=_hit(worst, readings),
        may_fail=any(one.may_fail for one in everything),
        stalls=any(one.stalls for one in everything if one.verdict is Verdict.BREAKS),
    )


def asked_about(reading: Reading) -> tuple[Rule, ...]:
    """The rules that may find anything.

    Most of what lies downstream of a change reads nothing that it touches, and one rule is enough for that; most of the
    rest only waits for what no longer comes. That all else stays is not worth a word then, unless nobody knows it.
    """
    if reading.layout is not None or reading.harmed_columns or reading.changes:
        return POLICY
    if reading.harm is None:
        return (inputs_stay,)
    asked = _OF_WHOLE_INPUTS[reading.harm.harm]
    return (*asked, inputs_stay) if is_weak(reading.edge) or any(map(is_weak, reading.way)) else asked


def _hit(worst: Finding, readings: Sequence[Reading]) -> tuple[str, ...]:
    """The columns that it uses and that something happens to, or else the datasets."""
    if worst.verdict is Verdict.SAFE:
        return ()
    columns = {f"{reading.dataset}.{use.column.name}" for reading in readings for use in reading.uses}
    whole = {str(one.dataset) for one in readings if one.harm or (not columns and (one.changes or one.harmed_columns))}
    return tuple(sorted(columns | whole))
