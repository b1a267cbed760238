"""Jars of servers that tests start, fetched by Maven once per machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path


class NoJars(Exception):
    """There is no Java here, or no Maven to fetch them with."""


def jars(name: str, pom: Path, *, what: str) -> Path:
    """The folder with the jars that `pom` asks for. Two test processes may race: the first rename wins."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "headwater" / name
    if shutil.which("java") is None:
        raise NoJars("there is no Java")
    if cache.is_dir():
        return cache
    if shutil.which("mvn") is None:
        raise NoJars("there is no Maven")
    fresh = cache.with_name(f"{name}.{os.getpid()}")
    fresh.mkdir(parents=True)
    sys.stderr.write(f"fetching {what} into {cache}, once\n")
    fetch = ["mvn", "-q", "-B", "-f", str(pom), "dependency:copy-dependencies", f"-DoutputDirectory={fresh}"]
    done = subprocess.run(fetch, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        shutil.rmtree(fresh)
        raise NoJars(f"Maven could not fetch {what}: {done.stdout[-800:]}")
    try:
        fresh.rename(cache)
    except OSError:
        shutil.rmtree(fresh)
    return cache
