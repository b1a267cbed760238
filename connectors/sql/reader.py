"""SQL is read in a process of its own that has a limit on time and memory: no text can hang or end whoever asks."""

from __future__ import annotations

import atexit
import hashlib
import json
import os
import signal
import subprocess
import sys
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from threading import Lock

from connectors.sql.reads import LONGEST_SQL, ScriptReads, UnreadableSqlError, loads

SECONDS = 3.0
"""Of processor time, for one text."""
LEAST_SECONDS = 0.3
"""What is left of it after many texts that took too long: whoever asks for hundreds has a deadline too."""
MOST_REMEMBERED = 256
_CHILD = Path(__file__).with_name("child.py")
_TOO_LONG = (-signal.SIGPROF, -signal.SIGALRM)


class Reader:
    """One warm child for all texts, asked in turns; a new one after a text that has cost the last one its life.

    Answers are remembered, so that a transaction that is tried again does not wait for them again.
    """

    def __init__(self, seconds: float = SECONDS) -> None:
        self._most_seconds = seconds
        self._lives_lost = 0
        self._answers: OrderedDict[bytes, str] = OrderedDict()
        self._lock = Lock()
        self._child: subprocess.Popen[str] | None = None
        self._owner = os.getpid()

    def warm_up(self) -> None:
        """Starts the child, so that the first text does not wait for that."""
        with self._lock:
            self._running()

    def read_query(self, text: str, *, dialect: str, tables: Mapping[str, Sequence[str]]) -> ScriptReads:
        """See `script.read_query`. Raises UnreadableSqlError, also for what takes too long."""
        return self._read(text, {"strict": True, "dialect": dialect, "tables": _plain(tables), "path": []})

    def read_script(
        self, text: str, *, dialect: str, tables: Mapping[str, Sequence[str]] | None = None, path: Sequence[str] = ()
    ) -> ScriptReads:
        """See `script.read_script`. Raises UnreadableSqlError, also for what takes too long."""
        plain = _plain(tables or {})
        return self._read(text, {"strict": False, "dialect": dialect, "tables": plain, "path": list(path)})

    def ask(self, request: Mapping[str, object]) -> str:
        """The answer to any request that the child knows, as JSON: `unreadable` for what takes too long as well."""
        return self._answer(json.dumps(request))

    def close(self) -> None:
        if self._owner == os.getpid():  # a copy of this process must not wait for a child that is not its own
            with self._lock:
                self._end()

    def _read(self, text: str, rest: Mapping[str, object]) -> ScriptReads:
        if len(text) > LONGEST_SQL:
            raise UnreadableSqlError(f"the SQL has {len(text)} characters, more than the {LONGEST_SQL} that are read")
        answer = self._answer(json.dumps({"text": text, **rest}))
        if answer.startswith('{"unreadable"'):
            raise UnreadableSqlError(json.loads(answer)["unreadable"])
        return loads(answer)

    def _answer(self, request: str) -> str:
        key = hashlib.sha256(request.encode()).digest()
        with self._lock:
            if key not in self._answers:
                self._answers[key] = self._ask(request)
            self._answers.move_to_end(key)
            if len(self._answers) > MOST_REMEMBERED:
                self._answers.popitem(last=False)
            return self._answers[key]

    def _ask(self, request: str) -> str:
        child = self._running()
        assert child.stdin is not None
        assert child.stdout is not None
        seconds = max(min(LEAST_SECONDS, self._most_seconds), self._most_seconds / (1 + self._lives_lost))
        try:
            child.stdin.write(f"{seconds} {request}\n")
            child.stdin.flush()
            answer = child.stdout.readline()
        except BrokenPipeError:
            answer = ""
        if answer.endswith("\n"):
            self._lives_lost = max(0, self._lives_lost - 1)
            return answer
        self._lives_lost += 1
        return json.dumps({"unreadable": self._what_happened(seconds)})

    def _running(self) -> subprocess.Popen[str]:
        if self._owner != os.getpid():
            self._child, self._owner = None, os.getpid()
        if self._child is not None and self._child.poll() is not None:
            self._end()
        if self._child is None:
            self._child = subprocess.Popen(
                [sys.executable, "-I", str(_CHILD)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                encoding="utf-8",
                errors="surrogatepass",
            )
        return self._child

    def _what_happened(self, seconds: float) -> str:
        assert self._child is not None
        code = self._child.wait()
        self._end()
        if code in _TOO_LONG:
            return f"reading the SQL takes longer than {seconds:g} s"
        return "the parser broke down on the SQL"

    def _end(self) -> None:
        """Closing its input ends an idle child; one that reads is ended by its own limit."""
        if self._child is None:
            return
        child, self._child = self._child, None
        child.communicate()


@lru_cache(maxsize=1)
def reader() -> Reader:
    """The reader of this process."""
    found = Reader()
    atexit.register(found.close)
    return found


def _plain(tables: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    return {table: list(columns) for table, columns in tables.items()}
