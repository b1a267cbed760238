"""Imports a library without what it would bring along.

The driver loads numpy, pandas and pyarrow wherever they are installed, to take their numbers as parameters. It is never
given any, and they cost every command and every run more than the driver itself.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Collection


def import_alone(name: str, *, without: Collection[str]) -> None:
    """Imports `name` as if `without` were not installed; for all others they are. Nothing, if it is there already."""
    if name in sys.modules:
        return
    there = {one: sys.modules[one] for one in without if one in sys.modules}
    for one in without:
        sys.modules[one] = None  # type: ignore[assignment]  # to an import this is: there is no such module
    try:
        importlib.import_module(name)
    finally:
        for one in without:
            del sys.modules[one]
        sys.modules.update(there)
