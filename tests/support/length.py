"""How long the tests take: `make test` plays a seeded few of what `make test-long` plays in full (`LONG=1`)."""

from __future__ import annotations

import os
from typing import TypeVar

import pytest

T = TypeVar("T")

LONG = os.environ.get("LONG") == "1"

# For a test whose subject a shorter one, or one on the other engine, has already looked at.
only_long = pytest.mark.skipif(not LONG, reason="`make test-long` runs it")


def short_or_long(short: T, long: T) -> T:
    """How much of something: the first in `make test`, the second in `make test-long`."""
    return long if LONG else short
