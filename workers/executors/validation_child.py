"""Validates contents: `python -I validation_child.py REQUEST RESPONSE`, a script in front of `connectors.checks`."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # started with -I, which leaves out the folder it was started in

from connectors.checks.process import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
