"""What a bad version is to one reader: small pure rules over one reader and one version, the worst finding counts.

Each rule has its paragraph in docs/impact-rules.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from graph_model.impact.entities import Effect, Verdict
from graph_model.versions.wrong_columns import Columns, touches

_WORST_FIRST = (Verdict.BREAKS, Verdict.UNKNOWN, Verdict.RISKY, Verdict.SAFE)
DECLARE_COLUMNS = "declare which columns it reads"
TELL_READS = "have it tell what it reads (`POST /api/v1/reads`)"


@dataclass(frozen=True, slots=True)
class Reading:
    """One reader and one wrong version of something that it reads.

    `wrong`: the columns that are wrong in it; None: all of it may be. `used`: the columns that the reader uses, empty:
    not known. `read_at`: when it is known to have read this version; `told_at`: when it last told to have read any.
    `reads_now`: it reads the dataset now. `offered`: readers got the version once. `exposed`: where it stood for
    readers who know nothing of versions; empty: nowhere.
    """

    where: str
    version: str
    wrong: Columns
    current: bool
    offered: bool
    used: tuple[str, ...] = ()
    read_at: datetime | None = None
    told_at: datetime | None = None
    reads_now: bool = True
    exposed: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What a rule says of a reading."""

    verdict: Verdict
    rule: str
    reason: str
    remedy: str = ""
    settle: str = ""

    @property
    def effect(self) -> Effect:
        return "HIT" if self.verdict is Verdict.BREAKS else ""


def badness(found: Found) -> int:
    """The smaller, the worse."""
    return _WORST_FIRST.index(found.verdict)


def judge(readings: Iterable[Reading]) -> tuple[Found, Reading]:
    """The worst that there is to say of one reader, and of which reading; the first among equals."""
    return min(((judge_reading(one), one) for one in readings), key=lambda each: badness(each[0]))


def judge_reading(reading: Reading) -> Found:
    return next(found for rule in POLICY if (found := rule(reading)))


def uses_other_columns(reading: Reading) -> Found | None:
    if reading.wrong is None or not reading.used or any(touches(column, reading.wrong) for column in reading.used):
        return None
    listed = ", ".join(sorted(reading.wrong))
    reason = f"of {reading.where} it uses {', '.join(sorted(reading.used))}; wrong is {listed}"
    return Found(Verdict.SAFE, "wrong_columns_are_not_used", reason)


def has_read_it(reading: Reading) -> Found | None:
    if reading.read_at is None:
        return None
    said = f"read {reading.where} (version {reading.version}) at {reading.read_at:%Y-%m-%d %H:%M:%S} UTC"
    if reading.wrong is None or reading.used:
        return Found(Verdict.BREAKS, "read_bad_version", said, "take back what it made of it, and read again")
    reason = f"{said}; whether it uses {', '.join(sorted(reading.wrong))} is not known"
    return Found(Verdict.UNKNOWN, "read_bad_version_columns_unknown", reason, settle=DECLARE_COLUMNS)


def reads_it_next(reading: Reading) -> Found | None:
    if not (reading.current and reading.reads_now):
        return None
    stands = f"; it stands at {reading.exposed}" if reading.exposed else ""
    reason = f"gets {reading.where} (version {reading.version}) when it reads next{stands}"
    if reading.wrong is not None and not reading.used:
        return Found(Verdict.UNKNOWN, "reads_bad_version_columns_unknown", reason, settle=DECLARE_COLUMNS)
    return Found(Verdict.RISKY, "reads_bad_version_next", reason, "quarantine it, or report a good version")


def was_not_offered(reading: Reading) -> Found | None:
    if reading.offered:
        return None
    return Found(Verdict.SAFE, "bad_version_was_not_offered", f"readers never got {reading.where} ({reading.version})")


def tells_its_reads(reading: Reading) -> Found | None:
    if reading.told_at is None or reading.exposed:
        return None
    reason = f"tells its reads, the last one at {reading.told_at:%Y-%m-%d %H:%M:%S} UTC, and none of {reading.where}"
    return Found(Verdict.SAFE, "did_not_read_bad_version", reason)


def may_have_read_it(reading: Reading) -> Found:
    stood = f", and stood at {reading.exposed}" if reading.exposed else ""
    reason = f"{reading.where} ({reading.version}) was offered to it{stood}; whether it was read is not known"
    return Found(Verdict.UNKNOWN, "may_have_read_bad_version", reason, settle=TELL_READS)


POLICY = (uses_other_columns, has_read_it, reads_it_next, was_not_offered, tells_its_reads, may_have_read_it)
