"""Fail-points, FOR TESTS ONLY: named steps of the protocol at which a test can hold a process still, to kill something
meanwhile.

Nothing happens unless HEADWATER_FAILPOINT_FOLDER is set, which no installation ever does. With it, a test arms one
step by a file `<step>.armed` in that folder. Of all processes that reach the step, one takes the file, renames it to
`<step>.<pid>.hit`, and its thread stands still until `<step>.go` appears or the process is killed. So an armed step
holds exactly one thread of one process, once.
"""

from __future__ import annotations

import logging
import os
import time
from pathlib import Path

VARIABLE = "HEADWATER_FAILPOINT_FOLDER"
LOOK_EVERY_SECONDS = 0.01
# A test that forgets its `.go` must not leave a process that stands for ever.
LONGEST_SECONDS = 120.0

log = logging.getLogger(__name__)
_folder = os.environ.get(VARIABLE)

if _folder:
    log.critical("FAIL-POINTS CAN BE ARMED (%s is set): this process is a test's, and may stop at any step", VARIABLE)


def failpoint(step: str) -> None:
    """Marks a step of the protocol by name. Costs one look at a variable, except in a test of such steps."""
    if _folder:
        _stand_still_if_armed(Path(_folder), step)


def _stand_still_if_armed(folder: Path, step: str) -> None:
    try:
        (folder / f"{step}.armed").rename(folder / f"{step}.{os.getpid()}.hit")
    except FileNotFoundError:
        return
    log.critical("standing still at the fail-point %s", step)
    deadline = time.monotonic() + LONGEST_SECONDS
    while not (folder / f"{step}.go").exists() and time.monotonic() < deadline:
        time.sleep(LOOK_EVERY_SECONDS)
