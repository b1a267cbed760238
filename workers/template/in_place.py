"""Makes a forked child into what a fresh `python -I SCRIPT ARGUMENTS` would be, and runs the script to its end.

The child is a copy of its template: modules that a fresh interpreter would still have to import are there already, and
nothing else may differ for the code that runs in it.
"""

from __future__ import annotations

import atexit
import gc
import io
import os
import signal
import sys
import tempfile
import threading
import time
import types
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NoReturn

from workers.launcher.kernel import PR_SET_NAME, prctl

# What `ps` calls a job, which has the command line of its template.
NAME = b"hw-job"


class Fresh:
    """What a fresh interpreter has when a job's script begins: taken before a template imports anything else."""

    def __init__(
        self,
        path: tuple[str, ...],
        at_start: frozenset[str],
        *,
        scripts: Iterable[Path],
        unknown: Mapping[Path, Iterable[str]] | None = None,
    ) -> None:
        """`unknown`: by script, the packages that it must not find imported."""
        self._path, self._at_start = path, at_start
        self._unknown = {str(script): tuple(packages) for script, packages in (unknown or {}).items()}
        self._imported: dict[str, tuple[str, ...]] = {}
        self._scripts = {str(script): compile(script.read_bytes(), str(script), "exec") for script in scripts}

    def look_around(self) -> None:
        """Once all is imported: a copy that went through all modules itself would write into every page they lie on."""
        found: dict[str, list[str]] = {}
        for name in sys.modules.keys() - self._at_start:
            found.setdefault(name.partition(".")[0], []).append(name)
        self._imported = {package: tuple(names) for package, names in found.items()}

    def become(self, spec: dict[str, Any]) -> NoReturn:
        """Runs the script of `spec["argv"]` = python, -I, SCRIPT, ARGUMENTS… and ends this process with its code."""
        prctl(PR_SET_NAME, NAME)
        os.closerange(3, os.sysconf("SC_OPEN_MAX"))
        self._reset(spec)
        code = _run(self._scripts[spec["argv"][2]], spec["argv"][2])
        _finish()
        os._exit(code)

    def _reset(self, spec: dict[str, Any]) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        for number in (signal.SIGPIPE, signal.SIGXFSZ):
            signal.signal(number, signal.SIG_IGN)  # as Python has them, so that a write raises
        os.environ.clear()
        os.environ.update(spec["environment"])
        time.tzset()
        tempfile.tempdir = None
        sys.path[:] = self._path
        sys.argv[:] = spec["argv"][2:]
        sys.orig_argv[:] = spec["argv"]
        self._forget_shadowed(spec["cwd"])
        self._forget(self._unknown.get(spec["argv"][2], ()))

    def _forget_shadowed(self, folder: str) -> None:
        """What the project has a module of its own for is not taken from the template."""
        self._forget(entry.name.partition(".")[0] for entry in os.scandir(folder) if _is_module(entry))

    def _forget(self, packages: Iterable[str]) -> None:
        for package in packages:
            for name in self._imported.get(package, ()):
                sys.modules.pop(name, None)


def _is_module(entry: os.DirEntry[str]) -> bool:
    """Not so a folder of data: a library of that name comes before it, and its binary parts load only once."""
    return entry.name.endswith((".py", ".so")) or (Path(entry.path) / "__init__.py").exists()


def _run(code: types.CodeType, script: str) -> int:
    """The exit code of a script that is run as `__main__`."""
    main = types.ModuleType("__main__")
    main.__file__ = script
    sys.modules["__main__"] = main
    try:
        exec(code, main.__dict__)  # noqa: S102  a script of ours, named by a launch file of ours
    except SystemExit as end:
        return _exit_code(end.code)
    except BaseException:  # noqa: BLE001  as the interpreter does it
        sys.excepthook(*sys.exc_info())  # type: ignore[arg-type]
        return 1
    return 0


def _exit_code(said: object) -> int:
    """What `sys.exit` was given, as Python understands it: a text is a last word, and a failure."""
    if said is None:
        return 0
    if isinstance(said, int):
        return said & 0xFF
    sys.stderr.write(f"{said}\n")
    return 1


def _finish() -> None:
    """What an interpreter does at its end and code relies on; the rest of it would only touch the template's pages."""
    for step in (threading._shutdown, atexit._run_exitfuncs, _close_files, sys.stdout.flush, sys.stderr.flush):  # type: ignore[attr-defined]  # noqa: SLF001
        try:
            step()
        except BaseException:  # noqa: BLE001
            sys.excepthook(*sys.exc_info())  # type: ignore[arg-type]


def _close_files() -> None:
    """Files that were left open lose nothing: what writes into another file is closed before it."""
    still_open = [each for each in gc.get_objects() if issubclass(type(each), io.IOBase) and not each.closed]
    for each in sorted(still_open, key=_layer):
        each.close()


def _layer(file: io.IOBase) -> int:
    """Texts write into what packs them, and that into plain files."""
    if isinstance(file, io.TextIOBase):
        return 0
    return 2 if isinstance(file, (io.FileIO, io.BufferedWriter, io.BufferedRandom)) else 1
