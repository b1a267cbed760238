"""How much of a content is held in memory at once."""

from __future__ import annotations

MEMORY_MB = 300
_memory = [MEMORY_MB]


def limit_memory(megabytes: int) -> None:
    """For every session of this process from now on; what is more spills to disk."""
    _memory[0] = megabytes


def memory_mb() -> int:
    return _memory[0]
