"""What a command prints: kept in files while it runs, its beginning and its end, without what nobody may read."""

from __future__ import annotations

import os
import select
from collections.abc import Sequence
from contextlib import suppress

CHUNK = 1 << 16
LAST_BYTES, LONGEST_LINE = 4096, 500
REDACTED = b"[secret]"
# Behind the beginning, the output goes on in files of an eighth of the cap, of which the newest four stay.
TAIL_PARTS, TAIL_KEPT = 8, 4


class Capture:
    """Copies one stream of the command into files. It never blocks the command, whatever becomes of the files.

    The first half of the cap lies at `path`. What follows lies in `path.OFFSET`, the offset of its first byte in the
    stream; old ones go, so that the last lines, which mostly tell why, are always there.
    """

    def __init__(self, path: str, cap: int, hidden: Sequence[bytes] = ()) -> None:
        self.source, self.sink = os.pipe2(os.O_CLOEXEC)
        self._path, self._redactor = path, Redactor(hidden)
        self._part_bytes = max(1, cap // TAIL_PARTS)
        self._file = _open(path)
        self._room, self._offset = max(1, cap // 2), 0
        self._parts: list[str] = []
        self._last = b""
        os.set_blocking(self.source, False)

    def copy(self) -> bool:
        """Takes what has come; False once the stream has ended."""
        try:
            data = os.read(self.source, CHUNK)
        except BlockingIOError:
            return True
        self._keep(self._redactor.feed(data) if data else self._redactor.rest())
        return bool(data)

    def drain(self) -> None:
        """Takes what is still in the pipe after all writers are gone."""
        while select.select([self.source], [], [], 0)[0] and self.copy():
            pass
        self._keep(self._redactor.rest())

    def close(self) -> None:
        os.close(self.source)
        os.close(self._file)

    @property
    def last_line(self) -> str:
        """What was said last, which mostly tells why it ended; kept here too, since no file can be written on a full
        disk."""
        lines = self._last.decode(errors="replace").strip().splitlines()
        return lines[-1].strip()[:LONGEST_LINE] if lines else ""

    def _keep(self, data: bytes) -> None:
        self._last = (self._last + data)[-LAST_BYTES:]
        while data:
            if self._room <= 0:
                self._begin_part()
            now, data = data[: self._room], data[self._room :]
            self._room -= len(now)
            self._offset += len(now)
            with suppress(OSError):  # a full disk costs the log, not the run
                os.write(self._file, now)

    def _begin_part(self) -> None:
        os.close(self._file)
        name = f"{self._path}.{self._offset}"
        self._file = _open(name)
        self._room = self._part_bytes
        self._parts.append(name)
        if len(self._parts) > TAIL_KEPT:
            with suppress(OSError):
                os.unlink(self._parts.pop(0))  # noqa: PTH108


class Redactor:
    """Takes values out of a stream, also where one comes in two pieces. Only what could become one is held back."""

    def __init__(self, hidden: Sequence[bytes]) -> None:
        self._hidden = sorted(filter(None, hidden), key=len, reverse=True)
        self._held = b""

    def feed(self, data: bytes) -> bytes:
        data = self._redacted(self._held + data)
        held = max((_overlap(data, value) for value in self._hidden), default=0)
        self._held = data[len(data) - held :]
        return data[: len(data) - held]

    def rest(self) -> bytes:
        data, self._held = self._held, b""
        return data

    def _redacted(self, data: bytes) -> bytes:
        for value in self._hidden:
            data = data.replace(value, REDACTED)
        return data


def _overlap(data: bytes, value: bytes) -> int:
    """How many of the last bytes of `data` may be the beginning of `value`."""
    for length in range(min(len(data), len(value) - 1), 0, -1):
        if data.endswith(value[:length]):
            return length
    return 0


def _open(path: str) -> int:
    """Nobody else may read it. Where it cannot be made, what is printed goes nowhere."""
    try:
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    except OSError:
        return os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)
