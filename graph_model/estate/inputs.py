"""Reads the inputs of a job in an estate file: which datasets, which partitions of each, and how it takes them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import get_args

from graph_model.errors import InvalidMapping
from graph_model.estate.drafts import InputDraft, Source, WindowDraft
from graph_model.estate.entities import Correction, ReadsBy
from graph_model.estate.partitions import read_calendar
from graph_model.estate.sections import Said, Section, named
from graph_model.estate.terms import read_members, read_terms
from graph_model.estate.vocabulary import CORRECTIONS, INPUT_KEYS, READS_BY
from graph_model.estate.yaml_lines import Entries, Tree
from graph_model.names import Name
from graph_model.partitions.rules import read_window
from graph_model.readiness.terms import Group, Terms


def read_inputs(section: Section, source: Source) -> Iterator[InputDraft]:
    seen: dict[str, Name] = {}
    for item, group in read_members(section):
        found = _input(section, item, source, group)
        if found is None:
            continue
        name = found.dataset.value
        if name.name in seen:
            twice = "is read twice" if seen[name.name] == name else f"has the same short name as {seen[name.name]}"
            section.wrong(
                found.dataset.line, f"input {name.name} {twice}", "code asks for an input by its short name: keep one"
            )
            continue
        seen[name.name] = name
        yield found


def _input(section: Section, item: Tree, source: Source, group: Group | None) -> InputDraft | None:
    if not isinstance(item, Entries):
        said = section.as_text(item, "an input")
        name = said and named(said, namespace=source.namespace, what=section.what, mistakes=source.mistakes)
        terms = Terms(group=group)
        return InputDraft(Said(name, item.line), required=group is None, terms=terms) if name else None
    inner = Section(item, source.mistakes, what=f"{section.what}: input", keys=INPUT_KEYS)
    said = inner.text("dataset", required=True)
    correction = inner.word("correction", CORRECTIONS)
    window = _window(inner, source)
    required, terms = read_terms(inner, group)
    by = read_by(inner)
    name = said and named(said, namespace=source.namespace, what=section.what, mistakes=source.mistakes)
    if said is None or name is None:
        return None
    return InputDraft(
        Said(name, said.line), window, required=required, correction=_as_correction(correction), by=by, terms=terms
    )


def _as_correction(word: str | None) -> Correction:
    return next((known for known in get_args(Correction) if known == word), "rerun")


def read_by(inner: Section) -> ReadsBy:
    """How somebody takes the columns of a dataset."""
    said = inner.text("by")
    if said is None:
        return "name"
    if said.value not in READS_BY:
        inner.mistakes.unknown(said.line, f"{inner.what}: nobody reads by {said.value}", said.value, READS_BY)
    return next((known for known in get_args(ReadsBy) if known == said.value), "name")


def _window(inner: Section, source: Source) -> WindowDraft | None:
    said = inner.text("window")
    calendar = read_calendar(inner, source)
    if said is None:
        if "calendar" in inner:
            inner.wrong(inner.line("calendar"), "has a calendar but no window", "write window: previous 1 business day")
        return None
    try:
        window = read_window(said.value)
    except InvalidMapping as error:
        inner.wrong(said.line, f"window {error}")
        return None
    mapping = replace(window.mapping, calendar=calendar) if calendar else window.mapping
    return WindowDraft(replace(window, mapping=mapping), said.line)
