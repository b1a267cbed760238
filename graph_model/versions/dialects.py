"""Dialects of csv files that nobody declares: sniffed in the first version, and fixed for those after it.

A dataset asks for it by the option `dialect: sniffed`. What validation finds is kept with the version. Its readers get
that in place of the word, and what is validated later is read so too and held to it. What is declared beside the word
is never sniffed, and wins over what was found.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

FORMAT = "csv"
OPTION, SNIFFED = "dialect", "sniffed"
SNIFFABLE = ("delimiter", "quote", "header", "encoding", "nulls")
OF_VERSION, FIXED = "version", "fixed"
"""Where a dialect is fixed, `dialect` is a map: the version that showed it, and the names of the options it fixes."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a published version is written, by option."""

    version: str
    options: Mapping[str, Any]


def is_sniffed(format: str | None, options: Mapping[str, Any]) -> bool:
    return format == FORMAT and options.get(OPTION) == SNIFFED


def as_found(format: str | None, options: Mapping[str, Any], metrics: str | None) -> dict[str, Any]:
    """How to read a version: the options of its dataset, with what its validation found in place of the word."""
    if not is_sniffed(format, options):
        return dict(options)
    return {**found_in(metrics), **{name: value for name, value in options.items() if name != OPTION}}


def options_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """The same, of a row with the version's format and metrics and the dataset's options."""
    return as_found(row["format"], json.loads(row["options"] or "{}"), row["metrics"])


def held_to(format: str | None, options: Mapping[str, Any], dialect: Dialect | None) -> dict[str, Any]:
    """How to read what is to be validated: as the newest version, and by no other dialect."""
    if dialect is None or not is_sniffed(format, options):
        return dict(options)
    fixed = {name: value for name, value in dialect.options.items() if name not in options}
    return {**options, **fixed, OPTION: {OF_VERSION: dialect.version, FIXED: sorted(fixed)}}


def found_in(metrics: str | None) -> Mapping[str, Any]:
    """What a validation found of the dialect, by option; empty where it did not look."""
    return json.loads(metrics or "{}").get(OPTION, {})
