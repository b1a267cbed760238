"""The verdict of all rules on readings that a test makes up."""

from __future__ import annotations

from collections.abc import Sequence

from graph_model.impact.rules import Finding, Making, Reading, found_in, worst_of


def judge(readings: Sequence[Reading], making: Making | None = None) -> Finding:
    """The worst that any rule finds in any of the readings of one reader, or in the job as a whole."""
    return worst_of(readings, [found_in(reading) for reading in readings], making)
