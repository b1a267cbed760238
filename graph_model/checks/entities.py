"""What checks found over time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from graph_model.contracts.entities import CheckResult
from graph_model.versions.entities import VersionState


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found in one version, and when. `state`: what became of the version since. `version` and `state`
    None: others found it while they ran, in no version that is known here."""

    id: str
    version: str | None
    partition: str
    state: VersionState | None
    result: CheckResult
    checked_at: datetime


@dataclass(frozen=True, slots=True, order=True)
class CheckKey:
    """A check of a dataset: the id of the one, the name of the other."""

    dataset: str
    check: str
