"""Whether something is in use: an ordered policy over what is known of its readers. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from graph_model.retirement.entities import Standing, Use

# Whoever reads as rarely as it is renewed may have missed one turn; after two, it has stopped.
TURNS = 2
# Where nobody knows how often it is renewed, a month and a few days must have passed.
QUIET_WITHOUT_CADENCE = timedelta(days=35)
SHORTEST_QUIET = timedelta(days=1)
_EVERY = {
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
    "month": timedelta(days=31),
    "quarter": timedelta(days=92),
    "year": timedelta(days=366),
}


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one thing. `since`: the oldest version that is remembered; None: there was none."""

    what: str
    now: datetime
    uses: tuple[Use, ...]
    cadence: timedelta | None
    since: datetime | None

    @property
    def present(self) -> tuple[Use, ...]:
        """The readers that could still come."""
        return tuple(use for use in self.uses if not use.gone)

    @property
    def last_use(self) -> datetime | None:
        return max((use.last_read for use in self.uses if use.last_read), default=None)

    @property
    def quiet(self) -> timedelta:
        """For how long nobody must have read it, before that says anything."""
        return max(TURNS * self.cadence, SHORTEST_QUIET) if self.cadence else QUIET_WITHOUT_CADENCE

    def is_recent(self, use: Use) -> bool:
        if use.last_read is None:
            return False
        return self.now - use.last_read <= max(self.quiet, TURNS * (use.gap or timedelta()))


@dataclass(frozen=True, slots=True)
class Judged:
    standing: Standing
    why: tuple[str, ...]
    settle: tuple[str, ...] = ()


def judge(known: Known) -> Judged:
    """The first rule that has an answer."""
    return next(judged for rule in POLICY if (judged := rule(known)))


def is_declared_to_be_read(known: Known) -> Judged | None:
    found = [use for use in known.present if use.declared and use.certain]
    if not found:
        return None
    return Judged(Standing.IN_USE, tuple(f"{_who(use)} is declared to read it{_last(use)}" for use in found))


def was_read_lately(known: Known) -> Judged | None:
    found = [use for use in known.present if use.certain and known.is_recent(use)]
    if not found:
        return None
    return Judged(Standing.IN_USE, tuple(f"{_who(use)} reads it{_last(use)}" for use in found))


def may_be_read_by_somebody(known: Known) -> Judged | None:
    found = [use for use in known.present if not use.certain and (use.declared or known.is_recent(use))]
    if not found:
        return None
    why = tuple(f"which columns {_who(use)} uses is not known{_last(use)}" for use in found)
    return Judged(Standing.NOT_KNOWN, why, tuple(f"declare the columns that {_who(use)} uses" for use in found))


def is_not_quiet_for_long_enough(known: Known) -> Judged | None:
    last = known.last_use or known.since
    seen = [use for use in known.present if use.last_read]
    if last is None or (known.last_use is not None and not seen):
        return None
    wanted = max([known.quiet, *(TURNS * use.gap for use in seen if use.gap)])
    if known.now - last > wanted:
        return None
    what = "was read" if known.last_use else "was made first"
    why = f"it {what} {_ago(known.now - last)} ago; that says nothing before {_ago(wanted)} have passed"
    return Judged(Standing.NOT_KNOWN, (why,), (f"ask again after {last + wanted:%Y-%m-%d}",))


def nobody_uses_it(known: Known) -> Judged:
    if known.last_use:
        who = next(use for use in known.uses if use.last_read == known.last_use)
        gone = ", which is retired" if who.gone else ""
        why = f"nobody has read it for {_ago(known.now - known.last_use)}; the last was {_who(who)}{gone}"
    else:
        why = "nobody is known to have ever read it"
    return Judged(Standing.MAY_BE_RETIRED, (why,))


POLICY = (
    is_declared_to_be_read,
    was_read_lately,
    may_be_read_by_somebody,
    is_not_quiet_for_long_enough,
    nobody_uses_it,
)


def cadence_of(every: str | None, published: Sequence[datetime]) -> timedelta | None:
    """The usual time between two versions: that of its partitions, or the median of what was seen."""
    if every in _EVERY:
        return _EVERY[every]
    gaps = [abs((later - earlier).total_seconds()) for later, earlier in pairwise(published)]
    return timedelta(seconds=median(gaps)) if gaps else None


def gap_of(first: datetime | None, last: datetime | None, reads: int) -> timedelta | None:
    """The usual time between two of so many reads."""
    if first is None or last is None or reads < TURNS:
        return None
    return (last - first) / (reads - 1)


def worst(judged: Iterable[Judged]) -> Judged | None:
    """That of the one that is most in use; its reasons are those of all that are as much."""
    found = list(judged)
    for standing in Standing:
        same = [one for one in found if one.standing is standing]
        if same:
            why = tuple(reason for one in same for reason in one.why)
            return Judged(standing, why, tuple(hint for one in same for hint in one.settle))
    return None


def _who(use: Use) -> str:
    return f"{use.kind.lower()} {use.name}"


def _last(use: Use) -> str:
    return f" (last at {use.last_read:%Y-%m-%d %H:%M} UTC)" if use.last_read else " (it was never seen to)"


def _ago(time: timedelta) -> str:
    if time >= timedelta(days=2):
        return f"{time.days} days"
    hours = int(time.total_seconds() // 3600)
    return f"{hours} hours" if hours >= TURNS else f"{max(int(time.total_seconds() // 60), 1)} minutes"
