"""`procedure: {call: schema.name, arguments: {…}}`, a stored procedure of the database that the outputs lie in."""

from __future__ import annotations

import re
from typing import Any

from graph_model.estate.drafts import Source
from graph_model.estate.files import read_beside
from graph_model.estate.kinds.base import Kind
from graph_model.estate.sections import Section, describe
from graph_model.estate.vocabulary import PROCEDURE_FENCES, PROCEDURE_KEYS
from graph_model.estate.yaml_lines import Scalar

_NAME = re.compile(r"^[^\W\d]\w*(\.[^\W\d]\w*)?$")
_ARGUMENT = re.compile(r"^[^\W\d]\w*$")


def _read(section: Section, source: Source) -> dict[str, Any]:
    inner = section.section("procedure", PROCEDURE_KEYS)
    if inner is None:
        return {}
    call = inner.text("call", required=True)
    if call and not _NAME.match(call.value):
        inner.wrong(call.line, f"{call.value!r} is no name of a procedure", "write NAME or SCHEMA.NAME")
    fence = inner.word("fence", PROCEDURE_FENCES) or "stage"
    return {
        "call": call.value if call else "",
        "arguments": _arguments(inner),
        "commits_itself": inner.flag("commits_itself", default=False),
        "fence": fence,
        **_body(inner, source),
    }


def _arguments(section: Section) -> dict[str, Any]:
    """By name. A text may hold words such as {partition}; null is an argument that only gives something back."""
    found: dict[str, Any] = {}
    for key, tree in section.entries("arguments"):
        if not _ARGUMENT.match(key.text):
            section.wrong(key.line, f"{key.text!r} is no name of an argument")
        elif not isinstance(tree, Scalar):
            section.wrong(tree.line, f"the argument {key.text} must be one value, not {describe(tree)}")
        else:
            is_plain = tree.value is None or isinstance(tree.value, (str, int, float, bool))
            found[key.text] = tree.value if is_plain else tree.text
    return found


def _body(section: Section, source: Source) -> dict[str, str]:
    """What the procedure is made by, as a file beside the estate: it is read for columns, and never run."""
    said = section.text("body")
    if said is None:
        return {}
    return {"body": read_beside(source, said, what=f"{section.what}: body") or "", "file": said.value}


KIND = Kind("procedure", _read)
