"""Reads what an estate file promises about the schemas of new versions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from graph_model.estate.sections import Said, Section
from graph_model.estate.vocabulary import COMPATIBILITY_KEYS
from graph_model.estate.yaml_lines import Scalar
from graph_model.schemas.compatibility import MODES, Mode
from graph_model.schemas.promises import ON_VIOLATION, OnViolation, Promise

KEY = "compatibility"


def read_promise(section: Section, columns: Sequence[str]) -> Promise | None:
    """`compatibility: forward`, or a mapping with `mode` or `columns`, and `on_violation`. `columns` are those of the
    contract; none: any may be named. None: nothing is promised."""
    if isinstance(section.tree(KEY), Scalar):
        return _promise(section.word(KEY, MODES), "quarantine")
    inner = section.section(KEY, COMPATIBILITY_KEYS)
    if inner is None:
        return None
    if ("mode" in inner) == ("columns" in inner):
        inner.wrong(inner.start, "needs either a mode or columns", f"known modes are {', '.join(MODES)}")
        return None
    on_violation = read_on_violation(inner) or "quarantine"
    if "mode" in inner:
        return _promise(inner.word("mode", MODES), on_violation)
    named = _columns(inner, columns)
    return Promise("forward", named, on_violation) if named else None


def _promise(mode: str | None, on_violation: OnViolation) -> Promise | None:
    return Promise(cast("Mode", mode), (), on_violation) if mode and mode != "none" else None


def read_on_violation(section: Section) -> OnViolation | None:
    """What becomes of a version that breaks the promise; None where nothing is said."""
    said = section.word("on_violation", ON_VIOLATION)
    return cast("OnViolation", said) if said else None


def _columns(inner: Section, promised: Sequence[str]) -> tuple[str, ...]:
    said = inner.texts("columns")
    if not said:
        inner.wrong(inner.line("columns"), "columns names no column")
    for one in said:
        if promised and one.value not in promised:
            _unknown(inner, one, promised)
    return tuple(dict.fromkeys(one.value for one in said))


def _unknown(inner: Section, said: Said[str], promised: Sequence[str]) -> None:
    message = f"{inner.what}: the contract has no column {said.value}"
    inner.mistakes.unknown(said.line, message, said.value, promised, otherwise=f"it declares {', '.join(promised)}")
