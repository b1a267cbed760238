"""A Python environment for each program of others, apart from ours. Kept per machine, by the lock."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

PACKAGES = Path(__file__).parent / "packages"
INSTALLED_WITHIN = 1800


def python_of(client: str, packages: Path = PACKAGES) -> Path:
    """The interpreter of an environment with exactly what `packages/CLIENT.lock` names, made when it is not there."""
    lock = packages / f"{client}.lock"
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()[:12]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "headwater" / "clients"
    cache.mkdir(parents=True, exist_ok=True)
    place = cache / f"{client}-{digest}"
    python = place / "bin" / "python"
    with (cache / f"{client}.lock").open("w") as lock_file:
        fcntl.flock(lock_file, fcntl.LOCK_EX)  # several test processes may want it at once
        if not (place / "complete").exists():
            shutil.rmtree(place, ignore_errors=True)
            _uv("venv", "--quiet", "--python", sys.executable, str(place))
            _uv("pip", "install", "--quiet", "--python", str(python), "--require-hashes", "--requirement", str(lock))
            (place / "complete").touch()
    return python


def packages_of(client: str) -> Path:
    """Where the modules of an environment lie, for a client that is a library: append it to `sys.path`."""
    return next(python_of(client).parent.parent.glob("lib/python*/site-packages"))


def versions_of(client: str, *packages: str) -> str:
    """`name version` of some packages of a client's environment."""
    question = (
        "import sys; from importlib.metadata import version as v; print(', '.join(f'{n} {v(n)}' for n in sys.argv[1:]))"
    )
    command = [str(python_of(client)), "-c", question, *packages]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


_VERSIONS = """
import sys
from importlib.metadata import version
print(", ".join(f"{name} {version(name)}" for name in sys.argv[1:]))
"""


def _uv(*arguments: str) -> None:
    program = Path(sys.executable).with_name("uv")
    subprocess.run([str(program), *arguments], check=True, timeout=INSTALLED_WITHIN)
