"""Files of a format of somebody's own, read by a command that an estate declares: it prints CSV, JSON lines or a stream
of Arrow.

Only a dataset's options name a command. What lies beside the data, such as a manifest, never does.
"""

from __future__ import annotations

import os
import resource
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graph_model.errors import ContentError

READS = ("arrow", "csv", "jsonl")
SECONDS, MEGABYTES = 60.0, 1024
_PLACE = "{path}"
_PASSED_ON = ("HOME", "LANG", "LC_ALL", "PATH", "TMPDIR", "TZ")


@dataclass(frozen=True, slots=True)
class ReaderCommand:
    """`argv` holds `{path}` where the file goes; `reads` is the format of what it prints."""

    argv: tuple[str, ...]
    reads: str
    seconds: float = SECONDS
    megabytes: int = MEGABYTES

    def read(self, source: Path, target: Path) -> None:
        """What the command prints about `source`, in a file of the format `reads`.

        Raises ContentError where it fails, takes too long, or prints too much.
        """
        printed = target if self.reads != "arrow" else target.with_suffix(".stream")
        self._run(source, printed)
        if printed != target:
            _as_file(source, printed, target)
            printed.unlink()

    def _run(self, source: Path, printed: Path) -> None:
        """In a process group of its own, which ends with it. The size of its output is held by the kernel."""
        argv = [word.replace(_PLACE, str(source.absolute())) for word in self.argv]
        complaints = printed.with_suffix(".stderr")
        with printed.open("wb") as output, complaints.open("wb") as errors:
            try:
                process = subprocess.Popen(
                    argv,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=errors,
                    cwd=printed.parent,
                    env={name: os.environ[name] for name in _PASSED_ON if name in os.environ},
                    start_new_session=True,
                )
            except OSError as error:
                raise ContentError(f"the reader {argv[0]} cannot be started: {error.strerror}") from None
            resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (self.megabytes << 20, self.megabytes << 20))
            code = self._await(process)
        said = _last_line(complaints)
        complaints.unlink()
        if code is None:
            raise ContentError(f"the reader of {source.name} took longer than {self.seconds:g} s")
        if code == -signal.SIGXFSZ or printed.stat().st_size >= self.megabytes << 20:
            raise ContentError(f"the reader of {source.name} printed more than {self.megabytes} MB")
        if code:
            raise ContentError(f"the reader of {source.name} ended with exit code {code}{said}")

    def _await(self, process: subprocess.Popen[bytes]) -> int | None:
        """Its exit code; None when its time was over. Nothing that it started is left."""
        try:
            return process.wait(self.seconds)
        except subprocess.TimeoutExpired:
            return None
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def reader_command(options: Mapping[str, Any]) -> ReaderCommand | None:
    """The command that a dataset's options declare: `reader`, `reads`, `reader_seconds`, `reader_megabytes`.

    Raises ContentError for one that cannot be.
    """
    argv = options.get("reader")
    if argv is None:
        return None
    if not isinstance(argv, list) or not argv or not all(isinstance(word, str) for word in argv):
        raise ContentError(f"the option reader must be a list of words, a program and its arguments, not {argv!r}")
    if not any(_PLACE in word for word in argv):
        raise ContentError(f"the option reader must say {_PLACE} where the file goes")
    reads = options.get("reads", "csv")
    if reads not in READS:
        raise ContentError(f"the option reads must be {', '.join(READS)}, not {reads!r}")
    limits = {name: options.get(f"reader_{name}") for name in ("seconds", "megabytes")}
    given = {name: value for name, value in limits.items() if value is not None}
    for name, value in given.items():
        if isinstance(value, bool) or not isinstance(value, (int, float)) or value <= 0:
            raise ContentError(f"the option reader_{name} must be a number above 0, not {value!r}")
    return ReaderCommand(tuple(argv), reads, **_limits(given))


def _limits(given: Mapping[str, float]) -> dict[str, Any]:
    whole = {"megabytes": max(1, int(given["megabytes"]))} if "megabytes" in given else {}
    return {**given, **whole}


def read_all(command: ReaderCommand, sources: Sequence[Path], folder: Path, *, suffix: str) -> list[Path]:
    """What the command prints about each file, one after the other."""
    found = []
    for number, source in enumerate(sources):
        target = folder / f"{number}-{source.name}{suffix}"
        command.read(source, target)
        found.append(target)
    return found


def _as_file(source: Path, printed: Path, target: Path) -> None:
    import pyarrow as pa
    from pyarrow import ipc

    try:
        with ipc.open_stream(pa.memory_map(str(printed))) as stream, ipc.new_file(str(target), stream.schema) as file:
            for batch in stream:
                batch.validate(full=True)
                file.write_batch(batch)
    except (pa.ArrowException, OSError) as error:
        said = str(error).splitlines()[0]
        raise ContentError(f"the reader of {source.name} printed no stream of Arrow: {said}") from error


def _last_line(path: Path) -> str:
    lines = path.read_bytes()[-4096:].decode(errors="replace").strip().splitlines()
    return f": {lines[-1].strip()[:300]}" if lines else ""
