"""Texts of standards that are not part of the project, where a machine has them; elsewhere tests of them skip."""

from __future__ import annotations

import os
from pathlib import Path

SPECIFICATION = Path(os.environ.get("HEADWATER_SPEC_FOLDER", Path(__file__).parents[3] / "shared" / "spec"))
