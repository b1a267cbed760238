"""What a command may take, with all that it starts: looked at while it runs, because no rlimit counts over a tree."""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress

from workers.launcher.kernel import descendants_of, stat_of

PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
TICKS = os.sysconf("SC_CLK_TCK")
# So often a look at most, and never so often that looking takes more than a twentieth of the time.
SHORTEST_PAUSE, COST_FACTOR = 0.1, 20
# What of a process nobody else could use as well: pages of files go when others need the place.
_OWN_PAGES = (b"Pss_Anon:", b"Pss_Shmem:", b"SwapPss:")


class Look:
    """One thing to look at from time to time; `used` tells how much of it there is."""

    def __init__(self, name: str, most: float, used: Callable[[], float]) -> None:
        self.name, self._most, self._used = name, most, used
        self.due = 0.0

    def is_exceeded(self) -> bool:
        began = time.monotonic()
        found = self._used() > self._most
        ended = time.monotonic()
        self.due = ended + max(SHORTEST_PAUSE, COST_FACTOR * (ended - began))
        return found


class Bounds:
    """The bounds of one tree: `memory` and `disk` in bytes, `cpu` in seconds, `processes`; those that are not there do
    not bound. `folders` are those whose content counts as disk.
    """

    def __init__(self, most: Mapping[str, float], folders: Sequence[str]) -> None:
        used = {"memory": self._memory, "processes": self._processes, "cpu": self._cpu, "disk": self._disk}
        self._most, self._folders = most, folders
        self._collected_before = _collected()
        self._looks = [Look(name, most[name], used[name]) for name in used if name in most]

    @property
    def due(self) -> float | None:
        """When to look again, on the monotonic clock; None for never."""
        return min((look.due for look in self._looks), default=None)

    def exceeded(self) -> str | None:
        """The first bound that does not hold, of those whose time has come."""
        now = time.monotonic()
        return next((look.name for look in self._looks if look.due <= now and look.is_exceeded()), None)

    def exceeded_at_last(self) -> str | None:
        """The same once nothing runs any more, for what was quicker than a look."""
        lasting = [look for look in self._looks if look.name in ("cpu", "disk")]
        return next((look.name for look in lasting if look.is_exceeded()), None)

    def _memory(self) -> float:
        """The quick sum counts in each process what several share; only when it is too much, the exact one is made."""
        pids = descendants_of(os.getpid())
        quick = sum(map(_resident, pids))
        return quick if quick <= self._most["memory"] else sum(map(_own, pids))

    def _processes(self) -> float:
        return len(descendants_of(os.getpid()))

    def _cpu(self) -> float:
        """Of all that run now with what they have collected of their children, and of all that we have collected."""
        running = sum(sum(map(int, stat_of(pid)[11:15])) for pid in descendants_of(os.getpid()))
        return _collected() - self._collected_before + running / TICKS

    def _disk(self) -> float:
        return sum(size for folder in self._folders for size in _sizes(folder))


def _collected() -> float:
    """Of children that have ended, those of earlier commands too."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _resident(pid: int) -> int:
    with suppress(OSError, ValueError), open(f"/proc/{pid}/statm", "rb") as file:  # noqa: PTH123
        return int(file.read().split()[1]) * PAGE_BYTES
    return 0


def _own(pid: int) -> int:
    """Its own pages, and its part of those that it shares; what is resident where the kernel does not tell."""
    try:
        with open(f"/proc/{pid}/smaps_rollup", "rb") as file:  # noqa: PTH123
            return sum(int(line.split()[1]) for line in file if line.startswith(_OWN_PAGES)) << 10
    except ProcessLookupError:
        return 0
    except OSError:
        return _resident(pid)


def _sizes(folder: str) -> Iterator[int]:
    """What each file below takes on disk; links are not followed."""
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            with suppress(OSError):
                if entry.is_dir(follow_symlinks=False):
                    yield from _sizes(entry.path)
                else:
                    yield entry.stat(follow_symlinks=False).st_blocks * 512
