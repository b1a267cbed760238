"""The answer to "may this be retired"."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

from graph_model.names import Name


class Standing(StrEnum):
    """MAY_BE_RETIRED: nobody known uses it, and nobody has for long enough. The words are those that people read."""

    IN_USE = "in use"
    NOT_KNOWN = "not known"
    MAY_BE_RETIRED = "may be retired"


ReaderKind = Literal["JOB", "CONSUMER", "PROGRAM"]


@dataclass(frozen=True, slots=True)
class Use:
    """One reader. `declared`: somebody says now that it reads; else it was only seen to. `gone`: retired itself.

    `certain` False: of a column, it is not known whether this reader uses it. `last_read` None: it was never seen to
    read. `run`: of others or ours, the last one that did. `gap`: the usual time between two reads; None: not known.
    """

    kind: ReaderKind
    name: str
    declared: bool
    last_read: datetime | None = None
    reads: int = 0
    gap: timedelta | None = None
    gone: bool = False
    certain: bool = True
    of: str = ""


@dataclass(frozen=True, slots=True)
class Orphan:
    """What nobody would use any more, or nobody make. `column`: of a dataset, only that one."""

    kind: Literal["DATASET", "JOB", "COLUMN"]
    name: Name
    why: str
    column: str | None = None

    @property
    def label(self) -> str:
        return f"{self.name}.{self.column}" if self.column else str(self.name)


@dataclass(frozen=True, slots=True)
class Retirement:
    """`why` is behind the standing, one sentence each; `settle` says what would tell where it is not known.

    `cadence`: the usual time between two versions, or two runs. `last_use`: the newest read that is known of, of
    readers that are gone too. `unused_for`: since then, or since its oldest known version where it was never read.
    `remarks` are limits of what can be seen. `orphans`: what would be left behind, nearest first. `is_complete` False:
    there are more.
    """

    kind: Literal["DATASET", "COLUMN", "JOB"]
    name: str
    standing: Standing
    why: tuple[str, ...]
    settle: tuple[str, ...] = ()
    uses: tuple[Use, ...] = ()
    last_use: datetime | None = None
    last_published: datetime | None = None
    cadence: timedelta | None = None
    unused_for: timedelta | None = None
    orphans: tuple[Orphan, ...] = ()
    remarks: tuple[str, ...] = ()
    is_complete: bool = True
