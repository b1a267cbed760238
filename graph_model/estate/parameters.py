"""Reads the parameters of a job: what a person may set for a run, and what every other run gets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, cast

from graph_model.estate.entities import ParameterSpec, ParameterType
from graph_model.estate.sections import Section, describe
from graph_model.estate.vocabulary import PARAMETER_KEYS, PARAMETER_TYPES
from graph_model.estate.yaml_lines import Entries, Scalar, Tree
from graph_model.jobs.parameters import value_of

_NAME = re.compile(r"^[A-Za-z_]\w*$", re.ASCII)


def read_parameters(job: Section) -> Iterator[ParameterSpec]:
    seen: set[str] = set()
    for key, tree in job.entries("parameters"):
        if not _NAME.match(key.text):
            job.wrong(key.line, f"{key.text!r} is no name of a parameter", "write letters, digits and _, such as rate")
        elif key.text.upper() in seen:
            job.wrong(key.line, f"parameter {key.text} is there twice: in the environment, capitals are all there is")
        elif not isinstance(tree, Entries):
            job.wrong(tree.line, f"parameter {key.text} must be a mapping, not {describe(tree)}", "write {default: …}")
        else:
            seen.add(key.text.upper())
            section = Section(
                tree, job.mistakes, what=f"{job.what}: parameter {key.text}", keys=PARAMETER_KEYS, start=key.line
            )
            found = _parameter(key.text, section)
            if found:
                yield found


def _parameter(name: str, section: Section) -> ParameterSpec | None:
    kind = section.word("type", PARAMETER_TYPES) or "text"
    default = section.tree("default")
    if default is None:
        section.wrong(section.start, "has no default", "say what a run gets that nobody sets it for")
        return None
    of = cast(ParameterType, kind)
    values = tuple(value for item in section.items("values") if (value := _value(section, of, item)) is not None)
    value = _value(section, of, default)
    if value is None:
        return None
    if values and value not in values:
        section.wrong(section.line("default"), f"its default {value!r} is none of its values")
        return None
    return ParameterSpec(name, of, value, values, section.description())


def _value(section: Section, kind: ParameterType, tree: Tree) -> Any:
    """None: a mistake that was told."""
    if not isinstance(tree, Scalar) or tree.value is None:
        section.wrong(tree.line, f"must be one {kind}, not {describe(tree)}")
        return None
    try:
        return value_of(kind, tree.text)
    except ValueError as error:
        section.wrong(tree.line, str(error))
        return None
