"""`shell: [program, argument, …]`: one list of words that no shell reads."""

from __future__ import annotations

from typing import Any

from graph_model.estate.drafts import Source
from graph_model.estate.kinds.base import Kind, project_of, words_of
from graph_model.estate.sections import Section
from graph_model.estate.yaml_lines import Scalar


def _read(section: Section, source: Source) -> dict[str, Any]:
    return {"argv": _argv(section), "project": project_of(source)}


def _argv(section: Section) -> list[str]:
    words = words_of(section, "shell")
    if section.tree("shell") is not None and not words and not isinstance(section.tree("shell"), Scalar):
        section.wrong(section.line("shell"), "shell has no words", "write [program, argument, …]")
    return words


KIND = Kind("shell", _read)
