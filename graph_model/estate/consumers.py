"""Reads the consumers of an estate file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from zoneinfo import available_timezones

from graph_model.estate.drafts import ConsumerDraft, ReadDraft, Source
from graph_model.estate.entities import Deadline, ReadsBy
from graph_model.estate.inputs import read_by
from graph_model.estate.promises import read_on_violation
from graph_model.estate.sections import Said, Section, describe, named
from graph_model.estate.vocabulary import CONSUMER_KEYS, DEADLINE_KEYS, READ_KEYS
from graph_model.estate.yaml_lines import Entries, Items, Scalar, Tree
from graph_model.names import Name

_CLOCK_TIME = re.compile(r"^([01]\d|2[0-3]):[0-5]\d$")
ALL = "all"


def read_consumer(name: Name, tree: Entries, source: Source, *, line: int) -> ConsumerDraft:
    section = Section(tree, source.mistakes, what=f"consumer {name.name}", keys=CONSUMER_KEYS, start=line)
    kind = section.text("kind", required=True)
    return ConsumerDraft(
        name=name,
        line=line,
        kind=kind.value if kind else "",
        reads=tuple(_reads(section, source)),
        owners=section.owners(),
        deadline=_deadline(section),
        description=section.description(),
        on_violation=read_on_violation(section),
    )


def _reads(section: Section, source: Source) -> Iterator[ReadDraft]:
    seen: set[Name] = set()
    entries = section.entries("reads")
    if not entries and not isinstance(section.tree("reads"), Scalar):
        section.wrong(section.line("reads"), "reads nothing", "write reads: {DATASET: [COLUMN, …]}")
    for key, tree in entries:
        said = Said(key.text, key.line)
        name = named(said, namespace=source.namespace, what=section.what, mistakes=source.mistakes)
        columns, by = _read(section, key.text, tree)
        if name and name in seen:
            section.wrong(key.line, f"reads {key.text} twice", "put its columns into one list")
        elif name:
            seen.add(name)
            yield ReadDraft(Said(name, key.line), columns, by)


def _read(section: Section, dataset: str, tree: Tree) -> tuple[tuple[Said[str], ...], ReadsBy]:
    """Which columns it reads, and how; written short where that is by their names."""
    if not isinstance(tree, Entries):
        return _columns(section, dataset, tree), "name"
    inner = Section(tree, section.mistakes, what=f"{section.what}: reads {dataset}", keys=READ_KEYS)
    columns = inner.tree("columns")
    return (_columns(section, dataset, columns) if columns is not None else ()), read_by(inner)


def _columns(section: Section, dataset: str, tree: Tree) -> tuple[Said[str], ...]:
    if isinstance(tree, Scalar) and tree.text == ALL:
        return ()
    if not isinstance(tree, Items):
        section.wrong(tree.line, f"the columns of {dataset} must be a list, or `{ALL}`, not {describe(tree)}")
        return ()
    if not tree.items:
        section.wrong(tree.line, f"reads no column of {dataset}", f"name its columns, or write `{ALL}`")
    said = [section.as_text(item, f"each column of {dataset}") for item in tree.items]
    return tuple({one.value: one for one in said if one}.values())


def _deadline(section: Section) -> Deadline | None:
    inner = section.section("deadline", DEADLINE_KEYS)
    if inner is None:
        return None
    by, zone = inner.text("by", required=True), inner.text("timezone")
    if by and not _CLOCK_TIME.match(by.value):
        inner.wrong(by.line, f"by: {by.value!r} is no time of day", 'write "06:00"')
    if zone and zone.value not in available_timezones():
        inner.mistakes.unknown(
            zone.line, f"{inner.what}: there is no time zone {zone.value}", zone.value, available_timezones()
        )
    return Deadline(by.value if by else "", zone.value if zone else "UTC")
