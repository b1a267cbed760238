"""From where on a check fails. Apart, because the command line needs it before anything else is loaded."""

from __future__ import annotations

from enum import StrEnum


class FailOn(StrEnum):
    """The verdict from which on a check fails: this one and every worse one. UNKNOWN is worse than RISKY: it may
    break."""

    BREAKS = "breaks"
    UNKNOWN = "unknown"
    RISKY = "risky"
