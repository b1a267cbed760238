"""Questions to people, and their answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from graph_model.names import Name


class Answer(StrEnum):
    """RERUN: a new run on the current inputs. IGNORE: what was made stays. OVERTAKEN: nobody needs to say any more."""

    RERUN = "rerun"
    IGNORE = "ignore"
    OVERTAKEN = "overtaken"


@dataclass(frozen=True, slots=True)
class Question:
    """Is `version`, a new one of an input, worth another run of `job` for `partition`? `answer` None: it is open."""

    id: str
    job: Name
    partition: str
    version: str
    dataset: Name
    dataset_partition: str
    asked_at: datetime
    answer: Answer | None = None
    answered_by: str | None = None
    answered_at: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """`run`: what the answer RERUN made ready; it wants a ring."""

    question: Question
    run: str | None = None
