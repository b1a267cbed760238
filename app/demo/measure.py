"""How much memory the demo and everything it started occupied at most."""

from __future__ import annotations

import os
import threading
from types import TracebackType
from typing import Self

from app.local.children import memory_of

EVERY = 2.0
"""Seconds between two looks. Adding up the pages of a dozen processes is work that the fleet would have to wait for."""


class PeakMemory:
    """Looks at this process and all below it while the block runs; then `bytes` is the most that was seen."""

    def __init__(self) -> None:
        self.bytes = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="peak-memory", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(EVERY):
            self.bytes = max(self.bytes, memory_of([os.getpid()]))
