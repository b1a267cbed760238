"""How often a process looks for objects that only refer to each other."""

from __future__ import annotations

import gc

YOUNG, YOUNG_BEFORE_MIDDLE, MIDDLE_BEFORE_OLD = 50_000, 20, 50


def collect_rarely() -> None:
    """For a process that answers with many small lasting objects: by Python's own measure, every 700 of them, a third
    of the processor time of a large answer goes into looking at what is all still used. What refers to nothing that
    refers back is freed at once all the same.
    """
    gc.set_threshold(YOUNG, YOUNG_BEFORE_MIDDLE, MIDDLE_BEFORE_OLD)


def collect_rarely_from_here() -> None:
    """The same, for a process that has loaded all it needs: what lives as long as it does is never looked at again."""
    gc.collect()
    gc.freeze()
    collect_rarely()
