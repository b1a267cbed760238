"""`shell: [program, argument, …]`: a list of words that no shell reads; or `shell: true` and a `command` for one."""

from __future__ import annotations

import re
from typing import Any

from graph_model.estate.drafts import Source
from graph_model.estate.kinds.base import Kind, project_of, words_of
from graph_model.estate.sections import Section
from graph_model.estate.yaml_lines import Scalar

_PLACEHOLDER = re.compile(r"\{(partition|(?:inputs?|output)\.[^{}]+)\}")


def _read(section: Section, source: Source) -> dict[str, Any]:
    said = section.tree("shell")
    if isinstance(said, Scalar) and said.value is True:
        return {"command": _command(section), "project": project_of(source)}
    if "command" in section:
        section.wrong(section.line("command"), "a command is read by a shell, which is not said", "add shell: true")
    return {"argv": _argv(section), "project": project_of(source)}


def _command(section: Section) -> str:
    said = section.text("command", required=True)
    if said is None:
        return ""
    pasted = _PLACEHOLDER.search(said.value)
    if pasted:
        message = f"nothing is pasted into a command, and {pasted[0]} stands there as it is"
        section.wrong(said.line, message, f'write "${_variable(pasted[1])}"')
    return said.value


def _variable(placeholder: str) -> str:
    """The variable that holds what a placeholder of a list stands for."""
    kind, _, name = placeholder.partition(".")
    return "_".join(filter(None, ("HEADWATER", kind.removesuffix("s").upper(), re.sub(r"\W", "_", name).upper())))


def _argv(section: Section) -> list[str]:
    words = words_of(section, "shell")
    if section.tree("shell") is not None and not words and not isinstance(section.tree("shell"), Scalar):
        section.wrong(section.line("shell"), "shell has no words", "write [program, argument, …]")
    return words


KIND = Kind("shell", _read, keys=("command",))
