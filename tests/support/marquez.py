"""What Marquez' description of its API says of an answer, where a machine has that description."""

from __future__ import annotations

from functools import cache
from typing import Any

import jsonschema
import yaml

from tests.support.specification import SPECIFICATION

OPENAPI = SPECIFICATION / "marquez" / "spec" / "openapi.yml"


def problems(name: str, answer: Any) -> list[str]:
    """What is wrong with an answer of that name, by the description."""
    schema = {"$ref": f"#/components/schemas/{name}", "components": {"schemas": _schemas()}}
    checker = jsonschema.Draft7Validator(schema, format_checker=jsonschema.FormatChecker())
    return [
        f"{'/'.join(map(str, error.path))}: {error.message}" for error in checker.iter_errors(_without_null(answer))
    ]


@cache
def _schemas() -> dict[str, Any]:
    """The schemas, but for three slips in them: tags that are no list, a type that is null, and a node that would have
    to be a dataset or a job but not both, though every job is a dataset by these schemas."""
    found = _without_null(yaml.safe_load(OPENAPI.read_text())["components"]["schemas"])
    found["DatasetVersion"]["properties"]["tags"] = {"type": "array", "items": {"type": "string"}}
    found["GraphNode"]["properties"]["data"] = {"type": "object"}
    return found


def _without_null(value: Any) -> Any:
    """Marquez sends null for what is not there, and describes it as text."""
    if isinstance(value, dict):
        return {key: _without_null(part) for key, part in value.items() if part is not None}
    return [_without_null(part) for part in value] if isinstance(value, list) else value
