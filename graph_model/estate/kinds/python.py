"""`python: package.module:function`, called in an interpreter of its own, or in that of a virtual environment."""

from __future__ import annotations

import re
from typing import Any

from graph_model.estate.drafts import Source
from graph_model.estate.kinds.base import Kind, project_of
from graph_model.estate.sections import Section
from graph_model.estate.vocabulary import INTERPRETERS

_FUNCTION = re.compile(r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*$")


def _read(section: Section, source: Source) -> dict[str, Any]:
    interpreter = section.word("interpreter", INTERPRETERS)
    said = section.text("python")
    if said is None:
        return {}
    if not _FUNCTION.match(said.value):
        section.wrong(said.line, f"{said.value!r} is no Python function", "write package.module:function")
    # Empty for what is meant when nothing is said.
    fresh = {"interpreter": interpreter} if interpreter == "fresh" else {}
    return {"function": said.value, "project": project_of(source), **fresh, **_venv(section)}


def _venv(section: Section) -> dict[str, str]:
    said = section.text("venv")
    if said is None:
        return {}
    if section.word("interpreter", INTERPRETERS) == "template":
        section.wrong(section.line("interpreter"), "a template has no virtual environment", "leave interpreter out")
    return {"venv": said.value}


KIND = Kind("python", _read, keys=("interpreter", "venv"))
