"""Compiles Java for tests, with the JDK of this machine."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest


def compiled(source: Path, folder: Path) -> Path:
    """The folder of classes of one source file. Skips the test where there is no JDK."""
    compiler = shutil.which("javac")
    if compiler is None:
        pytest.skip("there is no JDK here")
    classes = folder / "classes"
    command = [compiler, "--release", "17", "-d", str(classes), str(source)]
    subprocess.run(command, check=True, capture_output=True)
    return classes


def packed(classes: Path, jar: Path, *, main: str | None = None) -> Path:
    """A jar, which names its main class or has none."""
    named = ["--main-class", main] if main else []
    command = ["jar", "--create", "--file", str(jar), *named, "-C", str(classes), "."]
    subprocess.run(command, check=True, capture_output=True)
    return jar
