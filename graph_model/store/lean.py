"""The driver without pandas.

It imports pandas where that is installed, for data frames that nobody asks it for: a fifth of what the start of a
worker costs. Whoever wants pandas imports it afterwards as ever.
"""

from __future__ import annotations

import sys

if "pandas" not in sys.modules:
    sys.modules["pandas"] = None  # type: ignore[assignment]  # says that there is none
    try:
        import neo4j  # noqa: F401
    finally:
        del sys.modules["pandas"]
