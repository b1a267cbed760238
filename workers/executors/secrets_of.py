"""Secrets by reference: an estate names where one is found, and the worker looks there when it starts the job."""

from __future__ import annotations

import os
from pathlib import Path

from workers.executors.base import CannotRunError


def secret(reference: str) -> str:
    """`env:NAME` is a variable of the worker, `file:PATH` a file on it. Raises CannotRunError, naming the reference."""
    kind, _, place = reference.partition(":")
    if kind == "env":
        return _found(reference, os.environ.get(place))
    if kind == "file":
        path = Path(place)
        return _found(reference, path.read_text(encoding="utf-8").rstrip("\n") if path.is_file() else None)
    raise CannotRunError(f"{reference!r} is no reference to a secret: write env:NAME or file:PATH")


def _found(reference: str, value: str | None) -> str:
    if value is None:
        raise CannotRunError(f"the secret {reference} is not on this worker")
    return value
