"""Whether an event is what the standard says: by its schemas where this machine has them, and by hand everywhere."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from tests.support.specification import SPECIFICATION

SPEC = SPECIFICATION / "openlineage" / "spec"
MISSING = f"the schemas of OpenLineage are not on this machine ({SPEC})"
CORE = "https://openlineage.io/spec/2-0-2/OpenLineage.json"
_URL = re.compile(r"^https://openlineage\.io/spec/(?:facets/)?[\d-]+/(\w+)\.json#/\$defs/(\w+)$")


@cache
def _documents() -> dict[str, dict[str, Any]]:
    files = [SPEC / "OpenLineage.json", *sorted((SPEC / "facets").glob("*.json"))]
    return {document["$id"]: document for document in map(_read, files)}


def _read(file: Path) -> dict[str, Any]:
    return json.loads(file.read_text())


@cache
def _registry() -> Registry[Any]:
    resources = [(identity, Resource.from_contents(document)) for identity, document in _documents().items()]
    return Registry().with_resources(resources)


def _against(url: str, value: Any) -> Iterator[str]:
    validator = Draft202012Validator(
        {"$ref": url}, registry=_registry(), format_checker=Draft202012Validator.FORMAT_CHECKER
    )
    for error in validator.iter_errors(value):
        yield f"{url.rpartition('/')[2]}: {error.json_path}: {error.message[:300]}"


def violations(event: dict[str, Any]) -> list[str]:
    """Against the core schema and that of each facet, in the very version that the facet names."""
    found = list(_against(f"{CORE}#/$defs/RunEvent", event))
    for name, facet in facets_of(event):
        url = facet["_schemaURL"]
        if url.startswith("urn:headwater:"):
            continue
        if not _URL.match(url) or url.partition("#")[0] not in _documents():
            found.append(f"{name}: no such schema: {url}")
        else:
            found += [f"{name}: {problem}" for problem in _against(url, facet)]
    return found


def facets_of(event: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    holders = [event["run"], event["job"], *event["inputs"], *event["outputs"]]
    for holder in holders:
        for kind in ("facets", "inputFacets", "outputFacets"):
            yield from holder.get(kind, {}).items()


def lacks(event: dict[str, Any]) -> list[str]:
    """What every receiver needs and this event does not have."""
    found = [key for key in ("eventType", "eventTime", "producer", "schemaURL", "run", "job") if not event.get(key)]
    if datetime.fromisoformat(event["eventTime"]).tzinfo is None:
        found.append("the zone of eventTime")
    if str(uuid.UUID(event["run"]["runId"])) != event["run"]["runId"]:
        found.append("a run id that is a UUID")
    for thing in (event["job"], *event["inputs"], *event["outputs"]):
        found += [f"{key} of {thing}" for key in ("namespace", "name") if not thing.get(key)]
    for name, facet in facets_of(event):
        found += [f"{key} of {name}" for key in ("_producer", "_schemaURL") if not facet.get(key)]
    return found
