"""Parameters of jobs: what a person may set for one run, held to what the job declares. Never secrets."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from graph_model.errors import InvalidParameter, nearest
from graph_model.estate.entities import ParameterSpec, ParameterType

_TRUTH = {"true": True, "false": False}
_EXAMPLES: Mapping[ParameterType, str] = {
    "text": "a text",
    "integer": "a whole number like 3",
    "number": "a number like 0.5",
    "boolean": "true or false",
    "date": "a date like 2013-01-05",
}


def value_of(kind: ParameterType, written: object) -> Any:
    """The value that is written, as JSON holds it. Raises ValueError, which says what is expected."""
    text = str(written).lower() if isinstance(written, bool) else str(written)
    try:
        if kind == "integer":
            return int(text)
        if kind == "number":
            return _finite(float(text))
        if kind == "date":
            return date.fromisoformat(text).isoformat()
        return _TRUTH[text] if kind == "boolean" else text
    except (ValueError, KeyError):
        raise ValueError(f"{text!r} is not {_EXAMPLES[kind]}") from None


def given(declared: Sequence[ParameterSpec], written: Mapping[str, object], *, job: object) -> dict[str, Any]:
    """What differs from the defaults of a job. Raises InvalidParameter."""
    known = {spec.name: spec for spec in declared}
    found: dict[str, Any] = {}
    for name, value in sorted(written.items()):
        if name not in known:
            near = nearest(name, known)
            hint = f"did you mean {near}?" if near else f"it has {', '.join(known) or 'none'}"
            raise InvalidParameter(name, f"{job} has no parameter of this name; {hint}")
        read = _checked(known[name], value)
        if read != known[name].default:
            found[name] = read
    return found


def all_of(declared: Sequence[ParameterSpec], text: str | None) -> dict[str, Any]:
    """What a run is handed: what was given for it, and the defaults of the rest."""
    return {spec.name: spec.default for spec in declared} | (json.loads(text) if text else {})


def as_text(parameters: Mapping[str, Any]) -> str:
    """As a run keeps them; empty: none. Equal parameters give equal texts."""
    return json.dumps(dict(parameters), sort_keys=True, separators=(",", ":")) if parameters else ""


def _checked(spec: ParameterSpec, value: object) -> Any:
    try:
        read = value_of(spec.type, value)
    except ValueError as error:
        raise InvalidParameter(spec.name, str(error)) from None
    if spec.values and read not in spec.values:
        raise InvalidParameter(spec.name, f"{read!r} is none of {', '.join(map(str, spec.values))}")
    return read


def _finite(number: float) -> float:
    if number != number or number in (float("inf"), float("-inf")):  # noqa: PLR0124  the only number unlike itself
        raise ValueError(number)
    return number
