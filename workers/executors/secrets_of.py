"""Secrets among the words of a kind: an estate names where one is found, and the worker looks there at the start."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from connectors.secrets import resolve
from graph_model.errors import SecretMissing
from workers.executors.base import CannotRunError


def secret(reference: str) -> str:
    """What a reference stands for. Raises CannotRunError, naming it: another attempt would not find it either."""
    try:
        return resolve(reference)
    except SecretMissing as error:
        raise CannotRunError(str(error)) from None


def references_in(said: Any) -> Iterator[str]:
    """All that is written {secret: REFERENCE} in what a job's kind was told."""
    if isinstance(said, Mapping) and said.keys() == {"secret"}:
        yield str(said["secret"])
    elif isinstance(said, Mapping):
        for one in said.values():
            yield from references_in(one)
    elif isinstance(said, list | tuple):
        for one in said:
            yield from references_in(one)
