"""What the doctor finds: one line each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Finding:
    """One line. `mend` is the command that mends it; SKIP says that it could not be looked at."""

    state: Literal["OK", "FAIL", "SKIP"]
    subject: str
    found: str
    mend: str = ""


Findings = Iterator[Finding]
