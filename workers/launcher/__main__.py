"""`python -I -S workers/launcher LAUNCH.json`: a launcher in an interpreter of its own."""

from __future__ import annotations

import os
import sys

# Started with -I and -S: only the folder of this file is known.
sys.path[0] = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))  # noqa: PTH100, PTH120

from workers.launcher.carry_out import main, prepare  # noqa: E402

if __name__ == "__main__":
    main(sys.argv[1], prepare())
