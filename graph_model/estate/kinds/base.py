"""The one thing a kind of job has to say about itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from graph_model.estate.drafts import Source
from graph_model.estate.sections import Section


@dataclass(frozen=True, slots=True)
class Kind:
    """`word` is what a job says to be of this kind; `keys` are the further words that only such jobs know.

    `read` makes the job's `executor` of them, and tells every mistake where it stands. What it gives back after a
    mistake is used by nobody.
    """

    word: str
    read: Callable[[Section, Source], Mapping[str, Any]]
    keys: tuple[str, ...] = ()


def project_of(source: Source) -> str:
    """The absolute folder of the estate file: what the job's code is found below."""
    return str(source.folder.resolve())
