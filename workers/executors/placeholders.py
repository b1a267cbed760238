"""Values with words in braces: `{partition}`, `{output.NAME}`. What is filled in is bound later, never pasted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from graph_model.errors import nearest
from workers.executors.base import CannotRunError

_WORD = re.compile(r"\{([\w.@/+-]+)\}")


def filled(arguments: Mapping[str, Any], words: Mapping[str, str]) -> dict[str, Any]:
    """The arguments with their words replaced. Raises CannotRunError for a word that stands for nothing here."""
    return {name: _filled(name, value, words) for name, value in arguments.items()}


def _filled(name: str, value: Any, words: Mapping[str, str]) -> Any:
    if not isinstance(value, str):
        return value

    def replaced(found: re.Match[str]) -> str:
        word = found[1]
        if word not in words:
            near = nearest(word, words)
            hint = f"; did you mean {{{near}}}?" if near else ""
            raise CannotRunError(f"the argument {name} names {{{word}}}, which stands for nothing here{hint}")
        return words[word]

    return _WORD.sub(replaced, value)
