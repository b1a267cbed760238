"""Rules about a job as a whole: whether its query still fits its tables, and what becomes of what it makes."""

from __future__ import annotations

from graph_model.impact.binding import TurnKind
from graph_model.impact.entities import Verdict
from graph_model.impact.rules.reading import Finding, Making, MakingRule, listed


def query_is_refused(making: Making) -> Finding | None:
    """Its engine does not take the query any more."""
    if not making.held or not making.held.refused:
        return None
    reason = f"its SQL no longer fits its tables: {making.held.refused}"
    remedy = f"change the SQL of {making.job} together with its tables, or keep the old names in a view"
    return Finding(Verdict.BREAKS, "HIT", "query_is_refused", reason, making.path, remedy)


def query_is_refused_for_a_while(making: Making) -> Finding | None:
    """Its engine does not take the query as long as a window shows old and new columns side by side."""
    if not making.held or not making.held.mixed:
        return None
    reason = f"its SQL does not fit a window of partitions from before and after: {making.held.mixed}"
    remedy = "backfill the partitions in its window with the new columns first"
    return Finding(Verdict.BREAKS, "HIT", "query_is_refused_for_a_while", reason, making.path, remedy)


def output_breaks_its_promise(making: Making) -> Finding | None:
    """It runs, and what it makes does not pass the check of its schema: nobody ever gets it."""
    if not making.held or not making.held.broken_promise:
        return None
    reason = f"what it makes no longer keeps its contract: {making.held.broken_promise}"
    remedy = f"change the contract of what {making.job} makes, and tell its readers"
    return Finding(Verdict.BREAKS, "HIT", "output_breaks_its_promise", reason, making.path, remedy)


def new_code_is_not_held(making: Making) -> Finding | None:
    """New SQL that nobody could hold against its tables may not fit them."""
    if not making.change or making.change.sql is None or making.held or making.mended:
        return None
    reason = "its SQL is changed, and could not be held against its tables"
    return Finding(Verdict.UNKNOWN, "", "new_code_is_not_held", reason, making.path, f"try {making.job} once")


def code_changes(making: Making) -> Finding | None:
    """Other code may fail, and come to anything. Of SQL that was held it is known that it runs; what it comes to is the
    business of who changes it, and a risk to who reads it."""
    if not making.is_rewritten or making.held:
        return None
    remedy = f"compare what {making.job} makes before and after"
    return Finding(Verdict.RISKY, "HIT", "code_changes", "its code is changed", making.path, remedy, may_fail=True)


_CASTING = (TurnKind.ARITHMETIC, TurnKind.COMPARISON)
"""Where values are made into those of another type while the query runs, which not all of them may suit."""


def query_turns(making: Making) -> Finding | None:
    """The query goes on and comes to something else."""
    if not making.held or not making.held.turns:
        return None
    told = [turn.text for turn in making.held.turns]
    more = f" (and {len(told) - 1} more)" if len(told) > 1 else ""
    reason = f"its SQL goes on and comes to something else: {told[0]}{more}"
    remedy = f"compare what {making.job} makes before and after"
    may_fail = any(turn.kind in _CASTING and turn.about.lower() in making.retyped for turn in making.held.turns)
    return Finding(Verdict.RISKY, "HIT", "query_turns", reason, making.path, remedy, may_fail=may_fail)


def output_changes(making: Making) -> Finding | None:
    """The query goes on, and the columns that it comes to are other ones, or of other types."""
    if not making.held or making.held.comes_to_the_same:
        return None
    layout, outcomes = making.held.layout, making.held.outcomes
    told = [f"{path} {outcome.text}" for path, outcome in outcomes.items()]
    told += [f"{path} is new" for path in layout.added] if layout else []
    what = listed(told) or "its columns come in another order"
    remedy = f"tell the readers of what {making.job} makes"
    return Finding(Verdict.RISKY, "HIT", "output_changes", f"what it makes changes: {what}", making.path, remedy)


def query_fits(making: Making) -> Finding | None:
    """The query was held against the new tables, and comes to the same columns in the same way."""
    if making.held is None:
        return None
    reason = "its SQL fits its tables as they become, and comes to the same columns"
    return Finding(Verdict.SAFE, "", "query_fits", reason, making.path)


def code_is_mended(making: Making) -> Finding | None:
    """Its code follows the names and types that the set changes, and does nothing else."""
    if not making.change or not making.mended:
        return None
    return Finding(Verdict.SAFE, "", "code_is_mended", "its SQL follows the new names and types", making.path)


MAKING_POLICY: tuple[MakingRule, ...] = (
    query_is_refused,
    query_is_refused_for_a_while,
    output_breaks_its_promise,
    new_code_is_not_held,
    query_turns,
    output_changes,
    code_changes,
    code_is_mended,
    query_fits,
)
