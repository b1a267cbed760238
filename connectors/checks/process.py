"""Validation in a process of its own: `python -m connectors.checks.process REQUEST RESPONSE`.

A worker writes a request (`request_of`) to the first file and reads the answer (`validated_from`) from the second. The
answer appears whole or not at all. A request may hold the address of a database: keep its file private.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from connectors.checks import validate
from connectors.storage.limits import MEMORY_MB, limit_memory
from graph_model.contracts.definition import check_from, check_to
from graph_model.contracts.entities import Check, CheckResult, Column
from graph_model.errors import StorageUnavailable
from graph_model.versions.entities import Content, Inspection, Validated


def request_of(items: Sequence[tuple[Content, Sequence[Check]]], *, memory_mb: int = MEMORY_MB) -> str:
    """The text, one line, that asks for these contents to be validated, each by its checks, with so much memory for
    rows."""
    return json.dumps(
        {
            "memory_mb": memory_mb,
            "items": [
                {"content": _content_to(content), "checks": [check_to(check) for check in checks]}
                for content, checks in items
            ],
        }
    )


def validated_from(text: str) -> tuple[Validated, ...]:
    """What was found, in the order of the request. Raises StorageUnavailable when a place did not answer: try again."""
    document = json.loads(text)
    if "unavailable" in document:
        raise StorageUnavailable(document["unavailable"])
    return tuple(_validated_from(found) for found in document["validated"])


def answer(request: str) -> str:
    """The response to a request."""
    asked = json.loads(request)
    limit_memory(asked["memory_mb"])
    try:
        found = [_validated(item) for item in asked["items"]]
    except StorageUnavailable as error:
        return json.dumps({"unavailable": str(error)})
    return json.dumps({"validated": [_validated_to(validated) for validated in found]})


def _validated(item: Mapping[str, Any]) -> Validated:
    """What nobody foresaw is a verdict too: the same content would end the next process in the same way."""
    content = _content_from(item["content"])
    try:
        return validate(content, [check_from(check) for check in item["checks"]])
    except MemoryError:
        return Validated(None, (), "reading it needs more memory than its process may take")
    except RecursionError:
        return Validated(None, (), "it is nested too deeply to be read")
    except StorageUnavailable:
        raise
    except Exception as error:  # noqa: BLE001  the trace goes to the log of the run, the sentence to people
        traceback.print_exc()
        return Validated(None, (), f"it cannot be read as {content.format} ({type(error).__name__})")


def main(arguments: Sequence[str]) -> int:
    if len(arguments) != 2:
        sys.stderr.write("usage: python -m connectors.checks.process REQUEST RESPONSE\n")
        return 2
    request, response = Path(arguments[0]), Path(arguments[1])
    temporary = response.with_name(f".{response.name}.{os.getpid()}")
    temporary.write_text(answer(request.read_text()))
    temporary.replace(response)
    return 0


def _content_to(content: Content) -> dict[str, Any]:
    return {
        "format": content.format,
        "location": content.location,
        "options": dict(content.options),
        "within": content.within,
    }


def _content_from(document: Mapping[str, Any]) -> Content:
    return Content(**{**document, "within": tuple(document["within"])})


def _validated_to(validated: Validated) -> dict[str, Any]:
    inspection = validated.inspection and _inspection_to(validated.inspection)
    return {
        "inspection": inspection,
        "results": [_result_to(result) for result in validated.results],
        "reason": validated.reason,
    }


def _validated_from(document: Mapping[str, Any]) -> Validated:
    inspection = document["inspection"] and _inspection_from(document["inspection"])
    return Validated(inspection, tuple(_result_from(result) for result in document["results"]), document["reason"])


def _inspection_to(inspection: Inspection) -> dict[str, Any]:
    columns = [
        {"path": column.path, "type": column.type, "nullable": column.nullable, "description": column.description}
        for column in inspection.columns
    ]
    found = {
        "row_count": inspection.row_count,
        "size_bytes": inspection.size_bytes,
        "content_hash": inspection.content_hash,
    }
    return {"columns": columns, "metrics": dict(inspection.metrics), **found}


def _inspection_from(document: Mapping[str, Any]) -> Inspection:
    return Inspection(**{**document, "columns": tuple(Column(**column) for column in document["columns"])})


def _result_to(result: CheckResult) -> dict[str, Any]:
    return {name: getattr(result, name) for name in CheckResult.__slots__}


def _result_from(document: Mapping[str, Any]) -> CheckResult:
    lists = {name: tuple(document[name]) for name in ("sample", "compared_with")}
    return CheckResult(**{**document, **lists})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
